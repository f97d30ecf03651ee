package dev.keelson.control;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a promotion gate says. Each case carries its reason in one sentence. */
public sealed interface PromotionDecision {

    /** Why, in one sentence with the numbers. */
    String reason();

    /** The challenger becomes champion. */
    record Promote(String reason) implements PromotionDecision {}

    /**
     * Not enough evidence yet; the champion stays and the challenger goes on being compared.
     *
     * @param reason why
     * @param epochsMissing about how many more settlement epochs it takes at the present mean and spread; null when no
     *     number would do
     */
    record Hold(String reason, @Nullable Integer epochsMissing) implements PromotionDecision {}

    /** The challenger is dropped: it is shown to be worse, or a condition of its policy failed. */
    record Reject(String reason) implements PromotionDecision {}

    /** The planned end came without a decision: the challenger is dropped and the champion stays. */
    record Expired(String reason) implements PromotionDecision {}

    /** One word for documents and trails: {@code promote}, {@code not_yet}, {@code reject}, {@code expired}. */
    default String word() {
        return switch (this) {
            case Promote ignored -> "promote";
            case Hold ignored -> "not_yet";
            case Reject ignored -> "reject";
            case Expired ignored -> "expired";
        };
    }

    /** For people: {@code PROMOTE}, {@code NOT YET (about 40 more epochs)}, {@code REJECT}, {@code EXPIRED}. */
    default String verdict() {
        return switch (this) {
            case Promote ignored -> "PROMOTE";
            case Hold hold -> hold.epochsMissing() == null
                    ? "NOT YET"
                    : "NOT YET (about %d more %s)".formatted(hold.epochsMissing(), hold.epochsMissing() == 1 ? "epoch" : "epochs");
            case Reject ignored -> "REJECT";
            case Expired ignored -> "EXPIRED";
        };
    }

    /** The verdict and why. */
    default String sentence() {
        return verdict() + ": " + reason();
    }

    /** The verdict that a stored word stands for, as people read it. */
    static String verdictOf(String stored) {
        return wordOf(stored).replace('_', ' ').toUpperCase(Locale.ROOT);
    }

    /** The word of a stored decision as it is spelled now: before there was {@code not_yet} it was {@code hold}. */
    static String wordOf(String stored) {
        return stored.equals("hold") ? "not_yet" : stored;
    }
}
