package dev.keelson.metrics;

import java.util.stream.IntStream;

/**
 * Stakes that maximise the expected logarithm of wealth, as shares of the bank.
 *
 * <p>Source: Kelly, J. L. (1956), Bell System Technical Journal 35(4); for outcomes that exclude each other Smoczynski,
 * P. and Tomkins, D. (2010), An explicit solution to the problem of optimizing the allocations of a bettor's wealth
 * when wagering on horse races, Mathematical Scientist 35(1).
 */
public final class Kelly {

    private Kelly() {}

    /**
     * Stake of a single bet: {@code (p * o - 1) / (o - 1)}, 0 when that is negative or the odds are missing or not
     * above 1.
     *
     * @param probability of winning, 0 to 1
     * @param odds decimal odds; {@code NaN} when there are none
     * @return 0 to 1
     */
    public static double single(double probability, double odds) {
        requireProbability(probability);
        if (!(odds > 1 && odds < Double.POSITIVE_INFINITY)) {
            return 0;
        }
        return Math.max(0, (probability * odds - 1) / (odds - 1));
    }

    /**
     * Stakes on outcomes of one event, of which one comes true. Not the single stakes side by side: a bet on one
     * outcome insures the others, so an outcome may deserve a stake although its own expectation is negative.
     *
     * @param p probabilities, each 0 to 1, summing to at most 1 (the rest is an outcome without odds)
     * @param odds decimal odds of the same outcomes; an outcome whose odds are missing or not above 1 gets no stake
     * @return shares of the bank, each at least 0, summing to at most 1
     */
    public static double[] exclusive(double[] p, double[] odds) {
        if (p.length != odds.length) {
            throw new IllegalArgumentException("There are %d probabilities and %d odds; as many of both are needed."
                    .formatted(p.length, odds.length));
        }
        double total = 0;
        for (double probability : p) {
            requireProbability(probability);
            total += probability;
        }
        if (total > 1 + 1e-6) {
            throw new IllegalArgumentException("The probabilities sum to %s, at most 1 is expected.".formatted(total));
        }
        int[] order = IntStream.range(0, p.length)
                .filter(i -> odds[i] > 1 && odds[i] < Double.POSITIVE_INFINITY && p[i] > 0)
                .boxed()
                .sorted((a, b) -> Double.compare(p[b] * odds[b], p[a] * odds[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        double reserve = 1;
        double covered = 0;
        double price = 0;
        int staked = 0;
        for (int i : order) {
            if (p[i] * odds[i] <= reserve) {
                break;
            }
            double nextPrice = price + 1 / odds[i];
            if (nextPrice >= 1) {
                break; // covering this one too would cost the whole bank for less than the bank back
            }
            covered += p[i];
            price = nextPrice;
            reserve = Math.max(0, 1 - covered) / (1 - price);
            staked++;
        }
        double[] stakes = new double[p.length];
        for (int k = 0; k < staked; k++) {
            int i = order[k];
            stakes[i] = Math.max(0, p[i] - reserve / odds[i]);
        }
        return stakes;
    }

    private static void requireProbability(double probability) {
        if (!(probability >= 0 && probability <= 1 + 1e-9)) {
            throw new IllegalArgumentException("The probability (%s) must be between 0 and 1.".formatted(probability));
        }
    }
}
