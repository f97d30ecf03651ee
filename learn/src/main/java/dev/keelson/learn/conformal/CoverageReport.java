package dev.keelson.learn.conformal;

import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import dev.keelson.stats.Proportion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How often sets or intervals covered the truth on rows that took part in nothing, and how large they were.
 *
 * @param target coverage asked for
 * @param coverage share of rows covered with its interval: Wilson's, or Student's over clusters (cut to 0 and 1) where
 *     clusters are given
 * @param rows number of rows, at least 1
 * @param empty rows whose set or interval held nothing
 * @param boundless rows whose set held all classes, or whose interval had an infinite end
 * @param meanSize mean number of classes, or mean width of the bounded intervals; NaN when none is bounded
 * @param medianSize median number of classes, or median width of all intervals, possibly infinite
 * @param groups the same of each group that has rows, when groups were given; else empty
 */
public record CoverageReport(
        double target,
        Interval coverage,
        int rows,
        int empty,
        int boundless,
        double meanSize,
        double medianSize,
        List<Group> groups) {

    /** Copies the groups. */
    public CoverageReport {
        groups = List.copyOf(groups);
    }

    /**
     * Coverage within a group.
     *
     * @param group number of the group
     * @param rows number of its rows
     * @param coverage share covered, with Wilson's interval
     * @param meanSize mean number of classes, or mean width of the bounded intervals; NaN when none is bounded
     */
    public record Group(int group, int rows, Interval coverage, double meanSize) {}

    /** Whether the rows leave it possible that the target is reached: the interval does not end below it. */
    public boolean reached() {
        return coverage.upper() >= target;
    }

    /**
     * Report of intervals.
     *
     * @param alpha share of rows that may be missed, strictly between 0 and 1
     * @param ranges the interval of each held-out row
     * @param labels true values of held-out rows
     * @param groups group of each row; null for none
     * @param clusters cluster of each row, such as its day, where rows are not independent; null when they are
     * @param confidence coverage of the report's own intervals, e.g. 0.95
     */
    public static CoverageReport ofRanges(
            double alpha,
            List<PredictionRange> ranges,
            double[] labels,
            int @Nullable [] groups,
            int @Nullable [] clusters,
            double confidence) {
        int n = ranges.size();
        requireLength(n, labels.length);
        boolean[] covered = new boolean[n];
        boolean[] empty = new boolean[n];
        boolean[] boundless = new boolean[n];
        double[] size = new double[n];
        for (int i = 0; i < n; i++) {
            PredictionRange range = ranges.get(i);
            covered[i] = range.contains(labels[i]);
            empty[i] = range.empty();
            size[i] = range.width();
            boundless[i] = Double.isInfinite(size[i]);
        }
        return of(alpha, new Sizes(covered, empty, boundless, size), groups, clusters, confidence);
    }

    /**
     * Report of sets of classes.
     *
     * @param alpha share of rows that may be missed, strictly between 0 and 1
     * @param sets for each held-out row the classes in its set
     * @param labels true classes of held-out rows
     * @param groups group of each row; null for none
     * @param clusters cluster of each row, such as its day, where rows are not independent; null when they are
     * @param confidence coverage of the report's own intervals, e.g. 0.95
     */
    public static CoverageReport ofSets(
            double alpha,
            List<boolean[]> sets,
            int[] labels,
            int @Nullable [] groups,
            int @Nullable [] clusters,
            double confidence) {
        int n = sets.size();
        requireLength(n, labels.length);
        boolean[] covered = new boolean[n];
        boolean[] empty = new boolean[n];
        boolean[] boundless = new boolean[n];
        double[] size = new double[n];
        for (int i = 0; i < n; i++) {
            for (boolean in : sets.get(i)) {
                size[i] += in ? 1 : 0;
            }
            covered[i] = sets.get(i)[labels[i]];
            empty[i] = size[i] == 0;
            boundless[i] = size[i] == sets.get(i).length;
        }
        return of(alpha, new Sizes(covered, empty, boundless, size), groups, clusters, confidence);
    }

    /** What is known of each row. */
    private record Sizes(boolean[] covered, boolean[] empty, boolean[] boundless, double[] size) {

        Interval coverage(int[] rows, double confidence) {
            return Proportion.wilson(count(covered, rows), rows.length, confidence);
        }

        static int count(boolean[] flags, int[] rows) {
            int count = 0;
            for (int row : rows) {
                count += flags[row] ? 1 : 0;
            }
            return count;
        }

        double meanSize(int[] rows) {
            double sum = 0;
            int bounded = 0;
            for (int row : rows) {
                if (size[row] < Double.POSITIVE_INFINITY) {
                    sum += size[row];
                    bounded++;
                }
            }
            return sum / bounded;
        }
    }

    private static CoverageReport of(
            double alpha, Sizes sizes, int @Nullable [] groups, int @Nullable [] clusters, double confidence) {
        int n = sizes.covered().length;
        int[] all = new int[n];
        Arrays.setAll(all, i -> i);
        double[] sorted = sizes.size().clone();
        Arrays.sort(sorted);
        double below = sorted[(n - 1) / 2];
        double above = sorted[n / 2];
        return new CoverageReport(
                ConformalQuantile.alphaOfCoverage(ConformalQuantile.requireAlpha(alpha)),
                clusters == null ? sizes.coverage(all, confidence) : clustered(sizes, clusters, confidence),
                n,
                Sizes.count(sizes.empty(), all),
                Sizes.count(sizes.boundless(), all),
                sizes.meanSize(all),
                below == above ? below : below + (above - below) / 2,
                groups == null ? List.of() : groups(sizes, groups, confidence));
    }

    private static Interval clustered(Sizes sizes, int[] clusters, double confidence) {
        requireLength(sizes.covered().length, clusters.length);
        double[] hits = new double[clusters.length];
        for (int i = 0; i < hits.length; i++) {
            hits[i] = sizes.covered()[i] ? 1 : 0;
        }
        Interval wide = ClusteredMean.of(hits, clusters).interval(confidence);
        return new Interval(Math.max(0, wide.lower()), wide.estimate(), Math.min(1, wide.upper()), confidence);
    }

    private static List<Group> groups(Sizes sizes, int[] groups, double confidence) {
        requireLength(sizes.covered().length, groups.length);
        List<Group> result = new ArrayList<>();
        for (int group : Arrays.stream(groups).distinct().sorted().toArray()) {
            int[] rows = IntStream.range(0, groups.length)
                    .filter(i -> groups[i] == group)
                    .toArray();
            result.add(new Group(group, rows.length, sizes.coverage(rows, confidence), sizes.meanSize(rows)));
        }
        return result;
    }

    private static void requireLength(int rows, int others) {
        if (rows != others || rows == 0) {
            throw new IllegalArgumentException(
                    "There are %d sets or intervals and %d labels (groups, clusters); as many of both, 1 or more, are needed."
                            .formatted(rows, others));
        }
    }
}
