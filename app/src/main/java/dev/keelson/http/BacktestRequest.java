package dev.keelson.http;

import dev.keelson.train.BacktestDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Which backtest is asked for. What is not said is as the model declared it when it was trained.
 *
 * @param model its name
 * @param run id of a run or the beginning of one; null for that of the champion, or of the newest model before there is one
 * @param stake other stakes, or null
 * @param commission another commission, 0 to below 1, or null
 * @param bankroll another bank at the start, positive, or null
 */
public record BacktestRequest(
        String model,
        @Nullable String run,
        BacktestDefinition.@Nullable Stake stake,
        @Nullable Double commission,
        @Nullable Double bankroll) {

    /** By the stakes that the model declares. */
    public BacktestRequest(
            String model, @Nullable String run, @Nullable Double commission, @Nullable Double bankroll) {
        this(model, run, null, commission, bankroll);
    }

    /** The same by other stakes. */
    public BacktestRequest withStake(BacktestDefinition.Stake other) {
        return new BacktestRequest(model, run, other, commission, bankroll);
    }

    /** Checks the ranges. */
    public BacktestRequest {
        if (commission != null && !(commission >= 0 && commission < 1)) {
            throw new IllegalArgumentException(
                    "The commission (%s) must be at least 0 and below 1.".formatted(commission));
        }
        if (bankroll != null && !(bankroll > 0 && bankroll < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The bankroll (%s) must be positive and finite.".formatted(bankroll));
        }
    }

    /** Whether other stakes than the model's own are asked for. */
    public boolean isOther() {
        return stake != null || commission != null || bankroll != null;
    }
}
