package dev.keelson.metrics;

import java.util.Arrays;

/**
 * Probabilities behind a bookmaker's decimal odds, with his margin taken out.
 *
 * <p>The inverse odds of a market sum to more than 1; the surplus is the overround. How it is spread over the outcomes
 * is a guess:
 * <ul>
 *   <li>proportional: {@code p = (1/o) / sum(1/o)};
 *   <li>power: {@code p = (1/o)^k} with k such that they sum to 1, which takes more from outsiders;
 *   <li>Shin: the share z of money from insiders that explains the margin; {@code p = (sqrt(z^2 + 4 (1 - z) b^2 / B) -
 *       z) / (2 (1 - z))} with {@code b = 1/o}, {@code B = sum(1/o)}. A market without margin (B at most 1) has no
 *       insiders to find; there the proportional form is used.
 * </ul>
 *
 * <p>If an odd is missing ({@code NaN}), infinite, or not above 1, nothing can be said of the market: all its values
 * are {@code NaN}.
 *
 * <p>Source: Clarke, S., Kovalchik, S. and Ingram, M. (2017), Adjusting bookmaker's odds to allow for overround,
 * American Journal of Sports Science 5(6); Shin, H. S. (1993), Economic Journal 103; Jullien and Salanié (1994) for the
 * closed form.
 */
public final class OddsMargin {

    private OddsMargin() {}

    private static final int MOST_STEPS = 200;

    /** Steps below this no longer matter to a double. */
    private static final double CLOSE = 1e-15;

    /** How the margin is taken out. */
    public enum Method {
        /** In proportion to the inverse odds. */
        PROPORTIONAL,
        /** By a common power of the inverse odds. */
        POWER,
        /** By Shin's model of insider money. */
        SHIN
    }

    /**
     * Sum of the inverse odds minus 1: the margin of one market.
     *
     * @param odds decimal odds of all outcomes, at least 2
     * @return {@code NaN} if an odd is missing or not above 1; negative if the odds beat a fair market
     */
    public static double overround(double... odds) {
        requireOutcomes(odds.length);
        return inverseSum(odds, 0, odds.length) - 1;
    }

    /**
     * Probabilities of one market, margin taken out in proportion.
     *
     * @param odds decimal odds of all outcomes, at least 2
     * @return sums to 1, or all {@code NaN}
     */
    public static double[] proportional(double... odds) {
        return implied(Method.PROPORTIONAL, odds, odds.length);
    }

    /**
     * Probabilities of one market, margin taken out by a power.
     *
     * @param odds decimal odds of all outcomes, at least 2
     * @return sums to 1, or all {@code NaN}
     */
    public static double[] power(double... odds) {
        return implied(Method.POWER, odds, odds.length);
    }

    /**
     * Probabilities of one market, margin taken out by Shin's model.
     *
     * @param odds decimal odds of all outcomes, at least 2
     * @return sums to 1, or all {@code NaN}
     */
    public static double[] shin(double... odds) {
        return implied(Method.SHIN, odds, odds.length);
    }

    /**
     * Probabilities of many markets with the same number of outcomes.
     *
     * @param method how the margin is taken out
     * @param odds decimal odds, {@code n * outcomes}, row by row
     * @param outcomes outcomes of a market, at least 2
     * @return same shape; each row sums to 1 or is all {@code NaN}
     */
    public static double[] implied(Method method, double[] odds, int outcomes) {
        requireOutcomes(outcomes);
        if (odds.length % outcomes != 0) {
            throw new IllegalArgumentException(
                    "There are %d odds, which is not a multiple of the %d outcomes of a market."
                            .formatted(odds.length, outcomes));
        }
        double[] p = new double[odds.length];
        for (int from = 0; from < odds.length; from += outcomes) {
            int to = from + outcomes;
            double sum = inverseSum(odds, from, to);
            if (Double.isNaN(sum)) {
                Arrays.fill(p, from, to, Double.NaN);
                continue;
            }
            switch (method) {
                case PROPORTIONAL -> proportional(odds, from, to, p, sum);
                case POWER -> power(odds, from, to, p);
                case SHIN -> shin(odds, from, to, p, sum);
            }
        }
        return p;
    }

    private static double inverseSum(double[] odds, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            if (!(odds[i] > 1 && odds[i] < Double.POSITIVE_INFINITY)) {
                return Double.NaN;
            }
            sum += 1 / odds[i];
        }
        return sum;
    }

    private static void proportional(double[] odds, int from, int to, double[] p, double sum) {
        for (int i = from; i < to; i++) {
            p[i] = 1 / odds[i] / sum;
        }
    }

    private static void power(double[] odds, int from, int to, double[] p) {
        int n = to - from;
        double[] logs = new double[n];
        for (int i = 0; i < n; i++) {
            logs[i] = StrictMath.log(odds[from + i]);
        }
        // The sum of exp(-k log) falls as k rises, from n to 0, and is convex: Newton's steps come from the left and
        // never pass the root, but for the first one.
        double k = 1;
        double sum = 0;
        for (int step = 0; step < MOST_STEPS; step++) {
            sum = 0;
            double slope = 0;
            for (int i = 0; i < n; i++) {
                double power = StrictMath.exp(-k * logs[i]);
                p[from + i] = power;
                sum += power;
                slope += logs[i] * power;
            }
            double move = (sum - 1) / slope;
            if (Math.abs(move) <= CLOSE * Math.abs(k)) {
                break;
            }
            k += move;
        }
        for (int i = from; i < to; i++) {
            p[i] /= sum; // sum is 1 but for the last bits
        }
    }

    private static void shin(double[] odds, int from, int to, double[] p, double sum) {
        if (sum <= 1) {
            proportional(odds, from, to, p, sum);
            return;
        }
        // At z = 0 the probabilities sum to sqrt(sum) > 1 and they fall as z rises. Near z = 1 they approach sum(b^2) /
        // sum < 1. Newton's steps, and the middle of what is left where one leads out of it.
        double low = 0;
        double high = 1 - 1e-12;
        double z = 0;
        double total = 0;
        for (int step = 0; step < MOST_STEPS; step++) {
            total = 0;
            double slope = 0;
            for (int i = from; i < to; i++) {
                double c = 1 / (odds[i] * odds[i]) / sum;
                double root = Math.sqrt(z * z + 4 * (1 - z) * c);
                p[i] = (root - z) / (2 * (1 - z));
                total += p[i];
                slope += ((z - 2 * c) / root - 1) / (2 * (1 - z)) + p[i] / (1 - z);
            }
            if (total > 1) {
                low = z;
            } else {
                high = z;
            }
            double next = z - (total - 1) / slope;
            if (!(next >= low && next <= high)) {
                next = low + (high - low) / 2;
            }
            if (Math.abs(next - z) <= CLOSE) {
                break;
            }
            z = next;
        }
        for (int i = from; i < to; i++) {
            p[i] /= total;
        }
    }

    private static void requireOutcomes(int outcomes) {
        if (outcomes < 2) {
            throw new IllegalArgumentException(
                    "A market of %d outcomes cannot be judged, at least 2 are needed.".formatted(outcomes));
        }
    }
}
