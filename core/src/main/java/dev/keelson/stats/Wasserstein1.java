package dev.keelson.stats;

import java.util.OptionalDouble;

/**
 * Wasserstein distance of order 1 between two samples, {@code W = integral of |F - G|}, plain and in units of the
 * reference's spread.
 *
 * <p>The unit is the interquartile range over 1.349 (the standard deviation if the data were normal, untouched by heavy
 * tails), or the standard deviation when the quartiles coincide; a constant reference has no unit and so no normed
 * distance: there any change is a new value, which {@link Psi} and the categorical tests see.
 *
 * <p>Source: Ramdas, A., García Trillos, N., Cuturi, M. (2017), On Wasserstein two-sample testing, Entropy 19(2), for
 * the form used; the same number as {@code scipy.stats.wasserstein_distance}.
 */
public final class Wasserstein1 {

    /** Interquartile range of the standard normal law. */
    private static final double NORMAL_IQR = 1.349;

    private Wasserstein1() {}

    /**
     * Distance in the unit of the values.
     *
     * @param reference finite values in any order, {@code NaN} is skipped, at least one present
     * @param current likewise
     */
    public static double distance(double[] reference, double[] current) {
        return distanceSorted(SortedSample.of(reference), SortedSample.of(current));
    }

    /**
     * Distance in the unit of the values, of sorted samples.
     *
     * @param a ascending finite values, not empty
     * @param b likewise
     */
    public static double distanceSorted(double[] a, double[] b) {
        requireFinite(a, "reference");
        requireFinite(b, "current");
        return a.length < b.length ? area(b, a) : area(a, b);
    }

    /**
     * Area between both distribution functions, a block of values at a time. Where they cannot cross within one, the area is the
     * difference of the areas below each, which are sums; elsewhere it is added up from value to value.
     */
    private static double area(double[] a, double[] b) {
        long n = a.length;
        long m = b.length;
        double x = Math.min(a[0], b[0]);
        double area = 0;
        int i = 0;
        int j = 0;
        while (i < n && j < m) {
            int endI = Samples.endOfBlock(a, i);
            double end = a[endI - 1];
            int endJ = Samples.countUpTo(b, end, j);
            boolean apart = i * m >= endJ * n || endI * m <= j * n;
            area += apart
                    ? Math.abs(areaBelow(a, i, endI, x, end) - areaBelow(b, j, endJ, x, end))
                    : areaWithin(a, i, endI, b, j, endJ, x);
            x = end;
            i = endI;
            j = endJ;
        }
        // one of them has reached 1
        return area + (i < n ? end(a, i, x) : end(b, j, x));
    }

    /** Area below a distribution function from x to an end that none of the values from a place to another exceeds. */
    private static double areaBelow(double[] sorted, int from, int to, double x, double end) {
        double step = 1.0 / sorted.length; // taken of each value, or large ones would overflow together
        double area = from * step * (end - x);
        for (int i = from; i < to; i++) {
            area += (end - sorted[i]) * step;
        }
        return area;
    }

    private static double areaWithin(double[] a, int fromI, int endI, double[] b, int fromJ, int endJ, double from) {
        double n = a.length;
        double m = b.length;
        double x = from;
        double area = 0;
        int i = fromI;
        int j = fromJ;
        while (i < endI || j < endJ) {
            boolean left = j == endJ || (i < endI && a[i] <= b[j]);
            double next = left ? a[i] : b[j];
            area += Math.abs(i / n - j / m) * (next - x);
            x = next;
            i += left ? 1 : 0;
            j += left ? 0 : 1;
        }
        return area;
    }

    /** Area between 1 and a distribution function from x on. */
    private static double end(double[] sorted, int from, double x) {
        double step = 1.0 / sorted.length;
        double area = 0;
        for (int i = from; i < sorted.length; i++) {
            area += (sorted[i] - x) * step;
        }
        return area;
    }

    /**
     * Distance in units of the reference's spread.
     *
     * @param reference finite values in any order, {@code NaN} is skipped, at least one present
     * @param current likewise
     * @return absent when the reference is constant
     */
    public static OptionalDouble normed(double[] reference, double[] current) {
        return normedSorted(SortedSample.of(reference), SortedSample.of(current));
    }

    /**
     * Distance in units of the reference's spread, of sorted samples.
     *
     * @param reference ascending finite values, not empty
     * @param current likewise
     * @return absent when the reference is constant
     */
    public static OptionalDouble normedSorted(double[] reference, double[] current) {
        double distance = distanceSorted(reference, current);
        OptionalDouble unit = unitSorted(reference);
        return unit.isPresent() ? OptionalDouble.of(distance / unit.getAsDouble()) : OptionalDouble.empty();
    }

    /**
     * Spread of a sorted sample: interquartile range / 1.349, or the standard deviation (divisor n) when that is 0.
     *
     * @param sorted ascending finite values, not empty
     * @return absent when the sample is constant
     */
    public static OptionalDouble unitSorted(double[] sorted) {
        requireFinite(sorted, "reference");
        double unit = (Samples.quantile(sorted, 0.75) - Samples.quantile(sorted, 0.25)) / NORMAL_IQR;
        if (!(unit > 0)) {
            unit = standardDeviation(sorted);
        }
        return unit > 0 ? OptionalDouble.of(unit) : OptionalDouble.empty();
    }

    private static double standardDeviation(double[] sorted) {
        if (sorted[0] == sorted[sorted.length - 1]) {
            return 0; // exactly: a rounded mean would leave a tiny, meaningless spread
        }
        double mean = 0;
        for (double value : sorted) {
            mean += value / sorted.length;
        }
        double squares = 0;
        for (double value : sorted) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / sorted.length);
    }

    private static void requireFinite(double[] sorted, String name) {
        Samples.requireSorted(sorted, name);
        double low = sorted[0];
        double high = sorted[sorted.length - 1];
        if (Double.isInfinite(low) || Double.isInfinite(high)) {
            throw new IllegalArgumentException("""
                    The %s sample ranges from %s to %s; a distance needs finite values.
                    Maybe a division by zero made them: turn them into NaN first.""".formatted(name, low, high));
        }
    }
}
