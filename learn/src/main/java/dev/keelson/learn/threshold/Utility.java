package dev.keelson.learn.threshold;

import java.util.Locale;

/** What a threshold is chosen for. */
public enum Utility {
    /** Harmonic mean of precision and recall of the positive rows; 0 when none is found. */
    F1,
    /** Share of rows on which acting, or not acting, was right. */
    ACCURACY,
    /** Sum of the profits of the rows acted on. */
    PROFIT,
    /**
     * Mean profit of a day over its standard deviation (divisor: days less 1), not annualised; days without a bet count
     * 0. Not defined for fewer than two days or without variation.
     */
    SHARPE;

    /** The name in project files, such as {@code sharpe}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is about money, so that a threshold must show a profit to be used. */
    public boolean money() {
        return this == PROFIT || this == SHARPE;
    }
}
