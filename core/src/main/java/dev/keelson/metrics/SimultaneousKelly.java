package dev.keelson.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Stakes on several independent events at once that maximise the expected logarithm of wealth. Staking each as if it
 * stood alone would risk more than the bank can bear when many lose together.
 *
 * <p>The expected logarithm is concave: Newton steps over the shares that are not held at 0 climb it, each halved until it
 * does. The end is where no asset's expected relative return exceeds 1, money not staked being an asset that always returns
 * itself; what the steps leave (a bank that is staked whole) is climbed by multiplying shares with these returns (Cover's
 * rule). Joint outcomes are enumerated up to {@value #MOST_EXACT}; beyond, as many are drawn with a seed, the first of them being the loss of
 * every bet, so that the bank is never staked whole.
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
    private static final int MOST_NEWTON_STEPS = 100;
    private static final int MOST_HALVINGS = 40;
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
                boolean drawn = exact || s > 0;
                if (drawn && state < event.p.length && event.odds[state] > 1 && Double.isFinite(event.odds[state])) {
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
        double[] shares = newton(returns, weight, bets);
        double[] gain = new double[bets + 1];
        if (gains(returns, weight, shares, gain) - 1 > ENOUGH) {
            double total = 0;
            for (int j = 0; j <= bets; j++) {
                shares[j] = Math.max(shares[j], 1e-4 / (bets + 1)); // a share of 0 would stay there
                total += shares[j];
            }
            for (int j = 0; j <= bets; j++) {
                shares[j] /= total;
            }
            multiply(returns, weight, shares, gain);
        }
        double staked = 0;
        for (int j = 0; j < bets; j++) {
            shares[j] = shares[j] < 1e-7 ? 0 : shares[j]; // decays toward 0 for ever
            staked += shares[j];
        }
        for (int j = 0; j < bets && staked > 1; j++) {
            shares[j] *= (1 - 1e-15) / staked; // rounding
        }
        return shares;
    }

    /** Cover's rule, in place. */
    private static void multiply(double[][] returns, double[] weight, double[] shares, double[] gain) {
        for (int step = 0; step < MOST_STEPS; step++) {
            double best = gains(returns, weight, shares, gain);
            double total = 0;
            for (int j = 0; j < shares.length; j++) {
                shares[j] *= gain[j];
                total += shares[j];
            }
            for (int j = 0; j < shares.length; j++) {
                shares[j] /= total;
            }
            if (best - 1 <= ENOUGH) { // the growth still to gain is at most ln(best)
                break;
            }
        }
    }

    /** Expected relative return of each asset; the greatest is returned. */
    private static double gains(double[][] returns, double[] weight, double[] shares, double[] gain) {
        Arrays.fill(gain, 0);
        for (int s = 0; s < returns.length; s++) {
            if (weight[s] == 0) {
                continue;
            }
            double wealth = 0;
            for (int j = 0; j < shares.length; j++) {
                wealth += shares[j] * returns[s][j];
            }
            double scale = weight[s] / wealth;
            for (int j = 0; j < shares.length; j++) {
                gain[j] += scale * returns[s][j];
            }
        }
        return Arrays.stream(gain).max().orElse(0);
    }

    /** Newton steps over the shares that are not held at 0, from a bank of which nothing is staked. */
    private static double[] newton(double[][] returns, double[] weight, int bets) {
        double[] shares = new double[bets + 1];
        shares[bets] = 1;
        double[] gain = new double[bets + 1];
        double growth = 0;
        for (int step = 0; step < MOST_NEWTON_STEPS; step++) {
            if (gains(returns, weight, shares, gain) - 1 <= ENOUGH) {
                break;
            }
            int[] free = IntStream.range(0, bets)
                    .filter(j -> shares[j] > 0 || gain[j] > gain[bets])
                    .toArray();
            double[] direction = direction(returns, weight, shares, gain, free);
            double[] next = new double[bets + 1];
            double length = 1;
            double better = Double.NEGATIVE_INFINITY;
            for (int halving = 0; halving < MOST_HALVINGS; halving++) {
                double staked = 0;
                for (int k = 0; k < free.length; k++) {
                    next[free[k]] = Math.max(0, shares[free[k]] + length * direction[k]);
                    staked += next[free[k]];
                }
                next[bets] = 1 - staked;
                better = staked < 1 ? growth(returns, weight, next) : Double.NEGATIVE_INFINITY;
                if (better > growth) {
                    break;
                }
                length /= 2;
            }
            if (!(better > growth)) {
                break; // nothing left to gain that rounding shows
            }
            growth = better;
            System.arraycopy(next, 0, shares, 0, next.length);
        }
        return shares;
    }

    private static double growth(double[][] returns, double[] weight, double[] shares) {
        double growth = 0;
        for (int s = 0; s < returns.length; s++) {
            if (weight[s] > 0) {
                double wealth = 0;
                for (int j = 0; j < shares.length; j++) {
                    wealth += shares[j] * returns[s][j];
                }
                growth += weight[s] * Math.log(wealth);
            }
        }
        return growth;
    }

    /** Solves {@code H d = g} with the negative Hessian over the free shares, by Cholesky with a little ridge. */
    private static double[] direction(double[][] returns, double[] weight, double[] shares, double[] gain, int[] free) {
        int m = free.length;
        int cash = shares.length - 1;
        double[][] hessian = new double[m][m];
        double[] excess = new double[m];
        for (int s = 0; s < returns.length; s++) {
            if (weight[s] == 0) {
                continue;
            }
            double wealth = 0;
            for (int j = 0; j < shares.length; j++) {
                wealth += shares[j] * returns[s][j];
            }
            double scale = weight[s] / (wealth * wealth);
            for (int k = 0; k < m; k++) {
                excess[k] = returns[s][free[k]] - 1;
            }
            for (int k = 0; k < m; k++) {
                double left = scale * excess[k];
                for (int l = 0; l <= k; l++) {
                    hessian[k][l] += left * excess[l];
                }
            }
        }
        double[] d = new double[m];
        for (int k = 0; k < m; k++) {
            hessian[k][k] += 1e-10 * hessian[k][k] + 1e-12;
            for (int l = 0; l <= k; l++) {
                double sum = hessian[k][l];
                for (int i = 0; i < l; i++) {
                    sum -= hessian[k][i] * hessian[l][i];
                }
                hessian[k][l] = l == k ? Math.sqrt(Math.max(sum, 1e-12)) : sum / hessian[l][l];
            }
            double sum = gain[free[k]] - gain[cash];
            for (int i = 0; i < k; i++) {
                sum -= hessian[k][i] * d[i];
            }
            d[k] = sum / hessian[k][k];
        }
        for (int k = m - 1; k >= 0; k--) {
            for (int i = k + 1; i < m; i++) {
                d[k] -= hessian[i][k] * d[i];
            }
            d[k] /= hessian[k][k];
        }
        return d;
    }
}
