package dev.keelson.train;

import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.threshold.Utility;
import org.jspecify.annotations.Nullable;

/**
 * What a model is to tell beside its prediction.
 *
 * @param uncertainty sets or intervals; null for neither
 * @param threshold when to act; null when it does not say
 */
public record GuidanceDefinition(
        @Nullable Uncertainty uncertainty, @Nullable Threshold threshold) {
    /** Nothing. */
    public static final GuidanceDefinition NONE = new GuidanceDefinition(null, null);

    /**
     * Sets of classes, or intervals of a number, that hold the truth at a stated rate.
     *
     * @param coverage share of rows whose truth they hold, strictly between 0 and 1
     * @param method {@link ConformalMethod#RESIDUAL} of a number, another one of classes
     * @param groups source column within each of whose values the rate holds; null for over all rows
     */
    public record Uncertainty(double coverage, ConformalMethod method, @Nullable String groups) {
        /** Checks the coverage. */
        public Uncertainty {
            if (!(coverage > 0 && coverage < 1)) {
                throw new IllegalArgumentException(
                        "The coverage (%s) must lie strictly between 0 and 1.".formatted(coverage));
            }
        }
    }

    /**
     * From which score on to act.
     *
     * @param utility what it is chosen for
     * @param target position of the class that is acted on
     * @param odds source column of the class's decimal odds, so that the score is {@code p * odds - 1}; null when the
     *     score is p
     * @param leastBets thresholds with fewer rows to act on are not considered, at least 1
     */
    public record Threshold(Utility utility, int target, @Nullable String odds, int leastBets) {
        /** Checks the ranges. */
        public Threshold {
            if (target < 0 || leastBets < 1) {
                throw new IllegalArgumentException(
                        "The class's position (%d) must be at least 0 and the least number of bets (%d) at least 1."
                                .formatted(target, leastBets));
            }
            if (utility.money() && odds == null) {
                throw new IllegalArgumentException("The utility %s needs odds.".formatted(utility.key()));
            }
        }
    }
}
