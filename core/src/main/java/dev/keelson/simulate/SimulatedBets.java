package dev.keelson.simulate;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Bets of one bettor with simulated events, and the truth behind them.
 *
 * <p>Each day has events of five sports in their seasons. An event has a favourite by a normal strength gap; its true chances
 * follow from that gap, are blurred to a consensus (the bettor's {@code fair_prob}) and quoted by institutions with a margin and
 * an error of their own. Of each market the outcome with the highest edge at the institution is the candidate; one with
 * a positive edge is more often placed, up to two days before the event. Results are drawn from the true chances, so that stake,
 * selection and edge never know them. Totals and spreads are pushed now and then; Asian handicaps may be won or lost by half.
 * A share of the prices is wrong (an edge above 0.25), and the first events of October in the first year of tennis carry
 * the year before in their dates, as real feeds do: the checks of the example find them.
 *
 * <p>Not modelled: players and teams with a history, so no feature foretells a winner beyond its price; limits on stakes; a bettor who learns.
 * Same settings, same bytes.
 */
public final class SimulatedBets {
    /** Names of the columns, in order. */
    public static final List<String> COLUMNS = List.of(
            "bet_id", "placed_at", "event_start", "settled_at", "sport", "league", "season", "event", "market", "selection",
            "line", "institution_name", "odds", "implied_prob", "fair_prob", "edge", "n_institutions", "stake", "status",
            "profit", "closing_odds");

    private static final List<Sport> SPORTS = List.of(
            new Sport("Football", List.of("Premier League", "Bundesliga", "La Liga", "Serie A"), 15, 115, 8, 5, 0.09,
                    List.of("Bet365", "Bwin", "Interwetten", "Ladbrokes", "Pinnacle", "WilliamHill", "VCBet"),
                    List.of("1X2", "1X2", "1X2", "1X2", "Total Goals", "Asian Handicap")),
            new Sport("Tennis", List.of("ATP ATP250", "ATP ATP500", "ATP Masters 1000", "ATP Grand Slam"), 12, 130, 1, 11, 0.12,
                    List.of("Bet365", "Expekt", "Ladbrokes", "Pinnacle", "StanJames"), List.of("Moneyline")),
            new Sport("Baseball", List.of("MLB"), 19, 185, 4, 10, 0.06, List.of("SBR open", "SBR close"),
                    List.of("Moneyline", "Moneyline", "Moneyline", "Total")),
            new Sport("Basketball", List.of("NBA"), 23, 150, 10, 6, 0.10, List.of("SBR open", "SBR close"),
                    List.of("Moneyline", "Spread", "Total")),
            new Sport("American Football", List.of("NFL"), 18, 200, 9, 1, 0.10, List.of("SBR open", "SBR close"),
                    List.of("Moneyline", "Spread", "Total")));

    private static final double STANDARD_ODDS = 1.909;

    /** A sport: its hour of play in UTC, minutes to the settlement, months of its season, blur of strengths. */
    private record Sport(
            String name,
            List<String> leagues,
            int hour,
            int minutes,
            int firstMonth,
            int lastMonth,
            double blur,
            List<String> institutions,
            List<String> markets) {
        boolean plays(int month) {
            return firstMonth <= lastMonth
                    ? month >= firstMonth && month <= lastMonth
                    : month >= firstMonth || month <= lastMonth;
        }
    }

    /** A row with the key of its order. */
    private record Row(Instant placedAt, String id, String text) {}

    private final int days;
    private final long seed;

    /**
     * @param days days from 2013-01-01 on, 1 to 3,650; about 20 bets a day
     * @param seed reaches everything random
     * @throws IllegalArgumentException if {@code days} is outside its range
     */
    public SimulatedBets(int days, long seed) {
        SimulatedBars.requireBetween("days", days, 1, 3_650);
        this.days = days;
        this.seed = seed;
    }

    /**
     * Writes a header and the bets in the order in which they were placed: UTF-8 text, comma, LF, no quotes, an empty field for a missing value.
     *
     * @param out where to write; neither flushed nor closed
     * @return how many bets were written
     * @throws IOException if {@code out} throws it
     */
    public int write(Appendable out) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            LocalDate date = LocalDate.of(2013, 1, 1).plusDays(day);
            for (int s = 0; s < SPORTS.size(); s++) {
                Sport sport = SPORTS.get(s);
                if (sport.plays(date.getMonthValue())) {
                    RandomStream random = RandomStream.of(seed, s, date.toEpochDay());
                    int events = random.poisson(s == 0 ? 4 : 3);
                    for (int e = 0; e < events; e++) {
                        event(sport, date, e, random, rows);
                    }
                }
            }
        }
        rows.sort(Comparator.comparing(Row::placedAt).thenComparing(Row::id));
        out.append(String.join(",", COLUMNS)).append('\n');
        for (Row row : rows) {
            out.append(row.text()).append('\n');
        }
        return rows.size();
    }

    private static void event(Sport sport, LocalDate date, int number, RandomStream random, List<Row> rows) {
        String league = sport.leagues().get(random.index(sport.leagues().size()));
        String market = sport.markets().get(random.index(sport.markets().size()));
        double gap = 0.25 + 0.55 * random.normal();
        boolean wrongYear = sport.name().equals("Tennis") && date.getYear() == 2013 && date.getMonthValue() == 10
                && date.getDayOfMonth() <= 7;
        LocalDate written = wrongYear ? date.minusYears(1) : date;
        Instant start = written.atTime(sport.hour(), 0).toInstant(ZoneOffset.UTC);
        Quote quote = Quote.of(market, gap, sport.blur(), random);
        double fate = random.uniform();
        String event = "%s-%s-%d".formatted(league.replace(" ", ""), date, number);
        for (String institution : sport.institutions()) {
            Candidate best = quote.best(institution.equals("Pinnacle") ? 0.02 : 0.055, random);
            boolean placed = random.chance(best.edge() > 0 ? 0.6 : 0.3);
            int stake = best.edge() > 0.05 ? 50 : best.edge() > 0.02 ? 30 : best.edge() > -0.02 ? 20 : 10;
            Instant placedAt = start.minus(60 + random.index(46 * 60), ChronoUnit.MINUTES);
            double closing = random.chance(0.15) ? Math.max(1.01, rounded(best.odds() * (1 + 0.03 * random.normal()), 1_000)) : Double.NaN;
            String id = String.format(Locale.ROOT, "%012x", random.bits() & 0xFFFF_FFFF_FFFFL);
            if (!placed) {
                continue;
            }
            String status = quote.status(best.outcome(), fate);
            double profit = switch (status) {
                case "won" -> stake * (best.odds() - 1);
                case "half_won" -> stake * (best.odds() - 1) / 2;
                case "half_lost" -> -stake / 2.0;
                case "lost" -> -stake;
                default -> 0;
            };
            String text = String.join(
                    ",",
                    id,
                    placedAt.toString(),
                    start.toString(),
                    start.plus(sport.minutes(), ChronoUnit.MINUTES).toString(),
                    sport.name(),
                    league,
                    season(sport, date),
                    event,
                    market,
                    quote.names().get(best.outcome()),
                    quote.line(),
                    institution,
                    number(best.odds()),
                    String.format(Locale.ROOT, "%.5f", 1 / best.odds()),
                    String.format(Locale.ROOT, "%.5f", best.fair()),
                    String.format(Locale.ROOT, "%.5f", best.edge()),
                    Integer.toString(sport.institutions().size()),
                    Integer.toString(stake),
                    status,
                    String.format(Locale.ROOT, "%.2f", profit),
                    Double.isNaN(closing) ? "" : number(closing));
            rows.add(new Row(placedAt, id, text));
        }
    }

    private static String season(Sport sport, LocalDate date) {
        int year = date.getYear();
        if (sport.firstMonth() <= sport.lastMonth()) {
            return Integer.toString(year);
        }
        int first = date.getMonthValue() >= sport.firstMonth() ? year : year - 1;
        return sport.name().equals("American Football")
                ? Integer.toString(first)
                : "%d-%02d".formatted(first, (first + 1) % 100);
    }

    static double rounded(double value, int parts) {
        return Math.rint(value * parts) / parts;
    }

    private static String number(double odds) {
        return new java.math.BigDecimal(String.format(Locale.ROOT, "%.3f", odds)).stripTrailingZeros().toPlainString();
    }

    /** The outcome that an institution offers best. */
    private record Candidate(int outcome, double odds, double fair, double edge) {}

    /**
     * True chances and consensus of a market.
     *
     * @param push chance that the stake comes back or counts half, on top
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never handed out
    private record Quote(List<String> names, String line, double[] truth, double[] consensus, double push, boolean standard) {
        static Quote of(String market, double gap, double blur, RandomStream random) {
            double believed = gap + blur * random.normal();
            return switch (market) {
                case "1X2" -> new Quote(List.of("home", "draw", "away"), "", threeWay(gap), threeWay(believed), 0, false);
                case "Moneyline" -> new Quote(List.of("home", "away"), "", twoWay(gap), twoWay(believed), 0.01, false);
                case "Spread" -> new Quote(List.of("home", "away"), line(-rounded(6 * gap, 2)), even(gap), new double[] {0.5, 0.5}, 0.03, true);
                case "Total" ->
                    new Quote(List.of("over", "under"), line(8 + random.index(5) / 2.0), even(gap), new double[] {0.5, 0.5}, 0.03, true);
                case "Total Goals" -> new Quote(List.of("over", "under"), "2.5", twoWay(gap / 3), twoWay(believed / 3), 0, false);
                case "Asian Handicap" ->
                    new Quote(List.of("home", "away"), line(-rounded(gap, 4)), twoWay(gap / 5), twoWay(believed / 5), 0.2, false);
                default -> throw new IllegalArgumentException("market (%s) is not known.".formatted(market));
            };
        }

        Candidate best(double margin, RandomStream random) {
            int best = 0;
            double bestEdge = Double.NEGATIVE_INFINITY;
            double bestOdds = 0;
            for (int i = 0; i < consensus.length; i++) {
                double price = (1 / consensus[i]) * (1 - margin) * StrictMath.exp(0.035 * random.normal());
                double odds = standard ? STANDARD_ODDS : Math.max(1.01, rounded(price, 100));
                if (!standard && random.chance(0.002)) {
                    odds = rounded(odds * 1.5, 100); // a wrong price
                }
                double edge = odds * consensus[i] - 1;
                if (edge > bestEdge) {
                    best = i;
                    bestEdge = edge;
                    bestOdds = odds;
                }
            }
            return new Candidate(best, bestOdds, consensus[best], bestEdge);
        }

        /** What becomes of an outcome: all bets on an event share its fate, a uniform number. */
        String status(int outcome, double fate) {
            if (fate < push) {
                if (push < 0.1 || fate < push / 2) {
                    return "push";
                }
                return (fate < push * 0.75) == (outcome == 0) ? "half_won" : "half_lost";
            }
            double at = (fate - push) / (1 - push);
            int winner = 0;
            for (double sum = truth[0]; at >= sum && winner < truth.length - 1; ) {
                winner++;
                sum += truth[winner];
            }
            return winner == outcome ? "won" : "lost";
        }

        private static double[] twoWay(double gap) {
            double first = 1 / (1 + StrictMath.exp(-1.3 * gap));
            return new double[] {first, 1 - first};
        }

        private static double[] even(double gap) {
            return twoWay(0.03 * gap);
        }

        private static double[] threeWay(double gap) {
            double draw = 0.27 * StrictMath.exp(-0.35 * gap * gap);
            double first = (1 - draw) / (1 + StrictMath.exp(-1.6 * gap));
            return new double[] {first, draw, 1 - draw - first};
        }

        private static String line(double value) {
            return new java.math.BigDecimal(Double.toString(value + 0.0)).stripTrailingZeros().toPlainString();
        }
    }
}
