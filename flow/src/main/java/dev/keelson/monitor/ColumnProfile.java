package dev.keelson.monitor;

import dev.keelson.stats.Bins;
import dev.keelson.stats.DesignEffect;
import dev.keelson.stats.PredictionLimit;
import dev.keelson.stats.Psi;
import dev.keelson.stats.SortedSample;
import dev.keelson.stats.Wasserstein1;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One column of a reference period: sorted once, its unit, its design effect and its own history in windows. Values that
 * are not finite count as missing. The numbers of a column of categories are only compared for being the same. Safe for use by several threads.
 */
final class ColumnProfile {
    /** At most so many windows are compared with the whole to learn the column's own band. */
    private static final int BAND_WINDOWS = 120;
    /** Of larger windows every second, third, ... row is looked at, which is quick; the chance that this adds is known. */
    private static final int BAND_ROWS = 2_500;
    /** From a window of this part of the reference on, going through both once is quicker than searching. */
    private static final int MERGED = 16;
    /** What lies outside the column's own history, in standard deviations of it. */
    private static final double DEVIATIONS = 3;

    private final double[] ordered;
    private final double[] sorted;
    /** Sums of the first k sorted values, each less {@link #centre}: centred, or a large mean would eat the digits. */
    private final double[] sums;
    private final double centre;
    private final OptionalDouble unit;
    private final DesignEffect design;
    private final boolean clustersKnown;
    private final @Nullable CategoryCells cells;
    private final @Nullable DoubleFunction<@Nullable String> texts;
    private final Bins classicBins;
    private final long[] classicCounts;
    private final Map<Integer, Band> bands = new ConcurrentHashMap<>();

    /** What one further window exceeds as seldom as three standard deviations: each of the reference's own against the rest. */
    record Band(double distance, double missing) {}

    /**
     * Makes a profile.
     *
     * @param ordered rows in time order, handed over; at least {@link ReferenceProfile#WINDOWS}
     * @param sorted the finite values ascending; where {@code ordered} are some of many rows, values that are spread as all are
     * @param texts of a column of categories: what a number stands for; null for quantities
     */
    ColumnProfile(double[] ordered, double[] sorted, @Nullable DoubleFunction<@Nullable String> texts) {
        this(ordered, sorted, texts, null);
    }

    /** One of all rows. */
    ColumnProfile(double[] ordered, @Nullable DoubleFunction<@Nullable String> texts) {
        this(ordered, texts, null);
    }

    /** @param clusters which rows belong together; null where only the windows tell how much less than independent rows they say */
    ColumnProfile(
            double[] ordered, @Nullable DoubleFunction<@Nullable String> texts, RowClusters.@Nullable Of clusters) {
        this(ordered, sortedFinite(ordered, 0, ordered.length), texts, clusters);
    }

    private ColumnProfile(
            double[] ordered,
            double[] sorted,
            @Nullable DoubleFunction<@Nullable String> texts,
            RowClusters.@Nullable Of clusters) {
        this.ordered = ordered;
        this.texts = texts;
        this.sorted = sorted;
        boolean empty = sorted.length == 0;
        this.centre = empty ? 0 : sorted[sorted.length / 2];
        this.sums = new double[sorted.length + 1];
        for (int i = 0; i < sorted.length; i++) {
            sums[i + 1] = sums[i] + (sorted[i] - centre);
        }
        this.unit = empty ? OptionalDouble.empty() : Wasserstein1.unitSorted(sorted);
        this.cells = texts == null || empty ? null : new CategoryCells(sorted);
        DesignEffect windows = design(ordered, sorted, cells);
        this.design = clusters == null ? windows : clustered(ordered, sorted, cells, clusters);
        this.clustersKnown = clusters != null;
        this.classicBins = empty ? Bins.ofCuts(new double[0]) : Psi.classicBins(sorted);
        this.classicCounts = Arrays.copyOf(classicBins.countsOfSorted(sorted, 0), classicBins.size());
    }

    double[] ordered() {
        return ordered;
    }

    double[] sorted() {
        return sorted;
    }

    /** What the numbers stand for; null for quantities. */
    @Nullable DoubleFunction<@Nullable String> texts() {
        return texts;
    }

    /** The categories; null for quantities, and where no row has a value. */
    @Nullable CategoryCells cells() {
        return cells;
    }

    double missingShare() {
        return (double) (ordered.length - sorted.length) / ordered.length;
    }

    long missing() {
        return (long) ordered.length - sorted.length;
    }

    DesignEffect design() {
        return design;
    }

    /**
     * How far a window lies from the whole: 1-Wasserstein distance in reference standard deviations. A constant reference
     * has no unit; there it is the share of values that differ from the constant. Of categories it is the Jensen-Shannon
     * distance without the noise of sampling.
     *
     * @param window ascending finite values
     * @return 0 when either side has no value
     */
    double distance(double[] window) {
        if (window.length == 0 || sorted.length == 0) {
            return 0;
        }
        if (cells != null) {
            return cells.distance(window, design);
        }
        if (unit.isEmpty()) {
            long same = Arrays.stream(window).filter(value -> value == sorted[0]).count();
            return 1 - (double) same / window.length;
        }
        double distance = (long) MERGED * window.length > sorted.length
                ? Wasserstein1.distanceSorted(sorted, window)
                : wasserstein(window);
        return distance / unit.getAsDouble();
    }

    /** Mean of a window less that of the whole, in the unit of {@link #distance}; NaN for categories and without a unit. */
    double shift(double[] window) {
        if (window.length == 0 || sorted.length == 0 || cells != null || unit.isEmpty()) {
            return Double.NaN;
        }
        double mean = 0;
        double share = 1.0 / window.length;
        for (double value : window) {
            mean += (value - centre) * share;
        }
        return (mean - sums[sorted.length] / sorted.length) / unit.getAsDouble();
    }

    /**
     * The same number as {@link Wasserstein1#distanceSorted} up to rounding, in time that grows with the window and the
     * logarithm of the reference. Between two values of the window its distribution function is constant, so the area
     * between both functions follows from the integral of the reference's own.
     */
    private double wasserstein(double[] window) {
        int m = window.length;
        double belowA = areaBelow(window[0]);
        double area = belowA + areaAbove(window[m - 1]);
        for (int j = 0; j + 1 < m; j++) {
            double a = window[j];
            double b = window[j + 1];
            if (a == b) {
                continue;
            }
            double level = (j + 1.0) / m;
            int rank = (int) Math.ceilDiv((j + 1L) * sorted.length, m);
            double crossing = Math.max(a, Math.min(b, sorted[rank - 1])); // the reference reaches the level here
            double belowB = areaBelow(b);
            double belowCrossing = crossing == a ? belowA : crossing == b ? belowB : areaBelow(crossing);
            area += level * (crossing - a) - (belowCrossing - belowA);
            area += belowB - belowCrossing - level * (b - crossing);
            belowA = belowB;
        }
        return Math.max(0, area);
    }

    /** Integral of the reference's distribution function up to x. */
    private double areaBelow(double x) {
        int count = SortedSample.countUpTo(sorted, x);
        return (count * (x - centre) - sums[count]) / sorted.length;
    }

    /** Integral of 1 minus the reference's distribution function from x on. */
    private double areaAbove(double x) {
        int count = SortedSample.countUpTo(sorted, x);
        return (sums[sorted.length] - sums[count] - (sorted.length - count) * (x - centre)) / sorted.length;
    }

    /** The classic ten-bin index of a window, or that of its categories; NaN when either side has no value. */
    double psi(double[] window) {
        if (window.length == 0 || sorted.length == 0) {
            return Double.NaN;
        }
        if (cells != null) {
            return cells.psi(window);
        }
        return Psi.classic(classicCounts, Arrays.copyOf(classicBins.countsOfSorted(window, 0), classicBins.size()));
    }

    /** What {@link #psi} shows without any drift in a window of so many values. */
    double psiExpected(int values) {
        if (values == 0 || sorted.length == 0) {
            return Double.NaN;
        }
        int bins = cells == null ? classicBins.size() : cells.filled();
        return (bins - 1) * (1.0 / sorted.length + 1.0 / values);
    }

    /**
     * The column's own band for windows of a size. Windows of about that size (rounded down to a step of the square root of 2)
     * are looked at, none longer than a twelfth of the reference; what they show is brought to the size by what is known of
     * {@link #averaged the chance in it}.
     *
     * @param rows rows of the window, at least 1
     */
    Band band(int rows) {
        int window = Math.min(sizeClass(rows), Math.max(1, ordered.length / ReferenceProfile.WINDOWS));
        Band seen = bands.computeIfAbsent(window, this::measureBand);
        double scale = averaged(window, rows);
        return new Band(scale * seen.distance(), scale * seen.missing());
    }

    /**
     * By how much a window of some rows lies nearer to the reference than one of those that were looked at lies to the rest of it.
     * The chance in single rows averages out in a longer window; what windows differ by beyond it, as measured, does not, unless it
     * comes from known clusters, of which a longer window has more.
     *
     * @return above 0, at most 1
     */
    private double averaged(int window, int rows) {
        double more = design.measured() - 1;
        double kept = clustersKnown ? more / rows : more / window;
        int looked = Math.ceilDiv(window, step(window));
        double seen = 1.0 / looked + more / window + design.measured() / Math.max(1, ordered.length - window);
        double judged = 1.0 / rows + kept + design.measured() / ordered.length;
        return Math.min(1, Math.sqrt(judged / seen));
    }

    private static int step(int window) {
        return Math.max(1, window / BAND_ROWS);
    }

    private Band measureBand(int window) {
        int count = ordered.length / window;
        int used = Math.min(count, BAND_WINDOWS);
        double[] distances = new double[used];
        double[] gaps = new double[used];
        int filled = 0;
        for (int i = 0; i < used; i++) {
            int start = Math.toIntExact((long) i * (count - 1) / Math.max(1, used - 1) * window);
            double[] values = sortedFinite(ordered, start, start + window, step(window));
            gaps[i] = Math.abs(1 - (double) values.length / Math.ceilDiv(window, step(window)) - missingShare());
            if (values.length > 0) { // a window without values says nothing of their distance
                distances[filled++] = distance(values);
            }
        }
        // a window is a part of the whole, from which it differs less than from the rest: by its share of the rows
        double rest = 1 / (1 - (double) window / ordered.length);
        return new Band(
                rest * PredictionLimit.above(Arrays.copyOf(distances, filled), DEVIATIONS),
                rest * PredictionLimit.above(gaps, DEVIATIONS));
    }

    /** Rounds down to a whole step of the square root of 2, so that few sizes need bands. */
    static int sizeClass(int size) {
        double steps = Math.floor(2 * Math.log(Math.max(1, size)) / Math.log(2) + 1e-9);
        return (int) Math.max(1, Math.floor(Math.pow(2, steps / 2) + 1e-9));
    }

    private static DesignEffect design(double[] ordered, double[] sorted, @Nullable CategoryCells cells) {
        if (sorted.length == 0) {
            return new DesignEffect(1, (double) ordered.length / ReferenceProfile.WINDOWS);
        }
        Bins bins = Bins.ofSortedReference(sorted, Bins.DEFAULT_COUNT);
        long[][] counts = new long[ReferenceProfile.WINDOWS][];
        for (int w = 0; w < ReferenceProfile.WINDOWS; w++) {
            int from = (int) ((long) w * ordered.length / ReferenceProfile.WINDOWS);
            int to = (int) ((long) (w + 1) * ordered.length / ReferenceProfile.WINDOWS);
            double[] window = finite(ordered, from, to, 1);
            long missing = (long) to - from - window.length;
            if (cells == null) {
                counts[w] = bins.counts(window);
                counts[w][bins.size()] = missing;
            } else {
                long[] known = cells.counts(window);
                counts[w] = Arrays.copyOf(known, known.length + 1);
                counts[w][known.length] = missing;
            }
        }
        return DesignEffect.ofWindows(counts);
    }

    /** The stronger clustering of both sides. */
    private static DesignEffect clustered(
            double[] ordered, double[] sorted, @Nullable CategoryCells cells, RowClusters.Of clusters) {
        if (sorted.length == 0) {
            return new DesignEffect(1, ordered.length);
        }
        Bins bins = cells == null ? Bins.ofSortedReference(sorted, Bins.DEFAULT_COUNT) : null;
        DesignEffect reference = DesignEffect.ofClusters(clusters.reference(), cellOf(ordered, cells, bins));
        DesignEffect current = DesignEffect.ofClusters(clusters.current(), cellOf(clusters.currentValues(), cells, bins));
        return current.value() > reference.value() ? current : reference;
    }

    private static int[] cellOf(double[] values, @Nullable CategoryCells cells, @Nullable Bins bins) {
        double[] cuts = bins == null ? new double[0] : bins.cuts();
        int[] at = new int[values.length];
        for (int i = 0; i < at.length; i++) {
            if (!Double.isFinite(values[i])) {
                at[i] = -1;
            } else if (cells != null) {
                at[i] = cells.cell(values[i]);
            } else {
                int found = Arrays.binarySearch(cuts, values[i]);
                at[i] = found < 0 ? -found - 1 : found;
            }
        }
        return at;
    }

    /** The finite values of a part, ascending. */
    static double[] sortedFinite(double[] values, int from, int to) {
        return sortedFinite(values, from, to, 1);
    }

    private static double[] sortedFinite(double[] values, int from, int to, int step) {
        return SortedSample.ofFinite(values, from, to, step);
    }

    private static double[] finite(double[] values, int from, int to, int step) {
        double[] kept = new double[(to - from + step - 1) / step];
        int size = 0;
        for (int i = from; i < to; i += step) {
            if (Double.isFinite(values[i])) {
                kept[size++] = values[i];
            }
        }
        return size == kept.length ? kept : Arrays.copyOf(kept, size);
    }
}
