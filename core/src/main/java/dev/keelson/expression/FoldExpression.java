package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.metrics.OddsMargin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A declared feature: a fold over the past events of a key, or a computation over the request's own row.
 *
 * <pre>
 * mean(goals_for) over last 5 events        sum(points) over 30d         count(*) over 90d
 * rate(FTR = 'H') over 90d                  streak(points = 3)           days since last event
 * ratio(profit, stake) over 90d             lag(close, 2)                days since goals_for = 0
 * ewm(x, half_life = 5 events)              rsi(close, 14)               macd(close, 12, 26, 9)
 * corr(daily_return, SPY.daily_return) over 30d  rate(won) over 90d by sport
 * transitions(result, 'W', 'D', 'L') over last 50 events
 * elo(home = HomeTeam, away = AwayTeam, result = FTR, k = 20, home_advantage = 65)
 * pi_rating(home = HomeTeam, away = AwayTeam, home_goals = FTHG, away_goals = FTAG)
 * strength(home = HomeTeam, away = AwayTeam, home_count = HST, away_count = AST, half_life = 120d)
 * implied(AvgH, AvgD, AvgA, margin = shin)  overround(AvgH, AvgD, AvgA)  1 / AvgH - 1 / AvgA
 * </pre>
 *
 * <p>All are immutable and safe for use by several threads.
 */
public sealed interface FoldExpression
        permits FoldExpression.Aggregate,
                PairedAggregate,
                Grouped,
                Ewm,
                Lag,
                Indicator,
                Transitions,
                FoldExpression.Streak,
                FoldExpression.DaysSinceLastEvent,
                DaysSinceCondition,
                FoldExpression.Elo,
                PiRating,
                Strength,
                FoldExpression.RequestTransform,
                FoldExpression.RequestExpression {

    /**
     * Parses a declared feature.
     *
     * @param text the whole text
     * @param schema the columns of the events, or of the request row
     * @throws KeelsonException with every problem found, at the place of its token: EXPRESSION_SYNTAX or EXPRESSION_TYPE
     */
    static FoldExpression parse(Located text, Schema schema) {
        return FoldParser.parse(text, schema);
    }

    /** The names of the columns it reads, distinct, in order of first use. */
    List<String> columns();

    /** The type of its value, or of each of its values. */
    ColumnType type();

    /** The canonical text: parsed with the same schema, it gives an equal fold. */
    String text();

    /** Whether it is computed from the request's own row alone, without any event. */
    default boolean atRequest() {
        return false;
    }

    /**
     * The names of the values of a feature whose text cannot be parsed for want of a schema: what its text alone says.
     *
     * @param feature the feature's own name
     */
    static List<String> names(String feature, Located text) {
        List<String> suffixes = FoldParser.suffixes(text);
        return suffixes.isEmpty()
                ? List.of(feature)
                : suffixes.stream().map(suffix -> feature + "_" + suffix).toList();
    }

    /** What ends the names of its values when it has several, in order: {@code line, signal, histogram}; else empty. */
    default List<String> suffixes() {
        return List.of();
    }

    /**
     * The names of the values of a feature of a view that this fold defines: the feature's own name, or one for each of
     * the {@link #suffixes}, such as {@code trend_line}.
     */
    default List<String> names(String feature) {
        return suffixes().isEmpty()
                ? List.of(feature)
                : suffixes().stream().map(suffix -> feature + "_" + suffix).toList();
    }

    /**
     * An aggregate over a window of events. Null arguments are skipped.
     *
     * @param function what is computed
     * @param argument what it is computed of, for each event
     * @param window which events
     */
    record Aggregate(Function function, Expression argument, Window window) implements FoldExpression {
        public Aggregate {
            if (!function.accepts(argument.type())) {
                throw new IllegalArgumentException("The aggregate (%s) cannot take an argument of type %s."
                        .formatted(function.text(), argument.type()));
            }
        }

        /** What an aggregate computes. */
        public enum Function {
            /** How many values are not null; {@code count(*)}: how many events. 0 without any. */
            COUNT,
            /** Sum, a DOUBLE; null without any value. */
            SUM,
            /** Arithmetic mean; null without any value. */
            MEAN,
            /** Standard deviation of a sample (n - 1); null with fewer than 2 values. */
            STD,
            /** Smallest value. */
            MIN,
            /** Largest value. */
            MAX,
            /** Value of the newest event where it is not null. */
            LAST,
            /** Value of the oldest event of the window where it is not null. */
            FIRST,
            /** How many different values; 0 without any. */
            DISTINCT,
            /** Share of true among the events where the condition is true or false; null without any. */
            RATE,
            /** The middle value, or the mean of the two in the middle; null without any value. */
            MEDIAN,
            /** The newest value minus the oldest; null with fewer than 2 values. */
            MOMENTUM,
            /** The newest value divided by the oldest, minus 1; null with fewer than 2 values, or when the oldest is 0. */
            PCT_CHANGE,
            /**
             * How many standard deviations (n - 1) the newest value lies above the mean, both of the whole window; null
             * with fewer than 2 values, or when they do not vary.
             */
            ZSCORE,
            /**
             * Standard deviation (n - 1) of the relative changes from each value to the next; changes from 0 are skipped;
             * null with fewer than 2 changes.
             */
            VOLATILITY;

            /** The name in the language. */
            public String text() {
                return name().toLowerCase(Locale.ROOT);
            }

            boolean accepts(ColumnType type) {
                return switch (this) {
                    case COUNT, LAST, FIRST, DISTINCT -> true;
                    case SUM, MEAN, STD, MIN, MAX, MEDIAN, MOMENTUM, PCT_CHANGE, ZSCORE, VOLATILITY ->
                        type == ColumnType.DOUBLE || type == ColumnType.LONG;
                    case RATE -> type == ColumnType.BOOLEAN;
                };
            }

            static @Nullable Function of(String name) {
                for (Function function : values()) {
                    if (function.text().equalsIgnoreCase(name)) {
                        return function;
                    }
                }
                return null;
            }
        }

        @Override
        public List<String> columns() {
            return argument.columns();
        }

        @Override
        public ColumnType type() {
            return switch (function) {
                case COUNT, DISTINCT -> ColumnType.LONG;
                case SUM, MEAN, STD, RATE, MEDIAN, MOMENTUM, PCT_CHANGE, ZSCORE, VOLATILITY -> ColumnType.DOUBLE;
                case MIN, MAX, LAST, FIRST -> argument.type();
            };
        }

        @Override
        public String text() {
            boolean events = function == Function.COUNT && argument.isLiteralTrue();
            return function.text() + "(" + (events ? "*" : argument.text()) + ") " + window.text();
        }
    }

    /**
     * How many of the key's newest events in a row fulfil a condition; 0 when the newest does not. An event where it is unknown
     * neither counts nor ends the streak.
     *
     * @param condition BOOLEAN
     */
    record Streak(Expression condition) implements FoldExpression {
        public Streak {
            if (condition.type() != ColumnType.BOOLEAN) {
                throw new IllegalArgumentException(
                        "condition (%s) must be BOOLEAN, but is %s.".formatted(condition, condition.type()));
            }
        }

        @Override
        public List<String> columns() {
            return condition.columns();
        }

        @Override
        public ColumnType type() {
            return ColumnType.LONG;
        }

        @Override
        public String text() {
            return "streak(" + condition.text() + ")";
        }
    }

    /** Days (of 24 hours, with fraction) between the key's newest known event and the moment asked for; null without any. */
    record DaysSinceLastEvent() implements FoldExpression {
        @Override
        public List<String> columns() {
            return List.of();
        }

        @Override
        public ColumnType type() {
            return ColumnType.DOUBLE;
        }

        @Override
        public String text() {
            return "days since last event";
        }
    }

    /**
     * Elo ratings of the two sides of an event. Expected score of the home side:
     * {@code 1 / (1 + 10^(-(home + homeAdvantage - away) / 400))}; each side moves by
     * {@code k * (score - expected)}, times the square root of the goal difference when goals are given and differ by more than
     * one.
     *
     * <p>Source: Elo, A. (1978), The Rating of Chessplayers, Past and Present; goal difference as in Hvattum and Arntzen (2010),
     * Using ELO ratings for match result prediction in association football, with exponent 1/2.
     *
     * @param home column with the key of the home side
     * @param away column with the key of the away side
     * @param result STRING column: H (home), D (draw) or A (away)
     * @param k largest change by one event, above 0, at most 400 (default 20)
     * @param homeAdvantage points added to the home side, 0 to 400 (default 65)
     * @param homeGoals column with the goals of the home side, or null; both or none
     * @param awayGoals column with the goals of the away side, or null
     * @param carry share of the distance to {@code initial} that a side keeps after a pause longer than {@code seasonGap},
     *     0 to 1 (default 1: everything)
     * @param seasonGap the pause that ends a season (default 45 days)
     * @param initial rating of a side that was not seen before (default 1500)
     */
    record Elo(
            String home,
            String away,
            String result,
            double k,
            double homeAdvantage,
            @Nullable String homeGoals,
            @Nullable String awayGoals,
            double carry,
            Duration seasonGap,
            double initial)
            implements FoldExpression {
        static final double DEFAULT_K = 20;
        static final double MOST_K = 400;
        static final double DEFAULT_HOME_ADVANTAGE = 65;
        static final double MOST_HOME_ADVANTAGE = 400;
        static final double DEFAULT_CARRY = 1;
        static final Duration DEFAULT_SEASON_GAP = Duration.ofDays(45);
        static final double DEFAULT_INITIAL = 1500;
        static final double MOST_INITIAL = 10_000;

        public Elo {
            if (!(k > 0 && k <= MOST_K)) {
                throw new IllegalArgumentException("k (%s) must be above 0 and at most %s.".formatted(k, MOST_K));
            }
            if (!(homeAdvantage >= 0 && homeAdvantage <= MOST_HOME_ADVANTAGE)) {
                throw new IllegalArgumentException("homeAdvantage (%s) must be between 0 and %s."
                        .formatted(homeAdvantage, MOST_HOME_ADVANTAGE));
            }
            if (!(carry >= 0 && carry <= 1)) {
                throw new IllegalArgumentException("carry (%s) must be between 0 and 1.".formatted(carry));
            }
            if (!(initial >= 0 && initial <= MOST_INITIAL)) {
                throw new IllegalArgumentException(
                        "initial (%s) must be between 0 and %s.".formatted(initial, MOST_INITIAL));
            }
            if (seasonGap.isNegative() || seasonGap.isZero()) {
                throw new IllegalArgumentException("seasonGap (%s) must be positive.".formatted(seasonGap));
            }
            if ((homeGoals == null) != (awayGoals == null)) {
                throw new IllegalArgumentException("homeGoals and awayGoals must both be given or both be null.");
            }
            NamedArguments.requireTwoSides(home, away);
        }

        @Override
        public List<String> columns() {
            Set<String> columns = new LinkedHashSet<>(List.of(home, away, result));
            if (homeGoals != null && awayGoals != null) {
                columns.add(homeGoals);
                columns.add(awayGoals);
            }
            return List.copyOf(columns);
        }

        @Override
        public ColumnType type() {
            return ColumnType.DOUBLE;
        }

        /** With every argument that is not a default. */
        @Override
        public String text() {
            return new NamedArguments.Text()
                    .column("home", home)
                    .column("away", away)
                    .column("result", result)
                    .number("k", k)
                    .number("home_advantage", homeAdvantage)
                    .column("home_goals", homeGoals)
                    .column("away_goals", awayGoals)
                    .number("carry", carry, DEFAULT_CARRY)
                    .time("season_gap", seasonGap, DEFAULT_SEASON_GAP)
                    .number("initial", initial, DEFAULT_INITIAL)
                    .of("elo");
        }
    }

    /**
     * What a bookmaker's decimal odds on all outcomes of an event say, from the request row. When a price is missing, not above
     * 1 or not finite, every value is missing.
     *
     * @param kind what is computed
     * @param prices columns of type DOUBLE or LONG, at least 2, distinct, one for each outcome
     * @param margin how the bookmaker's margin is taken out; only of IMPLIED
     */
    record RequestTransform(Kind kind, List<Expression> prices, OddsMargin.Method margin) implements FoldExpression {
        /** With the margin taken out in proportion. */
        public RequestTransform(Kind kind, List<Expression> prices) {
            this(kind, prices, OddsMargin.Method.PROPORTIONAL);
        }

        public RequestTransform {
            if (kind == Kind.OVERROUND && margin != OddsMargin.Method.PROPORTIONAL) {
                throw new IllegalArgumentException("overround takes no margin (%s).".formatted(margin));
            }
            prices = List.copyOf(prices);
            if (prices.size() < 2) {
                throw new IllegalArgumentException("prices must be at least 2, not %d.".formatted(prices.size()));
            }
            for (Expression price : prices) {
                boolean number = price.type() == ColumnType.DOUBLE || price.type() == ColumnType.LONG;
                if (!price.isColumn() || !number) {
                    throw new IllegalArgumentException("The price (%s) must be a column of numbers.".formatted(price));
                }
            }
        }

        /** What is computed of the prices. */
        public enum Kind {
            /** Probabilities without the margin, see {@link OddsMargin}. One value for each price. */
            IMPLIED,
            /** The margin: the sum of the inverse odds minus 1. One value. */
            OVERROUND
        }

        @Override
        public List<String> columns() {
            Set<String> columns = new LinkedHashSet<>();
            prices.forEach(price -> columns.addAll(price.columns()));
            return List.copyOf(columns);
        }

        /** The names of its values, in order: {@code implied_AvgH}, …, {@code implied_shin_AvgH}, …; or {@code overround}. */
        public List<String> outputs() {
            return switch (kind) {
                case IMPLIED -> columns().stream()
                        .map(column -> (margin == OddsMargin.Method.PROPORTIONAL
                                        ? "implied_"
                                        : "implied_" + margin.name().toLowerCase(Locale.ROOT) + "_")
                                + column)
                        .toList();
                case OVERROUND -> List.of("overround");
            };
        }

        /**
         * Computes the values for a row.
         *
         * @param row a row of the schema it was parsed with
         * @param values takes one value for each of {@link #outputs}, NaN when missing
         */
        public void evaluate(Row row, double[] values) {
            int outputs = kind == Kind.IMPLIED ? prices.size() : 1;
            if (values.length != outputs) {
                throw new IllegalArgumentException(
                        "values must have length %d, not %d.".formatted(outputs, values.length));
            }
            double sum = 0;
            for (int i = 0; i < prices.size(); i++) {
                double price = prices.get(i).asDouble(row);
                boolean usable = price > 1 && price <= Double.MAX_VALUE;
                double inverse = usable ? 1 / price : Double.NaN;
                sum += inverse;
                if (kind == Kind.IMPLIED) {
                    values[i] = inverse;
                }
            }
            if (kind == Kind.OVERROUND) {
                values[0] = sum - 1;
                return;
            }
            if (margin != OddsMargin.Method.PROPORTIONAL && !Double.isNaN(sum)) {
                double[] odds = new double[values.length];
                for (int i = 0; i < odds.length; i++) {
                    odds[i] = prices.get(i).asDouble(row);
                }
                System.arraycopy(OddsMargin.implied(margin, odds, odds.length), 0, values, 0, odds.length);
                return;
            }
            for (int i = 0; i < values.length; i++) {
                values[i] = values[i] / sum;
            }
        }

        @Override
        public ColumnType type() {
            return ColumnType.DOUBLE;
        }

        @Override
        public String text() {
            return kind.name().toLowerCase(Locale.ROOT) + "("
                    + String.join(", ", prices.stream().map(Expression::text).toList())
                    + (margin == OddsMargin.Method.PROPORTIONAL
                            ? ""
                            : ", margin = " + margin.name().toLowerCase(Locale.ROOT))
                    + ")";
        }

        @Override
        public boolean atRequest() {
            return true;
        }
    }

    /**
     * A scalar expression over the request row, a plain column among them.
     *
     * @param expression any type
     */
    record RequestExpression(Expression expression) implements FoldExpression {
        @Override
        public List<String> columns() {
            return expression.columns();
        }

        @Override
        public ColumnType type() {
            return expression.type();
        }

        @Override
        public String text() {
            return expression.text();
        }

        @Override
        public boolean atRequest() {
            return true;
        }
    }
}
