package dev.keelson.learn.bandit;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Bets whose law is known. The context is uniform on [-1, 1] in both values; the first is the true edge of a bet at decimal
 * odds 2 in units of 0.4, the second means nothing. The reward of a stake is the logarithm of growth, so that the best stake
 * is known for each context. Bets of one day share a shock of what they return.
 */
final class StakeWorld {
    static final double[] ACTIONS = {0, 0.25, 0.5, 1};
    static final List<String> CONTEXT = List.of("edge", "noise");
    /** Share of the bank that the whole stake is. */
    private static final double STAKE = 0.8;

    private final SplittableRandom random;

    StakeWorld(long seed) {
        this.random = new SplittableRandom(seed);
    }

    double uniform() {
        return random.nextDouble();
    }

    double[] context() {
        return new double[] {2 * random.nextDouble() - 1, 2 * random.nextDouble() - 1};
    }

    static double chance(double[] context) {
        return 0.5 + 0.2 * context[0];
    }

    /** What each stake brings when the bet is won or lost. */
    static double[] rewards(boolean won) {
        double[] rewards = new double[ACTIONS.length];
        for (int a = 0; a < rewards.length; a++) {
            rewards[a] = Math.log1p((won ? 1 : -1) * ACTIONS[a] * STAKE);
        }
        return rewards;
    }

    boolean won(double[] context) {
        return random.nextDouble() < chance(context);
    }

    static double[] expected(double[] context) {
        double[] won = rewards(true);
        double[] lost = rewards(false);
        double p = chance(context);
        double[] expected = new double[ACTIONS.length];
        for (int a = 0; a < expected.length; a++) {
            expected[a] = p * won[a] + (1 - p) * lost[a];
        }
        return expected;
    }

    static int best(double[] context) {
        double[] expected = expected(context);
        int best = 0;
        for (int a = 1; a < expected.length; a++) {
            best = expected[a] > expected[best] ? a : best;
        }
        return best;
    }

    /** Decisions of a policy with the propensities (0.4, 0.3, 0.2, 0.1), or the reverse where the first value is positive. */
    LoggedDecisions log(int days, int perDay) {
        int n = days * perDay;
        double[][] context = new double[n][];
        int[] action = new int[n];
        double[] propensity = new double[n];
        double[] reward = new double[n];
        int[] cluster = new int[n];
        for (int i = 0; i < n; i++) {
            context[i] = context();
            double[] p = logging(context[i]);
            action[i] = Draws.action(p, uniform());
            propensity[i] = p[action[i]];
            reward[i] = rewards(won(context[i]))[action[i]];
            cluster[i] = i / perDay;
        }
        return new LoggedDecisions(context, action, propensity, reward, cluster);
    }

    static double[] logging(double[] context) {
        return context[0] > 0 ? new double[] {0.1, 0.2, 0.3, 0.4} : new double[] {0.4, 0.3, 0.2, 0.1};
    }

    /** The propensities of a policy over a log. */
    static double[][] of(LoggedDecisions log, java.util.function.Function<double[], double[]> policy) {
        return Arrays.stream(log.context()).map(policy).toArray(double[][]::new);
    }

    static double[] always(int action) {
        double[] p = new double[ACTIONS.length];
        p[action] = 1;
        return p;
    }

    /** What a policy earns a decision, by quadrature over the first value; it must not read the second. */
    static double value(java.util.function.Function<double[], double[]> policy) {
        int cells = 2000;
        double sum = 0;
        for (int k = 0; k < cells; k++) {
            double[] x = {-1 + (2 * k + 1.0) / cells, 0};
            double[] p = policy.apply(x);
            double[] r = expected(x);
            for (int a = 0; a < p.length; a++) {
                sum += p[a] * r[a];
            }
        }
        return sum / cells;
    }
}
