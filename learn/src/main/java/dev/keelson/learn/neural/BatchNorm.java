package dev.keelson.learn.neural;

import dev.keelson.learn.neural.Network.Dense;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the norms of a dense network part of its weights. Each norm takes mean and variance of its sums over given rows,
 * layer by layer, with the norms below it in place: the statistics of the finished network, not a running average of
 * those that it had on its way.
 */
final class BatchNorm {
    private BatchNorm() {}

    /**
     * The weights of {@link Dense#folded}.
     *
     * @param inputs {@code rows * network.inputs()}, row by row
     */
    static float[] fold(Dense network, float[] weights, float[] inputs, int rows) {
        Dense folded = network.folded();
        float[] result = new float[folded.size()];
        List<Tensor> from = network.tensors();
        List<Tensor> to = folded.tensors();
        float[] values = inputs;
        int layers = network.hidden().size();
        for (int l = 0; l < layers; l++) {
            copy(weights, from.get(4 * l), result, to.get(2 * l));
            copy(weights, from.get(4 * l + 1), result, to.get(2 * l + 1));
            float[] sums = sums(result, to.get(2 * l), to.get(2 * l + 1), values, rows);
            scale(weights, from.get(4 * l + 2), from.get(4 * l + 3), sums, rows, result, to.get(2 * l), to.get(2 * l + 1));
            values = sums(result, to.get(2 * l), to.get(2 * l + 1), values, rows);
            network.activation().apply(values, values.length);
        }
        copy(weights, from.get(4 * layers), result, to.get(2 * layers));
        copy(weights, from.get(4 * layers + 1), result, to.get(2 * layers + 1));
        return result;
    }

    private static void copy(float[] weights, Tensor from, float[] result, Tensor to) {
        System.arraycopy(weights, from.offset(), result, to.offset(), from.size());
    }

    private static float[] sums(float[] weights, Tensor weight, Tensor bias, float[] values, int rows) {
        Forward.Affine affine = new Forward.Affine(weights, weight, bias);
        float[] all = new float[Math.multiplyExact(rows, weight.rows())];
        float[] sums = new float[weight.rows()];
        for (int i = 0; i < rows; i++) {
            affine.begin(sums);
            affine.add(values, i * weight.columns(), weight.columns(), sums);
            System.arraycopy(sums, 0, all, i * sums.length, sums.length);
        }
        return all;
    }

    private static void scale(
            float[] weights,
            Tensor gain,
            Tensor shift,
            float[] sums,
            int rows,
            float[] result,
            Tensor weight,
            Tensor bias) {
        int units = weight.rows();
        for (int u = 0; u < units; u++) {
            double mean = 0;
            for (int i = 0; i < rows; i++) {
                mean += sums[i * units + u];
            }
            mean /= rows;
            double variance = 0;
            for (int i = 0; i < rows; i++) {
                double away = sums[i * units + u] - mean;
                variance += away * away;
            }
            variance /= rows;
            double factor = weights[gain.offset() + u] / Math.sqrt(variance + Dense.NORM_EPSILON);
            int row = weight.offset() + u * weight.columns();
            for (int i = row; i < row + weight.columns(); i++) {
                result[i] = (float) (result[i] * factor);
            }
            int at = bias.offset() + u;
            result[at] = (float) ((result[at] - mean) * factor + weights[shift.offset() + u]);
        }
    }

    /** Positions of at most {@code most} of {@code rows} rows, spread evenly. */
    static int[] sample(int rows, int most) {
        int[] positions = new int[Math.min(rows, most)];
        Arrays.setAll(positions, i -> (int) ((long) i * rows / positions.length));
        return positions;
    }
}
