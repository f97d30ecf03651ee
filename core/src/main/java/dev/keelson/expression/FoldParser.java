package dev.keelson.expression;

import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.FoldExpression.Aggregate;
import dev.keelson.expression.FoldExpression.Aggregate.Function;
import dev.keelson.expression.FoldExpression.DaysSinceLastEvent;
import dev.keelson.expression.FoldExpression.Elo;
import dev.keelson.expression.FoldExpression.RequestExpression;
import dev.keelson.expression.FoldExpression.RequestTransform;
import dev.keelson.expression.FoldExpression.RequestTransform.Kind;
import dev.keelson.expression.FoldExpression.Streak;
import dev.keelson.expression.Node.Invalid;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses declared features; scalar parts go to {@link ScalarParser}. */
final class FoldParser {
    private static final String WINDOW = "a window: `over last 5 events` or `over 30d`";

    /** What others call our aggregates. */
    private static final Map<String, String> SYNONYMS =
            Map.of("avg", "mean", "average", "mean", "stddev", "std", "stdev", "std", "n_unique", "distinct");

    private final TokenStream tokens;
    private final Schema schema;
    private final Diagnostics diagnostics;
    private final ScalarParser scalars;

    private FoldParser(TokenStream tokens, Schema schema) {
        this.tokens = tokens;
        this.schema = schema;
        this.diagnostics = tokens.diagnostics();
        this.scalars = new ScalarParser(tokens, schema);
    }

    static FoldExpression parse(Located text, Schema schema) {
        TokenStream tokens = TokenStream.of(text);
        return new FoldParser(tokens, schema).fold();
    }

    /** Whether a function is a fold, not a scalar function. */
    static boolean isFold(String name) {
        return Function.of(name) != null
                || name.equalsIgnoreCase("streak")
                || name.equalsIgnoreCase("elo")
                || kind(name) != null;
    }

    private static @Nullable Kind kind(String name) {
        for (Kind kind : Kind.values()) {
            if (kind.name().equalsIgnoreCase(name)) {
                return kind;
            }
        }
        return null;
    }

    private FoldExpression fold() {
        Token first = tokens.peek();
        boolean call = first.kind() == Token.Kind.WORD && tokens.peek(1).isSymbol("(");
        if (call && isFold(first.text())) {
            Function function = Function.of(first.text());
            Kind kind = kind(first.text());
            tokens.next();
            tokens.next();
            return function != null
                    ? aggregate(function, first)
                    : kind != null ? transform(kind, first) : first.isWord("streak") ? streak() : elo(first);
        }
        if (first.isWord("days") && tokens.peek(1).isWord("since")) {
            return daysSince();
        }
        if (call && endsWithWindow()) {
            throw unknownAggregate(first);
        }
        int start = first.start();
        Node root = scalars.expression();
        if (tokens.peek().isWord("over")) {
            throw tokens.unexpected("the end", "Maybe an aggregate is missing: mean(…) over last 5 events.");
        }
        return new RequestExpression(finish(root, start));
    }

    /** Whether the bracket after the first token is followed by {@code over}. */
    private boolean endsWithWindow() {
        int open = 0;
        for (int i = 1; tokens.peek(i).kind() != Token.Kind.END; i++) {
            Token token = tokens.peek(i);
            open += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
            if (open == 0) {
                return tokens.peek(i + 1).isWord("over");
            }
        }
        return false;
    }

    private RuntimeException unknownAggregate(Token name) {
        List<String> names = new ArrayList<>();
        for (Function function : Function.values()) {
            names.add(function.text());
        }
        String synonym = SYNONYMS.get(name.text().toLowerCase(Locale.ROOT));
        String hint = synonym != null
                ? "Maybe `" + synonym + "` was meant."
                : Suggestion.sentence(name.text(), names)
                        .orElse("Maybe one of these was meant: " + String.join(", ", names) + ".");
        return diagnostics.fatal(name.start(), "There is no aggregate (%s).".formatted(name.text()), hint);
    }

    /** The end of the text is expected; every problem found is thrown. */
    private Expression finish(Node root, int start) {
        tokens.expectEnd();
        return checked(root, start);
    }

    private Expression checked(Node root, int start) {
        if (root instanceof Invalid) {
            diagnostics.throwIfAny();
        }
        Expression.checkDepth(root, start, diagnostics);
        diagnostics.throwIfAny();
        return Expression.of(root, schema);
    }

    private FoldExpression aggregate(Function function, Token name) {
        int start = tokens.peek().start();
        Node argument;
        if (tokens.peek().isSymbol("*")) {
            if (function != Function.COUNT) {
                throw tokens.unexpected(
                        "an expression", "Maybe a column was meant; only count takes a star, for all events.");
            }
            tokens.next();
            argument = new Node.BooleanLiteral(true);
        } else {
            argument = scalars.expression();
        }
        tokens.expectSymbol(")", "after the argument of " + function.text());
        if (!(argument instanceof Invalid) && !function.accepts(argument.type())) {
            diagnostics.type(
                    start,
                    "The argument of %s is %s; %s was expected."
                            .formatted(
                                    function.text(),
                                    Printer.typeName(argument.type()),
                                    function == Function.RATE ? "a condition" : "a number"),
                    function == Function.RATE
                            ? "Maybe a comparison is missing, such as rate(x = 1)."
                            : argument.type() == ColumnType.BOOLEAN
                                    ? "Maybe rate(…) was meant: the share of events where a condition is true."
                                    : "Maybe distinct(…) or last(…) was meant.");
        }
        Window window = window(name);
        return new Aggregate(function, finish(argument, start), window);
    }

    private Window window(Token name) {
        if (!tokens.acceptWord("over")) {
            throw tokens.unexpected(
                    WINDOW, "Maybe `over last 5 events` is missing after %s(…).".formatted(name.text()));
        }
        boolean last = tokens.acceptWord("last");
        Token token = tokens.peek();
        if (token.kind() == Token.Kind.QUANTITY) {
            tokens.next();
            Duration duration = Durations.parse(token.text(), token.start(), diagnostics);
            if (duration.isZero()) {
                throw diagnostics.fatal(
                        token.start(), "The window (%s) is empty.".formatted(token.text()), "Maybe 30d was meant.");
            }
            return new Window.Last(duration);
        }
        if (last && tokens.acceptWord("event")) {
            return new Window.LastEvents(1);
        }
        if (token.kind() != Token.Kind.NUMBER) {
            throw tokens.unexpected(WINDOW, null);
        }
        if (!last) {
            throw tokens.unexpected(
                    WINDOW,
                    tokens.peek(1).isWord("events")
                            ? "Maybe `over last %s events` was meant.".formatted(token.text())
                            : "Maybe the unit is missing: %sd.".formatted(token.text()));
        }
        int n = events(tokens.next());
        if (!tokens.acceptWord("events") && !tokens.acceptWord("event")) {
            throw tokens.unexpected("`events`", null);
        }
        return new Window.LastEvents(n);
    }

    private int events(Token token) {
        double n = Double.parseDouble(token.text());
        if (!(n >= 1 && n <= Window.LastEvents.MOST && n == Math.rint(n))) {
            throw diagnostics.fatal(
                    token.start(),
                    "The number of events (%s) must be a whole number from 1 to %d."
                            .formatted(token.text(), Window.LastEvents.MOST),
                    null);
        }
        return (int) n;
    }

    private FoldExpression streak() {
        int start = tokens.peek().start();
        Node condition = scalars.expression();
        tokens.expectSymbol(")", "after the condition of streak");
        if (!(condition instanceof Invalid) && condition.type() != ColumnType.BOOLEAN) {
            diagnostics.type(
                    start,
                    "The argument of streak is %s; a condition was expected."
                            .formatted(Printer.typeName(condition.type())),
                    "Maybe a comparison is missing, such as streak(points = 3).");
        }
        return new Streak(finish(condition, start));
    }

    private FoldExpression daysSince() {
        tokens.next();
        tokens.next();
        tokens.expectWord("last", "after `days since`");
        tokens.expectWord("event", "after `days since last`");
        tokens.expectEnd();
        return new DaysSinceLastEvent();
    }

    private FoldExpression transform(Kind kind, Token name) {
        List<Expression> prices = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        do {
            Token token = tokens.peek();
            Node column = scalars.column();
            if (!(column instanceof Invalid)) {
                if (column.type() != ColumnType.DOUBLE && column.type() != ColumnType.LONG) {
                    notANumber(token, column.type());
                } else if (seen.contains(token.text())) {
                    diagnostics.type(
                            token.start(), "The column (%s) stands twice.".formatted(token.text()), null);
                } else {
                    prices.add(Expression.of(column, schema));
                }
            }
            seen.add(token.text());
        } while (tokens.acceptSymbol(","));
        tokens.expectSymbol(")", "after the columns of " + name.text());
        tokens.expectEnd();
        if (seen.size() < 2) {
            diagnostics.type(
                    name.start(),
                    "%s has one column; the prices of all outcomes, at least 2, were expected."
                            .formatted(name.text()),
                    null);
        }
        diagnostics.throwIfAny();
        return new RequestTransform(kind, prices);
    }

    private void notANumber(Token token, ColumnType type) {
        diagnostics.type(
                token.start(),
                "The column (%s) is %s; a number was expected.".formatted(token.text(), Printer.typeName(type)),
                null);
    }

    /** The named arguments of elo. */
    private enum EloArgument {
        HOME(true),
        AWAY(true),
        RESULT(true),
        K(false),
        HOME_ADVANTAGE(false),
        HOME_GOALS(true),
        AWAY_GOALS(true),
        CARRY(false),
        SEASON_GAP(false),
        INITIAL(false);

        private final boolean column;

        EloArgument(boolean column) {
            this.column = column;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static @Nullable EloArgument of(String name) {
            for (EloArgument argument : values()) {
                if (argument.text().equalsIgnoreCase(name)) {
                    return argument;
                }
            }
            return null;
        }

        static List<String> names() {
            List<String> names = new ArrayList<>();
            for (EloArgument argument : values()) {
                names.add(argument.text());
            }
            return names;
        }
    }

    private FoldExpression elo(Token elo) {
        Map<EloArgument, String> columns = new LinkedHashMap<>();
        Map<EloArgument, Double> numbers = new LinkedHashMap<>();
        List<EloArgument> seen = new ArrayList<>();
        Duration seasonGap = Elo.DEFAULT_SEASON_GAP;
        do {
            Token name = tokens.peek();
            if (name.kind() != Token.Kind.WORD || !isAssignment(tokens.peek(1))) {
                throw tokens.unexpected(
                        "a named argument, such as home = HomeTeam",
                        "Maybe the name is missing; the names are " + String.join(", ", EloArgument.names()) + ".");
            }
            tokens.next();
            tokens.next();
            EloArgument argument = EloArgument.of(name.text());
            if (argument == null) {
                diagnostics.type(
                        name.start(),
                        "elo has no argument (%s); its arguments are %s."
                                .formatted(name.text(), String.join(", ", EloArgument.names())),
                        Suggestion.sentence(name.text(), EloArgument.names()).orElse(null));
                skipValue();
                continue;
            }
            if (seen.contains(argument)) {
                diagnostics.type(name.start(), "The argument (%s) is given twice.".formatted(name.text()), null);
            }
            seen.add(argument);
            Token value = tokens.peek();
            if (argument.column) {
                Node column = scalars.column();
                if (!(column instanceof Invalid)) {
                    checkEloColumn(argument, value, column.type());
                    columns.put(argument, value.text());
                }
            } else if (argument == EloArgument.SEASON_GAP) {
                seasonGap = duration(value);
            } else {
                numbers.put(argument, number(argument, value));
            }
        } while (tokens.acceptSymbol(","));
        tokens.expectSymbol(")", "after the arguments of elo");
        tokens.expectEnd();
        checkEloComplete(elo, seen, columns);
        diagnostics.throwIfAny();
        return new Elo(
                required(columns, EloArgument.HOME),
                required(columns, EloArgument.AWAY),
                required(columns, EloArgument.RESULT),
                numbers.getOrDefault(EloArgument.K, Elo.DEFAULT_K),
                numbers.getOrDefault(EloArgument.HOME_ADVANTAGE, Elo.DEFAULT_HOME_ADVANTAGE),
                columns.get(EloArgument.HOME_GOALS),
                columns.get(EloArgument.AWAY_GOALS),
                numbers.getOrDefault(EloArgument.CARRY, Elo.DEFAULT_CARRY),
                seasonGap,
                numbers.getOrDefault(EloArgument.INITIAL, Elo.DEFAULT_INITIAL));
    }

    private static boolean isAssignment(Token token) {
        return token.isSymbol("=") || token.isSymbol("==");
    }

    private static String required(Map<EloArgument, String> columns, EloArgument argument) {
        String column = columns.get(argument);
        if (column == null) {
            throw new IllegalStateException("The argument (%s) was not checked.".formatted(argument));
        }
        return column;
    }

    private void skipValue() {
        tokens.acceptSymbol("-");
        Token.Kind kind = tokens.peek().kind();
        if (kind == Token.Kind.END || kind == Token.Kind.SYMBOL) {
            throw tokens.unexpected("a value", null);
        }
        tokens.next();
    }

    private void checkEloComplete(Token elo, List<EloArgument> seen, Map<EloArgument, String> columns) {
        for (EloArgument argument : List.of(EloArgument.HOME, EloArgument.AWAY, EloArgument.RESULT)) {
            if (!seen.contains(argument)) {
                diagnostics.type(elo.start(), "The argument (%s) of elo is missing.".formatted(argument.text()), null);
            }
        }
        if (seen.contains(EloArgument.HOME_GOALS) != seen.contains(EloArgument.AWAY_GOALS)) {
            diagnostics.type(
                    elo.start(),
                    "elo has only one of home_goals and away_goals; both or none were expected.",
                    null);
        }
        String home = columns.get(EloArgument.HOME);
        if (home != null && home.equals(columns.get(EloArgument.AWAY))) {
            diagnostics.type(
                    elo.start(), "home and away of elo are the same column (%s).".formatted(home), null);
        }
    }

    private void checkEloColumn(EloArgument argument, Token value, ColumnType type) {
        boolean goals = argument == EloArgument.HOME_GOALS || argument == EloArgument.AWAY_GOALS;
        if (goals && type != ColumnType.DOUBLE && type != ColumnType.LONG) {
            notANumber(value, type);
        }
        if (argument == EloArgument.RESULT && type != ColumnType.STRING) {
            diagnostics.type(
                    value.start(),
                    "The column (%s) is %s; a text with the values H, D and A was expected."
                            .formatted(value.text(), Printer.typeName(type)),
                    null);
        }
        boolean key = argument == EloArgument.HOME || argument == EloArgument.AWAY;
        if (key && type != ColumnType.STRING && type != ColumnType.LONG) {
            diagnostics.type(
                    value.start(),
                    "The column (%s) is %s; a key (a text or a whole number) was expected."
                            .formatted(value.text(), Printer.typeName(type)),
                    null);
        }
    }

    private double number(EloArgument argument, Token value) {
        BigDecimal exact = Numbers.signed(tokens, "a number");
        double number = exact.doubleValue();
        boolean positive = argument == EloArgument.K;
        double most =
                switch (argument) {
                    case K -> Elo.MOST_K;
                    case HOME_ADVANTAGE -> Elo.MOST_HOME_ADVANTAGE;
                    case CARRY -> 1;
                    case INITIAL -> Elo.MOST_INITIAL;
                    case HOME, AWAY, RESULT, HOME_GOALS, AWAY_GOALS, SEASON_GAP ->
                        throw new IllegalStateException("The argument (%s) is not a number.".formatted(argument));
                };
        if (number < 0 || (positive && number == 0) || number > most) {
            diagnostics.type(
                    value.start(),
                    "%s (%s) must be %s 0 and at most %s."
                            .formatted(
                                    argument.text(),
                                    exact.toString(),
                                    positive ? "above" : "at least",
                                    Numbers.text(most)),
                    null);
        }
        return number;
    }

    private Duration duration(Token value) {
        if (value.kind() != Token.Kind.QUANTITY) {
            throw tokens.unexpected("a duration, such as 45d", null);
        }
        tokens.next();
        Duration duration = Durations.parse(value.text(), value.start(), diagnostics);
        if (duration.isZero()) {
            diagnostics.type(value.start(), "season_gap (%s) must be positive.".formatted(value.text()), null);
        }
        return duration;
    }
}
