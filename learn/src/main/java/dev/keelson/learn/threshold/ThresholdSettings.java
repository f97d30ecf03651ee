package dev.keelson.learn.threshold;

/**
 * How a threshold is chosen.
 *
 * @param utility what for
 * @param leastBets thresholds with fewer bets are not considered, at least 1
 * @param confidence two-sided coverage of the intervals of profit, strictly between 0 and 1
 * @param blockDays days in a block of the bootstrap; 0 for the cube root of their number
 * @param resamples bootstrap samples, at least 100
 * @param seed seed of the bootstrap
 */
public record ThresholdSettings(
        Utility utility, int leastBets, double confidence, int blockDays, int resamples, long seed) {

    /** Checks the ranges. */
    public ThresholdSettings {
        if (leastBets < 1 || blockDays < 0 || resamples < 100) {
            throw new IllegalArgumentException(
                    "leastBets (%d) must be at least 1, blockDays (%d) at least 0 and resamples (%d) at least 100."
                            .formatted(leastBets, blockDays, resamples));
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException(
                    "confidence (%s) must lie strictly between 0 and 1.".formatted(confidence));
        }
    }

    /** At least 100 bets, 95 % intervals, 2,000 resamples. */
    public static ThresholdSettings of(Utility utility, long seed) {
        return new ThresholdSettings(utility, 100, 0.95, 0, 2_000, seed);
    }

    /** The same with another least number of bets. */
    public ThresholdSettings withLeastBets(int bets) {
        return new ThresholdSettings(utility, bets, confidence, blockDays, resamples, seed);
    }

    /** Days in a block of so many days. */
    int block(int days) {
        return blockDays == 0 ? BlockBootstrap.blockLength(days) : blockDays;
    }
}
