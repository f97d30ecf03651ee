package dev.keelson.metrics;

/**
 * What a bookmaker, an exchange or caution takes from the stakes of a {@link StakingRule}.
 *
 * @param commission share of a row's net winnings that is kept, 0 to below 1 (exchanges: 0.02 to 0.05)
 * @param mostPerEvent most staked on all outcomes of one row, as a share of the bank at the day's start, above 0 to 1;
 *     1 for no limit
 * @param mostPerDay most staked on one day, as a share of the bank at its start, above 0 to 1; 1 for no limit. Flat
 *     stakes know no bank and are not cut by either share
 * @param leastStake a smaller stake is not placed, in units, at least 0
 * @param mostStake a larger stake is cut to this, in units, above 0, possibly infinite
 */
public record StakingLimits(
        double commission, double mostPerEvent, double mostPerDay, double leastStake, double mostStake) {

    /** Nothing is taken. */
    public static final StakingLimits NONE = new StakingLimits(0, 1, 1, 0, Double.POSITIVE_INFINITY);

    /** Checks the ranges. */
    public StakingLimits {
        if (!(commission >= 0 && commission < 1)) {
            throw new IllegalArgumentException(
                    "The commission (%s) must be at least 0 and below 1.".formatted(commission));
        }
        if (!(mostPerEvent > 0 && mostPerEvent <= 1) || !(mostPerDay > 0 && mostPerDay <= 1)) {
            throw new IllegalArgumentException(
                    "The most per event (%s) and per day (%s) must be above 0 and at most 1."
                            .formatted(mostPerEvent, mostPerDay));
        }
        if (!(leastStake >= 0 && leastStake < Double.POSITIVE_INFINITY) || !(mostStake > 0)) {
            throw new IllegalArgumentException(
                    "The least stake (%s) must be at least 0 and finite, the most (%s) above 0."
                            .formatted(leastStake, mostStake));
        }
    }
}
