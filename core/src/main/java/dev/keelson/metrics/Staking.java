package dev.keelson.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What staking on a model's probabilities at given odds would have earned.
 *
 * <p>All bets of a day are staked from the bank at the day's start, because their results come later. A day
 * never stakes more than the bank: if its bets sum to more, all are scaled down. It stops when the bank is
 * gone; flat stakes do not (there the bank only counts the units won and lost, and may become negative). Where
 * results come later than the next day, the bank that stakes are shares of holds settled bets alone, and what open bets
 * hold cannot be staked again; the curve books each profit on the day of its bet.
 *
 * @param bets number of bets placed
 * @param won number of bets won
 * @param turnover sum of stakes
 * @param profit sum of returns minus stakes
 * @param maxDrawdown greatest fall of the bank from an earlier high, as a share of that high, at least 0; above 1 when
 *     the bank fell below 0
 * @param initialBank bank at the start
 * @param finalBank bank at the end
 * @param curve bank after each day that had rows, in order
 * @param stakes stake of each row (its outcomes together), in row order
 * @param profits profit of each row, in row order
 * @param outcomeStakes stake of each outcome of each row, row by row
 * @param outcomeProfits profit of each of these bets, the row's commission shared out among those that won
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
        List<Double> profits,
        List<Double> outcomeStakes,
        List<Double> outcomeProfits) {

    /** Copies the lists. */
    public Staking {
        curve = List.copyOf(curve);
        stakes = List.copyOf(stakes);
        profits = List.copyOf(profits);
        outcomeStakes = List.copyOf(outcomeStakes);
        outcomeProfits = List.copyOf(outcomeProfits);
    }

    /**
     * How bets end. The arrays are not copied and must not change.
     *
     * @param labels outcome of each row
     * @param unitProfit profit per unit staked of each outcome of each row, at least -1, {@code NaN} where the label says it (odds
     *     less 1, or -1); null where it always does. A returned stake is 0, a stake lost by half -0.5
     * @param knownFrom first day whose stakes know the result of each row; null for the day after the row's
     */
    public record Settlement(int[] labels, double @Nullable [] unitProfit, int @Nullable [] knownFrom) {}

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
        return simulate(rule, limits, initialBank, p, classes, odds, new Settlement(labels, null, null), days);
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
     * @param settlement how and when each row ends
     * @param days day of each row, not falling
     */
    public static Staking simulate(
            StakingRule rule,
            StakingLimits limits,
            double initialBank,
            double[] p,
            int classes,
            double[] odds,
            Settlement settlement,
            int[] days) {
        int n = Rows.check(p, classes, settlement.labels());
        double[] unitProfit = settlement.unitProfit();
        int[] knownFrom = settlement.knownFrom();
        if ((unitProfit != null && unitProfit.length != p.length) || (knownFrom != null && knownFrom.length != n)) {
            throw new IllegalArgumentException("The settlement has not as many values as there are rows (%d) and outcomes (%d)."
                    .formatted(n, p.length));
        }
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
            double bank = ledger.settled(days[from]);
            double[] stakes = switch (rule) {
                case StakingRule.Flat flat ->
                    even(flat.stake(), flat.minEdge(), flat.bestOnly(), p, classes, odds, from, to);
                case StakingRule.Proportional even ->
                    scaled(even(even.share(), even.minEdge(), even.bestOnly(), p, classes, odds, from, to), bank, ledger);
                case StakingRule.FractionalKelly kelly -> scaled(kelly(kelly, p, classes, odds, from, to), bank, ledger);
                case StakingRule.SingleFractionalKelly kelly ->
                    scaled(single(kelly, p, classes, odds, from, to), bank, ledger);
                case StakingRule.SimultaneousFractionalKelly kelly ->
                    scaled(simultaneous(kelly, p, classes, odds, from, to), bank, ledger);
            };
            cut(stakes, classes, limits, rule instanceof StakingRule.Flat ? Double.POSITIVE_INFINITY : bank);
            ledger.place(stakes, limits.commission(), odds, settlement, classes, from, to, days[from]);
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

    private static double[] single(
            StakingRule.SingleFractionalKelly rule, double[] p, int classes, double[] odds, int from, int to) {
        double[] shares = new double[(to - from) * classes];
        for (int cell = from * classes; cell < to * classes; cell++) {
            if (worth(p[cell], odds[cell], rule.minEdge())) {
                double full = Kelly.single(p[cell], odds[cell]);
                shares[cell - from * classes] = Math.min(rule.cap(), rule.fraction() * full);
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

    /** Shares of the bank as units; all smaller when together they exceed what is not staked already. */
    private static double[] scaled(double[] shares, double bank, Ledger ledger) {
        double free = bank - ledger.open;
        if (!(bank > 0 && free > 0)) {
            return new double[shares.length];
        }
        double total = 0;
        for (double share : shares) {
            total += share;
        }
        double scale = bank * total > free ? free / total : bank;
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

    /** Bets whose result is known from a day on. */
    private record OpenBets(int knownFrom, double stake, double profit) {}

    /** Running sums of a simulation. */
    private static final class Ledger {

        private double bank;
        private double settledBank;
        private double open;
        private double high;
        private double drawdown;
        private int bets;
        private int won;
        private double turnover;
        private double profit;
        private final PriorityQueue<OpenBets> pending =
                new PriorityQueue<>(Comparator.comparingInt(OpenBets::knownFrom)
                        .thenComparingDouble(OpenBets::stake)
                        .thenComparingDouble(OpenBets::profit));
        private final List<DayBank> curve = new ArrayList<>();
        private final List<Double> stakes;
        private final List<Double> profits;
        private final List<Double> outcomeStakes;
        private final List<Double> outcomeProfits;

        Ledger(double bank, int rows) {
            this.bank = bank;
            this.settledBank = bank;
            this.high = bank;
            this.stakes = new ArrayList<>(rows);
            this.profits = new ArrayList<>(rows);
            this.outcomeStakes = new ArrayList<>(rows);
            this.outcomeProfits = new ArrayList<>(rows);
        }

        /** The bank of all bets whose result is known on a day. */
        double settled(int day) {
            while (!pending.isEmpty() && pending.peek().knownFrom() <= day) {
                OpenBets bets = pending.remove();
                settledBank += bets.profit();
                open = pending.isEmpty() ? 0 : open - bets.stake(); // no crumbs of rounding
            }
            return pending.isEmpty() ? bank : settledBank;
        }

        void place(
                double[] dayStakes,
                double commission,
                double[] odds,
                Settlement settlement,
                int classes,
                int from,
                int to,
                int day) {
            double dayProfit = 0;
            int[] knownFrom = settlement.knownFrom();
            for (int row = from; row < to; row++) {
                double rowStake = 0;
                double rowProfit = 0;
                double winnings = 0;
                double[] each = new double[classes];
                for (int c = 0; c < classes; c++) {
                    double stake = dayStakes[(row - from) * classes + c];
                    if (stake > 0) {
                        bets++;
                        rowStake += stake;
                        each[c] = stake * unit(settlement, row, c, classes, odds);
                        rowProfit += each[c];
                        if (each[c] > 0) {
                            won++;
                            winnings += each[c];
                        }
                    }
                }
                double fee = Math.max(0, commission * rowProfit);
                rowProfit -= fee;
                for (int c = 0; c < classes; c++) {
                    outcomeStakes.add(dayStakes[(row - from) * classes + c]);
                    outcomeProfits.add(each[c] > 0 ? each[c] - fee * each[c] / winnings : each[c]);
                }
                stakes.add(rowStake);
                profits.add(rowProfit);
                turnover += rowStake;
                dayProfit += rowProfit;
                if (rowStake > 0) {
                    open += rowStake;
                    int known = knownFrom == null ? day + 1 : Math.max(day + 1, knownFrom[row]);
                    pending.add(new OpenBets(known, rowStake, rowProfit));
                }
            }
            profit += dayProfit;
            bank += dayProfit;
            high = Math.max(high, bank);
            drawdown = Math.max(drawdown, 1 - bank / high);
            curve.add(new DayBank(day, bank));
        }

        private static double unit(Settlement settlement, int row, int c, int classes, double[] odds) {
            double[] told = settlement.unitProfit();
            if (told != null && !Double.isNaN(told[row * classes + c])) {
                return told[row * classes + c];
            }
            return settlement.labels()[row] == c ? odds[row * classes + c] - 1 : -1;
        }

        Staking result(double initialBank) {
            return new Staking(
                    bets,
                    won,
                    turnover,
                    profit,
                    drawdown,
                    initialBank,
                    bank,
                    curve,
                    stakes,
                    profits,
                    outcomeStakes,
                    outcomeProfits);
        }
    }
}
