package dev.keelson.monitor.health;

import dev.keelson.monitor.health.HealthInputs.Performance;
import dev.keelson.monitor.health.HealthReport.Worth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What training anew is expected to be worth over the next 30 days: as many answers as in the last 30, each with the loss by
 * which the version is worse than when it was tested, at the price of a unit of loss; less the training and the chance of a wrong
 * promotion times its cost. The interval is that of the present loss. That a new version would be as good as this one was when
 * tested is an assumption, and said.
 */
final class RetrainingWorth {
    /** What the promotion gate allows of wrong promotions. */
    private static final double WRONG = 0.05;

    private RetrainingWorth() {}

    static Worth of(HealthInputs in, HealthCosts costs) {
        List<String> missing = new ArrayList<>();
        if (Double.isNaN(costs.retrain())) {
            missing.add("retrain");
        }
        if (Double.isNaN(costs.wrongPromotion())) {
            missing.add("wrong_promotion");
        }
        if (Double.isNaN(costs.unitOfLoss())) {
            missing.add("unit_of_loss");
        }
        if (!missing.isEmpty()) {
            return unknown(String.format(Locale.ROOT, "What it is worth is not known: set %s of `models.%s.costs` in the project file.", String.join(", ", missing.stream().map(key -> "`" + key + "`").toList()), in.model()));
        }
        Worth lost = atStake(in, costs);
        Performance p = in.performance();
        if (lost == null || p == null) {
            return unknown("What it is worth cannot be said before outcomes tell how much worse it is.");
        }
        double fixed = costs.retrain() + WRONG * costs.wrongPromotion();
        double expected = lost.expected() - fixed;
        double lower = lost.lower() - fixed;
        double upper = lost.upper() - fixed;
        return new Worth(
                expected,
                lower,
                upper,
                String.format(Locale.ROOT, "Expected to be worth %,.2f in 30 days (95 %% interval %,.2f to %,.2f): %,.0f answers, each worse by %.4f than when it was tested, less %,.2f for training and the chance of a wrong promotion; if the new version is as good as this one was then.", expected, lower, upper, (double) in.predictionsIn30Days(), p.loss() - p.tested(), fixed));
    }

    /**
     * What other recommendations are about, which cost no training: what the version loses in 30 days against how it was when it
     * was tested, at the price of a unit of loss; the most that mending its cause can save.
     *
     * @return null without a price, and before outcomes tell
     */
    static @Nullable Worth atStake(HealthInputs in, HealthCosts costs) {
        Performance p = in.performance();
        if (p == null
                || Double.isNaN(costs.unitOfLoss())
                || Double.isNaN(p.tested())
                || p.rows() < HealthScores.FEWEST_ROWS
                || p.days() < HealthScores.FEWEST_DAYS) {
            return null;
        }
        double price = in.predictionsIn30Days() * costs.unitOfLoss();
        double expected = price * (p.loss() - p.tested());
        double lower = price * (p.lower() - p.tested());
        double upper = price * (p.upper() - p.tested());
        return new Worth(
                expected,
                lower,
                upper,
                String.format(Locale.ROOT, "At stake are %,.2f in 30 days (95 %% interval %,.2f to %,.2f): %,.0f answers, each worse by %.4f than when it was tested.", expected, lower, upper, (double) in.predictionsIn30Days(), p.loss() - p.tested()));
    }

    private static Worth unknown(String sentence) {
        return new Worth(Double.NaN, Double.NaN, Double.NaN, sentence);
    }
}
