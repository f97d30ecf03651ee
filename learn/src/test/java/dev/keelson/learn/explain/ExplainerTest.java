package dev.keelson.learn.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.linear.LinearConfig;
import dev.keelson.learn.linear.LinearLearner;
import dev.keelson.learn.logistic.LogisticConfig;
import dev.keelson.learn.logistic.LogisticLearner;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Contributions of linear models and of blends of them. */
final class ExplainerTest {
    private static final List<String> NAMES = List.of("strong", "weak", "noise");
    private static final int ROWS = 300;

    private static FeatureMatrix rows(long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[3][ROWS];
        for (int i = 0; i < ROWS; i++) {
            columns[0][i] = 3 + random.nextGaussian();
            columns[1][i] = random.nextInt(6) == 0 ? Double.NaN : random.nextGaussian();
            columns[2][i] = random.nextGaussian();
        }
        return new FeatureMatrix(NAMES, columns, ROWS);
    }

    private static double signal(FeatureMatrix rows, int i) {
        double weak = rows.value(i, 1);
        return 2 * (rows.value(i, 0) - 3) + (Double.isNaN(weak) ? -0.5 : 0.4 * weak) + 2 * Math.sin(7.0 * i); // what no feature tells
    }

    private static int[] labels(FeatureMatrix rows, int classes) {
        return IntStream.range(0, ROWS)
                .map(i -> classes == 2 ? (signal(rows, i) > 0 ? 1 : 0) : signal(rows, i) > 1 ? 0 : signal(rows, i) > -1 ? 1 : 2)
                .toArray();
    }

    private static Model logistic(FeatureMatrix rows, List<String> classes, double l2) {
        Target target = new Target.Classes(labels(rows, classes.size()), classes);
        return new LogisticLearner(LogisticConfig.of(Map.of("l2", l2))).fit(new TrainingSet(rows, target, null), 1);
    }

    private static double sum(double[] told, int margin) {
        double sum = 0;
        for (int j = 0; j <= NAMES.size(); j++) {
            sum += told[margin * (NAMES.size() + 1) + j];
        }
        return sum;
    }

    private static void assertAdditive(Model model, FeatureMatrix rows, double tolerance) {
        Explainer explainer = Objects.requireNonNull(model.explainer());
        double[] row = new double[NAMES.size()];
        double[] told = new double[explainer.length()];
        double[] predicted = new double[model.outputs().size()];
        double[] again = new double[predicted.length];
        double[] margins = new double[explainer.margins().size()];
        for (int i = 0; i < ROWS; i++) {
            rows.row(i, row);
            explainer.explain(row, told);
            for (int k = 0; k < margins.length; k++) {
                margins[k] = sum(told, k);
            }
            model.predict(row, predicted);

            explainer.scale().predict(margins, again);

            assertThat(again).containsExactly(predicted, within(tolerance));
        }
    }

    @Test
    void contributionsOfALogisticModelSumToItsMargins() {
        FeatureMatrix rows = rows(1);

        assertAdditive(logistic(rows, List.of("no", "yes"), 1), rows, 1e-12);
        assertAdditive(logistic(rows, List.of("H", "D", "A"), 1), rows, 1e-12);
    }

    @Test
    void contributionsOfALinearModelAreZeroOnAverageOverItsTrainingRows() {
        FeatureMatrix rows = rows(2);
        double[] values =
                IntStream.range(0, ROWS).mapToDouble(i -> signal(rows, i)).toArray();
        Model model = new LinearLearner(LinearConfig.of(Map.of()))
                .fit(new TrainingSet(rows, new Target.Numbers(values, new Task.Regression()), null), 1);

        ContributionSummary summary = ContributionSummary.of(Objects.requireNonNull(model.explainer()), rows);

        assertAdditive(model, rows, 1e-9);
        assertThat(summary.mean()[0]).containsExactly(new double[3], within(1e-9));
        assertThat(summary.shares()[0]).isGreaterThan(0.6);
        assertThat(summary.direction()[0][0]).isCloseTo(1, within(1e-9));
    }

    @Test
    void aBlendIsTheWeightedSumOfItsMembers() {
        FeatureMatrix rows = rows(3);
        for (List<String> classes : List.of(List.of("no", "yes"), List.of("H", "D", "A"))) {
            Model one = logistic(rows, classes, 1);
            Model two = logistic(rows, classes, 500);
            EnsembleModel blend = new EnsembleModel(
                    List.of(new EnsembleModel.Member("a", one), new EnsembleModel.Member("b", two)),
                    new double[] {0.3, 0.7},
                    1);

            double[] row = new double[] {2, Double.NaN, 1};
            Explainer explainer = Objects.requireNonNull(blend.explainer());
            double[] told = new double[explainer.length()];
            double[] first = new double[told.length];
            double[] second = new double[told.length];
            explainer.explain(row, told);
            Objects.requireNonNull(one.explainer()).explain(row, first);
            Objects.requireNonNull(two.explainer()).explain(row, second);

            assertAdditive(blend, rows, 1e-9);
            for (int i = 0; i < told.length; i++) {
                assertThat(told[i]).isCloseTo(0.3 * first[i] + 0.7 * second[i], within(1e-12));
            }
        }
    }

    @Test
    void shufflingAFeatureThatMattersCostsAndOneThatDoesNotDoesNot() {
        FeatureMatrix train = rows(4);
        FeatureMatrix test = rows(5);
        Model model = logistic(train, List.of("no", "yes"), 1);
        PermutationImportance.Truth truth = new PermutationImportance.Truth(
                labels(test, 2), new double[0], IntStream.range(0, ROWS).map(i -> i / 3).toArray());
        List<PermutationImportance.Group> groups = List.of(
                PermutationImportance.Group.of("strong"),
                PermutationImportance.Group.of("noise"),
                new PermutationImportance.Group("all", NAMES));

        List<PermutationImportance.Worth> worths = PermutationImportance.of(model, test, truth, groups, 5, 42);

        assertThat(worths.get(0).increase().lower()).isPositive();
        assertThat(worths.get(1).increase().estimate()).isCloseTo(0, within(0.05));
        assertThat(worths.get(2).increase().estimate()).isGreaterThan(worths.get(0).increase().estimate() * 0.8);
        assertThat(PermutationImportance.of(model, test, truth, groups.subList(0, 1), 5, 42).getFirst())
                .isEqualTo(worths.getFirst());
    }
}
