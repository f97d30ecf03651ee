package dev.keelson.learn.neural;

import java.util.Arrays;
import java.util.List;

/** Computes the outputs of a network in floats, always in the same order. Immutable; safe for use by several threads. */
sealed interface Forward {

    /** The outputs of one row before softmax or scaling. */
    float[] outputs(float[] inputs);

    /** For weights in the order of {@link Network#tensors}; a dense network must be without norms. */
    static Forward of(Network network, float[] weights) {
        return switch (network) {
            case Network.Dense dense -> new Layers(dense, weights);
            case Network.Recurrent recurrent -> new Memory(recurrent, weights);
        };
    }

    /** {@code bias + weight * x}; the weights are kept by input, so that the inner loop adds to many units at once. */
    final class Affine {
        private final float[][] byInput;
        private final float[] bias;

        Affine(float[] weights, Tensor weight, Tensor bias) {
            this(weights, weight, Arrays.copyOfRange(weights, bias.offset(), bias.offset() + bias.size()));
        }

        Affine(float[] weights, Tensor weight, float[] bias) {
            this.bias = bias;
            byInput = new float[weight.columns()][weight.rows()];
            for (int u = 0; u < weight.rows(); u++) {
                for (int i = 0; i < weight.columns(); i++) {
                    byInput[i][u] = weights[weight.offset() + u * weight.columns() + i];
                }
            }
        }

        int units() {
            return bias.length;
        }

        /** Sets {@code sums} to the bias. */
        void begin(float[] sums) {
            System.arraycopy(bias, 0, sums, 0, bias.length);
        }

        /** Adds {@code weight * values[from ... from + count]}. */
        void add(float[] values, int from, int count, float[] sums) {
            for (int i = 0; i < count; i++) {
                float value = values[from + i];
                float[] weights = byInput[i];
                for (int u = 0; u < weights.length; u++) {
                    sums[u] += value * weights[u];
                }
            }
        }
    }

    /** Of a dense network. */
    final class Layers implements Forward {
        private final Activation activation;
        private final Affine[] affines;

        private Layers(Network.Dense network, float[] weights) {
            activation = network.activation();
            List<Tensor> tensors = network.tensors();
            affines = new Affine[tensors.size() / 2];
            for (int l = 0; l < affines.length; l++) {
                affines[l] = new Affine(weights, tensors.get(2 * l), tensors.get(2 * l + 1));
            }
        }

        @Override
        public float[] outputs(float[] inputs) {
            float[] values = inputs;
            for (int l = 0; l < affines.length; l++) {
                float[] sums = new float[affines[l].units()];
                affines[l].begin(sums);
                affines[l].add(values, 0, values.length, sums);
                if (l < affines.length - 1) {
                    activation.apply(sums, sums.length);
                }
                values = sums;
            }
            return values;
        }
    }

    /** Of a recurrent network. */
    final class Memory implements Forward {
        private final Network.Recurrent network;
        private final Affine[] fromBelow;
        private final Affine[] fromBefore;
        private final Affine output;

        private Memory(Network.Recurrent network, float[] weights) {
            this.network = network;
            List<Tensor> tensors = network.tensors();
            fromBelow = new Affine[network.layers()];
            fromBefore = new Affine[network.layers()];
            for (int l = 0; l < fromBelow.length; l++) {
                fromBelow[l] = new Affine(weights, tensors.get(3 * l), tensors.get(3 * l + 2));
                Tensor before = tensors.get(3 * l + 1);
                fromBefore[l] = new Affine(weights, before, new float[before.rows()]);
            }
            int last = tensors.size() - 2;
            output = new Affine(weights, tensors.get(last), tensors.get(last + 1));
        }

        @Override
        public float[] outputs(float[] inputs) {
            int units = network.units();
            float[][] hidden = new float[network.layers()][units];
            float[][] cells = new float[network.layers()][units];
            float[] gates = new float[Network.Recurrent.GATES * units];
            for (int t = 0; t < network.steps(); t++) {
                for (int l = 0; l < hidden.length; l++) {
                    fromBelow[l].begin(gates);
                    if (l == 0) {
                        fromBelow[l].add(inputs, t * network.channels(), network.channels(), gates);
                    } else {
                        fromBelow[l].add(hidden[l - 1], 0, units, gates);
                    }
                    fromBefore[l].add(hidden[l], 0, units, gates);
                    for (int u = 0; u < units; u++) {
                        float in = Exponential.sigmoid(gates[u]);
                        float forget = Exponential.sigmoid(gates[units + u]);
                        float cell = Exponential.tanh(gates[2 * units + u]);
                        float out = Exponential.sigmoid(gates[3 * units + u]);
                        cells[l][u] = forget * cells[l][u] + in * cell;
                        hidden[l][u] = out * Exponential.tanh(cells[l][u]);
                    }
                }
            }
            float[] outputs = new float[network.outputs()];
            output.begin(outputs);
            output.add(hidden[hidden.length - 1], 0, units, outputs);
            return outputs;
        }
    }
}
