package dev.keelson.stats;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * Population Stability Index between a reference and a current distribution.
 *
 * <p>{@code psi = sum((c[i] - r[i]) * ln(c[i] / r[i]))} over bins, {@code r} and {@code c} being shares, natural
 * logarithm. The form used here: ten bins at reference quantiles ({@link Bins}), missing values as a bin of their own,
 * bins that are empty on both sides dropped, 0.5 added to every remaining count of both samples (Jeffreys). So the
 * value is finite, symmetric and never negative.
 *
 * <p>Without any shift the value still grows with the number of bins and shrinks with sample size:
 * {@code psi * n * m / (n + m)} follows a chi-square law with {@code bins - 1} degrees of freedom, so its expectation
 * is about {@code (bins - 1) * (1/n + 1/m)}. The result states that noise, the excess over it, and the p-value.
 * {@link #classic} is the traditional form for rules that were written for it.
 *
 * <p>Source: Yurdakul, B. and Naranjo, J. (2020), Statistical properties of the population stability index, Journal of
 * Risk Model Validation 14(4).
 */
public final class Psi {

    /** How many categories keep a cell of their own; the rest of the reference shares one. */
    public static final int TOP_CATEGORIES = 50;

    private static final double SMOOTHING = 0.5;
    private static final double CLASSIC_EPSILON = 1e-4;

    private Psi() {}

    /**
     * A population stability index with the noise that must be taken off before judging it.
     *
     * @param psi index in nats, at least 0
     * @param expected its expectation without any shift: {@code (bins - 1) * (1/n + 1/m)}, effective sizes
     * @param excess {@code psi - expected}; negative when the samples are more alike than chance makes them
     * @param bins cells that are not empty on both sides
     * @param pValue chance of a value this large without any shift; 1 when one bin holds everything
     */
    public record Result(double psi, double expected, double excess, int bins, double pValue) {}

    /**
     * Index between two sets of counts, every cell used as given.
     *
     * @param reference counts per bin, each at least 0, sum positive
     * @param current counts per bin, same length and order
     */
    public static Result ofCounts(long[] reference, long[] current) {
        return ofCounts(reference, current, (double) Samples.total(reference, "reference"), (double)
                Samples.total(current, "current"));
    }

    /**
     * Index between two sets of counts whose rows are not independent.
     *
     * @param reference counts per bin, each at least 0, sum positive
     * @param current counts per bin, same length and order
     * @param referenceSize effective number of independent rows of the reference, positive (see {@link DesignEffect})
     * @param currentSize likewise for the current sample
     */
    public static Result ofCounts(long[] reference, long[] current, double referenceSize, double currentSize) {
        Samples.requireSameLength(reference.length, current.length);
        double n = Samples.total(reference, "reference");
        double m = Samples.total(current, "current");
        Samples.requirePositive(referenceSize, "The effective reference size");
        Samples.requirePositive(currentSize, "The effective current size");
        int bins = 0;
        for (int i = 0; i < reference.length; i++) {
            bins += reference[i] + current[i] > 0 ? 1 : 0;
        }
        double psi = 0;
        for (int i = 0; i < reference.length; i++) {
            if (reference[i] + current[i] > 0) {
                double r = (reference[i] + SMOOTHING) / (n + SMOOTHING * bins);
                double c = (current[i] + SMOOTHING) / (m + SMOOTHING * bins);
                psi += (c - r) * Math.log(c / r);
            }
        }
        double expected = (bins - 1) * (1 / referenceSize + 1 / currentSize);
        double pValue = bins < 2
                ? 1
                : ChiSquaredDistribution.of(bins - 1).survivalProbability(psi / (1 / referenceSize + 1 / currentSize));
        return new Result(psi, expected, psi - expected, bins, pValue);
    }

    /**
     * Index of a numeric column over ten bins at reference quantiles.
     *
     * @param reference values in any order, {@code NaN} is missing; at least one present
     * @param current values in any order, {@code NaN} is missing; not empty
     */
    public static Result numeric(double[] reference, double[] current) {
        Bins bins = Bins.ofReference(reference);
        return ofCounts(bins.counts(reference), bins.counts(current));
    }

    /**
     * Index of a categorical column: the 50 most frequent categories of the reference, one cell for its other
     * categories (OTHER) and one for categories that the reference never had (NEW).
     *
     * @param reference counts per category, each at least 0, sum positive; a missing value is a category like any other
     * @param current counts per category, same length and order
     */
    public static Result categorical(long[] reference, long[] current) {
        Cells cells = cells(reference, current);
        return ofCounts(cells.reference(), cells.current());
    }

    /**
     * The same as {@link #categorical(long[], long[])} for rows that are not independent.
     *
     * @param reference counts per category, each at least 0, sum positive
     * @param current counts per category, same length and order
     * @param referenceSize effective number of independent rows of the reference, positive
     * @param currentSize likewise for the current sample
     */
    public static Result categorical(long[] reference, long[] current, double referenceSize, double currentSize) {
        Cells cells = cells(reference, current);
        return ofCounts(cells.reference(), cells.current(), referenceSize, currentSize);
    }

    /**
     * The traditional index: shares of empty bins are replaced by 0.0001 in each sample separately, nothing is
     * renormalised, no correction for noise. Bins of a numeric column: see {@link #classicNumeric}.
     *
     * @param reference counts per bin, each at least 0, sum positive
     * @param current counts per bin, same length and order
     * @return index in nats
     */
    public static double classic(long[] reference, long[] current) {
        Samples.requireSameLength(reference.length, current.length);
        double n = Samples.total(reference, "reference");
        double m = Samples.total(current, "current");
        double psi = 0;
        for (int i = 0; i < reference.length; i++) {
            double r = reference[i] == 0 ? CLASSIC_EPSILON : reference[i] / n;
            double c = current[i] == 0 ? CLASSIC_EPSILON : current[i] / m;
            psi += (c - r) * Math.log(c / r);
        }
        return psi;
    }

    /**
     * The traditional index of a numeric column: ten bins at reference quantiles (linear interpolation, duplicates
     * merged, lower edge excluded, outer bins open), missing values left out.
     *
     * @param reference values in any order; {@code NaN} is skipped, at least one present
     * @param current likewise
     * @return index in nats
     */
    public static double classicNumeric(double[] reference, double[] current) {
        double[] sorted = SortedSample.of(reference);
        Bins bins = classicBins(sorted);
        long[] left = bins.countsOfSorted(sorted, 0);
        long[] right = bins.counts(Samples.present(current));
        return classic(Arrays.copyOf(left, bins.size()), Arrays.copyOf(right, bins.size()));
    }

    /**
     * The bins of {@link #classicNumeric}, for references that are used again and again.
     *
     * @param sortedReference ascending, without {@code NaN}, not empty
     */
    public static Bins classicBins(double[] sortedReference) {
        Samples.requireSorted(sortedReference, "reference");
        return Bins.ofCuts(IntStream.range(1, Bins.DEFAULT_COUNT)
                .mapToDouble(i -> Samples.quantile(sortedReference, (double) i / Bins.DEFAULT_COUNT) + 0.0)
                .distinct()
                .toArray());
    }

    @SuppressWarnings("ArrayRecordComponent") // never leaves this class
    private record Cells(long[] reference, long[] current) {}

    private static Cells cells(long[] reference, long[] current) {
        Samples.requireSameLength(reference.length, current.length);
        // Ties keep the order given, so the same counts always give the same cells.
        int[] order = IntStream.range(0, reference.length)
                .boxed()
                .sorted((a, b) -> Long.compare(reference[b], reference[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        int kept = Math.min(TOP_CATEGORIES, order.length);
        long[] r = new long[kept + 2];
        long[] c = new long[kept + 2];
        for (int rank = 0; rank < order.length; rank++) {
            int category = order[rank];
            int cell;
            if (reference[category] == 0) {
                cell = kept + 1;
            } else {
                cell = Math.min(rank, kept);
            }
            r[cell] += reference[category];
            c[cell] += current[category];
        }
        return new Cells(r, c);
    }
}
