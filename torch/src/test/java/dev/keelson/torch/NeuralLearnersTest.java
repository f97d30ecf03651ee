package dev.keelson.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.neural.LstmProvider;
import dev.keelson.learn.neural.MlpProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What networks learn, that they do so to the same bits, and what they refuse. */
final class NeuralLearnersTest {
    private static final List<String> CLASSES = List.of("no", "yes");
    private static final int STEPS = 8;

    private static TrainingSet generated(int n, long seed, List<String> names, ToDoubleFunction<double[]> chance) {
        Random random = new Random(seed);
        double[][] columns = new double[names.size()][n];
        int[] labels = new int[n];
        double[] row = new double[columns.length];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < row.length; j++) {
                row[j] = random.nextGaussian();
                columns[j][i] = row[j];
            }
            labels[i] = random.nextDouble() < chance.applyAsDouble(row) ? 1 : 0;
        }
        return new TrainingSet(new FeatureMatrix(names, columns, n), labels, CLASSES, null);
    }

    /** Two features whose product decides, beside two that do not. */
    private static TrainingSet product(int n, long seed) {
        return generated(n, seed, List.of("a", "b", "c", "d"), row -> row[0] * row[1] > 0 ? 0.95 : 0.05);
    }

    /** Whether the last value beyond 1 in size, at whatever step it was, was above 0. */
    private static TrainingSet lastJump(int n, long seed) {
        List<String> names = IntStream.range(0, STEPS)
                .mapToObj(lag -> lag == 0 ? "x" : "x_lag" + lag)
                .toList();
        return generated(n, seed, names, row -> {
            for (double value : row) {
                if (Math.abs(value) > 1) {
                    return value > 0 ? 0.95 : 0.05;
                }
            }
            return 0.5;
        });
    }

    private static double logLoss(Model model, TrainingSet rows) {
        double[] p = model.predictAll(rows.features());
        double sum = 0;
        for (int i = 0; i < rows.rows(); i++) {
            sum -= Math.log(p[2 * i + rows.labels()[i]]);
        }
        return sum / rows.rows();
    }

    private static Learner mlp(Map<String, Object> settings) {
        return new MlpProvider().create(settings);
    }

    private static Learner lstm(Map<String, Object> settings) {
        return new LstmProvider().create(settings);
    }

    @Test
    void perceptronLearnsWhatALogisticRegressionCannot() {
        TrainingSet set = product(2000, 1);
        TrainingSet later = product(2000, 2);

        double logistic = logLoss(new LogisticProvider().create(Map.of()).fit(set, 1), later);
        Model model = mlp(Map.of("epochs", 40L)).fit(set, 1);

        assertThat(logistic).isGreaterThan(0.68); // a coin's is 0.693
        assertThat(logLoss(model, later)).isLessThan(0.35); // the chance's own is 0.199
        assertThat(model.importance()[0] + model.importance()[1]).isGreaterThan(0.8);
    }

    @Test
    void perceptronWithNormsLearns() {
        TrainingSet set = product(2000, 1);

        Model model = mlp(Map.of("epochs", 20L, "batch_norm", true, "dropout", 0.0)).fit(set, 1);

        assertThat(logLoss(model, product(2000, 2))).isLessThan(0.4);
        assertThat(new String(model.save().get("weights.safetensors"), StandardCharsets.ISO_8859_1))
                .doesNotContain("norm");
    }

    @Test
    void memoryLearnsASequenceThatALogisticRegressionOnItsLastStepCannot() {
        TrainingSet set = lastJump(3000, 3);
        TrainingSet later = lastJump(2000, 4);
        TrainingSet lastStep = new TrainingSet(set.features().select(List.of("x")), set.labels(), CLASSES, null);

        double logistic = logLoss(new LogisticProvider().create(Map.of()).fit(lastStep, 1), later);
        double allSteps = logLoss(new LogisticProvider().create(Map.of()).fit(set, 1), later);
        double memory = logLoss(lstm(Map.of("units", 16L)).fit(set, 1), later);

        assertThat(logistic).isGreaterThan(0.55);
        assertThat(allSteps).isGreaterThan(0.42);
        assertThat(memory).isLessThan(0.32); // the chance's own is about 0.24
    }

    @Test
    void quantilesHoldTheirShares() {
        Random random = new Random(5);
        int n = 3000;
        double[][] columns = new double[1][n];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            columns[0][i] = random.nextGaussian();
            values[i] = 50 + 10 * columns[0][i] + (1 + Math.abs(columns[0][i])) * random.nextGaussian();
        }
        FeatureMatrix features = new FeatureMatrix(List.of("x"), columns, n);
        Task task = new Task.Quantiles(List.of(0.1, 0.9));

        double[] q = mlp(Map.of("epochs", 30L, "dropout", 0.0))
                .fit(new TrainingSet(features, new Target.Numbers(values, task), null), 1)
                .predictAll(features);

        assertThat(share(n, i -> values[i] <= q[2 * i])).isBetween(0.07, 0.13);
        assertThat(share(n, i -> values[i] <= q[2 * i + 1])).isBetween(0.87, 0.93);
        assertThat(share(n, i -> q[2 * i] <= q[2 * i + 1])).isEqualTo(1);
    }

    private static double share(int n, IntPredicate test) {
        return IntStream.range(0, n).filter(test).count() / (double) n;
    }

    @Test
    void fitsInSeveralThreadsAtOnceGiveTheSameBytes() throws Exception {
        TrainingSet set = lastJump(300, 6);
        List<Learner> learners =
                List.of(mlp(Map.of("epochs", 3L, "batch_norm", true)), lstm(Map.of("epochs", 3L, "layers", 2L)));
        List<byte[]> alone = new ArrayList<>();
        for (Learner learner : learners) {
            alone.add(learner.fit(set, 7).save().get("weights.safetensors"));
        }

        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Callable<byte[]>> fits = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Learner learner = learners.get(i % 2);
                fits.add(() -> learner.fit(set, 7).save().get("weights.safetensors"));
            }
            int i = 0;
            for (Future<byte[]> fit : threads.invokeAll(fits)) {
                assertThat(fit.get()).isEqualTo(alone.get(i++ % 2));
            }
        }
        assertThat(learners.getFirst().fit(set, 8).save().get("weights.safetensors")).isNotEqualTo(alone.getFirst());
    }

    @Test
    void trainingStopsEarlyAndTakesTheBestEpoch() {
        TrainingSet set = product(150, 8); // few rows, and more noise than signal: it is soon learned by heart
        TrainingSet held = product(500, 9);
        Learner learner = mlp(Map.of("epochs", 200L, "early_stopping", 5L, "dropout", 0.0, "learning_rate", 0.01));

        Fit fit = learner.fit(set, FitControl.on(held), 1);

        int best = IntStream.range(0, fit.losses().size())
                .reduce((a, b) -> fit.losses().get(b) < fit.losses().get(a) ? b : a)
                .orElseThrow();
        assertThat(fit.losses()).hasSize(fit.steps() + 5).hasSizeLessThan(200);
        assertThat(fit.steps()).isEqualTo(best + 1);
        assertThat(logLoss(fit.model(), held))
                .isCloseTo(fit.losses().get(best), within(1e-6));
    }

    @Test
    void monitorEndsTheFit() {
        FitControl control = new FitControl(Optional.of(product(50, 1)), (step, _) -> step < 3);

        Fit fit = mlp(Map.of()).fit(product(100, 2), control, 1);

        assertThat(fit.steps()).isEqualTo(3);
        assertThat(fit.losses()).hasSize(3);
    }

    @Test
    void gpuIsRefusedWhereThereIsNone() {
        assumeFalse(
                TorchNatives.load("mlp").hasCapability("CUDA"), "this machine has a GPU");

        assertThatThrownBy(() -> mlp(Map.of("device", "cuda")).fit(product(50, 1), 1))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY))
                .hasMessageContaining("mlp.device (cuda)");
    }
}
