package dev.keelson.learn;

import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.RegressionErrors;

/**
 * Mean loss of predictions on rows, by what is told: log loss of the class, squared error, or pinball loss averaged
 * over the levels. Rows count by their weights. Lower is better.
 */
public final class ValidationLoss {
    private ValidationLoss() {}

    /**
     * Loss of predictions as a library gives them.
     *
     * @param rows targets and weights
     * @param predictions one array for each row: a probability for each class (or of the second of two alone), the
     *     value, or the quantiles
     */
    public static double of(TrainingSet rows, float[][] predictions) {
        double sum = 0;
        double total = 0;
        double[] row = new double[rows.task().outputs().size()];
        for (int i = 0; i < predictions.length; i++) {
            float[] told = predictions[i];
            for (int k = 0; k < told.length; k++) {
                row[k] = told[k];
            }
            if (told.length < row.length) { // of two classes the second alone
                row[1] = row[0];
                row[0] = 1 - row[1];
            }
            sum += rows.weight(i) * ofRow(rows.target(), i, row, 0);
            total += rows.weight(i);
        }
        return sum / total;
    }

    /**
     * Loss of predictions as a model gives them.
     *
     * @param rows targets and weights
     * @param predictions {@code rows * outputs}, row by row, as {@link Model#predictAll} gives them
     */
    public static double of(TrainingSet rows, double[] predictions) {
        int outputs = rows.task().outputs().size();
        double sum = 0;
        double total = 0;
        for (int i = 0; i < rows.rows(); i++) {
            sum += rows.weight(i) * ofRow(rows.target(), i, predictions, i * outputs);
            total += rows.weight(i);
        }
        return sum / total;
    }

    private static double ofRow(Target target, int i, double[] predictions, int from) {
        return switch (target) {
            case Target.Classes classes -> LogLoss.of(predictions[from + classes.labels()[i]]);
            case Target.Numbers(double[] values, Task.Quantiles quantiles) -> {
                int levels = quantiles.levels().size();
                double sum = 0;
                for (int k = 0; k < levels; k++) {
                    sum += RegressionErrors.pinball(
                            predictions[from + k], values[i], quantiles.levels().get(k));
                }
                yield sum / levels;
            }
            case Target.Numbers numbers -> {
                double error = predictions[from] - numbers.values()[i];
                yield error * error;
            }
        };
    }
}
