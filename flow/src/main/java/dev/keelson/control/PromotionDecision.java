package dev.keelson.control;

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

    /** The challenger is dropped. */
    record Reject(String reason) implements PromotionDecision {}

    /** One word: {@code promote}, {@code hold}, {@code reject}. */
    default String word() {
        return switch (this) {
            case Promote ignored -> "promote";
            case Hold ignored -> "hold";
            case Reject ignored -> "reject";
        };
    }
}
