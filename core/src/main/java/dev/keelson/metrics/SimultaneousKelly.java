package dev.keelson.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Stakes on several independent events at once that maximise the expected logarithm of wealth. Staking each as if it
 * stood alone would risk more than the bank can bear when many lose together.
 *
 * <p>Money not staked is an asset that always returns itself; the shares of all assets are then multiplied by their
 * expected relative return until none of them exceeds 1 (Cover's rule), which climbs at every step. Joint outcomes are
 * enumerated up to {@value #MOST_EXACT}; beyond, as many are drawn with a seed.
 *
 * <p>Source: Cover, T. M. (1984), An algorithm for maximizing expected log investment return, IEEE Transactions on
 * Information Theory 30(2).
 *
 * <p>Deterministic and stateless.
 */
public final class SimultaneousKelly {

    /** Most joint outcomes that are enumerated: twelve bets of two outcomes. */
    public static final int MOST_EXACT = 4_096;

    private static final int MOST_STEPS = 20_000;
    private static final double ENOUGH = 1e-9;

    private SimultaneousKelly() {}

    /** Outcomes of one event that exclude each other. */
    public static final class Event {

        private final double[] p;
        private final double[] odds;

        /**
         * Takes copies.
         *
         * @param p probabilities, each 0 to 1, summing to at most 1 (the rest is an outcome without odds)
         * @param odds decimal odds of the same outcomes; one that is missing or not above 1 gets no stake
         */
        public Event(double[] p, double[] odds) {
            this.p = p.clone();
            this.odds = odds.clone();
            if (p.length != odds.length || p.length == 0) {
                throw new IllegalArgumentException(
                        "There are %d probabilities and %d odds; as many of both and at least one are needed."
                                .formatted(p.length, odds.length));
            }
            double sum = 0;
            for (double probability : p) {
                if (!(probability >= 0 && probability <= 1 + 1e-9)) {
                    throw new IllegalArgumentException(
                            "The probability (%s) must be between 0 and 1.".formatted(probability));
                }
                sum += probability;
            }
            if (sum > 1 + 1e-6) {
                throw new IllegalArgumentException(
                        "The probabilities sum to %s, at most 1 is expected.".formatted(sum));
            }
        }

        private int states() {
            return p.length + 1; // the last one: none of the outcomes
        }

        private double probability(int state) {
            return state < p.length ? p[state] : Math.max(0, 1 - Arrays.stream(p).sum());
        }
    }

    /**
     * Shares of the bank.
     *
     * @param events independent of each other; correlated outcomes belong into one event
     * @param seed seed of the draws when there are too many joint outcomes to list
     * @return one array per event, one share of the bank per outcome, each at least 0, all together at most 1
     */
    public static double[][] stakes(List<Event> events, long seed) {
        int bets = events.stream().mapToInt(event -> event.p.length).sum();
        long joint = 1;
        for (Event event : events) {
            joint = Math.min(joint * event.states(), MOST_EXACT + 1L);
        }
        boolean exact = joint <= MOST_EXACT;
        int states = exact ? (int) joint : MOST_EXACT;
        double[] weight = new double[states];
        double[][] returns = new double[states][bets + 1];
        SplittableRandom random = new SplittableRandom(seed);
        for (int s = 0; s < states; s++) {
            returns[s][bets] = 1;
            double probability = 1;
            int code = s;
            int offset = 0;
            for (Event event : events) {
                int state = exact ? code % event.states() : draw(event, random.nextDouble());
                code /= event.states();
                probability *= exact ? event.probability(state) : 1;
                if (state < event.p.length && event.odds[state] > 1 && Double.isFinite(event.odds[state])) {
                    returns[s][offset + state] = event.odds[state];
                }
                offset += event.p.length;
            }
            weight[s] = exact ? probability : 1.0 / states;
        }
        double[] shares = climb(returns, weight, bets);
        double[][] stakes = new double[events.size()][];
        int offset = 0;
        for (int e = 0; e < stakes.length; e++) {
            int outcomes = events.get(e).p.length;
            stakes[e] = Arrays.copyOfRange(shares, offset, offset + outcomes);
            offset += outcomes;
        }
        return stakes;
    }

    private static int draw(Event event, double uniform) {
        double sum = 0;
        for (int c = 0; c < event.p.length; c++) {
            sum += event.p[c];
            if (uniform < sum) {
                return c;
            }
        }
        return event.p.length;
    }

    private static double[] climb(double[][] returns, double[] weight, int bets) {
        double[] shares = new double[bets + 1];
        Arrays.fill(shares, 0.5 / Math.max(1, bets));
        shares[bets] = bets == 0 ? 1 : 0.5;
        double[] gain = new double[bets + 1];
        for (int step = 0; step < MOST_STEPS; step++) {
            Arrays.fill(gain, 0);
            for (int s = 0; s < returns.length; s++) {
                double wealth = 0;
                for (int j = 0; j <= bets; j++) {
                    wealth += shares[j] * returns[s][j];
                }
                double scale = weight[s] == 0 ? 0 : weight[s] / wealth;
                for (int j = 0; j <= bets; j++) {
                    gain[j] += scale * returns[s][j];
                }
            }
            double best = 0;
            double total = 0;
            for (int j = 0; j <= bets; j++) {
                best = Math.max(best, gain[j]);
                shares[j] *= gain[j];
                total += shares[j];
            }
            for (int j = 0; j <= bets; j++) {
                shares[j] /= total;
            }
            if (best - 1 <= ENOUGH) { // the growth still to gain is at most ln(best)
                break;
            }
        }
        for (int j = 0; j < bets; j++) {
            if (shares[j] < 1e-7) { // decays toward 0 for ever
                shares[j] = 0;
            }
        }
        return shares;
    }
}
