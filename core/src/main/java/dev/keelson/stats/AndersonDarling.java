package dev.keelson.stats;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Anderson-Darling test that k samples come from one law. It weighs the tails more than {@link KolmogorovSmirnov} does.
 *
 * <p>The statistic is the one for ties (midranks, {@code A^2_akN}), standardised by the mean and variance it has without
 * any difference. Its p-value is read from a quadratic curve through the logarithms of seven levels, between 0.001 and
 * 0.25; beyond both ends it is the end. So it orders columns and compares with levels such as 0.05, and is too coarse to
 * be adjusted for many tests.
 *
 * <p>Missing values ({@code NaN}) are left out.
 *
 * <p>Source: Scholz, F. W. and Stephens, M. A. (1987), K-sample Anderson-Darling tests, Journal of the American
 * Statistical Association 82; the p-value as {@code scipy.stats.anderson_ksamp} makes it.
 */
public final class AndersonDarling {
    private static final double[] LEVELS = {0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};
    /** Table 2 of the source: the critical value of m + 1 samples is b0 + b1 / sqrt(m) + b2 / m. */
    private static final double[] B0 = {0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085};

    private static final double[] B1 = {-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615};
    private static final double[] B2 = {-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154};

    private AndersonDarling() {}

    /**
     * Outcome of a test.
     *
     * @param statistic standardised: mean 0 and variance 1 without any difference; 0 when all values are equal
     * @param pValue 0.001 to 0.25, the ends standing for what lies beyond; 1 when all values are equal
     */
    public record Result(double statistic, double pValue) {}

    /**
     * Tests two samples.
     *
     * @param reference values in any order, {@code NaN} is skipped, at least one present
     * @param current likewise
     */
    public static Result test(double[] reference, double[] current) {
        return test(List.of(reference, current));
    }

    /**
     * Tests two samples whose rows are not independent: the statistic, which grows with the rows, is brought down to as many
     * as they tell.
     *
     * @param reference values in any order, {@code NaN} is skipped, at least one present
     * @param current likewise
     * @param referenceSize effective number of independent rows, positive (see {@link DesignEffect}); where both are the numbers
     *     of values the result is that of {@link #test(double[], double[])}
     * @param currentSize likewise
     */
    public static Result test(double[] reference, double[] current, double referenceSize, double currentSize) {
        Samples.requirePositive(referenceSize, "The effective reference size");
        Samples.requirePositive(currentSize, "The effective current size");
        return test(List.of(reference, current), new double[] {referenceSize, currentSize});
    }

    /**
     * Tests samples.
     *
     * @param samples at least 2; values in any order, {@code NaN} is skipped, at least one present in each and at least
     *     4 in all
     */
    public static Result test(List<double[]> samples) {
        return test(samples, null);
    }

    /** @param sizes effective ones; null for those of the samples */
    private static Result test(List<double[]> samples, double @Nullable [] sizes) {
        if (samples.size() < 2) {
            throw new IllegalArgumentException("There are %d samples, at least 2 are needed.".formatted(samples.size()));
        }
        double[][] sorted = new double[samples.size()][];
        int total = 0;
        for (int s = 0; s < sorted.length; s++) {
            sorted[s] = SortedSample.of(samples.get(s));
            Samples.requireSorted(sorted[s], "sample %d of the test:".formatted(s + 1));
            total = Math.addExact(total, sorted[s].length);
        }
        if (total < 4) {
            throw new IllegalArgumentException("There are %d values in all, at least 4 are needed.".formatted(total));
        }
        double[] pooled = new double[total];
        int filled = 0;
        for (double[] sample : sorted) {
            System.arraycopy(sample, 0, pooled, filled, sample.length);
            filled += sample.length;
        }
        Arrays.sort(pooled);
        if (pooled[0] == pooled[total - 1]) {
            return new Result(0, 1);
        }
        double sum = 0;
        for (double[] sample : sorted) {
            sum += midrankSum(sample, pooled) / sample.length;
        }
        double n = total;
        double statistic = sum * (n - 1) / n;
        int k = sorted.length;
        double[] rows = Arrays.stream(sorted).mapToDouble(each -> each.length).toArray();
        double[] effective = sizes == null ? rows : sizes;
        double averaged = pairs(effective) / pairs(rows);
        double standard = (averaged * statistic - (k - 1)) / Math.sqrt(variance(effective));
        return new Result(standard, pValue(standard, k - 1));
    }

    /** Harmonic mean of the sizes: by it the statistic grows when there is a difference. */
    private static double pairs(double[] sizes) {
        return 1 / Arrays.stream(sizes).map(size -> 1 / size).sum();
    }

    /** Sum over the distinct pooled values of squared midrank differences, weighted. */
    private static double midrankSum(double[] sample, double[] pooled) {
        double n = pooled.length;
        double size = sample.length;
        double sum = 0;
        int i = 0;
        int j = 0;
        while (j < pooled.length) {
            double x = pooled[j];
            int fromI = i;
            int fromJ = j;
            while (j < pooled.length && pooled[j] <= x) {
                j++;
            }
            while (i < sample.length && sample[i] <= x) {
                i++;
            }
            double width = j - fromJ;
            double b = fromJ + width / 2;
            double m = fromI + (i - fromI) / 2.0;
            double difference = n * m - b * size;
            sum += width / n * difference * difference / (b * (n - b) - n * width / 4);
        }
        return sum;
    }

    private static double variance(double[] sizes) {
        double n = Math.max(4, Math.round(Arrays.stream(sizes).sum()));
        double k = sizes.length;
        double inverse = 1 / pairs(sizes); // H
        double harmonic = 1; // h
        double g = 0;
        for (int i = 1; i < n - 1; i++) {
            harmonic += 1 / (n - i);
            g += (harmonic - 1) / (i + 1);
        }
        double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse;
        double b = (2 * g - 4) * k * k + 8 * harmonic * k + (2 * g - 14 * harmonic - 4) * inverse - 8 * harmonic + 4 * g - 6;
        double c = (6 * harmonic + 2 * g - 2) * k * k + (4 * harmonic - 4 * g + 6) * k + (2 * harmonic - 6) * inverse + 4 * harmonic;
        double d = (2 * harmonic + 6) * k * k - 4 * harmonic * k;
        return (((a * n + b) * n + c) * n + d) / ((n - 1) * (n - 2) * (n - 3));
    }

    private static double pValue(double statistic, double m) {
        double[] critical = new double[LEVELS.length];
        for (int i = 0; i < critical.length; i++) {
            critical[i] = B0[i] + B1[i] / Math.sqrt(m) + B2[i] / m;
        }
        if (statistic < Arrays.stream(critical).min().orElseThrow()) {
            return LEVELS[0];
        }
        if (statistic > Arrays.stream(critical).max().orElseThrow()) {
            return LEVELS[LEVELS.length - 1];
        }
        double[] logs = Arrays.stream(LEVELS).map(Math::log).toArray();
        return Math.exp(quadratic(critical, logs, statistic));
    }

    /** The value at a point of the quadratic curve with least squares through some points, by orthogonal polynomials. */
    private static double quadratic(double[] x, double[] y, double at) {
        int n = x.length;
        double mean = Arrays.stream(x).sum() / n;
        double squares = 0;
        double cubes = 0;
        for (double value : x) {
            double t = value - mean;
            squares += t * t;
            cubes += t * t * t;
        }
        double slopeSum = 0;
        double curveSum = 0;
        double curveNorm = 0;
        for (int i = 0; i < n; i++) {
            double t = x[i] - mean;
            double curve = t * t - cubes / squares * t - squares / n;
            slopeSum += y[i] * t;
            curveSum += y[i] * curve;
            curveNorm += curve * curve;
        }
        double t = at - mean;
        return Arrays.stream(y).sum() / n
                + slopeSum / squares * t
                + curveSum / curveNorm * (t * t - cubes / squares * t - squares / n);
    }
}
