package dev.keelson.stats;

import java.util.Arrays;

/**
 * Two-sample two-sided Kolmogorov-Smirnov test.
 *
 * <p>{@code D = sup |F - G|} over right-continuous empirical distribution functions, so ties are handled; with many
 * ties the p-value errs on the safe side (too large). The p-value is exact while the larger sample has at most 10,000
 * values and else {@code P(D_N > d)} for the one-sample law of the rounded size {@code N = n * m / (n + m)}: the rules
 * of SciPy's {@code ks_2samp(method="auto")}.
 *
 * <p>Infinite values count as very small or large; missing values ({@code NaN}) are left out.
 *
 * <p>Source: Hodges, J. L. (1958), The significance probability of the Smirnov two-sample test, Arkiv för Matematik 3,
 * for the exact law; Simard and L'Ecuyer (2011), Journal of Statistical Software 39(11), for the other.
 */
public final class KolmogorovSmirnov {

    private static final int MAX_EXACT = 10_000;

    private KolmogorovSmirnov() {}

    /**
     * Outcome of a test.
     *
     * @param d greatest distance between the two distribution functions, 0 to 1
     * @param pValue chance of a distance at least this large under one common law, 0 to 1
     * @param exact whether the p-value comes from counting paths, not from the large-sample law
     */
    public record Result(double d, double pValue, boolean exact) {}

    /**
     * Tests two samples.
     *
     * @param reference values in any order, {@code NaN} is skipped, at least one present
     * @param current likewise
     */
    public static Result test(double[] reference, double[] current) {
        return testSorted(SortedSample.of(reference), SortedSample.of(current));
    }

    /**
     * Tests two samples that are already sorted.
     *
     * @param reference ascending, without {@code NaN}, not empty
     * @param current likewise
     */
    public static Result testSorted(double[] reference, double[] current) {
        double d = dSorted(reference, current);
        int n = reference.length;
        int m = current.length;
        if (Math.max(n, m) <= MAX_EXACT) {
            double p = exactPValue(d, n, m);
            if (p >= 0 && p <= 1) {
                return new Result(d, p, true);
            }
        }
        return new Result(d, asymptoticPValue(d, n, m), false);
    }

    /**
     * Tests two sorted samples whose rows are not independent: the distance of all rows, judged as if there were only
     * {@code referenceSize} and {@code currentSize} of them (see {@link DesignEffect}). Never exact.
     *
     * @param reference ascending, without {@code NaN}, not empty
     * @param current likewise
     * @param referenceSize effective number of independent rows, positive
     * @param currentSize likewise
     */
    public static Result testSorted(double[] reference, double[] current, double referenceSize, double currentSize) {
        double d = dSorted(reference, current);
        return new Result(d, asymptoticPValue(d, referenceSize, currentSize), false);
    }

    /**
     * Outcome of a test of sketches.
     *
     * @param d greatest distance between the two distribution functions as far as the sketches tell it, 0 to 1
     * @param error the true distance lies within {@code d - error} and {@code d + error}, with the confidence asked for; 0
     *     when both sketches still hold all values
     * @param pValue p-value of {@code d}
     * @param pValueAtMost the largest p-value within the error, that of {@code d - error}: to judge by
     */
    public record SketchResult(double d, double error, double pValue, double pValueAtMost) {}

    /**
     * Tests two samples of which only sketches are left.
     *
     * @param reference not empty
     * @param current not empty
     * @param confidence that the error holds, strictly between 0 and 1, such as 0.99
     */
    public static SketchResult test(QuantileSketch reference, QuantileSketch current, double confidence) {
        double each = (1 + Samples.requireOpenShare(confidence, "confidence")) / 2; // both errors hold together
        QuantileSketch.Points a = reference.points();
        QuantileSketch.Points b = current.points();
        double[] x = a.values();
        double[] y = b.values();
        double n = reference.count();
        double m = current.count();
        double d = 0;
        int i = 0;
        int j = 0;
        while (i < x.length && j < y.length) {
            double at = Math.min(x[i], y[j]);
            while (i < x.length && x[i] <= at) {
                i++;
            }
            while (j < y.length && y[j] <= at) {
                j++;
            }
            d = Math.max(d, Math.abs((i == 0 ? 0 : a.ranks()[i - 1] / n) - (j == 0 ? 0 : b.ranks()[j - 1] / m)));
        }
        double error = Math.min(1, reference.uniformError(each) + current.uniformError(each));
        double p = Math.max(n, m) <= MAX_EXACT && error == 0
                ? testSorted(x, y).pValue()
                : asymptoticPValue(d, n, m);
        double atMost = error == 0 ? p : asymptoticPValue(Math.max(0, d - error), n, m);
        return new SketchResult(d, error, p, Math.max(p, atMost));
    }

    /**
     * Greatest distance between the empirical distribution functions of two sorted samples.
     *
     * @param a ascending, without {@code NaN}, not empty
     * @param b likewise
     * @return 0 to 1
     */
    public static double dSorted(double[] a, double[] b) {
        Samples.requireSorted(a, "reference");
        Samples.requireSorted(b, "current");
        long widest = a.length < b.length ? widest(b, a) : widest(a, b);
        return (double) widest / ((double) a.length * b.length);
    }

    /**
     * Greatest {@code |i * m - j * n|} over all points, i and j being the values up to a point: whole numbers, so that ties cost no
     * rounding. Blocks of values are looked into only where they may hold a greater one than the greatest so far.
     */
    private static long widest(double[] a, double[] b) {
        int n = a.length;
        int m = b.length;
        long widest = 0;
        int i = 0;
        int j = 0;
        while (i < n && j < m) {
            int endI = Samples.endOfBlock(a, i);
            int endJ = Samples.countUpTo(b, a[endI - 1], j);
            widest = Math.max(widest, Math.abs((long) endI * m - (long) endJ * n));
            if (Math.max((long) endI * m - (long) j * n, (long) endJ * n - (long) i * m) > widest) {
                widest = Math.max(widest, widestWithin(a, i, endI, b, j, endJ));
            }
            i = endI;
            j = endJ;
        }
        return widest;
    }

    /** The same of a block of both; no value lies in it and outside, too. */
    private static long widestWithin(double[] a, int fromI, int endI, double[] b, int fromJ, int endJ) {
        int n = a.length;
        int m = b.length;
        int i = fromI;
        int j = fromJ;
        long apart = (long) i * m - (long) j * n;
        long widest = 0;
        while (i < endI && j < endJ) {
            double ahead = b[j] - a[i];
            if (ahead == 0 || Double.isNaN(ahead)) { // equal, maybe both infinite: compared after all values at x
                double x = a[i];
                while (i < endI && a[i] == x) {
                    i++;
                    apart += m;
                }
                while (j < endJ && b[j] == x) {
                    j++;
                    apart -= n;
                }
            } else {
                // Which sample comes next is a coin toss, so it is told from the sign and not by a branch. Equal values of
                // one sample move the difference one way: looking at it between them changes nothing.
                int left = 1 - (int) (Double.doubleToRawLongBits(ahead) >>> 63);
                i += left;
                j += 1 - left;
                apart += (long) left * ((long) n + m) - n;
            }
            widest = Math.max(widest, Math.abs(apart));
        }
        return widest;
    }

    /**
     * P-value from the large-sample law.
     *
     * @param d distance, 0 to 1
     * @param n (effective) size of one sample, positive
     * @param m (effective) size of the other, positive
     * @return 0 to 1
     */
    public static double asymptoticPValue(double d, double n, double m) {
        if (!(d >= 0 && d <= 1)) {
            throw new IllegalArgumentException("The distance d (%s) must be between 0 and 1.".formatted(d));
        }
        Samples.requirePositive(n, "The first sample size");
        Samples.requirePositive(m, "The second sample size");
        double size = n / (n + m) * m;
        return KolmogorovDistribution.sf(d, Math.max(1, (long) Math.rint(size)));
    }

    /** Share of lattice paths from (0, 0) to (n, m) that reach distance d; NaN when it cannot be computed. */
    private static double exactPValue(double d, int n, int m) {
        long gcd = gcd(n, m);
        long lcm = n / gcd * m;
        long h = (long) Math.rint(d * lcm);
        if (h == 0) {
            return 1;
        }
        if (d * d * ((double) n * m / (n + m)) > 400) {
            return 0; // below the smallest double; saves the widest bands
        }
        return n == m ? outsideSquare(n, h) : outside(Math.max(n, m), Math.min(n, m), gcd, h);
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** Equal sizes: alternating sum of binomials, factored so that nothing cancels. */
    private static double outsideSquare(int n, long h) {
        double p = 0;
        for (long k = n / h; k >= 0; k--) {
            double factor = 1;
            for (long j = 0; j < h; j++) {
                factor = (n - k * h - j) * factor / (n + k * h + j + 1);
            }
            p = factor * (1 - p);
        }
        return 2 * p;
    }

    /** Unequal sizes, m > n: probability per lattice column of having left the band, over the band's window only. */
    private static double outside(int m, int n, long gcd, long h) {
        long mg = m / gcd;
        long ng = n / gcd;
        int from = 0;
        int to = (int) Math.min(Math.ceilDiv(h, mg), n + 1L);
        int length = to - from;
        double[] column = new double[Math.min(2 * to + 2, n + 1)];
        Arrays.fill(column, to, column.length, 1);
        for (int i = 1; i <= m; i++) {
            int lastFrom = from;
            int lastLength = length;
            from = (int) Math.min(Math.max(Math.floorDiv(ng * i - h, mg) + 1, 0), n);
            to = (int) Math.min(Math.ceilDiv(ng * i + h, mg), n + 1L);
            if (to <= from) {
                return 1;
            }
            double value = from == 0 ? 0 : 1;
            for (int k = 0; k < to - from; k++) {
                int j = k + from;
                value = (column[j - lastFrom] * i + value * j) / (i + j);
                column[k] = value;
            }
            length = to - from;
            if (lastLength > length) {
                Arrays.fill(column, length, lastLength, 1);
            }
        }
        return column[length - 1];
    }
}
