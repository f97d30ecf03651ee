package dev.keelson.learn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.learn.baseline.BaselineLearner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EarlyStoppedTest {
    /** What a fit was given. */
    private record Seen(int steps, int rows, int validationRows, double lastTrained) {}

    private final List<Seen> seen = new ArrayList<>();

    /** Finds that 7 steps are best. */
    private final class StepLearner implements Learner {
        private final int steps;

        StepLearner(int steps) {
            this.steps = steps;
        }

        @Override
        public String name() {
            return "steps";
        }

        @Override
        public Map<String, Object> settings() {
            return Map.of("rounds", (long) steps);
        }

        @Override
        public boolean supports(Task task) {
            return true;
        }

        @Override
        public Fit fit(TrainingSet rows, FitControl control, long seed) {
            seen.add(new Seen(
                    steps,
                    rows.rows(),
                    control.validation().map(TrainingSet::rows).orElse(0),
                    rows.values()[rows.rows() - 1]));
            Model model = new BaselineLearner(List.of()).fit(rows, seed);
            return control.validation().isEmpty() ? new Fit(model, steps, List.of()) : new Fit(model, 7, List.of(0.5));
        }
    }

    private static TrainingSet rows(int n) {
        double[] values = IntStream.range(0, n).mapToDouble(i -> i).toArray();
        return new TrainingSet(
                new FeatureMatrix(List.of("x"), new double[][] {new double[n]}, n),
                new Target.Numbers(values, new Task.Regression()),
                null);
    }

    @Test
    void stepsAreFoundOnTheLastRowsAndTakenWithAll() {
        Learner learner = new EarlyStopped(new StepLearner(100), StepLearner::new, 0, 0);

        Fit fit = learner.fit(rows(50), FitControl.NONE, 1);

        assertThat(seen).containsExactly(new Seen(100, 40, 10, 39), new Seen(7, 50, 0, 49));
        assertThat(fit.steps()).isEqualTo(7);
        assertThat(fit.losses()).containsExactly(0.5);
    }

    @Test
    void rowsOfTheCallerCountInstead() {
        Learner learner = new EarlyStopped(new StepLearner(100), StepLearner::new, 0, 0);

        learner.fit(rows(50), FitControl.on(rows(8)), 1);

        assertThat(seen).containsExactly(new Seen(100, 50, 8, 49));
    }

    @Test
    void fewRowsAreFittedAtOnce() {
        Learner learner = new EarlyStopped(new StepLearner(100), StepLearner::new, 0, 0);

        learner.fit(rows(2), FitControl.NONE, 1);

        assertThat(seen).containsExactly(new Seen(100, 2, 0, 1));
    }
}
