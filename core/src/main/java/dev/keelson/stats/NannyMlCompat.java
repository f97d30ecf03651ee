package dev.keelson.stats;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Drift figures as NannyML computes them, for comparing reports. Its limits are those of ten chunks of the reference, not
 * constants: mean plus three standard deviations of what each chunk shows against the whole.
 *
 * <p>Source: NannyML's {@code drift/univariate/methods.py}; numpy's {@code histogram_bin_edges(bins="doane")}; SciPy's
 * {@code chi2_contingency}, which corrects two by two tables as Yates did.
 */
public final class NannyMlCompat {
    /** From so many reference rows on distances come from bins. */
    private static final int EXACT_ROWS = 10_000;

    private static final int BINS = 10_000;

    private NannyMlCompat() {}

    /**
     * Kolmogorov-Smirnov distance; from 10,000 reference rows on over as many bins of equal width over the reference's range.
     *
     * @param reference ascending finite values, not empty
     * @param current likewise
     */
    public static double kolmogorovSmirnov(double[] reference, double[] current) {
        if (reference.length < EXACT_ROWS) {
            return KolmogorovSmirnov.dSorted(reference, current);
        }
        double[] left = cumulated(reference, reference);
        double[] right = cumulated(reference, current);
        double largest = 0;
        for (int i = 0; i < left.length; i++) {
            largest = Math.max(largest, Math.abs(left[i] - right[i]));
        }
        return largest;
    }

    /**
     * Wasserstein distance in the unit of the values; from 10,000 reference rows on over as many bins, as the area between
     * the distribution functions at their edges.
     *
     * @param reference ascending finite values, not empty
     * @param current likewise
     */
    public static double wasserstein(double[] reference, double[] current) {
        if (reference.length < EXACT_ROWS) {
            return Wasserstein1.distanceSorted(reference, current);
        }
        double[] left = cumulated(reference, reference);
        double[] right = cumulated(reference, current);
        double width = (reference[reference.length - 1] - reference[0]) / BINS;
        double area = 0;
        for (int i = 0; i < left.length; i++) {
            area += Math.abs(left[i] - right[i]) * width;
        }
        return area;
    }

    /** Share of values up to the upper edge of each bin over the reference's range; what lies left of it counts in all. */
    private static double[] cumulated(double[] reference, double[] values) {
        double low = reference[0];
        double width = (reference[reference.length - 1] - low) / BINS;
        double[] shares = new double[BINS];
        int at = 0;
        for (int i = 0; i < BINS; i++) {
            double edge = i == BINS - 1 ? reference[reference.length - 1] : low + (i + 1) * width;
            while (at < values.length && (values[at] < edge || i == BINS - 1 && values[at] <= edge)) {
                at++;
            }
            shares[i] = (double) at / values.length;
        }
        return shares;
    }

    /**
     * Jensen-Shannon distance, base 2, of quantities: Doane's bins of the reference, and one bin for what lies outside of them.
     *
     * @param reference ascending finite values, not empty
     * @param current likewise
     * @return 0 to 1
     */
    public static double jensenShannon(double[] reference, double[] current) {
        double low = reference[0];
        double high = reference[reference.length - 1];
        int bins = doane(reference);
        double[] left = new double[bins + 1];
        double[] right = new double[bins + 1];
        count(reference, low, high, left);
        count(current, low, high, right);
        return distance(left, right);
    }

    /**
     * The same of categories, a cell for each.
     *
     * @param reference counts per category, each at least 0, sum positive
     * @param current counts per category, same length and order
     */
    public static double jensenShannon(long[] reference, long[] current) {
        Samples.requireSameLength(reference.length, current.length);
        double n = Samples.total(reference, "reference");
        double m = Samples.total(current, "current");
        return distance(
                Arrays.stream(reference).mapToDouble(count -> count / n).toArray(),
                Arrays.stream(current).mapToDouble(count -> count / m).toArray());
    }

    /**
     * P-value of the chi-square test of two sets of counts, with Yates' correction where there are two categories.
     *
     * @param reference counts per category, each at least 0, sum positive
     * @param current counts per category, same length and order
     * @return 1 with fewer than two categories
     */
    public static double chiSquarePValue(long[] reference, long[] current) {
        Samples.requireSameLength(reference.length, current.length);
        double n = Samples.total(reference, "reference");
        double m = Samples.total(current, "current");
        int cells = 0;
        for (int i = 0; i < reference.length; i++) {
            cells += reference[i] + current[i] > 0 ? 1 : 0;
        }
        if (cells < 2) {
            return 1;
        }
        double statistic = 0;
        for (int i = 0; i < reference.length; i++) {
            double sum = (double) reference[i] + current[i];
            if (sum > 0) {
                double expected = sum * m / (n + m);
                double difference = Math.abs(current[i] - expected);
                difference -= cells == 2 ? Math.min(0.5, difference) : 0;
                statistic += difference * difference * (1 / expected + 1 / (sum - expected));
            }
        }
        return ChiSquaredDistribution.of(cells - 1.0).survivalProbability(statistic);
    }

    private static double distance(double[] left, double[] right) {
        double sum = 0;
        for (int b = 0; b < left.length; b++) {
            double middle = (left[b] + right[b]) / 2;
            sum += (left[b] > 0 ? left[b] * Math.log(left[b] / middle) : 0)
                    + (right[b] > 0 ? right[b] * Math.log(right[b] / middle) : 0);
        }
        return Math.sqrt(Math.max(0, sum / 2 / Math.log(2)));
    }

    /** Adds shares of values to bins of equal width; the last one takes what lies outside. */
    private static void count(double[] values, double low, double high, double[] shares) {
        int bins = shares.length - 1;
        double width = (high - low) / bins;
        for (double value : values) {
            int bin = value < low || value > high
                    ? bins
                    : width > 0 ? Math.min(bins - 1, (int) ((value - low) / width)) : 0;
            shares[bin] += 1.0 / values.length;
        }
    }

    /** How many bins Doane's rule gives. */
    private static int doane(double[] values) {
        int n = values.length;
        double mean = Arrays.stream(values).sum() / n;
        double squares = 0;
        double cubes = 0;
        for (double value : values) {
            double distance = value - mean;
            squares += distance * distance;
            cubes += distance * distance * distance;
        }
        double deviation = Math.sqrt(squares / n);
        if (n <= 2 || !(deviation > 0)) {
            return 1;
        }
        double skewness = cubes / n / (deviation * deviation * deviation);
        double error = Math.sqrt(6.0 * (n - 2) / ((n + 1.0) * (n + 3)));
        return (int) Math.ceil(1 + Math.log(n) / Math.log(2) + Math.log(1 + Math.abs(skewness) / error) / Math.log(2));
    }
}
