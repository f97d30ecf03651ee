package dev.keelson.monitor;

import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import dev.keelson.stats.KolmogorovSmirnov;

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

    private static final int QUIET_WINDOWS = 24;

    private PresetRule() {}

    /**
     * A rule and the size of the windows it judges.
     *
     * @param policy {@code PIKKIT} or {@code ACIS}
     * @param share for {@code ACIS}: share of drifted features from which the set has drifted
     * @param rows rows of a window
     */
    record Key(Policy policy, double share, int rows) {}

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

    /** The larger of both counts as a share of the features; 0 without any. */
    static double acisRatio(int byKs, int byPsi, int features) {
        return features == 0 ? 0 : (double) Math.max(byKs, byPsi) / features;
    }

    static boolean alarms(Policy policy, double share, int byKs, int byPsi, int high, int features) {
        return switch (policy) {
            case PIKKIT -> byKs >= PIKKIT_FEATURES || high > 0;
            case ACIS -> features > 0 && acisRatio(byKs, byPsi, features) >= share;
            case RECOMMENDED -> throw new IllegalArgumentException("The recommended policy is not a preset.");
        };
    }

    /**
     * Share of the reference's own windows in which a preset would have alarmed against the whole reference. P-values come
     * from the large-sample law, which is quick and near enough for a share of 24 windows.
     */
    static double measureFalseAlarms(ReferenceProfile reference, Key key) {
        int window = Math.min(key.rows(), reference.rows() / 2);
        int count = Math.min(QUIET_WINDOWS, reference.rows() / window);
        int features = reference.names().size();
        int alarms = 0;
        for (int i = 0; i < count; i++) {
            int start = (int) ((long) i * (reference.rows() - window) / Math.max(1, count - 1));
            int byKs = 0;
            int byPsi = 0;
            int high = 0;
            for (int c = 0; c < features; c++) {
                ColumnProfile profile = reference.column(c);
                double[] values = ColumnProfile.sortedFinite(profile.ordered(), start, start + window);
                if (values.length > 0) {
                    double n = profile.sorted().length;
                    boolean category = profile.cells() != null;
                    double p = category
                            ? 1
                            : KolmogorovSmirnov.testSorted(profile.sorted(), values, n, values.length)
                                    .pValue();
                    double psi = profile.psi(values);
                    byKs += driftsByTest(key.policy(), category, p, psi) ? 1 : 0;
                    byPsi += driftsByPsi(psi) ? 1 : 0;
                    high += high(category, psi) ? 1 : 0;
                }
            }
            alarms += alarms(key.policy(), key.share(), byKs, byPsi, high, features) ? 1 : 0;
        }
        return (double) alarms / count;
    }
}
