package dev.keelson.metrics;

/**
 * Ranked probability score of ordered classes (home win, draw, away win): mean squared distance of the cumulative
 * forecast from the cumulative outcome over the {@code k - 1} inner boundaries, from 0 (perfect) to 1; lower is better.
 *
 * <p>Source: Epstein, E. S. (1969), Journal of Applied Meteorology 8(6); normalised by {@code k - 1} as by Constantinou
 * and Fenton (2012), Journal of Quantitative Analysis in Sports 8(1).
 */
public final class Rps {

    private Rps() {}

    /**
     * Mean over rows.
     *
     * @param p probabilities, {@code n * classes}, row by row, classes in their order, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     */
    public static double of(double[] p, int classes, int[] labels) {
        return Rows.mean(perRow(p, classes, labels));
    }

    /**
     * Score of every row, for intervals that respect clusters.
     *
     * @param p probabilities, {@code n * classes}, row by row, classes in their order, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @return length n
     */
    public static double[] perRow(double[] p, int classes, int[] labels) {
        int n = Rows.check(p, classes, labels);
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            double cumulative = 0;
            double sum = 0;
            for (int c = 0; c < classes - 1; c++) {
                cumulative += p[i * classes + c];
                double error = cumulative - (labels[i] <= c ? 1 : 0);
                sum += error * error;
            }
            scores[i] = sum / (classes - 1);
        }
        return scores;
    }
}
