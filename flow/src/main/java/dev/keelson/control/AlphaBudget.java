package dev.keelson.control;

/**
 * How much chance of a false promotion all challengers of a quarter may have together: each new one is another try, and one of
 * many is promoted by luck.
 *
 * @param alpha of all tests of a model that begin in one quarter, above 0 and at most 1
 * @param whenSpent what becomes of a test for which not enough is left
 */
public record AlphaBudget(double alpha, WhenSpent whenSpent) {
    public AlphaBudget {
        if (!(alpha > 0 && alpha <= 1)) {
            throw new IllegalArgumentException("alpha (%s) must be above 0 and at most 1.".formatted(alpha));
        }
    }

    /** What becomes of a test for which not enough is left. */
    public enum WhenSpent {
        /** It does not begin before the next quarter. */
        REFUSE,
        /** It gets half of what is left, so that the bar rises from test to test and all of them stay within the budget. */
        RAISE
    }

    /**
     * The level at which a test begins.
     *
     * @param wanted its level without a budget
     * @param spent by the tests of the quarter before it
     * @return at most {@code wanted}; 0 when it does not begin
     */
    public double grant(double wanted, double spent) {
        double left = alpha - spent;
        if (wanted <= left + 1e-12) {
            return wanted;
        }
        return whenSpent == WhenSpent.RAISE && left > 1e-12 ? Math.min(wanted, left / 2) : 0;
    }
}
