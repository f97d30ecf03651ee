package dev.keelson.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What staking on a model's probabilities at given odds would have earned.
 *
 * <p>All bets of a day are staked from the bank at the day's start, because their results come later. A fractional
 * Kelly day never stakes more than the bank: if its bets sum to more, all are scaled down. It stops when the bank is
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
     * Simulates the bets.
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
                case StakingRule.Flat flat -> flat(flat, p, classes, odds, from, to);
                case StakingRule.FractionalKelly kelly -> kelly(kelly, ledger.bank, p, classes, odds, from, to);
            };
            ledger.settle(stakes, odds, labels, classes, from, to, days[from]);
            from = to;
        }
        return ledger.result(initialBank);
    }

    private static boolean worth(double p, double odds, double minEdge) {
        return odds > 1 && odds < Double.POSITIVE_INFINITY && p * odds - 1 > minEdge;
    }

    private static double[] flat(StakingRule.Flat rule, double[] p, int classes, double[] odds, int from, int to) {
        double[] stakes = new double[(to - from) * classes];
        for (int row = from; row < to; row++) {
            int best = -1;
            double bestEdge = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                int cell = row * classes + c;
                if (worth(p[cell], odds[cell], rule.minEdge())) {
                    double edge = p[cell] * odds[cell] - 1;
                    if (!rule.bestOnly()) {
                        stakes[cell - from * classes] = rule.stake();
                    } else if (edge > bestEdge) {
                        best = cell;
                        bestEdge = edge;
                    }
                }
            }
            if (best >= 0) {
                stakes[best - from * classes] = rule.stake();
            }
        }
        return stakes;
    }

    private static double[] kelly(
            StakingRule.FractionalKelly rule, double bank, double[] p, int classes, double[] odds, int from, int to) {
        double[] stakes = new double[(to - from) * classes];
        if (!(bank > 0)) {
            return stakes;
        }
        double total = 0;
        double[] probabilities = new double[classes];
        double[] offered = new double[classes];
        for (int row = from; row < to; row++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                int cell = row * classes + c;
                probabilities[c] = p[cell];
                sum += p[cell];
                offered[c] = worth(p[cell], odds[cell], rule.minEdge()) ? odds[cell] : Double.NaN;
            }
            if (sum > 1) { // rounding of a softmax; anything more is refused by Kelly
                for (int c = 0; c < classes && sum < 1 + 1e-4; c++) {
                    probabilities[c] /= sum;
                }
            }
            double[] shares = Kelly.exclusive(probabilities, offered);
            for (int c = 0; c < classes; c++) {
                double share = Math.min(rule.cap(), rule.fraction() * shares[c]);
                stakes[(row - from) * classes + c] = share;
                total += share;
            }
        }
        double scale = bank / Math.max(1, total);
        for (int i = 0; i < stakes.length; i++) {
            stakes[i] *= scale;
        }
        return stakes;
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

        void settle(double[] dayStakes, double[] odds, int[] labels, int classes, int from, int to, int day) {
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
