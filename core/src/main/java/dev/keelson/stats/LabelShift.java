package dev.keelson.stats;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link LabelShiftDetector} knows after the outcomes it has seen.
 *
 * @param verdict shifted, stable, or not enough evidence
 * @param epochs epochs seen
 * @param outcomes outcomes seen, the reference not counted
 * @param logEvidence natural logarithm of the detector's statistic; negative infinity before the first outcome
 * @param logThreshold the statistic shows a shift when it reaches this
 * @param startEpochOrNull index (0 is the first fed) of the epoch in which the shift most likely began; null while none
 *     is shown or suspected
 * @param outcomesSinceStart outcomes from that epoch on, or all of them without one
 * @param classes one entry per class, in the order of the counts
 */
public record LabelShift(
        Verdict verdict,
        int epochs,
        long outcomes,
        double logEvidence,
        double logThreshold,
        @Nullable Integer startEpochOrNull,
        long outcomesSinceStart,
        List<ClassShare> classes) {

    /** Copies the classes. */
    public LabelShift {
        classes = List.copyOf(classes);
    }

    /** What may be said about the shares. */
    public sealed interface Verdict {

        /** No sign of a shift, and the change of every share is shown to be within the tolerance. */
        record Stable() implements Verdict {}

        /**
         * Either too few outcomes to show that the shares are as before, or signs of a shift that matters (then there
         * is a start) without the evidence to claim it.
         *
         * @param missingOrNull about how many more outcomes are needed, at least 0: with a start until the shift is
         *     shown if the shares stay as they seem to be now, without one until stability is shown if they are as
         *     before; null before the first outcome, and when no number would do with so small a reference
         */
        record NotEnoughEvidence(@Nullable Long missingOrNull) implements Verdict {

            /** Refuses a negative number. */
            public NotEnoughEvidence {
                if (missingOrNull != null && missingOrNull < 0) {
                    throw new IllegalArgumentException(
                            "The number of outcomes missing (%d) must not be negative.".formatted(missingOrNull));
                }
            }
        }

        /**
         * The shares have shifted. Stays so until a new detector is made with a new reference.
         *
         * @param alarmEpoch index of the epoch after which the evidence first sufficed
         */
        record Shifted(int alarmEpoch) implements Verdict {}
    }

    /**
     * One class before and since the most likely start, or in all outcomes without a start.
     *
     * @param before share in the reference with its Wilson interval
     * @param since share since the start, with a confidence sequence (prior-posterior ratio): for a start fixed in
     *     advance it covers at all looks at once. The start is estimated, though, so take it as indicative. Null before
     *     the first outcome
     * @param logEvidence natural logarithm of the evidence that this class's share has shifted, comparable with the
     *     threshold after division by the number of statistics (classes + 1); negative infinity before the first
     *     outcome
     */
    public record ClassShare(Interval before, @Nullable Interval since, double logEvidence) {

        /** Share since the start minus share before; 0 before the first outcome. */
        public double difference() {
            return since == null ? 0 : since.estimate() - before.estimate();
        }
    }

    /** Whether the verdict is {@link Verdict.Shifted}. */
    public boolean shifted() {
        return verdict instanceof Verdict.Shifted;
    }

    /** Epoch in which the shift most likely began; absent while none is shown or suspected. */
    public OptionalInt startEpoch() {
        return startEpochOrNull == null ? OptionalInt.empty() : OptionalInt.of(startEpochOrNull);
    }

    /**
     * About how many more outcomes are needed; present only with {@link Verdict.NotEnoughEvidence}, and not always
     * there.
     */
    public OptionalLong outcomesMissing() {
        return switch (verdict) {
            case Verdict.NotEnoughEvidence(Long missing) when missing != null -> OptionalLong.of(missing);
            case Verdict.NotEnoughEvidence ignored -> OptionalLong.empty();
            case Verdict.Stable ignored -> OptionalLong.empty();
            case Verdict.Shifted ignored -> OptionalLong.empty();
        };
    }
}
