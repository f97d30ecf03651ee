package dev.keelson.train;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import dev.keelson.metrics.RankedPortfolio;
import dev.keelson.train.BacktestDefinition.Portfolio;
import dev.keelson.train.MoneyReport.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holding the rows with the highest predictions over a test period, beside all of them. */
final class PortfolioBacktest {
    private static final int FEW_PERIODS = 24;
    private static final double DAY_MICROS = 86_400e6;

    private final BacktestInput input;
    private final Portfolio portfolio;
    private final Backtest.Trials trials;
    private final MoneyReport report = new MoneyReport();

    PortfolioBacktest(BacktestInput input, Portfolio portfolio, Backtest.Trials trials) {
        this.input = input;
        this.portfolio = portfolio;
        this.trials = trials;
    }

    Backtest run() {
        int n = input.rows();
        int outputs = Math.max(1, input.classes().size());
        double[] scores = new double[n];
        long[] periodOfRow = new long[n];
        for (int i = 0; i < n; i++) {
            scores[i] = input.predictions()[i * outputs + Math.max(0, portfolio.target())];
            periodOfRow[i] = portfolio.rebalance().period(input.day()[i], input.eventTime()[i], input.eventTime()[0]);
        }
        RankedPortfolio held = RankedPortfolio.simulate(
                new RankedPortfolio.Universe(
                        input.eventTime(),
                        periodOfRow,
                        input.assets().toArray(new String[0]),
                        input.column(portfolio.price()),
                        scores),
                portfolio.top(),
                portfolio.cost());
        List<RankedPortfolio.Period> periods = held.periods();
        ObjectNode document = report.document;
        document.put("kind", "portfolio");
        document.put("from", moment(input.eventTime()[0]));
        document.put("to", moment(input.eventTime()[n - 1]));
        document.put("rows", n);
        document.set("definition", portfolio.toJson());
        document.set("totals", report.totals);
        report.total("periods", periods.size());
        report.total("return", held.wealth().getLast() - 1);
        report.total("benchmark_return", held.benchmark().getLast() - 1);
        double[] results = periods.stream().mapToDouble(RankedPortfolio.Period::result).toArray();
        double[] excess = periods.stream()
                .mapToDouble(each -> each.result() - each.benchmark())
                .toArray();
        int[] cluster = new int[excess.length];
        for (int i = 0; i < cluster.length; i++) {
            cluster[i] = i;
        }
        Estimate gained = Estimate.mean(excess, cluster, 1, input.seed());
        report.total("mean_return", Estimate.mean(results, cluster, 1, input.seed()));
        report.total("excess", gained);
        report.total("hit_rate", share(periods, each -> each.result() > each.benchmark()));
        report.total("win_rate", winRate(periods));
        report.total("turnover", held.turnover());
        report.total("costs", held.costs());
        double days = Math.max(1, (input.eventTime()[n - 1] - input.eventTime()[0]) / DAY_MICROS);
        report.ratios(excess, days, trials);
        List<Backtest.Point> bank = bank(held);
        double[] wealth = bank.stream().mapToDouble(Backtest.Point::bank).toArray();
        int[] day = new int[wealth.length];
        for (int i = 0; i < day.length && !periods.isEmpty(); i++) {
            long at = i == 0 ? periods.getFirst().from() : periods.get(i - 1).to();
            day[i] = (int) Math.floorDiv(at, (long) DAY_MICROS);
        }
        report.drawdown(wealth, bank.stream().map(Backtest.Point::at).toList(), day);
        document.putObject("periods").set("year", years(periods));
        curve(document.putArray("curve"), held, bank, wealth);
        document.put("conclusion", conclusion(gained, periods));
        notes(document.putArray("notes"), held);
        return new Backtest(report.metrics, document, holdings(periods), bank);
    }

    private static String moment(long micros) {
        return Micros.toInstant(micros).toString();
    }

    private static double share(List<RankedPortfolio.Period> periods, java.util.function.Predicate<RankedPortfolio.Period> which) {
        return periods.isEmpty() ? Double.NaN : (double) periods.stream().filter(which).count() / periods.size();
    }

    /** Share of the holdings that rose. */
    private static double winRate(List<RankedPortfolio.Period> periods) {
        long all = periods.stream().mapToLong(each -> each.held().size()).sum();
        long rose = periods.stream()
                .flatMap(each -> each.held().stream())
                .filter(each -> each.result() > 0)
                .count();
        return all == 0 ? Double.NaN : (double) rose / all;
    }

    private List<Backtest.Point> bank(RankedPortfolio held) {
        List<Backtest.Point> points = new ArrayList<>();
        long start = held.periods().isEmpty() ? input.eventTime()[0] : held.periods().getFirst().from();
        points.add(new Backtest.Point(moment(start), 1));
        for (int i = 0; i < held.periods().size(); i++) {
            points.add(new Backtest.Point(
                    moment(held.periods().get(i).to()), held.wealth().get(i + 1)));
        }
        return points;
    }

    private static void curve(ArrayNode to, RankedPortfolio held, List<Backtest.Point> bank, double[] wealth) {
        double[] falls = MoneyReport.drawdowns(wealth);
        for (int i = 0; i < falls.length; i++) {
            to.addObject()
                    .put("at", bank.get(i).at())
                    .put("bank", wealth[i])
                    .put("benchmark", held.benchmark().get(i))
                    .put("drawdown", falls[i]);
        }
    }

    private ArrayNode years(List<RankedPortfolio.Period> periods) {
        Map<String, List<RankedPortfolio.Period>> byYear = new TreeMap<>();
        for (RankedPortfolio.Period each : periods) {
            byYear.computeIfAbsent(moment(each.from()).substring(0, 4), year -> new ArrayList<>())
                    .add(each);
        }
        ArrayNode table = report.document.arrayNode();
        byYear.forEach((year, members) -> {
            double wealth = 1;
            double benchmark = 1;
            double turnover = 0;
            for (RankedPortfolio.Period each : members) {
                wealth *= 1 + each.result();
                benchmark *= 1 + each.benchmark();
                turnover += each.turnover();
            }
            table.addObject()
                    .put("period", year)
                    .put("periods", members.size())
                    .put("return", wealth - 1)
                    .put("benchmark_return", benchmark - 1)
                    .put("turnover", turnover);
        });
        return table;
    }

    private String conclusion(@Nullable Estimate gained, List<RankedPortfolio.Period> periods) {
        if (gained == null) {
            return "Nothing was held: the test period has no two moments with prices.";
        }
        String on = "over %,d periods".formatted(periods.size());
        String what = "return above all rows held alike, per period, %s, %s".formatted(gained.percentText(), on);
        if (!gained.isInterval()) {
            return "No evidence of being better than holding all rows: %s are too few for an interval, or do not differ."
                    .formatted("%,d periods".formatted(periods.size()));
        }
        if (gained.lower() > 0) {
            double deflated = report.totals.path("deflated_sharpe").asDouble(Double.NaN);
            String luck = trials.count() > 1 && !(deflated >= 0.95)
                    ? " It is not more than the best of %,d tried models may show by luck (deflated Sharpe ratio %.2f, below 0.95)."
                            .formatted(trials.count(), deflated)
                    : "";
            return "Better than holding all rows: %s.%s".formatted(what, luck);
        }
        return gained.upper() < 0
                ? "Worse than holding all rows: %s.".formatted(what)
                : "No evidence of being better than holding all rows: %s; the interval contains 0.".formatted(what);
    }

    private void notes(ArrayNode notes, RankedPortfolio held) {
        if (held.periods().size() < FEW_PERIODS) {
            notes.add("Fewer than %d periods: even a true advantage would hardly show.".formatted(FEW_PERIODS));
        }
        if (held.unpriced() > 0) {
            notes.add("%,d holdings had no later price and were sold at what was paid.".formatted(held.unpriced()));
        }
        notes.add("Ratios are of the return above the benchmark, which pays the same costs.");
        notes.add("It is taken for granted that everything could be bought and sold at the price of its row.");
    }

    private static String holdings(List<RankedPortfolio.Period> periods) {
        StringBuilder csv = new StringBuilder("from,to,asset,score,bought,sold,return\n");
        for (RankedPortfolio.Period period : periods) {
            for (RankedPortfolio.Holding each : period.held()) {
                csv.append(moment(period.from())).append(',').append(moment(period.to())).append(',');
                csv.append(StakesBacktest.cell(each.asset())).append(',').append(each.score()).append(',');
                csv.append(each.bought()).append(',').append(each.sold()).append(',').append(each.result()).append('\n');
            }
        }
        return csv.toString();
    }
}
