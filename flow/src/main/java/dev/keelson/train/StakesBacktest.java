package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.metrics.ClosingLineValue;
import dev.keelson.metrics.OddsMargin;
import dev.keelson.metrics.Staking;
import dev.keelson.metrics.StakingLimits;
import dev.keelson.metrics.StakingRule;
import dev.keelson.train.BacktestDefinition.Stake;
import dev.keelson.train.BacktestDefinition.Stakes;
import dev.keelson.train.MoneyReport.Estimate;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Bets at decimal odds over a test period. */
final class StakesBacktest {
    private static final int FEW_BETS = 100;
    private static final double CONVINCING = 0.95;

    private final BacktestInput input;
    private final Stakes stakes;
    private final Backtest.Trials trials;
    private final int n;
    private final int classes;
    private final double[] odds;
    private final double[] closing;
    private final Staking staking;
    private final MoneyReport report = new MoneyReport();

    StakesBacktest(BacktestInput input, Stakes stakes, Backtest.Trials trials) {
        this.input = input;
        this.stakes = stakes;
        this.trials = trials;
        this.n = input.rows();
        this.classes = input.classes().size();
        this.odds = matrix(stakes.odds());
        this.closing = closing();
        this.staking = simulate(stakes.stake());
    }

    /** The stakes of a rule with the limits of this backtest. */
    Staking simulate(Stake stake) {
        BacktestDefinition.Limits limits = stakes.limits();
        double edge = limits.minEdge();
        double cap = limits.perBet();
        StakingRule rule = switch (stake) {
            case Stake.Flat(double units) -> new StakingRule.Flat(units, edge, true);
            case Stake.Proportional(double share) -> new StakingRule.Proportional(Math.min(share, cap), edge, true);
            case Stake.Kelly(double fraction, Stake.Kind kind) ->
                switch (kind) {
                    case SINGLE -> new StakingRule.SingleFractionalKelly(fraction, edge, cap);
                    case EXCLUSIVE -> new StakingRule.FractionalKelly(fraction, edge, cap);
                    case SIMULTANEOUS -> new StakingRule.SimultaneousFractionalKelly(fraction, edge, cap, input.seed());
                };
        };
        double[] offered = odds.clone();
        for (int i = 0; i < offered.length; i++) {
            if (!(offered[i] >= limits.minOdds() && offered[i] <= limits.maxOdds())) {
                offered[i] = Double.NaN;
            }
        }
        return Staking.simulate(
                rule,
                new StakingLimits(
                        limits.commission(), limits.perEvent(), limits.perDay(), limits.minStake(), limits.maxStake()),
                stakes.bankroll(),
                input.predictions(),
                classes,
                offered,
                new Staking.Settlement(input.labels(), unitProfit(), input.knownFrom()),
                input.day());
    }

    /** What the declared stakes come to. */
    Staking staking() {
        return staking;
    }

    /** What flat stakes come to: the declared ones, or one unit. */
    Staking flat() {
        return stakes.stake() instanceof Stake.Flat ? staking : simulate(new Stake.Flat(1));
    }

    /** The bank after each day, the initial one first. */
    static List<Backtest.Point> bank(Staking staking) {
        List<Backtest.Point> points = new ArrayList<>();
        int before = staking.curve().getFirst().day() - 1;
        points.add(new Backtest.Point(LocalDate.ofEpochDay(before).toString(), staking.initialBank()));
        for (Staking.DayBank each : staking.curve()) {
            points.add(new Backtest.Point(LocalDate.ofEpochDay(each.day()).toString(), each.bank()));
        }
        return points;
    }

    /** Columns as {@code rows * classes}, {@code NaN} where a class has none. */
    private double[] matrix(List<String> columns) {
        double[] values = new double[n * classes];
        Arrays.fill(values, Double.NaN);
        for (int k = 0; k < columns.size(); k++) {
            int c = stakes.target() >= 0 ? stakes.target() : k;
            double[] column = input.column(columns.get(k));
            for (int i = 0; i < n; i++) {
                values[i * classes + c] = column[i];
            }
        }
        return values;
    }

    /** Closing probabilities; without margin where every class has closing odds. */
    private double[] closing() {
        double[] values = matrix(stakes.closing());
        if (stakes.closing().size() > 1) {
            return OddsMargin.implied(OddsMargin.Method.POWER, values, classes);
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] > 1 && values[i] < Double.POSITIVE_INFINITY ? 1 / values[i] : Double.NaN;
        }
        return values;
    }

    private double @Nullable [] unitProfit() {
        BacktestDefinition.Settled settled = stakes.settled();
        if (settled == null) {
            return null;
        }
        double[] units = new double[n * classes];
        Arrays.fill(units, Double.NaN);
        double[] profit = input.column(settled.profit());
        double[] stake = settled.stake() == null ? null : input.column(settled.stake());
        for (int i = 0; i < n; i++) {
            double unit = stake == null ? profit[i] : profit[i] / stake[i];
            units[i * classes + stakes.target()] = Double.isFinite(unit) ? Math.max(-1, unit) : Double.NaN;
        }
        return units;
    }

    Backtest run() {
        ObjectNode document = report.document;
        document.put("kind", "stakes");
        document.put("from", LocalDate.ofEpochDay(input.day()[0]).toString());
        document.put("to", LocalDate.ofEpochDay(input.day()[n - 1]).toString());
        document.put("rows", n);
        document.put("days", staking.curve().size());
        document.put("stake", stakes.stake().text());
        document.set("definition", stakes.toJson());
        document.set("totals", report.totals);
        double[] profits = doubles(staking.profits());
        double[] turnovers = doubles(staking.stakes());
        double[] bets = new double[n];
        double[] won = new double[n];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < classes; c++) {
                int cell = i * classes + c;
                bets[i] += staking.outcomeStakes().get(cell) > 0 ? 1 : 0;
                won[i] += staking.outcomeProfits().get(cell) > 0 ? 1 : 0;
            }
        }
        int[] day = input.day();
        Estimate roi = Estimate.ratio(profits, turnovers, day, input.seed());
        report.total("bets", staking.bets());
        report.total("won", staking.won());
        report.total("win_rate", Estimate.ratio(won, bets, day, input.seed()));
        report.total("turnover", staking.turnover());
        report.total("profit", Estimate.mean(profits, day, n, input.seed()));
        report.total("roi", roi);
        report.total("bank", staking.finalBank());
        List<Backtest.Point> bank = bank(staking);
        double[] wealth = bank.stream().mapToDouble(Backtest.Point::bank).toArray();
        report.total("hit_rate", hitRate(wealth, bets));
        report.ratios(returns(wealth), day[n - 1] - day[0] + 1.0, trials);
        int[] days = new int[wealth.length];
        for (int i = 0; i < days.length; i++) {
            days[i] = i == 0 ? staking.curve().getFirst().day() - 1 : staking.curve().get(i - 1).day();
        }
        report.drawdown(wealth, bank.stream().map(Backtest.Point::at).toList(), days);
        Estimate value = closingLine();
        ObjectNode periods = document.putObject("periods");
        Integer season = stakes.season();
        if (season != null) {
            periods.set("season", table(date -> season(date, season), profits, turnovers, bets, won));
        }
        periods.set("year", table(date -> Integer.toString(date.getYear()), profits, turnovers, bets, won));
        periods.set("month", table(date -> date.toString().substring(0, 7), profits, turnovers, bets, won));
        curve(document.putArray("curve"), bank, wealth);
        document.put("conclusion", conclusion(roi, value) + gone(bank));
        ArrayNode notes = document.putArray("notes");
        notes(roi).forEach(notes::add);
        return new Backtest(report.metrics, document, betsCsv(), bank);
    }

    private static void curve(ArrayNode to, List<Backtest.Point> bank, double[] wealth) {
        double[] falls = MoneyReport.drawdowns(wealth);
        for (int i = 0; i < falls.length; i++) {
            to.addObject().put("day", bank.get(i).at()).put("bank", wealth[i]).put("drawdown", falls[i]);
        }
    }

    /** Return of each day: of the bank at its start, of flat stakes of the bank at the beginning of all. */
    private double[] returns(double[] wealth) {
        boolean flat = stakes.stake() instanceof Stake.Flat;
        double[] returns = new double[wealth.length - 1];
        for (int i = 0; i < returns.length; i++) {
            double base = flat ? wealth[0] : wealth[i];
            returns[i] = base > 0 ? (wealth[i + 1] - wealth[i]) / base : 0;
        }
        return returns;
    }

    /** Share of the days with bets that ended with a profit. */
    private double hitRate(double[] wealth, double[] bets) {
        TreeMap<Integer, Double> betsOfDay = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            betsOfDay.merge(input.day()[i], bets[i], Double::sum);
        }
        int played = 0;
        int good = 0;
        int at = 0;
        for (double count : betsOfDay.values()) {
            if (count > 0) {
                played++;
                good += wealth[at + 1] > wealth[at] ? 1 : 0;
            }
            at++;
        }
        return played == 0 ? Double.NaN : (double) good / played;
    }

    private @Nullable Estimate closingLine() {
        if (stakes.closing().isEmpty()) {
            return null;
        }
        int[] cells = IntStream.range(0, n * classes)
                .filter(cell -> staking.outcomeStakes().get(cell) > 0 && closing[cell] > 0)
                .toArray();
        double[] values = ClosingLineValue.perBet(
                Arrays.stream(cells).mapToDouble(cell -> odds[cell]).toArray(),
                Arrays.stream(cells).mapToDouble(cell -> closing[cell]).toArray());
        int[] day = Arrays.stream(cells).map(cell -> input.day()[cell / classes]).toArray();
        Estimate value = Estimate.mean(values, day, 1, input.seed());
        report.total("clv", value);
        report.total(
                "clv_log",
                Estimate.mean(Arrays.stream(values).map(Math::log1p).toArray(), day, 1, input.seed()));
        report.total("clv_bets", cells.length);
        report.total(
                "clv_positive",
                cells.length == 0
                        ? Double.NaN
                        : (double) Arrays.stream(values).filter(each -> each > 0).count() / cells.length);
        return value;
    }

    /** That nothing was left, as a further sentence; empty where something always was. */
    private String gone(List<Backtest.Point> bank) {
        List<String> days = bank.stream()
                .filter(point -> point.bank() <= 0)
                .map(Backtest.Point::at)
                .toList();
        if (days.isEmpty()) {
            return "";
        }
        report.document.putObject("gone").put("from", days.getFirst()).put("days", days.size());
        report.metric("days_without_bank", days.size());
        return String.format(
                Locale.ROOT,
                " The bank was gone on %s, and at 0 or below at the end of %,d of %,d days: %s",
                days.getFirst(),
                days.size(),
                bank.size() - 1,
                stakes.stake() instanceof Stake.Flat
                        ? "flat stakes are placed all the same, with money that is not there."
                        : "no stake is placed without one.");
    }

    private static String season(LocalDate date, int month) {
        int first = date.getMonthValue() >= month ? date.getYear() : date.getYear() - 1;
        return month == 1 ? Integer.toString(first) : "%d/%02d".formatted(first, (first + 1) % 100);
    }

    private ArrayNode table(
            Function<LocalDate, String> period, double[] profits, double[] turnovers, double[] bets, double[] won) {
        Map<String, List<Integer>> rows = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            rows.computeIfAbsent(period.apply(LocalDate.ofEpochDay(input.day()[i])), name -> new ArrayList<>())
                    .add(i);
        }
        ArrayNode table = report.document.arrayNode();
        double[] bank = {stakes.bankroll()};
        rows.forEach((name, members) -> {
            int[] at = members.stream().mapToInt(Integer::intValue).toArray();
            double[] profit = Scores.take(profits, 1, at);
            double[] turnover = Scores.take(turnovers, 1, at);
            bank[0] += Arrays.stream(profit).sum();
            ObjectNode row = table.addObject();
            row.put("period", name);
            row.put("bets", (long) Arrays.stream(Scores.take(bets, 1, at)).sum());
            row.put("won", (long) Arrays.stream(Scores.take(won, 1, at)).sum());
            row.put("turnover", Arrays.stream(turnover).sum());
            row.put("profit", Arrays.stream(profit).sum() + 0.0);
            Estimate roi = Estimate.ratio(profit, turnover, Scores.take(input.day(), at), input.seed());
            row.set("roi", roi == null ? null : roi.toJson());
            row.put("bank", bank[0]);
        });
        return table;
    }

    private String conclusion(@Nullable Estimate roi, @Nullable Estimate value) {
        if (roi == null) {
            return "No bet was placed: nothing was worth more than its odds.";
        }
        String on = "%,d bets on %,d days".formatted(staking.bets(), (int) Arrays.stream(input.day()).distinct().count());
        String text;
        if (!roi.isInterval()) {
            text = "No evidence of profit: %s are too few for an interval.".formatted(on);
        } else if (roi.lower() > 0) {
            double deflated = report.totals.path("deflated_sharpe").asDouble(Double.NaN);
            text = "Profit: return on stakes %s, %s.".formatted(roi.percentText(), on);
            if (trials.count() > 1 && !(deflated >= CONVINCING)) {
                text += " It is not more than the best of %,d tried models may show by luck (deflated Sharpe ratio %.2f, below %.2f)."
                        .formatted(trials.count(), deflated, CONVINCING);
            }
        } else if (roi.upper() < 0) {
            text = "Evidence of loss: return on stakes %s, %s.".formatted(roi.percentText(), on);
        } else {
            text = "No evidence of profit: return on stakes %s contains 0, %s.".formatted(roi.percentText(), on);
        }
        if (value != null && value.isInterval()) {
            String line = value.percentText();
            text += value.lower() > 0
                    ? " The odds taken were better than the closing ones: %s.".formatted(line)
                    : value.upper() < 0
                            ? " The odds taken were worse than the closing ones: %s.".formatted(line)
                            : " No evidence that the odds taken beat the closing ones: %s.".formatted(line);
        }
        return text;
    }

    private List<String> notes(@Nullable Estimate roi) {
        List<String> notes = new ArrayList<>();
        if (roi != null && staking.bets() < FEW_BETS) {
            notes.add("Fewer than %d bets: even a true edge would hardly show.".formatted(FEW_BETS));
        }
        if (stakes.closing().size() == 1) {
            notes.add("There are closing odds of one outcome alone, so that their margin is still in the closing-line value,"
                    + " which is too high by it.");
        }
        long missing = IntStream.range(0, n)
                .filter(i -> IntStream.range(0, classes).noneMatch(c -> odds[i * classes + c] > 1))
                .count();
        if (missing > 0) {
            notes.add(String.format(Locale.ROOT, "%,d of %,d rows had no odds.", missing, n));
        }
        notes.add("It is taken for granted that each stake would have been accepted at the odds of its row.");
        return notes;
    }

    private String betsCsv() {
        StringBuilder csv =
                new StringBuilder("row,day,outcome,came_true,probability,odds,edge,stake,profit,closing_probability,clv\n");
        for (int cell = 0; cell < n * classes; cell++) {
            double stake = staking.outcomeStakes().get(cell);
            if (!(stake > 0)) {
                continue;
            }
            int row = cell / classes;
            double p = input.predictions()[cell];
            csv.append(cell(input.rowIds().get(row))).append(',').append(LocalDate.ofEpochDay(input.day()[row]));
            csv.append(',').append(cell(input.classes().get(cell % classes)));
            csv.append(',').append(cell(input.classes().get(input.labels()[row])));
            csv.append(',').append(p).append(',').append(odds[cell]).append(',').append(p * odds[cell] - 1);
            csv.append(',').append(stake).append(',').append(staking.outcomeProfits().get(cell)).append(',');
            if (closing[cell] > 0) {
                csv.append(closing[cell]).append(',').append(odds[cell] * closing[cell] - 1);
            } else {
                csv.append(',');
            }
            csv.append('\n');
        }
        return csv.toString();
    }

    /** A text as a cell of CSV; one that a spreadsheet would run as a formula begins with an apostrophe. */
    static String cell(String text) {
        String safe = text.isEmpty() || "=+-@\t\r".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
        return safe.matches("(?s).*[\",\r\n].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
