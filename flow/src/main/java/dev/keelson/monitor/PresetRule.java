package dev.keelson.monitor;

import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The rules of other systems, followed to the letter: Kolmogorov-Smirnov judges quantities alone, categories by PSI. */
final class PresetRule {
    static final double LEVEL = 0.05;
    static final double ACIS_PSI = 0.2;
    /** {@code pikkit}: drift from so many features. */
    static final int PIKKIT_FEATURES = 3;
    /** {@code pikkit}: a column of categories counts as drifted from here on. */
    static final double PIKKIT_MODERATE = 0.1;
    /** {@code pikkit}: one column of categories from here on is drift by itself. */
    static final double PIKKIT_HIGH = 0.25;

    /** {@code n1v1}: drift of the set above this mean score. */
    static final double N1V1_OVERALL = 0.1;
    /** {@code n1v1}: a feature is drift by itself above this distance. */
    static final double N1V1_DISTANCE = 0.15;
    /** {@code n1v1}: or above this index. */
    static final double N1V1_PSI = 0.2;

    private static final int QUIET_WINDOWS = 24;
    private static final int FEWEST_WINDOWS = 6;
    /** So many rows of quiet windows are looked at, about. */
    private static final int QUIET_ROWS = 2_000_000;

    private PresetRule() {}

    /**
     * A rule and the size of the windows it judges.
     *
     * @param policy any
     * @param share for {@code ACIS}: share of drifted features from which the set has drifted
     * @param rows rows of a window
     */
    record Key(Policy policy, double share, int rows) {}

    /**
     * How many columns drifted.
     *
     * @param byTest by the test of their kind
     * @param byPsi by the classic index
     * @param high so far that one is enough
     * @param overall {@code n1v1}: mean score of the columns
     */
    private record Counts(int byTest, int byPsi, int high, double overall, int features) {}

    /** Whether a column of quantities drifted by its test, or under {@code pikkit} one of categories by its index. */
    static boolean driftsByTest(Policy policy, boolean category, double pValue, double psi) {
        return category ? policy == Policy.PIKKIT && psi >= PIKKIT_MODERATE : driftsByKs(pValue);
    }

    /** Whether a column is drift by itself: one of categories under {@code pikkit}. */
    static boolean high(boolean category, double psi) {
        return category && psi >= PIKKIT_HIGH;
    }

    static boolean driftsByKs(double pValue) {
        return pValue < LEVEL;
    }

    static boolean driftsByPsi(double psi) {
        return psi >= ACIS_PSI;
    }

    /** Whether a column is beyond the limit of {@code n1v1}. */
    static boolean driftsByN1v1(double ks, double psi) {
        return ks > N1V1_DISTANCE || psi > N1V1_PSI;
    }

    /** The score of a column under {@code n1v1}: D, of categories the index; 0 when nothing could be compared. */
    static double n1v1Score(boolean category, double ks, double psi) {
        double score = category ? psi : ks;
        return Double.isNaN(score) ? 0 : score;
    }

    /** Whether a preset calls a column drifted. */
    static boolean drifts(Policy policy, boolean category, ColumnFigures figures) {
        return switch (policy) {
            case PIKKIT -> driftsByTest(policy, category, figures.p(), figures.psi());
            case ACIS -> driftsByTest(policy, category, figures.p(), figures.psi()) || driftsByPsi(figures.psi());
            case N1V1 -> driftsByN1v1(figures.ks(), figures.psi());
            case WINMIX -> false;
            case RECOMMENDED, METHODS -> throw new IllegalArgumentException("%s is not a preset.".formatted(policy));
        };
    }

    /** The larger of both counts as a share of the features; 0 without any. */
    static double acisRatio(int byKs, int byPsi, int features) {
        return features == 0 ? 0 : (double) Math.max(byKs, byPsi) / features;
    }

    static boolean alarms(Policy policy, double share, int byKs, int byPsi, int high, int features) {
        return alarms(policy, share, new Counts(byKs, byPsi, high, 0, features));
    }

    private static boolean alarms(Policy policy, double share, Counts counts) {
        return switch (policy) {
            case PIKKIT -> counts.byTest >= PIKKIT_FEATURES || counts.high > 0;
            case ACIS -> counts.features > 0 && acisRatio(counts.byTest, counts.byPsi, counts.features) >= share;
            case N1V1 -> counts.overall > N1V1_OVERALL || counts.high > 0;
            case WINMIX -> false;
            case RECOMMENDED, METHODS -> throw new IllegalArgumentException("%s is not a preset.".formatted(policy));
        };
    }

    /** What a preset says of judged columns. */
    static DriftCheck.Outcome outcome(List<FeatureDrift> features, DriftMonitorDefinition definition) {
        Policy policy = definition.policy();
        Counts counts = new Counts(0, 0, 0, 0, features.size());
        for (FeatureDrift each : features) {
            counts = plus(counts, policy, each.categories() != null, each.pValue(), each.ks(), each.psi());
        }
        boolean alarms = alarms(policy, definition.share(), counts);
        boolean categories = features.stream().anyMatch(each -> each.categories() != null);
        String reason = switch (policy) {
            case PIKKIT -> (categories
                            ? "pikkit: %d of %d features have KS p < 0.05, or PSI >= 0.1 as categories (%d high, PSI >= 0.25); drift from %d or any high."
                            : "pikkit: %1$d of %2$d numeric features have KS p < 0.05; drift from %4$d.")
                    .formatted(counts.byTest, counts.features, counts.high, PIKKIT_FEATURES);
            case ACIS -> String.format(
                    Locale.ROOT,
                    "acis: %.1f %% of %d features drifted (%d by KS, %d by PSI); drift from %.0f %%.",
                    100 * acisRatio(counts.byTest, counts.byPsi, counts.features),
                    counts.features,
                    counts.byTest,
                    counts.byPsi,
                    100 * definition.share());
            case N1V1 -> String.format(
                    Locale.ROOT,
                    "n1v1: overall score %.3f (drift above 0.1), %d of %d features with D > 0.15 or PSI > 0.2 (drift from one).",
                    counts.overall,
                    counts.high,
                    counts.features);
            case WINMIX -> "winmix: it has no rule for columns; it watches the metrics alone (worse by 5 % on at least 100 predictions), which a performance monitor does.";
            case RECOMMENDED, METHODS -> throw new IllegalArgumentException("%s is not a preset.".formatted(policy));
        };
        return new DriftCheck.Outcome(
                alarms ? DriftReport.Verdict.ALARM : DriftReport.Verdict.NONE, reason, Double.NaN);
    }

    private static Counts plus(Counts counts, Policy policy, boolean category, double p, double ks, double psi) {
        boolean high = policy == Policy.N1V1 ? driftsByN1v1(ks, psi) : high(category, psi);
        return new Counts(
                counts.byTest + (driftsByTest(policy, category, p, psi) ? 1 : 0),
                counts.byPsi + (driftsByPsi(psi) ? 1 : 0),
                counts.high + (high ? 1 : 0),
                counts.overall + n1v1Score(category, ks, psi) / counts.features,
                counts.features);
    }

    /**
     * What each of the reference's own windows of about the same size says against the whole. P-values come from the
     * large-sample law, which is quick and near enough for a share of some windows.
     *
     * @param rows rows of the window that is judged
     */
    static List<ColumnFigures> quietWindows(ColumnProfile profile, Policy policy, int rows) {
        int total = profile.ordered().length;
        int window = Math.max(1, Math.min(rows, total / 2));
        int count = Math.min(Math.max(FEWEST_WINDOWS, Math.min(QUIET_WINDOWS, QUIET_ROWS / window)), total / window);
        List<ColumnFigures> windows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int start = (int) ((long) i * (total - window) / Math.max(1, count - 1));
            double[] values = ColumnProfile.sortedFinite(profile.ordered(), start, start + window);
            windows.add(ColumnFigures.of(
                    profile,
                    values,
                    window,
                    policy.preset() ? ColumnFigures.Size.ROWS_QUICKLY : ColumnFigures.Size.EFFECTIVE));
        }
        return windows;
    }

    /**
     * Share of the reference's own windows in which a rule would have alarmed.
     *
     * @param quiet of each column its windows, as many for each
     * @param categories whether a column is one of categories
     */
    static double falseAlarmShare(List<List<ColumnFigures>> quiet, List<Boolean> categories, Policy policy, double share) {
        int windows = quiet.isEmpty() ? 0 : quiet.getFirst().size();
        if (windows == 0) {
            return Double.NaN;
        }
        int alarms = 0;
        List<Set<Integer>> warned = new ArrayList<>();
        for (int w = 0; w < windows; w++) {
            int window = w;
            List<ColumnFigures> figures = quiet.stream().map(column -> column.get(window)).toList();
            if (policy == Policy.RECOMMENDED) {
                alarms += recommendedAlarms(figures, warned) ? 1 : 0;
                continue;
            }
            Counts counts = new Counts(0, 0, 0, 0, figures.size());
            for (int c = 0; c < figures.size(); c++) {
                ColumnFigures each = figures.get(c);
                counts = plus(counts, policy, categories.get(c), each.p(), each.ks(), each.psi());
            }
            alarms += alarms(policy, share, counts) ? 1 : 0;
        }
        return (double) alarms / windows;
    }

    /** Adds to the list what this window warns of. */
    private static boolean recommendedAlarms(List<ColumnFigures> figures, List<Set<Integer>> warned) {
        Set<Integer> now = DriftCheck.warned(figures);
        List<Set<Integer>> lastTwo = warned.subList(Math.max(0, warned.size() - 2), warned.size());
        boolean again = now.stream().anyMatch(column -> lastTwo.stream().anyMatch(each -> each.contains(column)));
        warned.add(now);
        return again || DriftCheck.anySevere(figures);
    }
}
