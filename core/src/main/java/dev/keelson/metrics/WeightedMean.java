package dev.keelson.metrics;

/** Mean of per-row scores when rows count differently, for instance by age or by class. */
public final class WeightedMean {

    private WeightedMean() {}

    /**
     * {@code sum(w * x) / sum(w)}.
     *
     * @param values score of each row, finite, at least one
     * @param weights weight of each row, same length, finite, not negative, positive in sum
     */
    public static double of(double[] values, double[] weights) {
        double total = Rows.checkWeights(weights, values.length);
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new IllegalArgumentException("The score of row %d (%s) must be finite.".formatted(i, values[i]));
            }
            sum += weights[i] * values[i];
        }
        return sum / total;
    }
}
