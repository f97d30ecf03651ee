package dev.keelson.learn;

/**
 * Mean loss of predictions on rows, by what is told: log loss of the class, squared error, or pinball loss averaged
 * over the levels. Rows count by their weights. Lower is better.
 */
public final class ValidationLoss {
    private static final double SMALLEST = 1e-15;

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
        for (int i = 0; i < predictions.length; i++) {
            float[] row = predictions[i];
            double loss = switch (rows.target()) {
                case Target.Classes classes -> logLoss(row, classes.labels()[i]);
                case Target.Numbers(double[] values, Task.Quantiles quantiles) -> pinball(row, values[i], quantiles);
                case Target.Numbers numbers -> (row[0] - numbers.values()[i]) * (row[0] - numbers.values()[i]);
            };
            sum += rows.weight(i) * loss;
            total += rows.weight(i);
        }
        return sum / total;
    }

    private static double logLoss(float[] row, int label) {
        double p = row.length > 1 ? row[label] : label == 1 ? row[0] : 1.0 - row[0];
        return -StrictMath.log(Math.max(SMALLEST, p));
    }

    private static double pinball(float[] row, double value, Task.Quantiles quantiles) {
        double sum = 0;
        for (int k = 0; k < row.length; k++) {
            double above = value - row[k];
            double level = quantiles.levels().get(k);
            sum += above >= 0 ? level * above : (level - 1) * above;
        }
        return sum / row.length;
    }
}
