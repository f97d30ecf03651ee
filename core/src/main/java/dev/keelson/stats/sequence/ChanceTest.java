package dev.keelson.stats.sequence;

/**
 * Outcome of a test against chance.
 *
 * @param statistic what was judged
 * @param expected its mean by chance, or NaN where the test has none
 * @param pValue chance of one at least as extreme, in either direction
 * @param method how the p-value came about
 * @param orders how many orders of the results were looked at; 0 where none
 */
public record ChanceTest(double statistic, double expected, double pValue, Method method, int orders) {

    /** How a p-value came about. */
    public enum Method {
        /** Exact law. */
        EXACT("exact"),
        /** Every order of the results was tried: exact. */
        ALL_ORDERS("all orders"),
        /** Shuffled orders of the results. */
        SHUFFLES("shuffles"),
        /** Normal law with continuity correction. */
        NORMAL("normal"),
        /** Chi-square law of large samples. */
        CHI_SQUARE("chi-square");

        private final String word;

        Method(String word) {
            this.word = word;
        }

        /** In lower case, as documents spell it. */
        public String word() {
            return word;
        }
    }

    static ChanceTest of(double statistic, double expected, Orders.PValue p) {
        return new ChanceTest(statistic, expected, p.value(), p.all() ? Method.ALL_ORDERS : Method.SHUFFLES, p.orders());
    }
}
