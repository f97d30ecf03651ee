package dev.keelson.learn.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.Task;
import dev.keelson.learn.neural.GradientEngine.Batch;
import dev.keelson.learn.neural.GradientEngine.Gradients;
import dev.keelson.torch.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What PyTorch computes of a network is what our own evaluation of it says. */
final class GradientAgreementTest {
    private static final Task VALUE = new Task.Regression();
    private static final Task CLASSES = new Task.Classification(List.of("a", "b", "c"));
    private static final Task QUANTILES = new Task.Quantiles(List.of(0.1, 0.5, 0.9));
    private static final int ROWS = 5;

    private final Random random = new Random(1);

    static Stream<Network> networks() {
        return Stream.of(
                new Network.Dense(7, List.of(), Activation.RELU, false, 3),
                new Network.Dense(7, List.of(6, 5), Activation.RELU, false, 3),
                new Network.Dense(7, List.of(6, 5), Activation.TANH, false, 3),
                new Network.Dense(7, List.of(6), Activation.SILU, false, 3),
                new Network.Recurrent(6, 2, 5, 1, 3),
                new Network.Recurrent(6, 2, 5, 3, 3));
    }

    private float[] draw(int count, double scale) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (random.nextGaussian() * scale);
        }
        return numbers;
    }

    private static double loss(Network network, Task task, float[] weights, Batch batch) {
        Forward forward = Forward.of(network, weights);
        Outputs outputs = new Outputs(task, 0, 1);
        double sum = 0;
        for (int i = 0; i < batch.targets().length; i++) {
            float[] row = new float[network.inputs()];
            System.arraycopy(batch.inputs(), i * row.length, row, 0, row.length);
            float[] raw = forward.outputs(row);
            double target = batch.targets()[i];
            double loss = 0;
            if (task instanceof Task.Quantiles quantiles) {
                for (int k = 0; k < raw.length; k++) {
                    double above = target - raw[k];
                    double level = quantiles.levels().get(k);
                    loss += Math.max(level * above, (level - 1) * above) / raw.length;
                }
            } else {
                double[] out = new double[raw.length];
                outputs.finish(raw, out);
                loss = task instanceof Task.Classification
                        ? -Math.log(out[(int) target])
                        : (out[0] - target) * (out[0] - target);
            }
            sum += batch.weights()[i] * loss;
        }
        return sum / batch.targets().length;
    }

    /** The gradient with respect to the bias of an output is its probability, less 1 for the class that came. */
    @ParameterizedTest
    @MethodSource("networks")
    void predictionsAgree(Network network) {
        float[] weights = draw(network.size(), 0.5);
        float[] inputs = draw(network.inputs(), 2);
        float[] gradient = new float[weights.length];
        double[] ours = new double[3];

        try (Gradients gradients = new TorchEngine().open(network, CLASSES, "mlp", "cpu")) {
            gradients.ofWeights(
                    weights, new Batch(inputs, new float[] {0}, new float[] {1}, List.of()), gradient);
        }
        new Outputs(CLASSES, 0, 1).finish(Forward.of(network, weights).outputs(inputs), ours);

        int bias = network.tensors().getLast().offset();
        assertThat(gradient[bias] + 1.0).isCloseTo(ours[0], within(2e-6));
        assertThat((double) gradient[bias + 1]).isCloseTo(ours[1], within(2e-6));
        assertThat((double) gradient[bias + 2]).isCloseTo(ours[2], within(2e-6));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void gradientsAgreeWithDifferences(Network shape) {
        for (Task task : List.of(VALUE, CLASSES, QUANTILES)) {
            Network network = task.equals(VALUE) ? withOneOutput(shape) : shape;
            float[] weights = draw(network.size(), 0.5);
            float[] targets = task.equals(CLASSES) ? new float[] {0, 2, 1, 1, 0} : draw(ROWS, 1);
            Batch batch = new Batch(
                    draw(ROWS * network.inputs(), 1), targets, new float[] {1, 0.5f, 2, 0, 1}, List.of());
            float[] gradient = new float[weights.length];

            try (Gradients gradients = new TorchEngine().open(network, task, "mlp", "cpu")) {
                gradients.ofWeights(weights, batch, gradient);
            }

            double step = 0.004;
            int kinked = 0; // a step across a kink of relu or of the pinball loss has no single slope
            for (int i = 0; i < weights.length; i++) {
                float kept = weights[i];
                weights[i] = (float) (kept + step);
                double above = loss(network, task, weights, batch);
                weights[i] = (float) (kept - step);
                double below = loss(network, task, weights, batch);
                weights[i] = kept;
                if (Math.abs((above - below) / (2 * step) - gradient[i]) > 1e-3 * Math.max(1, Math.abs(gradient[i]))) {
                    kinked++;
                }
            }
            boolean smooth = !network.toString().contains("RELU") && !task.equals(QUANTILES);
            assertThat(kinked).as("%s %s", network, task).isLessThanOrEqualTo(smooth ? 0 : weights.length / 20);
        }
    }

    private static Network withOneOutput(Network network) {
        return switch (network) {
            case Network.Dense dense ->
                new Network.Dense(dense.inputs(), dense.hidden(), dense.activation(), false, 1);
            case Network.Recurrent recurrent ->
                new Network.Recurrent(recurrent.steps(), recurrent.channels(), recurrent.units(), recurrent.layers(), 1);
        };
    }

    @ParameterizedTest
    @MethodSource("networks")
    void strengthsOfInputsAgreeWithDifferences(Network network) {
        float[] weights = draw(network.size(), 0.5);
        float[] inputs = draw(network.inputs(), 1);
        float[] strengths;

        try (Gradients gradients = new TorchEngine().open(network, CLASSES, "mlp", "cpu")) {
            strengths = gradients.ofInputs(weights, inputs, 1);
        }

        double step = 0.002;
        Forward forward = Forward.of(network, weights);
        double[] above = new double[3];
        double[] below = new double[3];
        for (int i = 0; i < inputs.length; i++) {
            float kept = inputs[i];
            inputs[i] = (float) (kept + step);
            new Outputs(CLASSES, 0, 1).finish(forward.outputs(inputs), above);
            inputs[i] = (float) (kept - step);
            new Outputs(CLASSES, 0, 1).finish(forward.outputs(inputs), below);
            inputs[i] = kept;
            double expected = 0;
            for (int k = 0; k < 3; k++) {
                expected += Math.abs(above[k] - below[k]) / (2 * step);
            }
            assertThat((double) strengths[i]).isCloseTo(expected, within(2e-3));
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void unitsLeftOutChangeNothingBelowThem(Network network) {
        float[] weights = draw(network.size(), 0.5);
        float[] inputs = draw(ROWS * network.inputs(), 1);
        float[] targets = {0, 1, 2, 0, 1};
        float[] ones = {1, 1, 1, 1, 1};
        float[] plain = new float[weights.length];
        float[] kept = new float[weights.length];
        float[] left = new float[weights.length];

        try (Gradients gradients = new TorchEngine().open(network, CLASSES, "mlp", "cpu")) {
            gradients.ofWeights(weights, new Batch(inputs, targets, ones, List.of()), plain);
            gradients.ofWeights(weights, new Batch(inputs, targets, ones, masks(network, 1)), kept);
            gradients.ofWeights(weights, new Batch(inputs, targets, ones, masks(network, 0)), left);
        }

        assertThat(kept).containsExactly(plain);
        if (!network.masks().isEmpty()) {
            int output = network.tensors().get(network.tensors().size() - 2).offset();
            for (int i = 0; i < output; i++) {
                assertThat(left[i]).isZero();
            }
        }
    }

    private static List<float[]> masks(Network network, float value) {
        List<float[]> masks = new ArrayList<>();
        for (int units : network.masks()) {
            float[] mask = new float[ROWS * units];
            Arrays.fill(mask, value);
            masks.add(mask);
        }
        return masks;
    }
}
