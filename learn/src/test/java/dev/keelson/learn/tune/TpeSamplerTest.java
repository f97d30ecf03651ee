package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TpeSamplerTest {
    private static final Map<String, Object> VALUES = Map.of("x", 0.5);

    private static Trial complete(int number, double objective) {
        return Trial.running(number, VALUES).complete(objective);
    }

    private static List<Integer> below(List<Trial> history) {
        return TpeSampler.part(history, Direction.MINIMISE).below().stream().map(Trial::number).toList();
    }

    @Test
    void bestTenthOfTheFinishedTrialsIsGoodAndAtMostTwentyFive() {
        for (int n : new int[] {1, 10, 11, 20, 21, 250, 300}) {
            List<Trial> history = IntStream.range(0, n).mapToObj(i -> complete(i, -i)).toList();

            List<Integer> good = below(history);

            assertThat(good).hasSize(Math.min((int) Math.ceil(n / 10.0), 25)).isSorted().last().isEqualTo(n - 1);
        }
    }

    @Test
    void prunedTrialsComeAfterCompleteOnesByTheirLastStepThenItsValue() {
        List<Trial> history = new ArrayList<>(List.of(
                Trial.running(0, VALUES).pruned(),
                Trial.running(1, VALUES).report(3, 9.0).pruned(),
                Trial.running(2, VALUES).report(5, Double.NaN).pruned(),
                Trial.running(3, VALUES).report(5, 7.0).pruned(),
                Trial.running(4, VALUES).report(1, -4.0).report(5, 6.0).pruned(),
                complete(5, 1e9)));

        List<Integer> joined = new ArrayList<>();
        for (int n = 6; n <= 51; n++) {
            below(history).stream().filter(number -> !joined.contains(number)).forEach(joined::add);
            history.add(Trial.running(n, VALUES).pruned()); // without a report: last of all
        }
        assertThat(joined).containsExactly(5, 4, 3, 2, 1, 0);
    }

    @Test
    void runningTrialsAreAmongTheOthersAndFailedOnesNowhere() {
        List<Trial> history = List.of(
                complete(0, 3), Trial.running(1, VALUES), Trial.running(2, VALUES).failed(), complete(3, 1), complete(4, 2));

        TpeSampler.Parted parted = TpeSampler.part(history, Direction.MINIMISE);

        assertThat(parted.below()).extracting(Trial::number).containsExactly(3);
        assertThat(parted.above()).extracting(Trial::number).containsExactly(0, 1, 4);
        assertThat(TpeSampler.part(history, Direction.MAXIMISE).below()).extracting(Trial::number).containsExactly(0);
    }

    @Test
    void weightsFadeLinearlyBeyondTheMostRecent() {
        assertThat(ParzenEstimator.weights(0)).containsExactly(1);
        assertThat(ParzenEstimator.weights(24)).hasSize(25).containsOnly(1);
        assertThat(ParzenEstimator.weights(26)).startsWith(1 / 26.0, 1, 1).hasSize(27);
        assertThat(ParzenEstimator.weights(28)).startsWith(1 / 28.0, (1 + 1 / 28.0) / 2, 1, 1).hasSize(29);
    }

    @Test
    void runningTrialKeepsTheNextProposalAway() {
        SearchSpace space = SearchSpace.of(Parameter.of("x", RealDomain.of(0, 1)));
        List<Trial> history = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            history.add(Trial.running(i, Map.of("x", i / 20.0)).complete(Math.abs(i / 20.0 - 0.5)));
        }
        double alone = 0;
        double beside = 0;
        for (int seed = 0; seed < 40; seed++) {
            List<Trial> busy = new ArrayList<>(history);
            for (int k = 0; k < 6; k++) {
                busy.add(Trial.running(20 + k, Map.of("x", 0.49 + 0.005 * k)));
            }
            alone += distance(TpeSampler.defaults().ask(space, Direction.MINIMISE, history, seed, 30));
            beside += distance(TpeSampler.defaults().ask(space, Direction.MINIMISE, busy, seed, 30));
        }

        assertThat(beside).isGreaterThan(2 * alone);
    }

    private static double distance(Map<String, Object> values) {
        return Math.abs(Values.number(values, "x") - 0.5);
    }

    @Test
    void drawingEachParameterByItselfIsTheSameWithOneParameterOnly() {
        SearchSpace one = SearchSpace.of(Parameter.of("x", RealDomain.of(0, 1)));
        SearchSpace two = SearchSpace.of(Parameter.of("x", RealDomain.of(0, 1)), Parameter.of("y", RealDomain.of(0, 1)));
        List<Trial> history = IntStream.range(0, 20)
                .mapToObj(i -> Trial.running(i, Map.of("x", i / 20.0, "y", 1 - i / 20.0)).complete(Math.abs(i - 7)))
                .toList();
        TpeSampler joint = TpeSampler.defaults();

        assertThat(joint.univariate().ask(one, Direction.MINIMISE, history, 1, 20))
                .isEqualTo(joint.ask(one, Direction.MINIMISE, history, 1, 20));
        assertThat(joint.univariate().ask(two, Direction.MINIMISE, history, 1, 20))
                .isNotEqualTo(joint.ask(two, Direction.MINIMISE, history, 1, 20));
    }

    @Test
    void betterBranchIsPreferred() {
        SearchSpace space = SearchSpace.of(
                Parameter.of("branch", ChoiceDomain.of("a", "b", "c")),
                Parameter.of("u", RealDomain.of(0, 1)).when("branch", "a"),
                Parameter.of("v", RealDomain.of(0, 1)).when("branch", "b"));
        List<Trial> history = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Map<String, Object> values = TpeSampler.defaults().ask(space, Direction.MINIMISE, history, 2, i);
            double loss = values.containsKey("v") ? Math.abs(Values.number(values, "v") - 0.2) : 1;
            history.add(Trial.running(i, values).complete(loss));
        }

        long late = history.subList(20, 60).stream().filter(trial -> "b".equals(trial.values().get("branch"))).count();

        assertThat(late).isGreaterThan(25);
        assertThat(history.stream().mapToDouble(Trial::objective).min().orElseThrow()).isLessThan(0.01);
    }
}
