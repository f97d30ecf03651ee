package dev.keelson.metrics;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * What holding a position over each period would have earned after fees, compounded.
 *
 * <p>The position of a period is decided before it starts and held to its end; changing it costs the fee on the change.
 * Within a period the position does not drift. Wealth stops at 0: no period starts without money.
 *
 * @param returns net return of each period as a share of the wealth at its start
 * @param wealth wealth before the first period and after each one, starting at 1
 * @param turnover sum of all changes of position, as multiples of wealth, the final closing included
 * @param fees sum of all fees, as shares of the wealth at the time
 * @param held number of periods with a position
 * @param won number of those that earned more than their fee
 * @param drawdown greatest fall of wealth from an earlier high
 */
public record Trading(
        List<Double> returns,
        List<Double> wealth,
        double turnover,
        double fees,
        int held,
        int won,
        MaxDrawdown drawdown) {

    /** Copies the lists. */
    public Trading {
        returns = List.copyOf(returns);
        wealth = List.copyOf(wealth);
    }

    /**
     * Simulates the positions.
     *
     * @param positions share of wealth held over each period, e.g. 1 long, 0 none, -1 short; finite
     * @param returns simple return of the asset over each period, above -1 or equal, finite; same length
     * @param fee cost of changing the position by one wealth, 0 to 1, e.g. 0.001
     */
    public static Trading simulate(double[] positions, double[] returns, double fee) {
        if (positions.length != returns.length || positions.length == 0) {
            throw new IllegalArgumentException(
                    "There are %d positions and %d returns; as many of both and at least one are needed."
                            .formatted(positions.length, returns.length));
        }
        if (!(fee >= 0 && fee <= 1)) {
            throw new IllegalArgumentException("The fee (%s) must be between 0 and 1.".formatted(fee));
        }
        int n = positions.length;
        double[] net = new double[n];
        double[] wealth = new double[n + 1];
        wealth[0] = 1;
        double turnover = 0;
        double fees = 0;
        double before = 0;
        int held = 0;
        int won = 0;
        for (int t = 0; t < n; t++) {
            if (!Double.isFinite(positions[t]) || !(returns[t] >= -1 && returns[t] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "Period %d has position %s and return %s; both must be finite, the return at least -1."
                                .formatted(t, positions[t], returns[t]));
            }
            double position = wealth[t] > 0 ? positions[t] : 0;
            double change = Math.abs(position - before) + (t == n - 1 ? Math.abs(position) : 0);
            net[t] = Math.max(-1, position * returns[t] - fee * change);
            wealth[t + 1] = wealth[t] * (1 + net[t]);
            turnover += change;
            fees += fee * change;
            held += position != 0 ? 1 : 0;
            won += position != 0 && net[t] > 0 ? 1 : 0;
            before = position;
        }
        return new Trading(
                DoubleStream.of(net).boxed().toList(),
                DoubleStream.of(wealth).boxed().toList(),
                turnover,
                fees,
                held,
                won,
                MaxDrawdown.of(wealth));
    }

    /** Wealth at the end over wealth at the start, less 1. */
    public double totalReturn() {
        return wealth.getLast() - 1;
    }

    /** Share of the periods with a position that earned more than their fee; absent when there was none. */
    public OptionalDouble winRate() {
        return held == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) won / held);
    }
}
