package dev.keelson.simulate;

/**
 * The balanced Asian handicap of a match.
 *
 * @param quarters handicap given to the home side in quarter goals, negative for a home favourite (-3 is -0.75)
 * @param homeShare probability that the home side covers it, stakes returned left out and half wins counted half
 */
record AsianHandicap(int quarters, double homeShare) {

    private static final int MOST_QUARTERS = 16;

    /** The handicap, up to 4 goals either way, that makes both sides most nearly equal. */
    static AsianHandicap balanced(Scores scores) {
        double[] below = scores.differencesBelow();
        int low = -MOST_QUARTERS;
        int high = MOST_QUARTERS;
        while (high - low > 1) { // the share grows with the handicap
            int middle = Math.floorDiv(low + high, 2);
            if (homeShare(below, middle) < 0.5) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double lowShare = homeShare(below, low);
        double highShare = homeShare(below, high);
        return 0.5 - lowShare < highShare - 0.5
                ? new AsianHandicap(low, lowShare)
                : new AsianHandicap(high, highShare);
    }

    private static double homeShare(double[] below, int quarters) {
        // A quarter handicap is half a stake on each of the two neighbouring half-goal lines.
        int lower = Math.floorDiv(quarters, 2);
        int upper = Math.ceilDiv(quarters, 2);
        double won = won(below, lower) + won(below, upper);
        double lost = lost(below, lower) + lost(below, upper);
        return won / (won + lost);
    }

    private static double won(double[] below, int halves) {
        return 1 - below[Math.floorDiv(-halves, 2) + 1 + Scores.MOST_GOALS];
    }

    private static double lost(double[] below, int halves) {
        return below[Math.ceilDiv(-halves, 2) + Scores.MOST_GOALS];
    }
}
