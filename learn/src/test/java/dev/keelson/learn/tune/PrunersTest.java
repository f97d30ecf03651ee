package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrunersTest {
    private static final Map<String, Object> VALUES = Map.of("x", 0.5);

    private static Trial reporting(int number, double... reports) {
        Trial trial = Trial.running(number, VALUES);
        for (int step = 0; step < reports.length; step++) {
            trial = trial.report(step, reports[step]);
        }
        return trial;
    }

    private static Trial complete(int number, double... reports) {
        return reporting(number, reports).complete(reports[reports.length - 1]);
    }

    private static boolean prunes(Pruner pruner, List<Trial> history, Trial trial) {
        List<Trial> mirrored = history.stream().map(PrunersTest::mirrored).toList();
        boolean answer = pruner.prunes("study", Direction.MINIMISE, history, trial);
        assertThat(pruner.prunes("study", Direction.MAXIMISE, mirrored, mirrored(trial))).isEqualTo(answer);
        return answer;
    }

    private static Trial mirrored(Trial trial) {
        Trial result = Trial.running(trial.number(), trial.values());
        for (Map.Entry<Integer, Double> report : trial.reports().entrySet()) {
            result = result.report(report.getKey(), -report.getValue());
        }
        return switch (trial.state()) {
            case RUNNING -> result;
            case COMPLETE -> result.complete(-trial.objective());
            case PRUNED -> result.pruned();
            case FAILED -> result.failed();
        };
    }

    private static List<Trial> five(double... lastReports) {
        return IntStream.range(0, 5).mapToObj(i -> complete(i, 10, lastReports[i])).toList();
    }

    @Test
    void percentileIsThatOfNumpy() {
        double[] values = {3, 1, 4, 1, 5, 9, 2.5};

        double[] percents = {0, 10, 25, 50, 77.7, 100};
        double[] expected = {1.0, 1.0, 1.75, 3.0, 4.662, 9.0};
        for (int i = 0; i < percents.length; i++) {
            assertThat(PercentilePruner.percentile(values, percents[i])).isCloseTo(expected[i], offset(1e-12));
        }
    }

    @Test
    void trialWhoseBestIsWorseThanTheMedianIsStopped() {
        List<Trial> history = five(1, 2, 3, 4, 5);

        assertThat(prunes(PercentilePruner.median(), history, reporting(9, 9, 3.0))).isFalse();
        assertThat(prunes(PercentilePruner.median(), history, reporting(9, 9, 3.1))).isTrue();
        assertThat(prunes(PercentilePruner.median(), history, reporting(9, 2, 3.1))).isFalse();
        assertThat(prunes(PercentilePruner.of(25), history, reporting(9, 9, 2.1))).isTrue();
    }

    @Test
    void medianNeedsEnoughCompleteTrialsAndReportsAtTheStep() {
        List<Trial> history = five(1, 2, 3, 4, 5);

        assertThat(prunes(PercentilePruner.median(), history.subList(0, 4), reporting(9, 9, 9))).isFalse();
        assertThat(prunes(PercentilePruner.median(), history, reporting(9, 9, 9, 9))).isFalse();
        assertThat(prunes(new PercentilePruner(50, 5, 2, 1, 1), history, reporting(9, 99, 99))).isFalse();
        assertThat(prunes(PercentilePruner.median(), history, Trial.running(9, VALUES))).isFalse();
        assertThat(prunes(PercentilePruner.median(), history, Trial.running(9, VALUES).report(0, Double.NaN))).isTrue();
    }

    @Test
    void onlyTheFirstReportOfAnIntervalIsJudged() {
        List<Trial> history =
                IntStream.range(0, 5).mapToObj(i -> complete(i, 1, 1, 1, 1, 1, 1)).toList();
        PercentilePruner everyThird = new PercentilePruner(50, 5, 1, 3, 1);

        boolean[] judged = new boolean[6];
        for (int n = 1; n <= 6; n++) {
            judged[n - 1] = prunes(everyThird, history, nines(n));
        }

        assertThat(judged).containsExactly(false, true, false, false, true, false);
        assertThat(prunes(everyThird, history, Trial.running(9, VALUES).report(0, 9).report(3, 9))).isTrue();
    }

    private static Trial nines(int steps) {
        return reporting(9, DoubleStream.generate(() -> 9).limit(steps).toArray());
    }

    @Test
    void halvingKeepsTheBestQuarterOfARung() {
        SuccessiveHalvingPruner pruner = new SuccessiveHalvingPruner(1, 4, 0, 0);
        List<Trial> history = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            history.add(reporting(i, 50, i).pruned());
        }

        assertThat(prunes(pruner, history, reporting(20, 50))).isFalse(); // the first rung is at step 1
        assertThat(prunes(pruner, history, reporting(20, 50, 2))).isFalse(); // 3 of 12 go on: 0, 1 and a tie for 2
        assertThat(prunes(pruner, history, reporting(20, 50, 2.5))).isTrue();
        assertThat(prunes(pruner, history, reporting(20, 50, 2, 99))).isFalse(); // between rungs
        assertThat(prunes(pruner, history, reporting(20, 50, 2, 99, 99, 99))).isFalse(); // alone at step 4
        assertThat(prunes(pruner, history, reporting(20, 50, Double.NaN))).isTrue();
    }

    @Test
    void fewAtARungKeepTheBestOnly() {
        SuccessiveHalvingPruner pruner = new SuccessiveHalvingPruner(1, 4, 0, 0);
        List<Trial> history = List.of(complete(0, 5, 5), reporting(1, 4, 4).pruned());

        assertThat(prunes(pruner, history, reporting(2, 9, 3.9))).isFalse();
        assertThat(prunes(pruner, history, reporting(2, 9, 4.1))).isTrue();
        assertThat(prunes(new SuccessiveHalvingPruner(1, 4, 0, 3), history, reporting(2, 9, 3.9))).isTrue();
        assertThat(prunes(new SuccessiveHalvingPruner(1, 4, 1, 0), history, reporting(2, 9, 4.1))).isFalse();
    }

    @Test
    void reportBeyondSeveralRungsIsJudgedAtEach() {
        SuccessiveHalvingPruner pruner = new SuccessiveHalvingPruner(1, 2, 0, 0);
        List<Trial> history = List.of(complete(0, 0, 8, 8, 8, 1), complete(1, 0, 9, 9, 9, 1));

        assertThat(prunes(pruner, history, Trial.running(5, VALUES).report(4, 5))).isTrue();
        assertThat(prunes(pruner, history, Trial.running(5, VALUES).report(2, 5))).isFalse();
    }

    @Test
    void firstRungIsFoundFromTheLongestCompleteTrial() {
        Trial longest = Trial.running(0, VALUES).report(0, 1).report(299, 1).complete(1);

        assertThat(prunes(SuccessiveHalvingPruner.defaults(), List.of(longest), reporting(1, 5, 5))).isFalse();
        assertThat(prunes(SuccessiveHalvingPruner.defaults(), List.of(longest), reporting(1, 5, 5, 5))).isTrue();
        assertThat(prunes(SuccessiveHalvingPruner.defaults(), List.of(), reporting(1, 5, 5, 5, 5))).isFalse();
    }

    @Test
    void hyperbandSpreadsTrialsOverBracketsByTheirNumber() {
        HyperbandPruner pruner = HyperbandPruner.defaults();

        assertThat(pruner.brackets(9)).isEqualTo(3);
        assertThat(pruner.brackets(80)).isEqualTo(4);
        assertThat(pruner.brackets(81)).isEqualTo(5);
        assertThat(IntStream.range(0, 12).map(number -> pruner.bracket("study", number, 3)).toArray())
                .containsExactly(0, 0, 1, 2, 0, 0, 0, 1, 1, 0, 0, 1); // by Python's binascii.crc32
        assertThat(IntStream.range(0, 12).map(number -> pruner.bracket("study", number, 5)).toArray())
                .containsExactly(1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    }

    @Test
    void hyperbandComparesWithinABracket() {
        HyperbandPruner pruner = new HyperbandPruner(1, 9, 3);
        int[] first = IntStream.range(0, 60).filter(number -> pruner.bracket("study", number, 3) == 0).toArray();
        int[] last = IntStream.range(0, 60).filter(number -> pruner.bracket("study", number, 3) == 2).toArray();
        List<Trial> history = List.of(complete(first[0], 0, 1));

        assertThat(prunes(pruner, history, reporting(first[1], 0, 2))).isTrue();
        assertThat(prunes(pruner, history, reporting(last[0], 0, 2))).isFalse();
        assertThat(prunes(HyperbandPruner.defaults(), List.of(), reporting(first[1], 0, 2))).isFalse();
    }

    @Test
    void trialWorseInEveryFoldIsStopped() {
        List<Trial> history = List.of(complete(0, 9, 9, 9, 9).complete(9), reporting(1, 1, 2, 3, 4).complete(2.5));

        assertThat(prunes(WilcoxonPruner.defaults(), history, reporting(2, 1.1, 2.2, 3.3))).isFalse(); // p = 1/8
        assertThat(prunes(WilcoxonPruner.defaults(), history, reporting(2, 1.1, 2.2, 3.3, 4.4))).isTrue(); // p = 1/16
        assertThat(prunes(WilcoxonPruner.defaults(), history, reporting(2, 1.1, 2.2, 3.3, 3))).isFalse();
        assertThat(prunes(WilcoxonPruner.defaults(), history, reporting(2, 1.1, 2.2, 3.3, Double.NaN))).isFalse();
        assertThat(prunes(WilcoxonPruner.defaults(), List.of(), reporting(2, 9, 9, 9, 9))).isFalse();
        assertThat(prunes(WilcoxonPruner.defaults(), List.of(reporting(1, 1).complete(1)), reporting(2, 9))).isFalse();
    }

    @Test
    void trialWhoseAverageIsNotWorseGoesOn() {
        List<Trial> history = List.of(reporting(0, 0, 0, 0, 0, 0, 0, 0, 100).complete(12.5));
        Trial mostlyWorse = reporting(1, 1, 2, 3, 4, 5, 6, 7);

        assertThat(SignedRank.pValueGreater(new double[] {1, 2, 3, 4, 5, 6, 7})).isLessThan(0.1);
        assertThat(prunes(WilcoxonPruner.defaults(), history, mostlyWorse)).isFalse();
    }

    @Test
    void everyNameHasAPrunerAndOthersAreRefused() {
        assertThat(Pruner.NAMES).allSatisfy(name -> assertThat(prunes(Pruner.named(name), List.of(), reporting(1, 9)))
                .isFalse());
        assertThat(Pruner.named("median")).isEqualTo(PercentilePruner.of(50));
        assertThatThrownBy(() -> Pruner.named("hyperbandd"))
                .hasMessageContaining("There is no pruner (hyperbandd)")
                .hasMessageContaining("Maybe `hyperband` was meant.");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> PercentilePruner.of(101)).hasMessageContaining("percentile (101.0)");
        assertThatThrownBy(() -> new PercentilePruner(50, 0, 0, 0, 1)).hasMessageContaining("intervalSteps (0)");
        assertThatThrownBy(() -> new SuccessiveHalvingPruner(0, 1, 0, 0)).hasMessageContaining("reductionFactor (1)");
        assertThatThrownBy(() -> new SuccessiveHalvingPruner(0, 4, 0, 2)).hasMessageContaining("bootstrapTrials (2)");
        assertThatThrownBy(() -> new HyperbandPruner(5, 4, 3)).hasMessageContaining("mostResource (4)");
        assertThatThrownBy(() -> new WilcoxonPruner(Double.NaN, 2)).hasMessageContaining("threshold (NaN)");
    }
}
