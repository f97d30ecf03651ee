package dev.keelson.learn;

import dev.keelson.learn.conformal.PredictionRange;
import org.jspecify.annotations.Nullable;

/**
 * What a model tells of a row beside its prediction. The array is handed over and not changed afterwards.
 *
 * @param coverage share of rows whose truth lies in the set or interval; NaN when there is neither
 * @param set for each class whether it is in the set; null when there is none
 * @param range null when there is none
 * @param disagreement of the members over the most probable class or the value; null when there are not two, or when
 *     neither set nor interval was asked for
 * @param decision null when there is no threshold
 */
@SuppressWarnings("ArrayRecordComponent") // the path that must be fast: no copies
public record Advice(
        double coverage,
        boolean @Nullable [] set,
        @Nullable PredictionRange range,
        @Nullable Disagreement disagreement,
        @Nullable Decision decision) {

    /**
     * Whether to act.
     *
     * @param act whether to
     * @param target position of the class that is acted on
     * @param score what speaks for it: the probability, or {@code p * odds - 1}; negative infinity without odds
     * @param threshold from which score on; NaN when no threshold was worth acting on
     */
    public record Decision(boolean act, int target, double score, double threshold) {}
}
