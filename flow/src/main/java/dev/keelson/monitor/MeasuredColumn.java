package dev.keelson.monitor;

import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.stats.DesignEffect;
import dev.keelson.stats.Histogram;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One column of a check, compared but not yet judged among the others. Holds no rows, so that a check can go through its
 * columns one at a time.
 *
 * @param parts of rows compared with a reference in files or sources: each third of them, in order; else empty
 * @param quiet of a preset: each of the reference's own windows; else empty
 * @param method what its own method says; null where the policy's test judges
 */
record MeasuredColumn(
        String name,
        double importance,
        ColumnFigures figures,
        List<ColumnFigures> parts,
        List<ColumnFigures> quiet,
        double referenceMissing,
        DesignEffect design,
        Histogram histogram,
        @Nullable CategoryShares shares,
        @Nullable MethodResult method) {
    private static final int HISTOGRAM_BINS = 20;

    MeasuredColumn {
        parts = List.copyOf(parts);
        quiet = List.copyOf(quiet);
    }

    /**
     * Measures.
     *
     * @param window its rows, in order
     * @param slack how far the share of values below a point may be off; 0 when all values are there
     * @param methods by which columns are judged under {@code METHODS}
     */
    static MeasuredColumn of(
            String name,
            double importance,
            ColumnProfile profile,
            double[] window,
            double slack,
            Policy policy,
            DriftMethods methods) {
        double[] sorted = ColumnProfile.sortedFinite(window, 0, window.length);
        ColumnFigures figures = ColumnFigures.of(profile, sorted, window.length, slack, size(policy));
        DoubleFunction<@Nullable String> texts = profile.texts();
        CategoryShares shares = texts == null ? null : CategoryShares.of(profile.sorted(), sorted, figures.cramersV(), texts);
        long missing = (long) window.length - sorted.length;
        return new MeasuredColumn(
                name,
                importance,
                figures,
                List.of(),
                List.of(),
                profile.missingShare(),
                profile.design(),
                shares == null
                        ? Histogram.sharedSorted(profile.sorted(), profile.missing(), sorted, missing, HISTOGRAM_BINS)
                        : shares.histogram(profile.missing(), missing),
                shares,
                policy == Policy.METHODS ? MethodTests.judge(name, profile, sorted, figures, slack, methods) : null);
    }

    MeasuredColumn with(List<ColumnFigures> thirds, List<ColumnFigures> windows) {
        return new MeasuredColumn(
                name, importance, figures, thirds, windows, referenceMissing, design, histogram, shares, method);
    }

    static ColumnFigures.Size size(Policy policy) {
        return switch (policy) {
            case PIKKIT, ACIS, N1V1, WINMIX -> ColumnFigures.Size.ROWS;
            case RECOMMENDED -> ColumnFigures.Size.EFFECTIVE;
            case METHODS -> ColumnFigures.Size.EFFECTIVE_ALONE;
        };
    }

    boolean category() {
        return shares != null;
    }
}
