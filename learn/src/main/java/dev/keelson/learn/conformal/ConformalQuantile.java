package dev.keelson.learn.conformal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;

/**
 * The conformal quantile of nonconformity scores: the k-th smallest of n with {@code k = ceil((n + 1) (1 - alpha))}. A
 * new exchangeable row's score is at most it with probability at least 1 - alpha, and at most 1 - alpha + 1 / (n + 1)
 * without ties.
 *
 * <p>The rank is exact: alpha is taken as the decimal number it prints as (0.1, not the binary number beside it), and
 * everything after that is integer arithmetic. There is no interpolation.
 *
 * <p>Source: Vovk, V., Gammerman, A. and Shafer, G. (2005), Algorithmic Learning in a Random World; Lei, J. et al.
 * (2018), Distribution-free predictive inference for regression, Journal of the American Statistical Association
 * 113(523).
 */
public final class ConformalQuantile {

    private ConformalQuantile() {}

    /**
     * The rank, from 1.
     *
     * @param rows number of scores, at least 0
     * @param alpha share of rows that may be missed, strictly between 0 and 1
     * @return 1 to {@code rows + 1}; {@code rows + 1} says that no finite score suffices
     */
    public static int rank(int rows, double alpha) {
        return rank(rows, decimal(alpha));
    }

    /** The rank for half of alpha, for each side of a two-sided interval. */
    static int halfRank(int rows, double alpha) {
        return rank(rows, decimal(alpha).divide(BigDecimal.TWO));
    }

    private static int rank(int rows, BigDecimal alpha) {
        if (rows < 0) {
            throw new IllegalArgumentException("The number of scores (%d) must not be negative.".formatted(rows));
        }
        BigDecimal covered = BigDecimal.valueOf(rows).add(BigDecimal.ONE).multiply(BigDecimal.ONE.subtract(alpha));
        BigInteger whole = covered.setScale(0, RoundingMode.CEILING).toBigIntegerExact();
        return whole.intValueExact();
    }

    private static BigDecimal decimal(double alpha) {
        requireAlpha(alpha);
        return BigDecimal.valueOf(alpha);
    }

    static double requireAlpha(double alpha) {
        if (!(alpha > 0 && alpha < 1)) {
            throw new IllegalArgumentException("alpha (%s) must lie strictly between 0 and 1.".formatted(alpha));
        }
        return alpha;
    }

    /**
     * The alpha of a coverage, exact in decimals: 0.1 of 0.9, where {@code 1 - 0.9} would be less.
     *
     * @param coverage share of rows to be covered, strictly between 0 and 1
     */
    public static double alphaOfCoverage(double coverage) {
        if (!(coverage > 0 && coverage < 1)) {
            throw new IllegalArgumentException(
                    "The coverage (%s) must lie strictly between 0 and 1.".formatted(coverage));
        }
        return BigDecimal.ONE.subtract(BigDecimal.valueOf(coverage)).doubleValue();
    }

    /**
     * The quantile of some scores.
     *
     * @param scores in any order, not NaN; not changed
     * @param alpha share of rows that may be missed; 0 or less gives positive infinity (everything is covered), 1 or
     *     more negative infinity (nothing is)
     * @return a score, or positive infinity when there are too few for this alpha
     */
    public static double of(double[] scores, double alpha) {
        return ofSorted(sorted(scores), scores.length, alpha);
    }

    /** The quantile of the first {@code size} scores, which are sorted and without NaN. */
    static double ofSorted(double[] sorted, int size, double alpha) {
        if (Double.isNaN(alpha)) {
            throw new IllegalArgumentException("alpha (NaN) must be a number.");
        }
        if (alpha <= 0) {
            return Double.POSITIVE_INFINITY;
        }
        if (alpha >= 1) {
            return Double.NEGATIVE_INFINITY;
        }
        return atRank(sorted, size, rank(size, alpha));
    }

    static double atRank(double[] sorted, int size, int rank) {
        return rank > size ? Double.POSITIVE_INFINITY : sorted[rank - 1];
    }

    static double[] sorted(double[] scores) {
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        if (sorted.length > 0 && Double.isNaN(sorted[sorted.length - 1])) { // where a sort puts them
            throw new IllegalArgumentException("""
                    One of %d nonconformity scores is NaN.
                    Maybe a prediction or a label is missing.\
                    """.formatted(sorted.length));
        }
        return sorted;
    }
}
