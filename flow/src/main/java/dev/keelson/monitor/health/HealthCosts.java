package dev.keelson.monitor.health;

import java.util.Locale;

/**
 * What things cost, in money. What is not known is NaN.
 *
 * @param retrain a training with its evaluation
 * @param wrongPromotion a new version that is worse than the one it replaced, until that is noticed
 * @param unitOfLoss one unit of loss (log loss of classes) in one prediction
 */
public record HealthCosts(double retrain, double wrongPromotion, double unitOfLoss) {
    /** Where nothing is known. */
    public static final HealthCosts UNKNOWN = new HealthCosts(Double.NaN, Double.NaN, Double.NaN);

    /** Checks the ranges. */
    public HealthCosts {
        for (double each : new double[] {retrain, wrongPromotion, unitOfLoss}) {
            if (each < 0 || Double.isInfinite(each)) {
                throw new IllegalArgumentException(String.format(Locale.ROOT, "The cost (%s) must be at least 0 and finite.", each));
            }
        }
    }
}
