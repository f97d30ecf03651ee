package dev.keelson.stats;

/**
 * Two-sample two-sided Mann-Whitney test: does one sample tend to lie above the other? It sees a shift that moves most of
 * the mass and is blind to a change of spread alone, where {@link AndersonDarling} or {@link KolmogorovSmirnov} see one.
 *
 * <p>{@code U} counts the pairs in which the current value is the larger one, ties half. The p-value is exact when no two
 * values are equal and the smaller sample has at most 8 values (the rule of SciPy's {@code mannwhitneyu(method="auto")}),
 * as long as there are at most {@value #MAX_EXACT_PAIRS} pairs; else it comes from the normal law with correction for ties
 * and for continuity.
 *
 * <p>Infinite values count as very small or large; missing values ({@code NaN}) are left out.
 *
 * <p>Source: Mann, H. B. and Whitney, D. R. (1947), Annals of Mathematical Statistics 18(1), for the exact law; Hollander,
 * M. and Wolfe, D. A. (1999), Nonparametric Statistical Methods, for the ties.
 */
public final class MannWhitney {
    private static final int MAX_EXACT_SIZE = 8;
    private static final long MAX_EXACT_PAIRS = 10_000_000;

    private MannWhitney() {}

    /**
     * Outcome of a test.
     *
     * @param u pairs in which the current value is larger, ties half; 0 to n * m
     * @param share the same as a share of all pairs, 0 to 1: the chance that a current value exceeds a reference value;
     *     0.5 without any shift
     * @param pValue two-sided, 0 to 1; 1 when all values are equal
     * @param exact whether the p-value comes from counting, not from the normal law
     */
    public record Result(double u, double share, double pValue, boolean exact) {}

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
        return testSorted(reference, current, reference.length, current.length);
    }

    /**
     * Tests two sorted samples whose rows are not independent: the chance that a current value exceeds a reference value is
     * that of the rows, its variance that of so many independent ones with as large a part of ties.
     *
     * @param reference ascending, without {@code NaN}, not empty
     * @param current likewise
     * @param referenceSize effective number of independent rows, positive (see {@link DesignEffect}); where both are the numbers
     *     of rows the result is that of {@link #testSorted(double[], double[])}
     * @param currentSize likewise
     */
    public static Result testSorted(double[] reference, double[] current, double referenceSize, double currentSize) {
        Samples.requireSorted(reference, "reference");
        Samples.requireSorted(current, "current");
        Samples.requirePositive(referenceSize, "The effective reference size");
        Samples.requirePositive(currentSize, "The effective current size");
        int n = reference.length;
        int m = current.length;
        double below = 0; // twice U, so that ties are whole
        double ties = 0; // sum of t^3 - t over groups of equal values
        int i = 0;
        int j = 0;
        while (i < n || j < m) {
            double x = i == n ? current[j] : j == m ? reference[i] : Math.min(reference[i], current[j]);
            int fromI = i;
            int fromJ = j;
            while (i < n && reference[i] <= x) {
                i++;
            }
            while (j < m && current[j] <= x) {
                j++;
            }
            below += (double) (j - fromJ) * (fromI + i);
            double group = (i - fromI) + (double) (j - fromJ);
            ties += group * group * group - group;
        }
        double u = below / 2;
        double pairs = (double) n * m;
        double total = (double) n + m;
        double tied = ties / (total * (total * total - 1));
        boolean rows = referenceSize == n && currentSize == m;
        boolean exact = rows && ties == 0 && Math.min(n, m) <= MAX_EXACT_SIZE && pairs <= MAX_EXACT_PAIRS;
        double p = exact ? exactPValue(Math.min(u, pairs - u), n, m) : normalPValue(Math.max(u, pairs - u) / pairs, referenceSize, currentSize, tied);
        return new Result(u, u / pairs, p, exact);
    }

    /**
     * By the normal law.
     *
     * @param share of the pairs, the larger of both ways
     * @param tied 0 without ties, 1 when all values are equal
     */
    private static double normalPValue(double share, double n, double m, double tied) {
        double variance = n * m / 12 * (n + m + 1) * (1 - tied);
        if (!(variance > 0)) {
            return 1;
        }
        double z = (n * m * (share - 0.5) - 0.5) / Math.sqrt(variance);
        return z <= 0 ? 1 : Normal.twoSidedPValue(z);
    }

    /** Twice the chance of at most u. */
    private static double exactPValue(double u, int n, int m) {
        int small = Math.min(n, m);
        int large = Math.max(n, m);
        int size = Math.toIntExact((long) small * large / 2) + 1;
        // Arrangements by their U: a Gaussian binomial coefficient, built by one value of the smaller sample at a time.
        // Scaled to probabilities at each step, so that nothing overflows.
        double[] share = new double[size];
        share[0] = 1;
        for (int k = 1; k <= small; k++) {
            double scale = (double) k / (large + k);
            for (int i = size - 1; i >= large + k; i--) {
                share[i] -= share[i - large - k];
            }
            for (int i = k; i < size; i++) {
                share[i] += share[i - k];
            }
            for (int i = 0; i < size; i++) {
                share[i] *= scale;
            }
        }
        double sum = 0;
        for (int i = 0; i < size && i <= u; i++) {
            sum += share[i];
        }
        return Math.min(1, 2 * sum);
    }
}
