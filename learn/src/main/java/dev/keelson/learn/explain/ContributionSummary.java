package dev.keelson.learn.explain;

import dev.keelson.learn.FeatureMatrix;

/**
 * The contributions of features over many rows.
 *
 * @param explainer what explained them
 * @param rows how many there were
 * @param expected expected margin, one for each margin
 * @param meanAbsolute mean size of the contributions, {@code [margin][feature]}
 * @param mean mean contribution, {@code [margin][feature]}
 * @param direction correlation of the feature's value with its contribution, {@code [margin][feature]}: 1 where more of it
 *     raises the margin in a straight line, -1 where it lowers it; 0 where either is constant; missing values left out
 */
public record ContributionSummary(
        Explainer explainer, int rows, double[] expected, double[][] meanAbsolute, double[][] mean, double[][] direction) {

    /**
     * Explains rows.
     *
     * @param rows at least one, of the explained model's features in its order
     */
    public static ContributionSummary of(Explainer explainer, FeatureMatrix rows) {
        int n = rows.rows();
        int width = explainer.features();
        if (n < 1 || rows.width() != width) {
            throw new IllegalArgumentException(
                    "There are %d rows of %d features; at least one row of %d features is needed."
                            .formatted(n, rows.width(), width));
        }
        int margins = explainer.margins().size();
        double[][][] told = new double[margins][width][n];
        double[] expected = new double[margins];
        double[] row = new double[width];
        double[] out = new double[explainer.length()];
        for (int i = 0; i < n; i++) {
            rows.row(i, row);
            explainer.explain(row, out);
            for (int k = 0; k < margins; k++) {
                for (int j = 0; j < width; j++) {
                    told[k][j][i] = out[k * (width + 1) + j];
                }
                expected[k] = out[k * (width + 1) + width];
            }
        }
        double[][] size = new double[margins][width];
        double[][] mean = new double[margins][width];
        double[][] direction = new double[margins][width];
        for (int k = 0; k < margins; k++) {
            for (int j = 0; j < width; j++) {
                for (double value : told[k][j]) {
                    size[k][j] += Math.abs(value) / n;
                    mean[k][j] += value / n;
                }
                direction[k][j] = correlation(rows.columns()[j], told[k][j]);
            }
        }
        return new ContributionSummary(explainer, n, expected, size, mean, direction);
    }

    /** Share of each feature in the size of all contributions, over all margins; all 0 when there are none. */
    public double[] shares() {
        double[] shares = new double[explainer.features()];
        double total = 0;
        for (double[] margin : meanAbsolute) {
            for (int j = 0; j < shares.length; j++) {
                shares[j] += margin[j];
                total += margin[j];
            }
        }
        for (int j = 0; j < shares.length && total > 0; j++) {
            shares[j] /= total;
        }
        return shares;
    }

    private static double correlation(double[] values, double[] told) {
        int n = 0;
        double meanValue = 0;
        double meanTold = 0;
        for (int i = 0; i < told.length; i++) {
            if (!Double.isNaN(values[i])) {
                n++;
                meanValue += values[i];
                meanTold += told[i];
            }
        }
        if (n < 2) {
            return 0;
        }
        meanValue /= n;
        meanTold /= n;
        double both = 0;
        double squaredValue = 0;
        double squaredTold = 0;
        for (int i = 0; i < told.length; i++) {
            if (!Double.isNaN(values[i])) {
                double a = values[i] - meanValue;
                double b = told[i] - meanTold;
                both += a * b;
                squaredValue += a * a;
                squaredTold += b * b;
            }
        }
        double size = Math.sqrt(squaredValue) * Math.sqrt(squaredTold);
        return size > 0 && Double.isFinite(size) ? Math.clamp(both / size, -1.0, 1.0) : 0;
    }
}
