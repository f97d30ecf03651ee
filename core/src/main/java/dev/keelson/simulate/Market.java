package dev.keelson.simulate;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The betting market of one match.
 *
 * <p>The market as a whole believes in expected goals that differ a little from the true ones; the belief is sharper at
 * kick-off. Each bookmaker adds an opinion of its own in log-odds and a margin, spread in proportion to the
 * probabilities.
 */
final class Market {

    /** Standard deviations of the market's error in the log-ratio and in the log-level of expected goals at kick-off. */
    private static final double CLOSING_RATIO_ERROR = 0.045;

    private static final double CLOSING_LEVEL_ERROR = 0.03;

    /** What the odds before the match miss in addition. */
    private static final double EARLY_RATIO_ERROR = 0.085;

    private static final double EARLY_LEVEL_ERROR = 0.03;

    private static final double CLOSING_OPINION = 0.6; // of the bookmaker's noise before the match
    private static final double DRAW_OPINION = 0.4;
    private static final double TWO_WAY_OPINION = 0.5;
    private static final double HANDICAP_MARGIN = 0.7; // of the bookmaker's three-way margin
    private static final double HANDICAP_MISSING = 0.003;
    private static final int LOWEST = 102;
    private static final int HIGHEST = 10_000;

    private static final Bookmaker[] BOOKMAKERS = Bookmaker.values();
    private static final int MAX = QuotedOdds.position("MaxH");
    private static final int AVG = QuotedOdds.position("AvgH");
    private static final int PS_CLOSING = QuotedOdds.position("PSCH");
    private static final int B365_CLOSING = QuotedOdds.position("B365CH");
    private static final int AVG_CLOSING = QuotedOdds.position("AvgCH");
    private static final int AVG_GOALS = QuotedOdds.position("AvgO25");
    private static final int MAX_GOALS = QuotedOdds.position("MaxO25");
    private static final int HANDICAP = QuotedOdds.position("AHh");
    private static final int AVG_HANDICAP = QuotedOdds.position("AvgAHH");
    private static final int B365_HANDICAP = QuotedOdds.position("B365AHH");

    /** Sum, best and number of the quotes of several bookmakers on the same outcomes. */
    private static final class Board {
        private final long[] sum = new long[3];
        private final int[] best = new int[3];
        private int quotes;

        void add(int[] quote) {
            quotes++;
            for (int k = 0; k < quote.length; k++) {
                sum[k] += quote[k];
                best[k] = Math.max(best[k], quote[k]);
            }
        }

        void writeMean(int[] columns, int from, int outcomes) {
            for (int k = 0; k < outcomes && quotes > 0; k++) {
                columns[from + k] = (int) ((2 * sum[k] + quotes) / (2L * quotes)); // rounded half up
            }
        }

        void writeBest(int[] columns, int from, int outcomes) {
            for (int k = 0; k < outcomes && quotes > 0; k++) {
                columns[from + k] = best[k];
            }
        }
    }

    private final int seasonStart;
    private final boolean columnHistory;
    private final RandomStream random;
    private final int[] columns = new int[QuotedOdds.COLUMNS.size()];

    private Market(int seasonStart, boolean columnHistory, RandomStream random) {
        this.seasonStart = seasonStart;
        this.columnHistory = columnHistory;
        this.random = random;
        Arrays.fill(columns, QuotedOdds.MISSING);
    }

    /**
     * The odds of a match.
     *
     * @param fault the fault to plant, or null if the feed is right on that day
     */
    static QuotedOdds quote(
            double homeGoals,
            double awayGoals,
            int seasonStart,
            boolean columnHistory,
            @Nullable FeedFault fault,
            RandomStream random) {
        Market market = new Market(seasonStart, columnHistory, random);
        market.fill(homeGoals, awayGoals);
        if (fault != null) {
            market.scale(fault);
        }
        return new QuotedOdds(market.columns);
    }

    private void fill(double homeGoals, double awayGoals) {
        double closingRatio = CLOSING_RATIO_ERROR * random.normal();
        double closingLevel = CLOSING_LEVEL_ERROR * random.normal();
        double earlyRatio = closingRatio + EARLY_RATIO_ERROR * random.normal();
        double earlyLevel = closingLevel + EARLY_LEVEL_ERROR * random.normal();
        Scores early = belief(homeGoals, awayGoals, earlyRatio, earlyLevel);
        double[] before = probabilities(early);
        double[] closing = probabilities(belief(homeGoals, awayGoals, closingRatio, closingLevel));
        double over = early.over25();
        AsianHandicap handicap = AsianHandicap.balanced(early);

        boolean lateColumns = !columnHistory || seasonStart >= 2019;
        boolean handicapKnown = !random.chance(HANDICAP_MISSING);
        Board market = new Board();
        Board marketAtClosing = new Board();
        Board goals = new Board();
        Board handicaps = new Board();
        for (Bookmaker bookmaker : BOOKMAKERS) {
            // All numbers are drawn, used or not, so that which columns are filled does not change the others.
            double margin = Math.max(0.005, bookmaker.margin() + bookmaker.marginSpread() * random.normal());
            int[] quote = threeWay(before, bookmaker.noise(), margin);
            int[] closingQuote = threeWay(closing, CLOSING_OPINION * bookmaker.noise(), margin);
            int[] goalsQuote = twoWay(over, TWO_WAY_OPINION * bookmaker.noise(), margin);
            int[] handicapQuote =
                    twoWay(handicap.homeShare(), TWO_WAY_OPINION * bookmaker.noise(), HANDICAP_MARGIN * margin);
            boolean quoted = !random.chance(bookmaker.missing());
            if (!quoted || (columnHistory && !bookmaker.coveredIn(seasonStart))) {
                continue;
            }
            market.add(quote);
            marketAtClosing.add(closingQuote);
            goals.add(goalsQuote);
            handicaps.add(handicapQuote);
            write(quote, bookmaker.homeColumn());
            if (bookmaker == Bookmaker.PS) {
                write(closingQuote, PS_CLOSING);
            }
            if (lateColumns) {
                Optional<String> prefix = bookmaker.overUnderPrefix();
                if (prefix.isPresent()) {
                    write(goalsQuote, QuotedOdds.position(prefix.get() + "O25"));
                }
                if (bookmaker == Bookmaker.B365) {
                    write(closingQuote, B365_CLOSING);
                    if (handicapKnown) {
                        write(handicapQuote, B365_HANDICAP);
                    }
                }
            }
        }
        market.writeBest(columns, MAX, 3);
        market.writeMean(columns, AVG, 3);
        if (lateColumns) {
            marketAtClosing.writeMean(columns, AVG_CLOSING, 3);
        }
        goals.writeMean(columns, AVG_GOALS, 2);
        goals.writeBest(columns, MAX_GOALS, 2);
        if (handicapKnown) {
            columns[HANDICAP] = 25 * handicap.quarters();
            handicaps.writeMean(columns, AVG_HANDICAP, 2);
        }
    }

    private static Scores belief(double homeGoals, double awayGoals, double ratio, double level) {
        return new Scores(
                homeGoals * StrictMath.exp(level + ratio / 2), awayGoals * StrictMath.exp(level - ratio / 2));
    }

    private static double[] probabilities(Scores scores) {
        TrueProbabilities results = scores.results();
        return new double[] {results.home(), results.draw(), results.away()};
    }

    private int[] threeWay(double[] probabilities, double noise, double margin) {
        double tilt = StrictMath.exp(noise * random.normal() / 2);
        double home = probabilities[0] * tilt;
        double draw = probabilities[1] * StrictMath.exp(DRAW_OPINION * noise * random.normal());
        double away = probabilities[2] / tilt;
        double scale = (home + draw + away) / (1 + margin);
        return new int[] {hundredths(scale / home), hundredths(scale / draw), hundredths(scale / away)};
    }

    private int[] twoWay(double probability, double noise, double margin) {
        double odds = probability / (1 - probability) * StrictMath.exp(noise * random.normal());
        return new int[] {hundredths((1 + odds) / odds / (1 + margin)), hundredths((1 + odds) / (1 + margin))};
    }

    private void write(int[] quote, int from) {
        System.arraycopy(quote, 0, columns, from, quote.length);
    }

    private void scale(FeedFault fault) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] != QuotedOdds.MISSING && belongsTo(fault.bookmaker(), QuotedOdds.COLUMNS.get(i))) {
                columns[i] = hundredths(columns[i] / 100.0 * fault.scale());
            }
        }
    }

    private static boolean belongsTo(String bookmaker, String column) {
        return column.startsWith(bookmaker)
                || (bookmaker.equals(Bookmaker.PS.code()) && (column.equals("PO25") || column.equals("PU25")));
    }

    private static int hundredths(double odds) {
        return Math.clamp(Math.round(100 * odds), LOWEST, HIGHEST);
    }
}
