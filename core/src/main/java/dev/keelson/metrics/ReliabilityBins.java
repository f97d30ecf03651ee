package dev.keelson.metrics;

import dev.keelson.stats.Interval;
import dev.keelson.stats.Proportion;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A reliability diagram: how often what was forecast with a probability near x came true.
 *
 * <p>Source: Murphy, A. H. and Winkler, R. L. (1977), Applied Statistics 26(1); expected calibration error as by Guo et
 * al. (2017), ICML, which is the error of the top label over bins of equal width.
 *
 * @param bins bins with at least one row, by rising probability
 */
public record ReliabilityBins(List<Bin> bins) {

    /** Number of bins by convention of the expected calibration error. */
    public static final int DEFAULT_COUNT = 15;

    private static final double CONFIDENCE = 0.95;

    /** How rows are put into bins. */
    public enum Binning {
        /** Bins {@code [i / count, (i + 1) / count)}, the last one closed; empty ones are left out. */
        EQUAL_WIDTH,
        /** About as many rows each, rows of equal probability kept together. */
        EQUAL_COUNT
    }

    /**
     * One bin.
     *
     * @param lower lower edge (equal width) or smallest probability in it (equal count)
     * @param upper upper edge or largest probability in it
     * @param count rows in it, at least 1
     * @param meanForecast mean probability of its rows
     * @param observed share of its rows that came true, with its 95 % Wilson interval
     */
    public record Bin(double lower, double upper, long count, double meanForecast, Interval observed) {}

    /** Copies the bins. */
    public ReliabilityBins {
        bins = List.copyOf(bins);
    }

    /**
     * Diagram of the probability of the most probable class against whether it came true.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @param binning how rows are put into bins
     * @param count number of bins, at least 1
     */
    public static ReliabilityBins topLabel(double[] p, int classes, int[] labels, Binning binning, int count) {
        int n = Rows.check(p, classes, labels);
        double[] forecast = new double[n];
        boolean[] hit = new boolean[n];
        for (int i = 0; i < n; i++) {
            int best = Rows.argMax(p, classes, i);
            forecast[i] = p[i * classes + best];
            hit[i] = labels[i] == best;
        }
        return of(forecast, hit, binning, count);
    }

    /**
     * Diagram of one class against the rest.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @param label the class
     * @param binning how rows are put into bins
     * @param count number of bins, at least 1
     */
    public static ReliabilityBins ofClass(
            double[] p, int classes, int[] labels, int label, Binning binning, int count) {
        int n = Rows.check(p, classes, labels);
        if (label < 0 || label >= classes) {
            throw new IllegalArgumentException(
                    "The class (%d) must be between 0 and %d.".formatted(label, classes - 1));
        }
        double[] forecast = new double[n];
        boolean[] hit = new boolean[n];
        for (int i = 0; i < n; i++) {
            forecast[i] = p[i * classes + label];
            hit[i] = labels[i] == label;
        }
        return of(forecast, hit, binning, count);
    }

    private static ReliabilityBins of(double[] forecast, boolean[] hit, Binning binning, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("The number of bins (%d) must be at least 1.".formatted(count));
        }
        return switch (binning) {
            case EQUAL_WIDTH -> equalWidth(forecast, hit, count);
            case EQUAL_COUNT -> equalCount(forecast, hit, count);
        };
    }

    private static ReliabilityBins equalWidth(double[] forecast, boolean[] hit, int count) {
        long[] rows = new long[count];
        long[] hits = new long[count];
        double[] sums = new double[count];
        for (int i = 0; i < forecast.length; i++) {
            int bin = Math.min(count - 1, (int) (forecast[i] * count));
            rows[bin]++;
            hits[bin] += hit[i] ? 1 : 0;
            sums[bin] += forecast[i];
        }
        List<Bin> bins = new ArrayList<>();
        for (int b = 0; b < count; b++) {
            if (rows[b] > 0) {
                bins.add(bin((double) b / count, (b + 1.0) / count, rows[b], hits[b], sums[b]));
            }
        }
        return new ReliabilityBins(bins);
    }

    private static ReliabilityBins equalCount(double[] forecast, boolean[] hit, int count) {
        int n = forecast.length;
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(forecast[a], forecast[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Bin> bins = new ArrayList<>();
        int from = 0;
        for (int b = 1; b <= count && from < n; b++) {
            int to = Math.max(from, (int) ((long) n * b / count));
            while (to > from && to < n && forecast[order[to]] == forecast[order[to - 1]]) {
                to++;
            }
            if (to == from) {
                continue;
            }
            long hits = 0;
            double sum = 0;
            for (int k = from; k < to; k++) {
                hits += hit[order[k]] ? 1 : 0;
                sum += forecast[order[k]];
            }
            bins.add(bin(forecast[order[from]], forecast[order[to - 1]], to - from, hits, sum));
            from = to;
        }
        return new ReliabilityBins(bins);
    }

    private static Bin bin(double lower, double upper, long rows, long hits, double sum) {
        return new Bin(lower, upper, rows, sum / rows, Proportion.wilson(hits, rows, CONFIDENCE));
    }

    /** Expected calibration error: mean over rows of the bin's |observed share - mean forecast|, 0 to 1. */
    public double ece() {
        double sum = 0;
        long rows = 0;
        for (Bin bin : bins) {
            sum += bin.count() * Math.abs(bin.observed().estimate() - bin.meanForecast());
            rows += bin.count();
        }
        return sum / rows;
    }

    /** Largest |observed share - mean forecast| of any bin. */
    public double maxError() {
        double largest = 0;
        for (Bin bin : bins) {
            largest = Math.max(largest, Math.abs(bin.observed().estimate() - bin.meanForecast()));
        }
        return largest;
    }
}
