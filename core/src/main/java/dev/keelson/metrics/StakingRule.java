package dev.keelson.metrics;

/**
 * How much is staked on which outcome. The edge of an outcome is {@code p * odds - 1}, its expected profit per unit.
 */
public sealed interface StakingRule {

    /** Edge that an outcome must exceed to be bet on; at least 0 means "positive expectation only". */
    double minEdge();

    /**
     * The same stake on every bet, whatever the bank holds.
     *
     * @param stake units per bet, positive
     * @param minEdge edge that an outcome must exceed, at least 0
     * @param bestOnly bet on the outcome with the highest edge only (lower index wins ties), not on all above the
     *     minimum
     */
    record Flat(double stake, double minEdge, boolean bestOnly) implements StakingRule {

        /** Checks the ranges. */
        public Flat {
            if (!(stake > 0 && stake < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("The stake (%s) must be positive and finite.".formatted(stake));
            }
            requireEdge(minEdge);
        }
    }

    /**
     * A fraction of the Kelly stake over the event's outcomes ({@link Kelly#exclusive}).
     *
     * @param fraction share of the full Kelly stake, above 0 to 1; 0.25 is customary
     * @param minEdge edge that an outcome must exceed, at least 0
     * @param cap most that is staked on one outcome, as a share of the bank, above 0 to 1
     */
    record FractionalKelly(double fraction, double minEdge, double cap) implements StakingRule {

        /** Checks the ranges. */
        public FractionalKelly {
            if (!(fraction > 0 && fraction <= 1)) {
                throw new IllegalArgumentException(
                        "The fraction (%s) must be above 0 and at most 1.".formatted(fraction));
            }
            if (!(cap > 0 && cap <= 1)) {
                throw new IllegalArgumentException("The cap (%s) must be above 0 and at most 1.".formatted(cap));
            }
            requireEdge(minEdge);
        }
    }

    /**
     * A fraction of the Kelly stake of each outcome as if it were the only one offered ({@link Kelly#single}). On
     * outcomes that exclude each other it stakes more than {@link FractionalKelly} does.
     *
     * @param fraction share of the full Kelly stake, above 0 to 1; 0.25 is customary
     * @param minEdge edge that an outcome must exceed, at least 0
     * @param cap most that is staked on one outcome, as a share of the bank, above 0 to 1
     */
    record SingleFractionalKelly(double fraction, double minEdge, double cap) implements StakingRule {

        /** Checks the ranges. */
        public SingleFractionalKelly {
            new FractionalKelly(fraction, minEdge, cap); // the same ranges
        }
    }

    /**
     * The same share of the bank on every bet.
     *
     * @param share share of the bank at the day's start, above 0 to 1
     * @param minEdge edge that an outcome must exceed, at least 0
     * @param bestOnly bet on the outcome with the highest edge only (lower index wins ties), not on all above the
     *     minimum
     */
    record Proportional(double share, double minEdge, boolean bestOnly) implements StakingRule {

        /** Checks the ranges. */
        public Proportional {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("The share (%s) must be above 0 and at most 1.".formatted(share));
            }
            requireEdge(minEdge);
        }
    }

    /**
     * A fraction of the Kelly stakes over all events of a day together ({@link SimultaneousKelly}).
     *
     * @param fraction share of the full Kelly stake, above 0 to 1; 0.25 is customary
     * @param minEdge edge that an outcome must exceed, at least 0
     * @param cap most that is staked on one outcome, as a share of the bank, above 0 to 1
     * @param seed seed of the draws on days with too many joint outcomes to list
     */
    record SimultaneousFractionalKelly(double fraction, double minEdge, double cap, long seed) implements StakingRule {

        /** Checks the ranges. */
        public SimultaneousFractionalKelly {
            new FractionalKelly(fraction, minEdge, cap); // the same ranges
        }
    }

    private static void requireEdge(double minEdge) {
        if (!(minEdge >= 0 && minEdge < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The minimum edge (%s) must be at least 0 and finite.".formatted(minEdge));
        }
    }
}
