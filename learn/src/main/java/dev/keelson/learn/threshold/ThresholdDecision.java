package dev.keelson.learn.threshold;

/** Whether to act, and from which score on. */
public sealed interface ThresholdDecision {

    /**
     * Act on rows whose score is at least the threshold.
     *
     * @param threshold finite
     */
    record Act(double threshold) implements ThresholdDecision {}

    /**
     * Act on nothing: no threshold has shown that it is worth it.
     *
     * @param reason a sentence for people
     */
    record NoBet(String reason) implements ThresholdDecision {}

    /** Whether a row is acted on. */
    default boolean acts(double score) {
        return switch (this) {
            case Act act -> score >= act.threshold();
            case NoBet _ -> false;
        };
    }
}
