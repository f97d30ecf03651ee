package dev.keelson.learn.neural;

import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Between the outputs of a network and predictions: softmax for classes; for values and quantiles mean and standard
 * deviation of the training rows' values.
 *
 * @param task what is predicted
 * @param mean mean of the values; 0 with classes
 * @param scale standard deviation of the values, 0 when they are all the same; 1 with classes
 */
record Outputs(Task task, double mean, double scale) {

    Outputs {
        if (!Double.isFinite(mean) || !(scale >= 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The mean (%s) must be finite and the scale (%s) finite and at least 0.".formatted(mean, scale));
        }
    }

    static Outputs fit(TrainingSet rows) {
        if (rows.task() instanceof Task.Classification) {
            return new Outputs(rows.task(), 0, 1);
        }
        double[] values = rows.values();
        double total = 0;
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < values.length; i++) {
            double weight = rows.weight(i);
            total += weight;
            sum += weight * values[i];
            if (weight > 0) {
                least = Math.min(least, values[i]);
                most = Math.max(most, values[i]);
            }
        }
        if (least == most) { // exactly constant, not by a rounding error
            return new Outputs(rows.task(), least, 0);
        }
        double mean = sum / total;
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            squares += rows.weight(i) * (values[i] - mean) * (values[i] - mean);
        }
        double scale = Math.sqrt(squares / total);
        if (!Double.isFinite(mean) || !(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The values of the target reach from %s to %s; their mean or spread is beyond double precision."
                            .formatted(least, most));
        }
        return new Outputs(rows.task(), mean, scale);
    }

    /** What the network is to give for each row: the number of the class, or the standardised value. */
    float[] targets(TrainingSet rows) {
        float[] targets = new float[rows.rows()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = task instanceof Task.Classification ? rows.labels()[i] : standardised(rows.values()[i]);
        }
        return targets;
    }

    private float standardised(double value) {
        return scale > 0 ? (float) ((value - mean) / scale) : 0;
    }

    /** What the outputs are without any input: logarithms of the frequencies, half a row added; mean; quantiles. */
    float[] prior(TrainingSet rows) {
        float[] prior = new float[task.outputs().size()];
        switch (task) {
            case Task.Classification _ -> {
                double[] sums = rows.classWeights();
                double all = Arrays.stream(sums).sum();
                for (int k = 0; k < prior.length; k++) { // weights as if they averaged 1
                    prior[k] = (float) StrictMath.log(sums[k] / all * rows.rows() + 0.5);
                }
            }
            case Task.Regression _ -> prior[0] = 0;
            case Task.Quantiles quantiles -> {
                for (int k = 0; k < prior.length; k++) {
                    prior[k] = standardised(quantile(rows, quantiles.levels().get(k)));
                }
            }
        }
        return prior;
    }

    /** Least value at or below which at least the share {@code level} of the weight lies. */
    private static double quantile(TrainingSet rows, double level) {
        double[] values = rows.values();
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted((a, b) -> Double.compare(values[a], values[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        double total = 0;
        for (int i : order) {
            total += rows.weight(i);
        }
        double below = 0;
        for (int i : order) {
            below += rows.weight(i);
            if (below >= level * total) {
                return values[i];
            }
        }
        return values[order[order.length - 1]];
    }

    /** The prediction of a row from the outputs of the network. */
    void finish(float[] outputs, double[] out) {
        if (!(task instanceof Task.Classification)) {
            for (int k = 0; k < outputs.length; k++) {
                out[k] = mean + scale * outputs[k];
            }
            Arrays.sort(out, 0, outputs.length); // levels may cross
            return;
        }
        float most = Float.NEGATIVE_INFINITY;
        for (float value : outputs) {
            most = Math.max(most, value);
        }
        double sum = 0;
        for (int k = 0; k < outputs.length; k++) {
            out[k] = Exponential.exp((double) outputs[k] - most);
            sum += out[k];
        }
        for (int k = 0; k < outputs.length; k++) {
            out[k] /= sum;
        }
    }
}
