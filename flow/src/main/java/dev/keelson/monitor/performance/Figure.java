package dev.keelson.monitor.performance;

import dev.keelson.stats.Clusters;
import dev.keelson.stats.Interval;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A metric of some rows, and what each row moves it by to first order. Sums of that over the rows of a day scatter as the
 * metric does, so that its error is known for rates, roots, ratios and areas alike.
 *
 * <p>Source: Cameron, A. C. and Miller, D. L. (2015), Journal of Human Resources 50(2), for the variance over clusters; for the
 * area under the curve Obuchowski, N. A. (1997), Biometrics 53(2).
 *
 * @param value of the metric; NaN where it is not defined, as the area when all rows are of one class
 * @param influence one for each row; they sum to 0
 */
record Figure(double value, double[] influence) {
    /** Standard error with rows of one cluster taken together; infinite with one cluster, of which nothing can be told. */
    double standardError(int[] cluster) {
        int[] index = Clusters.index(cluster);
        double[] sums = sums(index);
        if (sums.length < 2) {
            return Double.POSITIVE_INFINITY;
        }
        double squares = Arrays.stream(sums).map(each -> each * each).sum();
        return Math.sqrt(sums.length / (sums.length - 1.0) * squares);
    }

    /**
     * How many times the variance with clusters is that of independent rows, at least 1; 1 where nothing varies.
     */
    double designEffect(int[] cluster) {
        double rows = Arrays.stream(influence).map(each -> each * each).sum();
        double error = standardError(cluster);
        return rows > 0 && Double.isFinite(error) ? Math.max(1, error * error / rows) : 1;
    }

    /**
     * Student's interval with as many degrees of freedom as clusters less one, cut to the metric's range; the whole line where
     * nothing varies, such as F1 without a single hit: rows that are all alike do not tell how others would be.
     */
    Interval interval(int[] cluster, double confidence, double least, double most) {
        double error = standardError(cluster);
        if (Double.isNaN(value) || Double.isInfinite(error) || error == 0) {
            return new Interval(Double.NEGATIVE_INFINITY, value, Double.POSITIVE_INFINITY, confidence);
        }
        int clusters = Clusters.count(Clusters.index(cluster));
        double half = TDistribution.of(clusters - 1).inverseSurvivalProbability((1 - confidence) / 2) * error;
        return new Interval(Math.max(least, value - half), value, Math.min(most, value + half), confidence);
    }

    /** The metric by cluster, in ascending order of the ids: their plain mean is the value, and they scatter as it does. */
    double[] byCluster(int[] cluster) {
        double[] sums = sums(Clusters.index(cluster));
        return Arrays.stream(sums).map(each -> value + sums.length * each).toArray();
    }

    private double[] sums(int[] index) {
        double[] sums = new double[Clusters.count(index)];
        for (int i = 0; i < index.length; i++) {
            sums[index[i]] += influence[i];
        }
        return sums;
    }
}
