package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.monitor.performance.MoneyFigures;
import dev.keelson.stats.Interval;
import dev.keelson.stats.Proportion;
import dev.keelson.wiring.BetTable.Selection;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import org.apache.commons.statistics.distribution.TDistribution;

/** What settled bets show as a whole: their money over time, and whether their chances came true. */
final class BetFigures {
    /** Most days that are told one by one, and most days that are told by weeks. */
    private static final int DAYS = 180;

    private static final int DAYS_OF_WEEKS = 1_300;
    private static final int BINS = 10;
    private static final double CONFIDENCE = 0.95;

    private BetFigures() {}

    /** The steps of a time axis. */
    private enum Step {
        DAY,
        WEEK,
        MONTH;

        LocalDate begin(LocalDate day) {
            return switch (this) {
                case DAY -> day;
                case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                case MONTH -> day.withDayOfMonth(1);
            };
        }

        String word() {
            return switch (this) {
                case DAY -> "day";
                case WEEK -> "week";
                case MONTH -> "month";
            };
        }
    }

    /**
     * Profit in money up to the end of each step that has bets. The interval of the total is that of {@link MoneyFigures}, by how the
     * profits of the days so far scatter: where the total of as many such bets would lie but for chance.
     *
     * @return {@code step} and {@code points} with {@code from, bets, staked, profit, total, total_lower, total_upper}, where bets
     *     count since the beginning and the others are of the step but for the total; the interval is null for one day
     */
    static ObjectNode timeline(BetTable table, Selection selection) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        int[] rows = selection.rows();
        Step step = rows.length == 0 ? Step.DAY : step(day(table, rows[0]), day(table, rows[rows.length - 1]));
        answer.put("step", step.word());
        ArrayNode points = answer.putArray("points");
        DayTotals days = new DayTotals();
        double total = 0;
        double staked = 0;
        double before = 0;
        for (int i = 0; i < rows.length; i++) {
            double profit = table.profit(rows[i]);
            total += profit;
            staked += table.stake(rows[i]);
            LocalDate day = day(table, rows[i]);
            days.add(day, profit);
            LocalDate from = step.begin(day);
            if (i + 1 < rows.length && step.begin(day(table, rows[i + 1])).equals(from)) {
                continue;
            }
            int n = i + 1;
            ObjectNode point = points.addObject().put("from", from.toString()).put("bets", n);
            point.put("staked", staked).put("profit", total - before).put("total", total);
            double half = days.half();
            point.put("total_lower", Double.isNaN(half) ? null : (Double) (total - half));
            point.put("total_upper", Double.isNaN(half) ? null : (Double) (total + half));
            staked = 0;
            before = total;
        }
        return answer;
    }

    /** Profits by day, in order of time, for the error of their total so far: what {@link MoneyFigures} makes of all at once. */
    private static final class DayTotals {
        private LocalDate day = LocalDate.MIN;
        private int days;
        private double profit;
        private int bets;
        private double allProfit;
        private int allBets;
        private double squares;
        private double products;
        private double counts;

        void add(LocalDate of, double brought) {
            if (!of.equals(day)) {
                day = of;
                days++;
                profit = 0;
                bets = 0;
            }
            squares += (profit + brought) * (profit + brought) - profit * profit;
            products += (profit + brought) * (bets + 1) - profit * bets;
            counts += 2 * bets + 1;
            profit += brought;
            bets++;
            allProfit += brought;
            allBets++;
        }

        /** Half of the 95 % interval of the total; NaN with one day. */
        double half() {
            if (days < 2) {
                return Double.NaN;
            }
            double mean = allProfit / allBets;
            double residuals = Math.max(0, squares - 2 * mean * products + mean * mean * counts);
            double quantile = TDistribution.of(days - 1).inverseSurvivalProbability((1 - CONFIDENCE) / 2);
            return quantile * Math.sqrt(residuals * days / (days - 1));
        }
    }

    private static LocalDate day(BetTable table, int row) {
        return table.at(row).atZone(table.zone()).toLocalDate();
    }

    private static Step step(LocalDate first, LocalDate last) {
        long days = ChronoUnit.DAYS.between(first, last);
        return days <= DAYS ? Step.DAY : days <= DAYS_OF_WEEKS ? Step.WEEK : Step.MONTH;
    }

    /**
     * Chances against what came true, of bets that were won or lost and have a chance, in ten bins of equal width.
     *
     * @return of each bin with bets {@code lower, upper, bets, forecast} (their mean chance), {@code observed} (share won) and Wilson's
     *     95 % interval of it, {@code observed_lower} and {@code observed_upper}
     */
    static ArrayNode calibration(BetTable table, Selection selection) {
        int[] counts = new int[BINS];
        int[] won = new int[BINS];
        double[] sums = new double[BINS];
        for (int i = 0; i < selection.rows().length; i++) {
            double chance = selection.chances()[i];
            double profit = table.profit(selection.rows()[i]);
            if (!(chance >= 0 && chance <= 1) || profit == 0) {
                continue;
            }
            int bin = Math.min(BINS - 1, (int) (chance * BINS));
            counts[bin]++;
            won[bin] += profit > 0 ? 1 : 0;
            sums[bin] += chance;
        }
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (int bin = 0; bin < BINS; bin++) {
            if (counts[bin] > 0) {
                Interval rate = Proportion.wilson(won[bin], counts[bin], CONFIDENCE);
                ObjectNode node = list.addObject().put("lower", (double) bin / BINS).put("upper", (bin + 1.0) / BINS);
                node.put("bets", counts[bin]).put("forecast", sums[bin] / counts[bin]);
                node.put("observed", rate.estimate()).put("observed_lower", rate.lower()).put("observed_upper", rate.upper());
            }
        }
        return list;
    }
}
