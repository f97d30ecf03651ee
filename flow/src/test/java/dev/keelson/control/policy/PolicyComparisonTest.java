package dev.keelson.control.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.keelson.control.Cron;
import dev.keelson.control.policy.LossMatrix.Candidate;
import dev.keelson.control.policy.LossMatrix.Epoch;
import dev.keelson.control.policy.LossMatrix.Period;
import dev.keelson.control.policy.PolicyPath.Event;
import dev.keelson.control.policy.PolicyPath.Kind;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyComparisonTest {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final int EVENTS = 10;

    /** Loss of an event by candidate and day. */
    private interface Loss {
        double of(int candidate, int day);
    }

    /** Weeks of seven days with ten events each, a candidate a week, labels after some days. */
    private static LossMatrix matrix(int weeks, int delayDays, Loss loss) {
        List<Period> periods = new ArrayList<>();
        List<Epoch> epochs = new ArrayList<>();
        List<Candidate> candidates = new ArrayList<>();
        double[][] losses = new double[weeks][7 * weeks];
        for (int t = 0; t < weeks; t++) {
            periods.add(new Period(day(7 * t), day(7 * t + 7), 7 * t));
            candidates.add(new Candidate(t, "model" + t, 0.5, 0.01, 2));
            for (int d = 7 * t; d < 7 * t + 7; d++) {
                epochs.add(new Epoch(day(d), EVENTS, day(d + delayDays), day(d + delayDays)));
            }
        }
        for (int k = 0; k < weeks; k++) {
            for (int d = 0; d < 7 * weeks; d++) {
                losses[k][d] = d + delayDays >= 7 * k ? EVENTS * loss.of(k, d) : Double.NaN;
            }
        }
        return new LossMatrix("log_loss", periods, epochs, candidates, losses, new double[0][]);
    }

    private static Instant day(int day) {
        return START.plus(Duration.ofDays(day));
    }

    private static PolicyComparison compare(LossMatrix matrix, PolicyPath... more) {
        List<PolicyPath> paths = new ArrayList<>(List.of(
                ReferencePolicies.never(matrix), ReferencePolicies.every(1, matrix), ReferencePolicies.anyVersion(matrix)));
        paths.addAll(Arrays.asList(more));
        return PolicyComparison.of(matrix, paths, PolicyComparison.Options.NONE);
    }

    @Test
    void lossIsThatOfWhatServedWeightedByEvents() {
        LossMatrix matrix = matrix(3, 1, (k, d) -> 1.0 / (k + 1));

        PolicyComparison comparison = compare(matrix);

        assertThat(comparison.score("never").loss()).isEqualTo(1);
        assertThat(comparison.score("every_tick").loss()).isCloseTo((1 + 1 / 2.0 + 1 / 3.0) / 3, within(1e-12));
        assertThat(comparison.score("every_tick").retrains()).isEqualTo(2);
        assertThat(comparison.score("every_tick").cpuSeconds()).isEqualTo(4);
        assertThat(comparison.score("oracle_clairvoyant").regret()).isZero();
        assertThat(comparison.score("never").regret()).isEqualTo(1);
    }

    @Test
    void oracleTakesTheBestTimesAndFewerWhenTheyCost() {
        // only the model of week 5 is any good
        LossMatrix matrix = matrix(10, 1, (k, d) -> k == 5 ? 0.1 : 1);

        PolicyPath free = new RetrainOracle(matrix, 0).clairvoyant();
        PolicyPath dear = new RetrainOracle(matrix, 1_000).clairvoyant();

        assertThat(free.serving()).containsExactly(0, 0, 0, 0, 0, 5, 5, 5, 5, 5);
        assertThat(dear.serving()).containsOnly(0);
    }

    @Test
    void oracleOfEverySetOfTimesIsTheBestOfThem() {
        SplittableRandom random = new SplittableRandom(5);
        double[][] drawn = new double[6][42];
        for (double[] row : drawn) {
            Arrays.setAll(row, d -> random.nextDouble());
        }
        LossMatrix matrix = matrix(6, 1, (k, d) -> drawn[k][d]);
        double least = Double.POSITIVE_INFINITY;
        for (int set = 0; set < 32; set++) {
            int chosen = set;
            PolicyPath path = ReferencePolicies.when("set", matrix, t -> (chosen >> (t - 1) & 1) == 1);
            double cost = Arrays.stream(path.losses(matrix)).sum() + 3.0 * path.count(PolicyPath.Type.RETRAIN);
            least = Math.min(least, cost);
        }

        PolicyPath oracle = new RetrainOracle(matrix, 3).clairvoyant();

        assertThat(Arrays.stream(oracle.losses(matrix)).sum() + 3.0 * oracle.count(PolicyPath.Type.RETRAIN))
                .isCloseTo(least, within(1e-9));
    }

    @Test
    void oracleOfWhatIsKnownWaitsForTheLabels() {
        LossMatrix matrix = matrix(10, 15, (k, d) -> k >= 4 ? 0.1 : 1);

        PolicyPath path = new RetrainOracle(matrix, 0).knownByThen();

        assertThat(path.serving()[6]).isZero(); // nothing of what model 4 did is known: its first label comes in week 7
        assertThat(path.serving()[8]).isGreaterThanOrEqualTo(4);
    }

    @Test
    void falseAndMissedDecisionsAreThoseThatTheMatrixCallsWrong() {
        LossMatrix matrix = matrix(6, 1, (k, d) -> k == 1 ? 2 : k == 2 ? 0.5 : 1);
        PolicyPath wrong = new PolicyPath(
                "wrong",
                Kind.POLICY,
                new int[] {0, 1, 1, 1, 1, 1},
                List.of(
                        new Event(1, PolicyPath.Type.RETRAIN, 1, 0),
                        new Event(1, PolicyPath.Type.PROMOTE, 1, 0),
                        new Event(2, PolicyPath.Type.RETRAIN, 2, 1),
                        new Event(2, PolicyPath.Type.REFUSE, 2, 1)));

        PolicyScore score = compare(matrix, wrong).score("wrong");

        assertThat(score.falsePromotions()).isEqualTo(1);
        assertThat(score.missedPromotions()).isEqualTo(1);
        assertThat(score.staleShare()).isGreaterThan(0.5);
    }

    @Test
    void alarmsAreHeldAgainstDatedChanges() {
        LossMatrix matrix = matrix(52, 1, (k, d) -> 1);
        PolicyPath path = new PolicyPath(
                "drift_x",
                Kind.POLICY,
                new int[52],
                List.of(
                        new Event(2, PolicyPath.Type.ALARM, 0, 0), // before anything changed
                        new Event(20, PolicyPath.Type.ALARM, 0, 0),
                        new Event(21, PolicyPath.Type.ALARM, 0, 0))); // the same one, still
        DatedChanges changes = new DatedChanges(List.of(day(130)));

        DatedChanges.Seen seen = changes.judge(matrix, path);

        assertThat(seen.found()).isEqualTo(1);
        assertThat(seen.delayDays()).isEqualTo(10);
        assertThat(seen.falseAlarms()).isEqualTo(1);
        assertThat(seen.falseAlarmsAYear()).isCloseTo(365.25 / (364 - 90), within(1e-9));
        assertThat(seen.falseAlarmShare()).isCloseTo(1 / 38.0, within(1e-12)); // 13 of 51 looks are about the change
    }

    @Test
    void nothingToGainIsSaidSo() {
        SplittableRandom random = new SplittableRandom(9);
        double[] noise = random.doubles(7 * 60).toArray();
        LossMatrix matrix = matrix(60, 1, (k, d) -> noise[d] + 0.01 * new SplittableRandom(k * 1_000L + d).nextGaussian());

        PolicyVerdict verdict = compare(matrix).verdict();

        assertThat(verdict.retrainingPays()).isFalse();
        assertThat(verdict.sentences().getFirst()).startsWith("No policy beats never retraining: the best of the 2 tried");
    }

    @Test
    void delayLongerThanTheDriftIsSaidSo() {
        // a model knows the four weeks before its newest label, five weeks ago; the world changes every four weeks
        LossMatrix matrix = matrix(60, 35, (k, d) -> (7 * k - 35) / 28 == d / 28 ? 0.3 : 1 + 0.01 * Math.sin(d * 7.0 + k));

        PolicyVerdict verdict = compare(matrix).verdict();

        assertThat(verdict.delayTooLong()).isTrue();
        assertThat(verdict.sentences()).anyMatch(s -> s.startsWith("The label delay is longer than the drift, so retraining cannot help"));
    }

    @Test
    void comingBackIsSaidSo() {
        // two seasons of 20 weeks in turn: a model knows the one that it was trained in from its tenth week on
        LossMatrix matrix = matrix(160, 1, (k, d) -> {
            boolean learned = k / 20 % 2 == d / 140 % 2 ? k % 20 >= 10 : k % 20 < 10;
            return learned ? 0.3 + 0.01 * Math.sin(k + d) : 1;
        });

        PolicyComparison comparison = compare(matrix);

        assertThat(comparison.score("any_version").path().count(PolicyPath.Type.ROLLBACK)).isPositive();
        assertThat(comparison.verdict().rollbackBeats()).isTrue();
        assertThat(comparison.verdict().sentences()).anyMatch(s -> s.startsWith("Rolling back to an old version beats retraining"));
    }

    @Test
    void decisionsUseOnlyLabelsKnownByThen() {
        LossMatrix matrix = matrix(12, 15, (k, d) -> k == 3 ? 0.1 : 1);
        LossMatrix altered = matrix(12, 15, (k, d) -> d + 15 >= 7 * 9 ? 5 - k * 0.1 : k == 3 ? 0.1 : 1);

        // what is decided up to week 9 rests on labels known before it, which are the same in both
        assertThat(Arrays.copyOf(ReferencePolicies.anyVersion(matrix).serving(), 10))
                .isEqualTo(Arrays.copyOf(ReferencePolicies.anyVersion(altered).serving(), 10));
        assertThat(Arrays.copyOf(new RetrainOracle(matrix, 0).knownByThen().serving(), 10))
                .isEqualTo(Arrays.copyOf(new RetrainOracle(altered, 0).knownByThen().serving(), 10));
        assertThat(Arrays.copyOf(ReferencePolicies.performance(matrix, 0.05).serving(), 10))
                .isEqualTo(Arrays.copyOf(ReferencePolicies.performance(altered, 0.05).serving(), 10));
    }

    @Test
    void documentsOfMatrixAndPathAreReadAsTheyWereWritten() {
        LossMatrix matrix = matrix(4, 8, (k, d) -> k + d / 100.0);
        PolicyPath path = ReferencePolicies.every(2, matrix);

        LossMatrix read = LossMatrix.fromJson(matrix.toJson());

        assertThat(read.toJson()).isEqualTo(matrix.toJson());
        assertThat(PolicyPath.fromJson(path.toJson())).isEqualTo(path);
    }

    @Test
    void driftThatAlarmsRetrains() {
        LossMatrix matrix = matrix(6, 1, (k, d) -> 1);
        ReferencePolicies.DriftWatch watch = (rule, candidate, period, earlier) -> new DriftReport(
                "m",
                candidate + 1,
                matrix.periods().get(period).from(),
                START,
                matrix.periods().get(period).from(),
                rule,
                100,
                100,
                period == 3 ? DriftReport.Verdict.ALARM : DriftReport.Verdict.NONE,
                "",
                1,
                Double.NaN,
                List.of());

        PolicyPath path = ReferencePolicies.drift(List.of(DriftMonitorDefinition.Policy.ACIS), matrix, watch).getFirst();

        assertThat(path.name()).isEqualTo("drift_acis");
        assertThat(path.serving()).containsExactly(0, 0, 0, 3, 3, 3);
        assertThat(path.events()).extracting(Event::type).containsExactly(PolicyPath.Type.ALARM, PolicyPath.Type.RETRAIN, PolicyPath.Type.PROMOTE);
    }

    @Test
    void pricesDecideHowOftenItPays() {
        // each week of age costs 0.1 an event: 7 a week
        LossMatrix matrix = matrix(30, 1, (k, d) -> 0.1 * (d / 7 - k));
        PolicyPath three = ReferencePolicies.every(3, matrix);
        PolicyComparison.Options dear =
                new PolicyComparison.Options(40, 1, new DatedChanges(List.of()), "every_3_ticks");

        PolicyComparison comparison = PolicyComparison.of(
                matrix, List.of(ReferencePolicies.never(matrix), ReferencePolicies.every(1, matrix), three), dear);

        assertThat(comparison.curve().getFirst().best()).isEqualTo("every_tick");
        assertThat(comparison.curve().stream().filter(each -> each.price() == 40).findFirst().orElseThrow().best())
                .isEqualTo("every_3_ticks");
        assertThat(comparison.curve().getLast().best()).isEqualTo("never");
    }

    @Test
    void adviceIsTheScheduleThatIsWorthMost() {
        LossMatrix matrix = matrix(60, 1, (k, d) -> 0.1 * (d / 7 - k) + 0.001 * Math.sin(d));

        ScheduleAdvice free = ScheduleAdvice.of(matrix, List.of(), 0, 1);
        ScheduleAdvice dear = ScheduleAdvice.of(matrix, List.of(), 60, 1);

        assertThat(free.schedules().get(free.best()).every()).isEqualTo(1);
        assertThat(free.schedules()).allSatisfy(each ->
                assertThat(each.retrainsAYear() * 7 * each.every()).as("every %d weeks", each.every()).isCloseTo(365, within(1.0)));
        assertThat(free.sentence()).startsWith("Retrain every 7 days (cron: \"0 3 * * 1\")");
        assertThat(dear.schedules().get(dear.best()).every()).isBetween(3, 6); // sqrt(2 * 60 / 7) = 4.1
        assertThat(dear.ages().get(5).excess()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void adviceOfAWorldThatStandsStillIsNone() {
        LossMatrix matrix = matrix(40, 1, (k, d) -> 1 + 0.01 * new SplittableRandom(k * 991L + d).nextGaussian());

        ScheduleAdvice advice = ScheduleAdvice.of(matrix, List.of(), 0, 1);

        assertThat(advice.best()).isEqualTo(-1);
        assertThat(advice.sentence()).startsWith("No schedule is shown to be worth it: the best, every ");
    }

    @Test
    void worthAndItsPValueTellTheSame() {
        LossMatrix matrix = matrix(40, 1, (k, d) -> 1 + 0.01 * new SplittableRandom(k * 991L + d).nextGaussian());

        ScheduleAdvice free = ScheduleAdvice.of(matrix, List.of(), 0, 1);
        ScheduleAdvice dear = ScheduleAdvice.of(matrix, List.of(), 60, 1);

        for (ScheduleAdvice advice : List.of(free, dear)) {
            for (ScheduleAdvice.Schedule each : advice.schedules()) {
                assertThat(each.pValue() < 0.0505)
                        .isEqualTo(each.worth().lower() > 0 || each.worth().upper() < 0);
            }
        }
        assertThat(free.schedules()).allSatisfy(each -> assertThat(each.pValue()).isGreaterThan(0.05));
        assertThat(dear.schedules()).allSatisfy(each -> {
            assertThat(each.worth().upper()).isNegative();
            assertThat(each.pValue()).isLessThan(0.05);
        });
        assertThat(dear.sentence()).contains(" costs ", " a year more than never retraining, p < 0.001 for all ").doesNotContain("-");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.0417 | 0 * * * *     | true
            0.2083 | 0 */6 * * *   | false
            1      | 0 3 * * *     | true
            2      | 0 3 * * 1,3,5 | false
            7      | 0 3 * * 1     | true
            28     | 0 3 1 * *     | false
            91     | 0 3 1 */3 *   | true
            182    | 0 3 1 */6 *   | true
            273    | 0 3 1 1 *     | false
            728    | 0 3 1 1 *     | false
            """)
    void cronIsTheNearestThatComesAtEvenDistances(double days, String cron, boolean same) {
        Cadence cadence = Cadence.nearest(days);

        assertThat(cadence.cron()).isEqualTo(cron);
        assertThat(cadence.is(days)).isEqualTo(same);
        ZoneId zone = ZoneId.of("UTC");
        List<Instant> due = Cron.times(cron, zone, START).limit(200).toList();
        double mean = Duration.between(due.getFirst(), due.getLast()).toMinutes() / 1440.0 / (due.size() - 1);
        assertThat(mean).isCloseTo(cadence.days(), withinPercentage(1));
        for (int i = 1; i < due.size(); i++) {
            double gap = Duration.between(due.get(i - 1), due.get(i)).toMinutes() / 1440.0;
            assertThat(gap).isBetween(cadence.days() * 0.8, cadence.days() * 1.3);
        }
    }

    @Test
    void adviceSaysWhereNoScheduleComesAsOften() {
        LossMatrix matrix = matrix(60, 1, (k, d) -> 0.1 * (d / 7 - k) + 0.001 * Math.sin(d));

        ScheduleAdvice advice = ScheduleAdvice.of(matrix, List.of(), 60, 1);

        assertThat(advice.sentence())
                .startsWith("Retrain every 28 days (the nearest schedule at even distances is every month, cron: \"0 3 1 * *\")");
        assertThat(advice.toJson().at("/advised/cadence").asText()).isEqualTo("every month");
    }

    @Test
    void aShorterHistoryIsAdvisedOnlyWhereItIsShownToBeBetter() {
        LossMatrix all = matrix(40, 1, (k, d) -> 1);
        LossMatrix chance = matrix(40, 1, (k, d) -> 1 + 0.01 * new SplittableRandom(k * 991L + d).nextGaussian());
        LossMatrix better = matrix(40, 1, (k, d) -> 0.9 + 0.01 * new SplittableRandom(k * 991L + d).nextGaussian());
        LossMatrix worse = matrix(40, 1, (k, d) -> 1.1 + 0.01 * new SplittableRandom(k * 991L + d).nextGaussian());

        ScheduleAdvice none = ScheduleAdvice.of(all, List.of(window(90, chance), window(180, worse)), 0, 1);
        ScheduleAdvice shown = ScheduleAdvice.of(all, List.of(window(90, better), window(180, worse)), 0, 1);
        ScheduleAdvice all1 = ScheduleAdvice.of(all, List.of(window(180, worse)), 0, 1);

        assertThat(none.sentence()).contains("No shorter history is shown to be better than all of it: the best, of 90 days");
        assertThat(shown.sentence()).contains("Models of the last 90 days lose 0.1");
        assertThat(all1.sentence()).contains("Models of a shorter history than all of it are worse.");
        assertThat(shown.windows().getFirst().gain().estimate()).isCloseTo(0.1, within(0.01));
        assertThat(shown.windows().getFirst().excess().getFirst()).isCloseTo(-0.1, within(0.01));
    }

    private static ScheduleAdvice.Windowed window(double days, LossMatrix matrix) {
        return new ScheduleAdvice.Windowed(days, matrix);
    }

    @Test
    void neverMustBeAmongThem() {
        LossMatrix matrix = matrix(3, 1, (k, d) -> 1);

        assertThatThrownBy(() -> PolicyComparison.of(
                        matrix, List.of(ReferencePolicies.every(1, matrix)), PolicyComparison.Options.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Never retraining must be among the policies");
    }
}
