package dev.keelson.stats;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * How much less rows tell than as many independent ones would, measured on the windows of a reference period.
 *
 * <p>Windows of independent rows differ in their counts per cell only by multinomial chance; the ratio of the observed
 * to that variation (Pearson dispersion) is the design effect. Bets of one match or shares of one day push it far above
 * 1. Of independent rows it lies around 1 by chance; it is believed only where chance is no explanation (see
 * {@link #ofWindows}), or half of all independent columns would count as less than they are.
 *
 * <p>Source: Kish, L. (1965), Survey Sampling, for the notion; Rao, J. N. K. and Scott, A. J. (1981), Journal of the
 * American Statistical Association 76, for its use in tests of counts.
 *
 * @param value dispersion, at least 1 (1: rows behave as if independent)
 * @param rowsPerWindow mean number of rows of the reference windows
 * @param measured dispersion as it was measured, at least {@code value}: chance may be in it
 * @param degrees of freedom from which the value was learned, positive; infinite where it is known, or 1
 */
public record DesignEffect(double value, double rowsPerWindow, double measured, double degrees) {

    /** One that is known. */
    public DesignEffect(double value, double rowsPerWindow) {
        this(value, rowsPerWindow, value, Double.POSITIVE_INFINITY);
    }

    /** Checks the ranges. */
    public DesignEffect {
        if (!(value >= 1 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The design effect (%s) must be at least 1 and finite.".formatted(value));
        }
        Samples.requirePositive(rowsPerWindow, "The rows per reference window");
        if (!(degrees > 0)) {
            throw new IllegalArgumentException("The degrees of freedom (%s) must be positive.".formatted(degrees));
        }
        if (!(measured >= value && measured < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The measured dispersion (%s) must be at least the design effect (%s) and finite.".formatted(measured, value));
        }
    }

    /** A dispersion that independent rows reach in one of twenty cases is none. */
    private static final double CHANCE = 0.05;

    /**
     * Measures the design effect: the Pearson dispersion where the chi-square test of all windows having one law rejects at
     * 0.05, else 1.
     *
     * @param windows counts per cell (deciles or categories) of each reference window: at least 2 windows of equal
     *     length, each with a positive sum; cells empty everywhere are ignored
     * @return value 1 when all rows fall into one cell
     */
    public static DesignEffect ofWindows(long[][] windows) {
        if (windows.length < 2) {
            throw new IllegalArgumentException(
                    "There are %d reference windows, at least 2 are needed.".formatted(windows.length));
        }
        int cells = windows[0].length;
        double[] cellTotals = new double[cells];
        double[] rows = new double[windows.length];
        double total = 0;
        for (int w = 0; w < windows.length; w++) {
            Samples.requireSameLength(cells, windows[w].length);
            rows[w] = Samples.total(windows[w], "reference window");
            total += rows[w];
            for (int c = 0; c < cells; c++) {
                cellTotals[c] += windows[w][c];
            }
        }
        double statistic = 0;
        int used = 0;
        for (int c = 0; c < cells; c++) {
            if (cellTotals[c] == 0) {
                continue;
            }
            used++;
            for (int w = 0; w < windows.length; w++) {
                double expected = rows[w] * cellTotals[c] / total;
                double difference = windows[w][c] - expected;
                statistic += difference * difference / expected;
            }
        }
        double degrees = (windows.length - 1.0) * (used - 1.0);
        boolean differ = degrees > 0 && ChiSquaredDistribution.of(degrees).survivalProbability(statistic) < CHANCE;
        double measured = degrees > 0 ? Math.max(1, statistic / degrees) : 1;
        return new DesignEffect(
                differ ? measured : 1, total / windows.length, measured, differ ? degrees : Double.POSITIVE_INFINITY);
    }

    /**
     * Measures the design effect of rows whose clusters are known, such as the bets of one match: how much further the counts
     * of clusters lie from what their rows would give than independent rows do.
     *
     * @param cluster cluster of each row, from 0
     * @param cell cell of each row (decile or category), from 0; below 0 for a row without one
     * @return value 1 when all rows fall into one cell; rows of a window then count as those of the whole
     */
    public static DesignEffect ofClusters(int[] cluster, int[] cell) {
        Samples.requireSameLength(cluster.length, cell.length);
        int cells = 1 + Arrays.stream(cell).max().orElse(0);
        double[] total = new double[cells];
        Map<Integer, double[]> counts = new LinkedHashMap<>();
        double rows = 0;
        for (int i = 0; i < cell.length; i++) {
            if (cell[i] >= 0) {
                counts.computeIfAbsent(cluster[i], each -> new double[cells])[cell[i]]++;
                total[cell[i]]++;
                rows++;
            }
        }
        double statistic = 0;
        for (double[] each : counts.values()) {
            double size = Arrays.stream(each).sum();
            for (int c = 0; c < cells; c++) {
                if (total[c] > 0) {
                    double share = total[c] / rows;
                    double difference = each[c] - size * share;
                    statistic += difference * difference / share;
                }
            }
        }
        double used = Arrays.stream(total).filter(count -> count > 0).count();
        double value = used < 2 ? 1 : statistic / (rows * (used - 1));
        return new DesignEffect(Math.max(1, value), Double.MAX_VALUE);
    }

    /**
     * The p-value of a test on effective sizes, allowing for their being learned: a design effect from few windows may be too
     * small, and all that rests on it looks too sure. Exact for a chi-square statistic of two degrees of freedom, which is then one of
     * Fisher's F; near for others.
     *
     * @param pValue as if the design effect were known, 0 to 1
     * @return at least {@code pValue}; the same where the design effect is known or 1
     */
    public double allowing(double pValue) {
        return Double.isInfinite(degrees) || pValue <= 0
                ? pValue
                : Math.pow(1 - 2 * Math.log(pValue) / degrees, -degrees / 2);
    }

    /**
     * The p-value that {@link #allowing} turns into a level.
     *
     * @param level 0 to 1
     */
    public double needed(double level) {
        return Double.isInfinite(degrees) ? level : Math.exp(-degrees / 2 * (Math.pow(level, -2 / degrees) - 1));
    }

    /**
     * Effective size of a reference that spans the windows.
     *
     * @param rows rows of the reference, positive
     */
    public double referenceSize(long rows) {
        return Samples.requirePositive((double) rows, "The number of reference rows") / value;
    }

    /**
     * Effective size of a current window: {@code n / (1 + (d - 1) * max(1, n / rowsPerWindow))}. A window with more
     * rows than a reference window has no more clusters, so its surplus rows add little.
     *
     * @param rows rows of the current window, positive
     */
    public double currentSize(long rows) {
        double n = Samples.requirePositive((double) rows, "The number of current rows");
        return n / (1 + (value - 1) * Math.max(1, n / rowsPerWindow));
    }
}
