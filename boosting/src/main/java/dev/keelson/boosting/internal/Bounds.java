package dev.keelson.boosting.internal;

import dev.keelson.learn.spi.LearnerSettings;

/**
 * The range of a setting, both bounds included: what a configuration accepts and what is read for it.
 *
 * @param name the setting in project files
 */
public record Bounds(String name, double least, double most) {
    private static final double MOST = 1e9;
    private static final double LEAST_SHARE = 1e-3;

    /** Boosting rounds. */
    public static final Bounds ROUNDS = new Bounds("rounds", 1, 100_000);
    /** Rounds without a lower loss; 0 for never. */
    public static final Bounds EARLY_STOPPING = new Bounds("early_stopping", 0, 100_000);
    /** Learning rate. */
    public static final Bounds ETA = new Bounds("eta", 1e-5, 1);
    /** Share of the rows. */
    public static final Bounds SUBSAMPLE = new Bounds("subsample", LEAST_SHARE, 1);
    /** Share of the features. */
    public static final Bounds COLSAMPLE = new Bounds("colsample", LEAST_SHARE, 1);
    /** Least sum of second derivatives in a leaf. */
    public static final Bounds MIN_CHILD_WEIGHT = new Bounds("min_child_weight", 0, MOST);
    /** Ridge on leaf values. */
    public static final Bounds LAMBDA = new Bounds("lambda", 0, MOST);
    /** Histogram bins of a feature. */
    public static final Bounds MAX_BIN = new Bounds("max_bin", 2, 4_096);
    /** Threads of one fit. */
    public static final Bounds NTHREAD = new Bounds("nthread", 1, 1_024);

    /** A weight or a number of rows, from 0. */
    public static Bounds weight(String name) {
        return new Bounds(name, 0, MOST);
    }

    /** The depth of a tree. */
    public static Bounds depth(int least, int most) {
        return new Bounds("max_depth", least, most);
    }

    /** A whole number, read from settings. */
    public int whole(LearnerSettings settings, int fallback) {
        return settings.whole(name, fallback, (int) least, (int) most);
    }

    /** A real number, read from settings. */
    public double real(LearnerSettings settings, double fallback) {
        return settings.real(name, fallback, least, most);
    }

    /**
     * Refuses a value outside.
     *
     * @throws IllegalArgumentException naming setting and value
     */
    public void require(double value) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    "%s (%s) must be from %s to %s.".formatted(name, value, least, most));
        }
    }
}
