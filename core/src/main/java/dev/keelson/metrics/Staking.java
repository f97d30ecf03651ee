package dev.keelson.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What staking on a model's probabilities at given odds would have earned.
 *
 * <p>All bets of a day are staked from the bank at the day's start, because their results come later. A day
 * never stakes more than the bank: if its bets sum to more, all are scaled down. It stops when the bank is
 * gone; flat stakes do not (there the bank only counts the units won and lost, and may become negative).
 *
 * @param bets number of bets placed
 * @param won number of bets won
 * @param turnover sum of stakes
 * @param profit sum of returns minus stakes
 * @param maxDrawdown greatest fall of the bank from an earlier high, as a share of that high, 0 to 1; 1 when the bank
 *     was gone
 * @param initialBank bank at the start
 * @param finalBank bank at the end
 * @param curve bank after each day that had rows, in order
 * @param stakes stake of each row (its outcomes together), in row order
 * @param profits profit of each row, in row order
 */
public record Staking(
        int bets,
        int won,
        double turnover,
        double profit,
        double maxDrawdown,
        double initialBank,
        double finalBank,
        List<DayBank> curve,
        List<Double> stakes,
        List<Double> profits) {

    /** Copies the lists. */
    public Staking {
        curve = List.copyOf(curve);
        stakes = List.copyOf(stakes);
        profits = List.copyOf(profits);
    }

    /**
     * The bank after a day.
     *
     * @param day the day as given
     * @param bank units after its bets are settled
     */
    public record DayBank(int day, double bank) {}

    /** Profit per unit staked; absent when nothing was staked. */
    public OptionalDouble roi() {
        return turnover > 0 ? OptionalDouble.of(profit / turnover) : OptionalDouble.empty();
    }

    /**
     * Simulates the bets without limits or commission.
     *
     * @param rule how much is staked on what
     * @param initialBank units at the start, positive
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes outcomes of each event, at least 2
     * @param odds decimal odds, same shape; where they are missing ({@code NaN}) or not above 1 there is no bet
     * @param labels outcome of each row
     * @param days day of each row, not falling
     */
    public static Staking simulate(
            StakingRule rule, double initialBank, double[] p, int classes, double[] odds, int[] labels, int[] days) {
        return simulate(rule, StakingLimits.NONE, initialBank, p, classes, odds, labels, days);
    }

    /**
     * Simulates the bets.
     *
     * @param rule how much is staked on what
     * @param limits what is cut from the stakes and kept of the winnings
     * @param initialBank units at the start, positive
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes outcomes of each event, at least 2
     * @param odds decimal odds, same shape; where they are missing ({@code NaN}) or not above 1 there is no bet
     * @param labels outcome of each row
     * @param days day of each row, not falling
     */
    public static Staking simulate(
            StakingRule rule,
            StakingLimits limits,
            double initialBank,
            double[] p,
            int classes,
            double[] odds,
            int[] labels,
            int[] days) {
        int n = Rows.check(p, classes, labels);
        if (!(initialBank > 0 && initialBank < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The initial bank (%s) must be positive and finite.".formatted(initialBank));
        }
        if (odds.length != p.length || days.length != n) {
            throw new IllegalArgumentException(
                    "There are %d odds and %d days for %d rows of %d classes; %d and %d are needed."
                            .formatted(odds.length, days.length, n, classes, p.length, n));
        }
        Ledger ledger = new Ledger(initialBank, n);
        int from = 0;
        while (from < n) {
            int to = from;
            while (to < n && days[to] == days[from]) {
                to++;
            }
            if (to < n && days[to] < days[from]) {
                throw new IllegalArgumentException("""
                        The day of row %d (%d) lies before that of row %d (%d); rows must come in order of days.
                        Maybe they need sorting by time first.""".formatted(to, days[to], from, days[from]));
            }
            double[] stakes = switch (rule) {
                case StakingRule.Flat flat ->
                    even(flat.stake(), flat.minEdge(), flat.bestOnly(), p, classes, odds, from, to);
                case StakingRule.Proportional even ->
                    scaled(
                            even(even.share(), even.minEdge(), even.bestOnly(), p, classes, odds, from, to),
                            ledger.bank);
                case StakingRule.FractionalKelly kelly ->
                    scaled(kelly(kelly, p, classes, odds, from, to), ledger.bank);
                case StakingRule.SimultaneousFractionalKelly kelly ->
                    scaled(simultaneous(kelly, p, classes, odds, from, to), ledger.bank);
            };
            cut(stakes, classes, limits, rule instanceof StakingRule.Flat ? Double.POSITIVE_INFINITY : ledger.bank);
            ledger.settle(stakes, limits.commission(), odds, labels, classes, from, to, days[from]);
            from = to;
        }
        return ledger.result(initialBank);
    }

    private static boolean worth(double p, double odds, double minEdge) {
        return odds > 1 && odds < Double.POSITIVE_INFINITY && p * odds - 1 > minEdge;
    }

    private static double[] even(
            double stake, double minEdge, boolean bestOnly, double[] p, int classes, double[] odds, int from, int to) {
        double[] stakes = new double[(to - from) * classes];
        for (int row = from; row < to; row++) {
            int best = -1;
            double bestEdge = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                int cell = row * classes + c;
                if (worth(p[cell], odds[cell], minEdge)) {
                    double edge = p[cell] * odds[cell] - 1;
                    if (!bestOnly) {
                        stakes[cell - from * classes] = stake;
                    } else if (edge > bestEdge) {
                        best = cell;
                        bestEdge = edge;
                    }
                }
            }
            if (best >= 0) {
                stakes[best - from * classes] = stake;
            }
        }
        return stakes;
    }

    private static double[] kelly(
            StakingRule.FractionalKelly rule, double[] p, int classes, double[] odds, int from, int to) {
        double[] shares = new double[(to - from) * classes];
        for (int row = from; row < to; row++) {
            double[] full = Kelly.exclusive(
                    probabilities(p, classes, row), offered(rule.minEdge(), p, classes, odds, row));
            for (int c = 0; c < classes; c++) {
                shares[(row - from) * classes + c] = Math.min(rule.cap(), rule.fraction() * full[c]);
            }
        }
        return shares;
    }

    private static double[] simultaneous(
            StakingRule.SimultaneousFractionalKelly rule, double[] p, int classes, double[] odds, int from, int to) {
        List<Integer> open = new ArrayList<>(); // rows without a worthy outcome would only multiply the joint outcomes
        List<SimultaneousKelly.Event> events = new ArrayList<>();
        for (int row = from; row < to; row++) {
            double[] offered = offered(rule.minEdge(), p, classes, odds, row);
            if (Arrays.stream(offered).anyMatch(value -> !Double.isNaN(value))) {
                open.add(row);
                events.add(new SimultaneousKelly.Event(probabilities(p, classes, row), offered));
            }
        }
        double[] shares = new double[(to - from) * classes];
        double[][] full = SimultaneousKelly.stakes(events, rule.seed());
        for (int e = 0; e < full.length; e++) {
            for (int c = 0; c < classes; c++) {
                shares[(open.get(e) - from) * classes + c] = Math.min(rule.cap(), rule.fraction() * full[e][c]);
            }
        }
        return shares;
    }

    /** Probabilities of a row; what rounding of a softmax adds to 1 is taken off, anything more is refused by Kelly. */
    private static double[] probabilities(double[] p, int classes, int row) {
        double[] probabilities = Arrays.copyOfRange(p, row * classes, (row + 1) * classes);
        double sum = Arrays.stream(probabilities).sum();
        if (sum > 1 && sum < 1 + 1e-4) {
            for (int c = 0; c < classes; c++) {
                probabilities[c] /= sum;
            }
        }
        return probabilities;
    }

    /** Odds of the outcomes that are worth a bet; {@code NaN} for the others. */
    private static double[] offered(double minEdge, double[] p, int classes, double[] odds, int row) {
        double[] offered = new double[classes];
        for (int c = 0; c < classes; c++) {
            int cell = row * classes + c;
            offered[c] = worth(p[cell], odds[cell], minEdge) ? odds[cell] : Double.NaN;
        }
        return offered;
    }

    /** Shares of the bank as units; all smaller when together they exceed the bank. */
    private static double[] scaled(double[] shares, double bank) {
        if (!(bank > 0)) {
            return new double[shares.length];
        }
        double total = 0;
        for (double share : shares) {
            total += share;
        }
        double scale = bank / Math.max(1, total);
        for (int i = 0; i < shares.length; i++) {
            shares[i] *= scale;
        }
        return shares;
    }

    /** Applies the limits in place: most per event, most per day, most per stake, then least per stake. */
    private static void cut(double[] stakes, int classes, StakingLimits limits, double bank) {
        for (int from = 0; from < stakes.length; from += classes) {
            shrink(stakes, from, from + classes, limits.mostPerEvent(), bank);
        }
        shrink(stakes, 0, stakes.length, limits.mostPerDay(), bank);
        for (int i = 0; i < stakes.length; i++) {
            double stake = Math.min(stakes[i], limits.mostStake());
            stakes[i] = stake < limits.leastStake() ? 0 : stake;
        }
    }

    private static void shrink(double[] stakes, int from, int to, double most, double bank) {
        if (most == 1 || bank == Double.POSITIVE_INFINITY) {
            return;
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += stakes[i];
        }
        double allowed = most * Math.max(0, bank);
        if (sum > allowed) {
            for (int i = from; i < to; i++) {
                stakes[i] *= allowed / sum;
            }
        }
    }

    /** Running sums of a simulation. */
    private static final class Ledger {

        private double bank;
        private double high;
        private double drawdown;
        private int bets;
        private int won;
        private double turnover;
        private double profit;
        private final List<DayBank> curve = new ArrayList<>();
        private final List<Double> stakes;
        private final List<Double> profits;

        Ledger(double bank, int rows) {
            this.bank = bank;
            this.high = bank;
            this.stakes = new ArrayList<>(rows);
            this.profits = new ArrayList<>(rows);
        }

        void settle(
                double[] dayStakes,
                double commission,
                double[] odds,
                int[] labels,
                int classes,
                int from,
                int to,
                int day) {
            double dayProfit = 0;
            for (int row = from; row < to; row++) {
                double rowStake = 0;
                double rowProfit = 0;
                for (int c = 0; c < classes; c++) {
                    double stake = dayStakes[(row - from) * classes + c];
                    if (stake > 0) {
                        bets++;
                        rowStake += stake;
                        rowProfit -= stake;
                        if (labels[row] == c) {
                            won++;
                            rowProfit += stake * odds[row * classes + c];
                        }
                    }
                }
                if (rowProfit > 0) {
                    rowProfit -= commission * rowProfit;
                }
                stakes.add(rowStake);
                profits.add(rowProfit);
                turnover += rowStake;
                dayProfit += rowProfit;
            }
            profit += dayProfit;
            bank += dayProfit;
            high = Math.max(high, bank);
            drawdown = Math.max(drawdown, Math.min(1, 1 - bank / high));
            curve.add(new DayBank(day, bank));
        }

        Staking result(double initialBank) {
            return new Staking(bets, won, turnover, profit, drawdown, initialBank, bank, curve, stakes, profits);
        }
    }
}
