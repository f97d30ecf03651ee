package dev.keelson.stats;

import java.util.Arrays;
import java.util.TreeMap;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Drift figures as Evidently computes them, for comparing reports. They are not how drift is judged here: the bins follow
 * outliers of the window, and the chi-square test takes the reference for exact, so that it alarms several times too often for two
 * samples of equal size.
 *
 * <p>Missing values ({@code NaN}) are left out.
 *
 * <p>Source: Evidently's {@code stattests} as of 0.7 ({@code psi.py}, {@code jensenshannon.py},
 * {@code wasserstein_distance_norm.py}, {@code chisquare_stattest.py}, {@code registry.py}), and numpy's
 * {@code histogram_bin_edges(bins="sturges")}.
 */
public final class EvidentlyCompat {
    private static final int FEW_VALUES = 20;
    private static final double EPSILON = 1e-4;
    private static final double LEAST_DEVIATION = 0.001;
    private static final int SMALL_REFERENCE = 1_000;

    private EvidentlyCompat() {}

    /** A method that Evidently chooses by itself. */
    public enum Method {
        /** Kolmogorov-Smirnov p-value, drift at 0.05 or below. */
        KS,
        /** Chi-square p-value, drift below 0.05. */
        CHI_SQUARE,
        /** Two-proportion z-test p-value, drift below 0.05. */
        Z_TEST,
        /** Normed Wasserstein distance, drift from 0.1. */
        WASSERSTEIN,
        /** Jensen-Shannon distance, drift from 0.1. */
        JENSEN_SHANNON
    }

    /**
     * The method chosen by default.
     *
     * @param referenceRows rows of the reference; the window's size does not matter
     * @param distinct different values over both samples
     * @param categorical whether the column is one of categories
     */
    public static Method method(long referenceRows, int distinct, boolean categorical) {
        if (referenceRows > SMALL_REFERENCE) {
            return categorical || distinct <= 5 ? Method.JENSEN_SHANNON : Method.WASSERSTEIN;
        }
        if (distinct <= 2) {
            return Method.Z_TEST;
        }
        return categorical || distinct <= 5 ? Method.CHI_SQUARE : Method.KS;
    }

    /**
     * Population stability index of a numeric column: Sturges' bins over both samples, or one for each value where the
     * reference has at most 20; shares of empty bins replaced in each sample by 0.0001, or by a millionth of its smallest
     * share where that is not above 0.0001; not renormalised.
     *
     * @param reference values in any order, {@code NaN} is skipped, at least one present
     * @param current likewise
     * @return in nats
     */
    public static double psi(double[] reference, double[] current) {
        return psi(shares(reference, current));
    }

    /**
     * Population stability index of a column of categories, one cell for each seen in either sample.
     *
     * @param reference counts per category, each at least 0, sum positive
     * @param current counts per category, same length and order
     * @return in nats
     */
    public static double psiOfCounts(long[] reference, long[] current) {
        return psi(sharesOfCounts(reference, current));
    }

    private static double psi(double[][] shares) {
        fill(shares[0]);
        fill(shares[1]);
        double psi = 0;
        for (int b = 0; b < shares[0].length; b++) {
            psi += (shares[1][b] - shares[0][b]) * Math.log(shares[1][b] / shares[0][b]);
        }
        return psi;
    }

    /**
     * Jensen-Shannon distance of a numeric column over the same bins, empty ones as they are, natural logarithm.
     *
     * @return 0 to 0.8326, the root of the logarithm of 2
     */
    public static double jensenShannon(double[] reference, double[] current) {
        return jensenShannon(shares(reference, current));
    }

    /**
     * Jensen-Shannon distance of a column of categories, natural logarithm.
     *
     * @param reference counts per category, each at least 0, sum positive
     * @param current counts per category, same length and order
     * @return 0 to 0.8326
     */
    public static double jensenShannonOfCounts(long[] reference, long[] current) {
        return jensenShannon(sharesOfCounts(reference, current));
    }

    private static double[][] sharesOfCounts(long[] reference, long[] current) {
        Samples.requireSameLength(reference.length, current.length);
        double n = Samples.total(reference, "reference");
        double m = Samples.total(current, "current");
        return new double[][] {
            Arrays.stream(reference).mapToDouble(count -> count / n).toArray(),
            Arrays.stream(current).mapToDouble(count -> count / m).toArray()
        };
    }

    private static double jensenShannon(double[][] shares) {
        double sum = 0;
        for (int b = 0; b < shares[0].length; b++) {
            double p = shares[0][b];
            double q = shares[1][b];
            double middle = (p + q) / 2;
            sum += (p > 0 ? p * Math.log(p / middle) : 0) + (q > 0 ? q * Math.log(q / middle) : 0);
        }
        return Math.sqrt(Math.max(0, sum / 2));
    }

    /**
     * Wasserstein distance over the reference's standard deviation (divisor n), which counts at least 0.001.
     *
     * @param reference finite values in any order, {@code NaN} is skipped, at least one present
     * @param current likewise
     */
    public static double wasserstein(double[] reference, double[] current) {
        double[] present = Samples.present(reference);
        double distance = Wasserstein1.distance(present, current);
        double mean = Arrays.stream(present).average().orElse(0);
        double squares = Arrays.stream(present).map(x -> (x - mean) * (x - mean)).sum();
        return distance / Math.max(Math.sqrt(squares / present.length), LEAST_DEVIATION);
    }

    /**
     * P-value of the one-sample chi-square test of the window's counts against the reference's shares, which it takes for
     * exact.
     *
     * @param reference counts per category, each at least 0, sum positive
     * @param current counts per category, same length and order
     * @return 0 where the window has a category that the reference has not; 1 with fewer than two categories
     */
    public static double chiSquarePValue(long[] reference, long[] current) {
        Samples.requireSameLength(reference.length, current.length);
        double scale = (double) Samples.total(current, "current") / Samples.total(reference, "reference");
        double statistic = 0;
        int cells = 0;
        for (int i = 0; i < reference.length; i++) {
            if (reference[i] == 0 && current[i] > 0) {
                return 0;
            }
            if (reference[i] > 0) {
                double expected = reference[i] * scale;
                statistic += (current[i] - expected) * (current[i] - expected) / expected;
                cells++;
            }
        }
        return cells < 2 ? 1 : ChiSquaredDistribution.of(cells - 1.0).survivalProbability(statistic);
    }

    /** Replaces empty shares. */
    private static void fill(double[] shares) {
        double least = Arrays.stream(shares).filter(share -> share > 0).min().orElse(0);
        double instead = least <= EPSILON ? least / 1e6 : EPSILON;
        Arrays.setAll(shares, b -> shares[b] == 0 ? instead : shares[b]);
    }

    private static double[][] shares(double[] reference, double[] current) {
        double[] left = SortedSample.of(reference);
        double[] right = SortedSample.of(current);
        Samples.requireSorted(left, "reference");
        Samples.requireSorted(right, "current");
        double[][] shares = Arrays.stream(left).distinct().limit(FEW_VALUES + 1).count() > FEW_VALUES
                ? new double[][] {new double[0], new double[0]}
                : byValue(left, right);
        return shares[0].length > 0 ? shares : byWidth(left, right);
    }

    private static double[][] byValue(double[] left, double[] right) {
        TreeMap<Double, double[]> rows = new TreeMap<>();
        for (double value : left) {
            rows.computeIfAbsent(value + 0.0, key -> new double[2])[0] += 1.0 / left.length;
        }
        for (double value : right) {
            rows.computeIfAbsent(value + 0.0, key -> new double[2])[1] += 1.0 / right.length;
        }
        return new double[][] {
            rows.values().stream().mapToDouble(row -> row[0]).toArray(),
            rows.values().stream().mapToDouble(row -> row[1]).toArray()
        };
    }

    /** Sturges' bins: as many of equal width over both samples as fit widths of range / (log2(n) + 1). */
    private static double[][] byWidth(double[] left, double[] right) {
        double low = Math.min(left[0], right[0]);
        double high = Math.max(left[left.length - 1], right[right.length - 1]);
        double wanted = Math.log((double) left.length + right.length) / Math.log(2) + 1;
        int bins = (int) Math.ceil(wanted);
        double width = (high - low) / bins;
        double[][] shares = new double[2][bins];
        for (int side = 0; side < 2; side++) {
            double[] values = side == 0 ? left : right;
            for (double value : values) {
                int bin = Math.max(0, Math.min(bins - 1, (int) ((value - low) / width)));
                // the quotient may be rounded across an edge
                if (bin > 0 && value < low + bin * width) {
                    bin--;
                } else if (bin < bins - 1 && value >= low + (bin + 1) * width) {
                    bin++;
                }
                shares[side][bin] += 1.0 / values.length;
            }
        }
        return shares;
    }
}
