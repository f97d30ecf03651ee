package dev.keelson.boosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.boosting.lightgbm.LightGbmProvider;
import dev.keelson.boosting.xgboost.XGBoostProvider;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.encode.EncodedLearner;
import dev.keelson.learn.encode.EncodingKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ContinuedTreesTest {
    private static final List<String> FEATURES = List.of("a", "b", "c");
    private static final List<Task> TASKS = List.of(
            new Task.Classification(List.of("no", "yes")),
            new Task.Classification(List.of("H", "D", "A")),
            new Task.Regression(),
            new Task.Quantiles(List.of(0.1, 0.9)));

    static Stream<Arguments> learners() {
        List<Arguments> all = new ArrayList<>();
        for (Task task : TASKS) {
            all.add(Arguments.of(new XGBoostProvider().create(Map.of("rounds", 20L)), task));
            all.add(Arguments.of(new LightGbmProvider().create(Map.of("rounds", 20L)), task));
        }
        return all.stream();
    }

    /** The first feature points up, or with {@code sign} -1 down. */
    private static TrainingSet rows(Task task, int n, int sign, long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[3][n];
        double[] values = new double[n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            for (double[] column : columns) {
                column[i] = random.nextGaussian();
            }
            values[i] = sign * columns[0][i] + 0.3 * random.nextGaussian();
            int classes = task.outputs().size();
            labels[i] = (int) Math.clamp(Math.floor((values[i] + 1) / 2 * classes), 0, classes - 1);
        }
        FeatureMatrix matrix = new FeatureMatrix(FEATURES, columns, n);
        return task instanceof Task.Classification classification
                ? new TrainingSet(matrix, labels, classification.classes(), null)
                : new TrainingSet(matrix, new Target.Numbers(values, task), null);
    }

    private static double loss(Model model, TrainingSet rows) {
        double[] told = model.predictAll(rows.features());
        int outputs = model.outputs().size();
        double sum = 0;
        for (int i = 0; i < rows.rows(); i++) {
            switch (rows.target()) {
                case Target.Classes classes -> sum -= Math.log(Math.max(1e-9, told[i * outputs + classes.labels()[i]]));
                case Target.Numbers numbers -> {
                    for (int k = 0; k < outputs; k++) {
                        sum += Math.abs(told[i * outputs + k] - numbers.values()[i]);
                    }
                }
            }
        }
        return sum / rows.rows();
    }

    private static List<String> files(Model model) {
        return model.save().entrySet().stream()
                .map(file -> file.getKey() + " " + java.util.HexFormat.of().formatHex(file.getValue()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("learners")
    void furtherTreesLearnWhatIsNew(Learner learner, Task task) {
        Model base = learner.fit(rows(task, 600, 1, 1), 42);
        List<String> before = files(base);
        TrainingSet shifted = rows(task, 600, -1, 2);
        Continuation how = new Continuation(ContinuationMode.CONTINUE, 30, 0.1);

        Model updated = ((Continuing) learner).goOn(base, shifted, how, 42);
        Model again = ((Continuing) learner).goOn(base, shifted, how, 42);

        assertThat(loss(updated, shifted)).isLessThan(0.8 * loss(base, shifted));
        assertThat(files(again)).isEqualTo(files(updated));
        assertThat(files(base)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("learners")
    void theOldTreesStandUnderTheNewOnes(Learner learner, Task task) {
        TrainingSet rows = rows(task, 300, 1, 1);
        Model base = learner.fit(rows, 42);

        Model updated = ((Continuing) learner)
                .goOn(base, rows, new Continuation(ContinuationMode.CONTINUE, 3, 1e-9), 42);

        assertThat(updated.predictAll(rows.features())).containsExactly(base.predictAll(rows.features()), within(1e-5));
    }

    @ParameterizedTest
    @MethodSource("learners")
    void refittedLeavesMoveTowardsTheNewRows(Learner learner, Task task) {
        Model base = learner.fit(rows(task, 600, 1, 1), 42);
        TrainingSet shifted = rows(task, 600, -1, 2);
        if (task instanceof Task.Quantiles && learner.name().equals("xgboost")) {
            assertThatThrownBy(() -> ((Continuing) learner)
                            .goOn(base, shifted, new Continuation(ContinuationMode.REFIT, 1, 0.1), 42))
                    .hasMessageContaining("quantiles");
            return;
        }

        Model little = ((Continuing) learner)
                .goOn(base, shifted, new Continuation(ContinuationMode.REFIT, 1, 0.1), 42);
        Model far = ((Continuing) learner).goOn(base, shifted, new Continuation(ContinuationMode.REFIT, 1, 0.9), 42);

        assertThat(loss(little, shifted)).isLessThan(loss(base, shifted));
        assertThat(loss(far, shifted)).isLessThan(loss(little, shifted));
        assertThat(little.save().values().iterator().next().length)
                .isBetween(
                        base.save().values().iterator().next().length * 8 / 10,
                        base.save().values().iterator().next().length * 12 / 10);
    }

    @ParameterizedTest
    @MethodSource("learners")
    void modelsOfOtherFeaturesAreRefused(Learner learner, Task task) {
        TrainingSet rows = rows(task, 100, 1, 1);
        Model base = learner.fit(rows, 42);
        TrainingSet fewer =
                new TrainingSet(rows.features().select(List.of("b", "a", "c")), rows.target(), null);

        assertThatThrownBy(() -> ((Continuing) learner)
                        .goOn(base, fewer, new Continuation(ContinuationMode.CONTINUE, 3, 0.1), 42))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[a, b, c]");
    }

    @ParameterizedTest
    @MethodSource("learners")
    void treesOfCategoriesGoOnAndAreRefitted(Learner learner, Task task) {
        for (EncodingKind kind : EncodingKind.values()) {
            Model base = new EncodedLearner(learner, Map.of("c", kind), 0, 0).fit(categories(rows(task, 600, 1, 1), 4), 42);
            TrainingSet shifted = categories(rows(task, 600, -1, 2), 5); // level 4 is new

            for (ContinuationMode mode : ContinuationMode.values()) {
                if (mode == ContinuationMode.REFIT && task instanceof Task.Quantiles && learner.name().equals("xgboost")) {
                    continue;
                }
                Model model = EncodedLearner.goOn(
                        (Continuing) learner, base, shifted, new Continuation(mode, 30, 0.3), 42);

                assertThat(loss(model, shifted)).as("%s %s", kind, mode).isLessThan(loss(base, shifted));
                assertThat(model.format()).isEqualTo(base.format());
            }
        }
    }

    /** The same rows, their last feature a category of some levels. */
    private static TrainingSet categories(TrainingSet rows, int levels) {
        double[][] columns = rows.features().columns().clone();
        double[] kinds = new double[rows.rows()];
        Map<Double, String> texts = new TreeMap<>();
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = 1000 + i % levels;
            texts.put(kinds[i], "k" + i % levels);
        }
        columns[2] = kinds;
        return new TrainingSet(
                new FeatureMatrix(FEATURES, columns, rows.rows(), Map.of("c", texts)), rows.target(), null);
    }
}
