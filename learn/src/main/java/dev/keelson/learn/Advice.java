package dev.keelson.learn;

import dev.keelson.learn.conformal.PredictionRange;
import java.util.List;
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
 * @param quantiles null when none are told
 */
@SuppressWarnings("ArrayRecordComponent") // the path that must be fast: no copies
public record Advice(
        double coverage,
        boolean @Nullable [] set,
        @Nullable PredictionRange range,
        @Nullable Disagreement disagreement,
        @Nullable Decision decision,
        @Nullable Quantiles quantiles) {

    /** Advice without quantiles. */
    public Advice(
            double coverage,
            boolean @Nullable [] set,
            @Nullable PredictionRange range,
            @Nullable Disagreement disagreement,
            @Nullable Decision decision) {
        this(coverage, set, range, disagreement, decision, null);
    }

    /**
     * Quantiles of the number.
     *
     * @param levels rising, each between 0 and 1
     * @param values one for each level, not falling
     */
    public record Quantiles(List<Double> levels, List<Double> values) {
        /** Copies the lists. */
        public Quantiles {
            levels = List.copyOf(levels);
            values = List.copyOf(values);
        }
    }

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
