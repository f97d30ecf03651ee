package dev.keelson.stats;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Mean of scores whose rows come in clusters (matches of one day, bets on one match), with an interval that does not
 * take the rows of a cluster for independent.
 *
 * <p>Variance {@code G / (G - 1) * sum over clusters of (sum of (x - mean))^2 / n^2}; the interval uses Student's t
 * with G - 1 degrees of freedom. With one cluster nothing is known of the variation: the standard error is infinite and
 * the interval the whole line.
 *
 * <p>Source: Liang, K.-Y. and Zeger, S. L. (1986), Biometrika 73(1); Cameron, A. C. and Miller, D. L. (2015), Journal
 * of Human Resources 50(2), for the degrees of freedom (CR1 without regressors).
 *
 * @param mean mean of the rows (each row counts the same)
 * @param standardError cluster-robust standard error of the mean, at least 0
 * @param rows number of rows
 * @param clusters number of clusters
 */
public record ClusteredMean(double mean, double standardError, int rows, int clusters) {

    /**
     * Mean of scores.
     *
     * @param scores finite, at least one
     * @param cluster identity of each row's cluster, same length; any ints in any order
     */
    public static ClusteredMean of(double[] scores, int[] cluster) {
        if (scores.length == 0 || scores.length != cluster.length) {
            throw new IllegalArgumentException(
                    "There are %d scores and %d cluster ids; as many of both and at least one are needed."
                            .formatted(scores.length, cluster.length));
        }
        int[] index = Clusters.index(cluster);
        int clusters = Arrays.stream(index).max().getAsInt() + 1;
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            if (!Double.isFinite(scores[i])) {
                throw new IllegalArgumentException(
                        "The score at index %d (%s) must be finite.".formatted(i, scores[i]));
            }
            sum += scores[i];
        }
        double n = scores.length;
        double mean = sum / n;
        double[] residuals = new double[clusters];
        for (int i = 0; i < scores.length; i++) {
            residuals[index[i]] += scores[i] - mean;
        }
        double squares = 0;
        for (double residual : residuals) {
            squares += residual * residual;
        }
        double error = clusters == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(clusters / (clusters - 1.0) * squares) / n;
        return new ClusteredMean(mean, error, scores.length, clusters);
    }

    /**
     * Mean of the paired differences {@code first[i] - second[i]} of two score vectors over the same rows.
     *
     * @param first finite scores, at least one
     * @param second finite scores of the same rows
     * @param cluster identity of each row's cluster
     */
    public static ClusteredMean ofDifference(double[] first, double[] second, int[] cluster) {
        if (first.length != second.length) {
            throw new IllegalArgumentException("The score vectors have %d and %d rows; both need the same rows."
                    .formatted(first.length, second.length));
        }
        double[] differences = new double[first.length];
        for (int i = 0; i < first.length; i++) {
            differences[i] = first[i] - second[i];
        }
        return of(differences, cluster);
    }

    /**
     * Two-sided interval of the mean.
     *
     * @param confidence coverage, e.g. 0.95
     */
    public Interval interval(double confidence) {
        Samples.requireOpenShare(confidence, "confidence");
        if (clusters == 1) {
            return new Interval(Double.NEGATIVE_INFINITY, mean, Double.POSITIVE_INFINITY, confidence);
        }
        double half = TDistribution.of(clusters - 1).inverseSurvivalProbability((1 - confidence) / 2) * standardError;
        return new Interval(mean - half, mean, mean + half, confidence);
    }

    /**
     * Lower bound of the mean that holds with the given confidence (one-sided); negative infinity with one cluster.
     *
     * @param confidence one-sided coverage, e.g. 0.95; at least 0.5
     */
    public double lowerBound(double confidence) {
        return bound(confidence, -1);
    }

    /**
     * Upper bound of the mean that holds with the given confidence (one-sided); positive infinity with one cluster.
     *
     * @param confidence one-sided coverage, e.g. 0.95; at least 0.5
     */
    public double upperBound(double confidence) {
        return bound(confidence, 1);
    }

    private double bound(double confidence, int side) {
        Samples.requireOpenShare(confidence, "confidence");
        if (clusters == 1) {
            return side * Double.POSITIVE_INFINITY;
        }
        return mean + side * TDistribution.of(clusters - 1).inverseSurvivalProbability(1 - confidence) * standardError;
    }

    /** Two-sided p-value of the mean being {@code value}; 1 with one cluster. */
    public double pValue(double value) {
        if (clusters == 1 || mean == value) {
            return 1;
        }
        return 2 * TDistribution.of(clusters - 1).survivalProbability(Math.abs(mean - value) / standardError);
    }
}
