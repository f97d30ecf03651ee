package dev.keelson.learn.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.neural.GradientEngine.Batch;
import dev.keelson.learn.neural.GradientEngine.Gradients;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Networks without the library that trains them: linear ones, whose gradients are known. */
final class NeuralLearnerTest {
    private static final List<String> NAMES = List.of("a", "b");

    private static TrainingSet line(int n) {
        Random random = new Random(1);
        double[][] columns = new double[2][n];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            columns[0][i] = random.nextGaussian() * 3 + 10;
            columns[1][i] = random.nextGaussian();
            values[i] = 100 + 2 * columns[0][i];
        }
        return new TrainingSet(
                new FeatureMatrix(NAMES, columns, n), new Target.Numbers(values, new Task.Regression()), null);
    }

    /** Squared error of a linear network of one output: weights of the inputs, then the bias. */
    private record Linear(int inputs, float factor) implements Gradients {
        @Override
        public void ofWeights(float[] weights, Batch batch, float[] gradient) {
            Arrays.fill(gradient, 0);
            int rows = batch.targets().length;
            for (int i = 0; i < rows; i++) {
                float error = weights[inputs] - batch.targets()[i];
                for (int j = 0; j < inputs; j++) {
                    error += weights[j] * batch.inputs()[i * inputs + j];
                }
                float slope = factor * 2 * error * batch.weights()[i] / rows;
                for (int j = 0; j < inputs; j++) {
                    gradient[j] += slope * batch.inputs()[i * inputs + j];
                }
                gradient[inputs] += slope;
            }
        }

        @Override
        public float[] ofInputs(float[] weights, float[] read, int rows) {
            float[] strengths = new float[inputs];
            for (int j = 0; j < inputs; j++) {
                strengths[j] = Math.abs(weights[j]) * rows;
            }
            return strengths;
        }

        @Override
        public void close() {}
    }

    private static MlpProvider linear(float factor) {
        return new MlpProvider((network, _, _, _) -> new Linear(network.inputs(), factor));
    }

    @Test
    void linearNetworkFindsTheLine() {
        TrainingSet set = line(400);

        Model model = linear(1)
                .create(Map.of("hidden", "", "epochs", 100L, "weight_decay", 0L, "learning_rate", 0.03))
                .fit(set, 1);

        assertThat(model.predictAll(set.features())).containsExactly(set.values(), within(0.02));
        assertThat(model.importance()[0]).isGreaterThan(0.99);
    }

    @Test
    void weightsBeyondAllBoundsAreTold() {
        assertThatThrownBy(() ->
                        linear(Float.NaN).create(Map.of("hidden", "")).fit(line(10), 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("epoch 1")
                .hasMessageContaining("learning_rate (0.003)");
    }

    @Test
    void withoutAnEngineTheErrorSaysWhatToInstall() {
        for (var provider : List.of(new MlpProvider(), new LstmProvider())) {
            assertThatThrownBy(() -> provider.create(Map.of()).fit(line(10), 1))
                    .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code())
                            .isEqualTo(ErrorCode.NATIVE_LIBRARY_MISSING))
                    .hasMessageContaining("The learner " + provider.name() + " trains with PyTorch")
                    .hasMessageContaining("./mvnw");
        }
    }

    @Test
    void networkOfTooManyWeightsIsRefused() {
        assertThatThrownBy(() -> linear(1)
                        .create(Map.of("hidden", "65536,65536"))
                        .fit(line(10), 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("more than 2^29 weights");
    }

    @Test
    void normsBecomePartOfTheWeights() {
        Network.Dense network = new Network.Dense(2, List.of(3), Activation.TANH, true, 1);
        Random random = new Random(2);
        float[] weights = new float[network.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian();
        }
        float[] inputs = {1, 2, -1, 0.5f, 3, -2, 0, 1};

        float[] folded = BatchNorm.fold(network, weights, inputs, 4);

        Forward forward = Forward.of(network.folded(), folded);
        for (int i = 0; i < 4; i++) {
            double expected = weights[weights.length - 1];
            for (int u = 0; u < 3; u++) {
                double[] sums = new double[4];
                for (int r = 0; r < 4; r++) {
                    sums[r] = weights[6 + u] + weights[2 * u] * inputs[2 * r] + weights[2 * u + 1] * inputs[2 * r + 1];
                }
                double mean = Arrays.stream(sums).average().orElseThrow();
                double variance = Arrays.stream(sums).map(s -> (s - mean) * (s - mean)).average().orElseThrow();
                double normed = (sums[i] - mean) / Math.sqrt(variance + 1e-5) * weights[9 + u] + weights[12 + u];
                expected += weights[15 + u] * Math.tanh(normed);
            }
            assertThat((double) forward.outputs(new float[] {inputs[2 * i], inputs[2 * i + 1]})[0])
                    .isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void badSettingsAreTold() {
        assertThatThrownBy(() -> new MlpProvider().create(Map.of("epochs", 0L, "hiden", "3", "batch_norm", "yes")))
                .hasMessageContaining("mlp.epochs (0)")
                .hasMessageContaining("hiden")
                .hasMessageContaining("mlp.batch_norm (yes) must be true or false");
        assertThatThrownBy(() -> new MlpProvider().create(Map.of("hidden", "64,0"))).hasMessageContaining("mlp.hidden (64,0)");
        assertThatThrownBy(() -> new MlpProvider().create(Map.of("activation", "gelu")))
                .hasMessageContaining("[relu, tanh, silu]");
        assertThatThrownBy(() -> new LstmProvider().create(Map.of("device", "gpu"))).hasMessageContaining("[cpu, cuda]");
    }

    @Test
    void settingsAreToldInFull() {
        assertThat(new MlpProvider().create(Map.of("hidden", 16L)).settings())
                .containsEntry("hidden", "16")
                .containsOnlyKeys(new MlpProvider().settingNames());
        assertThat(new LstmProvider().create(Map.of()).settings())
                .containsOnlyKeys(new LstmProvider().settingNames());
    }

    @Test
    void weightsOfAnotherShapeAreRefused() {
        Model model = linear(1).create(Map.of("hidden", "")).fit(line(20), 1);
        Map<String, byte[]> files = new HashMap<>(model.save());
        Network other = new Network.Dense(3, List.of(), Activation.RELU, false, 1);
        files.put("weights.safetensors", SafeTensors.write(other.tensors(), new float[other.size()]));

        assertThatThrownBy(() -> new NeuralCodec().load(NAMES, model.task(), files))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("output.weight");
    }

    @Test
    void aNetworkGoesOnFromItsWeights() {
        TrainingSet set = line(400);
        Learner learner = linear(1)
                .create(Map.of("hidden", "", "epochs", 100L, "weight_decay", 0L, "learning_rate", 0.03));
        Model base = learner.fit(set, 1);
        double[] higher = Arrays.stream(set.values()).map(value -> value + 6).toArray();
        TrainingSet moved =
                new TrainingSet(set.features(), new Target.Numbers(higher, new Task.Regression()), null);
        Continuation how = new Continuation(ContinuationMode.CONTINUE, 60, 0.03);

        Model updated = ((Continuing) learner).goOn(base, moved, how, 1);
        Model little = ((Continuing) learner)
                .goOn(base, moved, new Continuation(ContinuationMode.CONTINUE, 1, 1e-7), 1);

        assertThat(updated.predictAll(set.features())).containsExactly(higher, within(0.05));
        assertThat(little.predictAll(set.features())).containsExactly(base.predictAll(set.features()), within(1e-2));
        assertThat(((Continuing) learner).goOn(base, moved, how, 1).predictAll(set.features()))
                .isEqualTo(updated.predictAll(set.features()));
        assertThat(base.predictAll(set.features())).containsExactly(set.values(), within(0.02));
    }
}
