package dev.keelson.metrics;

/**
 * Brier score over all classes: {@code sum over classes of (p[c] - (c == label))^2}, from 0 (perfect) to 2; lower is
 * better.
 *
 * <p>This is Brier's own multi-class form, the sum over the classes. For two classes it is twice the one-class form
 * {@code (p - y)^2} that many libraries report; for three it must not be divided by 3 to compare with published
 * football figures.
 *
 * <p>Source: Brier, G. W. (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review
 * 78(1).
 */
public final class Brier {

    private Brier() {}

    /**
     * Mean over rows.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     */
    public static double of(double[] p, int classes, int[] labels) {
        return Rows.mean(perRow(p, classes, labels));
    }

    /**
     * Score of every row, for intervals that respect clusters.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @return length n
     */
    public static double[] perRow(double[] p, int classes, int[] labels) {
        int n = Rows.check(p, classes, labels);
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                double error = p[i * classes + c] - (labels[i] == c ? 1 : 0);
                sum += error * error;
            }
            scores[i] = sum;
        }
        return scores;
    }
}
