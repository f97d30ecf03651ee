package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
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
import dev.keelson.expression.NamedArguments.Spec;
import dev.keelson.expression.Node.Invalid;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.metrics.OddsMargin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses declared features; scalar parts go to {@link ScalarParser}. */
final class FoldParser {
    private static final String WINDOW = "a window: `over last 5 events` or `over 30d`";

    /** What others call our aggregates. */
    private static final Map<String, String> SYNONYMS =
            Map.ofEntries(
                    Map.entry("avg", "mean"),
                    Map.entry("average", "mean"),
                    Map.entry("stddev", "std"),
                    Map.entry("stdev", "std"),
                    Map.entry("n_unique", "distinct"),
                    Map.entry("correlation", "corr"),
                    Map.entry("z_score", "zscore"),
                    Map.entry("percent_change", "pct_change"));

    private final TokenStream tokens;
    private final Schema schema;
    private final Diagnostics diagnostics;
    private final ScalarParser scalars;

    /** The column behind a window's {@code by}, if there is one. */
    private @Nullable String by;

    private FoldParser(TokenStream tokens, Schema schema) {
        this.tokens = tokens;
        this.schema = schema;
        this.diagnostics = tokens.diagnostics();
        this.scalars = new ScalarParser(tokens, schema);
    }

    static FoldExpression parse(Located text, Schema schema) {
        TokenStream tokens = TokenStream.of(text);
        FoldParser parser = new FoldParser(tokens, schema);
        FoldExpression fold = parser.fold();
        return parser.by == null ? fold : new Grouped(fold, parser.by);
    }

    /** What a text says of its suffixes without a schema; empty when it is not even a list of tokens. */
    static List<String> suffixes(Located text) {
        TokenStream tokens;
        try {
            tokens = TokenStream.of(text);
        } catch (KeelsonException _) {
            // whoever parses the text with its schema reports it
            return List.of();
        }
        return switch (tokens.peek().text().toLowerCase(Locale.ROOT)) {
            case "macd" -> Indicator.MACD_SUFFIXES;
            case "pi_rating" -> PiRating.SUFFIXES;
            case "strength" -> Strength.SUFFIXES;
            case "transitions" -> states(tokens);
            default -> List.of();
        };
    }

    /** The texts that stand between commas at the end of the arguments. */
    private static List<String> states(TokenStream tokens) {
        List<String> states = new ArrayList<>();
        int open = 0;
        while (tokens.peek().kind() != Token.Kind.END) {
            Token token = tokens.next();
            open += token.isSymbol("(") ? 1 : token.isSymbol(")") ? -1 : 0;
            if (open == 1 && token.isSymbol(",") && tokens.peek().kind() == Token.Kind.TEXT) {
                states.add(tokens.peek().text());
            }
        }
        return states;
    }

    /** Folds that are not aggregates of one value, by name. */
    private static final List<String> OTHERS = List.of(
            "streak", "elo", "pi_rating", "strength", "ewm", "lag", "sma", "transitions");

    /** Whether a function is a fold, not a scalar function. */
    static boolean isFold(String name) {
        return Function.of(name) != null
                || PairedAggregate.Function.of(name) != null
                || Indicator.Kind.of(name) != null
                || OTHERS.contains(name.toLowerCase(Locale.ROOT))
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
            tokens.next();
            tokens.next();
            return call(first);
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

    private FoldExpression call(Token name) {
        Function function = Function.of(name.text());
        if (function != null) {
            return aggregate(function, name);
        }
        PairedAggregate.Function paired = PairedAggregate.Function.of(name.text());
        if (paired != null) {
            return paired(paired, name);
        }
        Indicator.Kind indicator = Indicator.Kind.of(name.text());
        if (indicator != null) {
            return indicator(indicator, name);
        }
        Kind kind = kind(name.text());
        if (kind != null) {
            return transform(kind, name);
        }
        return switch (name.text().toLowerCase(Locale.ROOT)) {
            case "streak" -> streak();
            case "elo" -> elo(name);
            case "pi_rating" -> piRating(name);
            case "strength" -> strength(name);
            case "ewm" -> ewm(name);
            case "lag" -> lag(name);
            case "sma" -> simpleMovingAverage(name);
            case "transitions" -> transitions(name);
            default -> throw new IllegalStateException("The fold (%s) has no parser.".formatted(name.text()));
        };
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
        for (PairedAggregate.Function function : PairedAggregate.Function.values()) {
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

    /** A window, and the part of the key that groups it. */
    private Window window(Token name) {
        Window window = span(name);
        group();
        return window;
    }

    private void group() {
        if (!tokens.acceptWord("by")) {
            return;
        }
        Token token = tokens.peek();
        if (scalars.column() instanceof Invalid) {
            diagnostics.throwIfAny();
        }
        by = token.text();
    }

    private Window span(Token name) {
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
        Token token = tokens.peek();
        boolean word = token.isWord("last") || token.isWord("event");
        if (word && !schema.contains(token.text())) {
            tokens.expectWord("last", "after `days since`");
            tokens.expectWord("event", "after `days since last`");
            tokens.expectEnd();
            return new DaysSinceLastEvent();
        }
        int start = token.start();
        if (token.kind() == Token.Kind.END) {
            throw tokens.unexpected("`last event` or a condition after `days since`", null);
        }
        Node condition = scalars.expression();
        if (!(condition instanceof Invalid) && condition.type() != ColumnType.BOOLEAN) {
            diagnostics.type(
                    start,
                    "The event after `days since` is %s; a condition, or `last event`, was expected."
                            .formatted(Printer.typeName(condition.type())),
                    "Maybe a comparison is missing, such as days since points = 3.");
        }
        return new DaysSinceCondition(finish(condition, start));
    }

    /** A number among the arguments of a fold. */
    private Node number(Token name) {
        int start = tokens.peek().start();
        Node argument = scalars.expression();
        if (!(argument instanceof Invalid)
                && argument.type() != ColumnType.DOUBLE
                && argument.type() != ColumnType.LONG) {
            diagnostics.type(
                    start,
                    "The argument of %s is %s; a number was expected."
                            .formatted(name.text(), Printer.typeName(argument.type())),
                    null);
        }
        return argument;
    }

    private FoldExpression paired(PairedAggregate.Function function, Token name) {
        int firstStart = tokens.peek().start();
        Node first = number(name);
        tokens.expectSymbol(",", "before the second argument of " + name.text());
        Token token = tokens.peek();
        OtherColumn other = otherColumn(token);
        Node second;
        if (other == null) {
            second = number(name);
        } else {
            tokens.next();
            second = scalars.columnNamed(other.column(), token);
            if (!(second instanceof Invalid)
                    && second.type() != ColumnType.DOUBLE
                    && second.type() != ColumnType.LONG) {
                notANumber(token, second.type());
            }
        }
        tokens.expectSymbol(")", "after the arguments of " + name.text());
        Window window = window(name);
        if (other != null && by != null) {
            throw diagnostics.fatal(
                    name.start(),
                    "The second argument (%s) is of another key, and the window is of a group of keys (by %s)."
                            .formatted(token.text(), by),
                    "Maybe `by %s` can be left out.".formatted(by));
        }
        Expression firstValue = finish(first, firstStart);
        return new PairedAggregate(
                function, firstValue, other == null ? null : other.key(), checked(second, token.start()), window);
    }

    /** A column in the events of another key. */
    private record OtherColumn(String key, String column) {}

    /** {@code KEY.column}, unless that is itself the name of a column. */
    private @Nullable OtherColumn otherColumn(Token token) {
        boolean name = token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.QUOTED;
        int point = token.text().lastIndexOf('.');
        if (!name || point <= 0 || schema.contains(token.text()) || !tokens.peek(1).isSymbol(")")) {
            return null;
        }
        return new OtherColumn(token.text().substring(0, point), token.text().substring(point + 1));
    }

    private FoldExpression ewm(Token name) {
        int start = tokens.peek().start();
        Node argument = number(name);
        tokens.expectSymbol(",", "before `half_life` of ewm");
        if (!tokens.peek().isWord("half_life") || !NamedArguments.isAssignment(tokens.peek(1))) {
            throw tokens.unexpected("`half_life = 5 events` or `half_life = 30d`", null);
        }
        tokens.next();
        tokens.next();
        Window halfLife = halfLife();
        tokens.expectSymbol(")", "after the arguments of ewm");
        Window window = tokens.peek().isWord("over") ? span(name) : Ewm.defaultWindow(halfLife);
        group();
        return new Ewm(finish(argument, start), halfLife, window);
    }

    private Window halfLife() {
        Token token = tokens.peek();
        if (token.kind() == Token.Kind.QUANTITY) {
            tokens.next();
            Duration duration = Durations.parse(token.text(), token.start(), diagnostics);
            if (duration.isZero()) {
                throw diagnostics.fatal(
                        token.start(), "half_life (%s) must be positive.".formatted(token.text()), null);
            }
            return new Window.Last(duration);
        }
        if (token.kind() != Token.Kind.NUMBER) {
            throw tokens.unexpected("a number of events or a duration", "Maybe `half_life = 5 events` was meant.");
        }
        int n = events(tokens.next());
        if (!tokens.acceptWord("events") && !tokens.acceptWord("event")) {
            throw tokens.unexpected("`events`", "Maybe the unit is missing: %sd.".formatted(token.text()));
        }
        return new Window.LastEvents(n);
    }

    private FoldExpression lag(Token name) {
        int start = tokens.peek().start();
        Node argument = scalars.expression();
        if (!(argument instanceof Invalid) && !isNumberOrCondition(argument.type())) {
            diagnostics.type(
                    start,
                    "The argument of lag is %s; a number or a condition was expected."
                            .formatted(Printer.typeName(argument.type())),
                    null);
        }
        tokens.expectSymbol(",", "before the number of events of lag");
        int n = period(name, "event", Window.LastEvents.MOST);
        tokens.expectSymbol(")", "after the arguments of lag");
        return new Lag(finish(argument, start), n);
    }

    private static boolean isNumberOrCondition(ColumnType type) {
        return switch (type) {
            case DOUBLE, LONG, BOOLEAN -> true;
            case STRING, DATE, TIMESTAMP -> false;
        };
    }

    /** A mean over the last n events by its common name. */
    private FoldExpression simpleMovingAverage(Token name) {
        int start = tokens.peek().start();
        Node argument = number(name);
        tokens.expectSymbol(",", "before the number of events of sma");
        int n = period(name, "event", Window.LastEvents.MOST);
        tokens.expectSymbol(")", "after the arguments of sma");
        return new Aggregate(Function.MEAN, finish(argument, start), new Window.LastEvents(n));
    }

    private FoldExpression indicator(Indicator.Kind kind, Token name) {
        int start = tokens.peek().start();
        Node argument = number(name);
        List<Integer> periods = new ArrayList<>();
        for (int i = 0; i < kind.periods(); i++) {
            tokens.expectSymbol(
                    ",",
                    "and " + (kind == Indicator.Kind.MACD ? "the periods fast, slow and signal" : "the period") + " of "
                            + name.text());
            periods.add(period(name, "period", Indicator.MOST));
        }
        tokens.expectSymbol(")", "after the arguments of " + name.text());
        if (kind == Indicator.Kind.MACD && periods.get(0) >= periods.get(1)) {
            throw diagnostics.fatal(
                    name.start(),
                    "The fast period (%d) of macd must be less than the slow one (%d)."
                            .formatted(periods.get(0), periods.get(1)),
                    "Maybe macd(x, 12, 26, 9) was meant.");
        }
        return new Indicator(kind, finish(argument, start), periods);
    }

    private int period(Token name, String what, int most) {
        Token token = tokens.peek();
        if (token.kind() != Token.Kind.NUMBER) {
            throw tokens.unexpected("a whole number from 1 to " + most, null);
        }
        double n = Double.parseDouble(token.text());
        if (!(n >= 1 && n <= most && n == Math.rint(n))) {
            throw diagnostics.fatal(
                    token.start(),
                    "The %s (%s) of %s must be a whole number from 1 to %d."
                            .formatted(what, token.text(), name.text(), most),
                    null);
        }
        tokens.next();
        return (int) n;
    }

    private FoldExpression transitions(Token name) {
        int start = tokens.peek().start();
        Node argument = scalars.expression();
        if (!(argument instanceof Invalid) && argument.type() != ColumnType.STRING) {
            diagnostics.type(
                    start,
                    "The argument of transitions is %s; a text was expected."
                            .formatted(Printer.typeName(argument.type())),
                    "Maybe `case when … then 'W' else 'L' end` was meant.");
        }
        List<String> states = new ArrayList<>();
        String from = null;
        int fromStart = 0;
        double smoothing = Transitions.DEFAULT_SMOOTHING;
        while (tokens.acceptSymbol(",")) {
            Token token = tokens.peek();
            if (token.isWord("from") && NamedArguments.isAssignment(tokens.peek(1))) {
                tokens.next();
                tokens.next();
                fromStart = tokens.peek().start();
                from = state();
            } else if (token.isWord("smoothing") && NamedArguments.isAssignment(tokens.peek(1))) {
                tokens.next();
                tokens.next();
                int at = tokens.peek().start();
                smoothing = Numbers.signed(tokens, "a number").doubleValue();
                if (!(smoothing >= 0 && smoothing <= Transitions.MOST_SMOOTHING)) {
                    diagnostics.type(
                            at,
                            "smoothing (%s) must be at least 0 and at most %s."
                                    .formatted(Numbers.text(smoothing), Numbers.text(Transitions.MOST_SMOOTHING)),
                            null);
                }
            } else {
                String state = state();
                if (states.contains(state)) {
                    diagnostics.type(token.start(), "The state (%s) stands twice.".formatted(state), null);
                } else {
                    states.add(state);
                }
            }
        }
        tokens.expectSymbol(")", "after the states of transitions");
        Window window = window(name);
        if (states.size() < 2 || states.size() > Transitions.MOST_STATES) {
            diagnostics.type(
                    name.start(),
                    "transitions has %d states; 2 to %d were expected."
                            .formatted(states.size(), Transitions.MOST_STATES),
                    "Maybe transitions(result, 'W', 'D', 'L') was meant.");
        }
        if (from != null && !states.contains(from)) {
            diagnostics.type(
                    fromStart,
                    "from (%s) is not among the states %s.".formatted(from, states),
                    Suggestion.sentence(from, states).orElse(null));
        }
        return new Transitions(finish(argument, start), states, from, smoothing, window);
    }

    private String state() {
        Token token = tokens.peek();
        if (token.kind() != Token.Kind.TEXT) {
            throw tokens.unexpected("a state in single quotes", null);
        }
        if (!Transitions.isState(token.text())) {
            diagnostics.type(
                    token.start(),
                    "The state ('%s') must be of letters, digits and underscores: it ends the name of a feature."
                            .formatted(token.text()),
                    "Maybe a `case` can give it another name.");
        }
        return tokens.next().text();
    }

    private FoldExpression transform(Kind kind, Token name) {
        List<Expression> prices = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        OddsMargin.Method margin = OddsMargin.Method.PROPORTIONAL;
        do {
            Token token = tokens.peek();
            if (token.isWord("margin") && NamedArguments.isAssignment(tokens.peek(1))) {
                tokens.next();
                tokens.next();
                margin = margin(kind, name);
                break;
            }
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
        return new RequestTransform(kind, prices, margin);
    }

    private OddsMargin.Method margin(Kind kind, Token name) {
        Token token = tokens.peek();
        List<String> names = new ArrayList<>();
        for (OddsMargin.Method method : OddsMargin.Method.values()) {
            names.add(method.name().toLowerCase(Locale.ROOT));
            if (kind == Kind.IMPLIED && token.isWord(method.name().toLowerCase(Locale.ROOT))) {
                tokens.next();
                return method;
            }
        }
        throw diagnostics.fatal(
                token.start(),
                kind == Kind.IMPLIED
                        ? "The margin (%s) is taken out in none of the ways %s."
                                .formatted(token.text(), String.join(", ", names))
                        : "%s takes no margin.".formatted(name.text()),
                kind == Kind.IMPLIED ? Suggestion.sentence(token.text(), names).orElse(null) : null);
    }

    private void notANumber(Token token, ColumnType type) {
        diagnostics.type(
                token.start(),
                "The column (%s) is %s; a number was expected.".formatted(token.text(), Printer.typeName(type)),
                null);
    }

    private FoldExpression elo(Token name) {
        NamedArguments arguments = new NamedArguments(
                        "elo",
                        tokens,
                        scalars,
                        new Spec.Key("home", true),
                        new Spec.Key("away", true),
                        new Spec.Text("result", "H, D and A"),
                        new Spec.Amount("k", true, Elo.MOST_K),
                        new Spec.Amount("home_advantage", false, Elo.MOST_HOME_ADVANTAGE),
                        new Spec.Count("home_goals", false),
                        new Spec.Count("away_goals", false),
                        new Spec.Amount("carry", false, 1),
                        new Spec.Time("season_gap"),
                        new Spec.Amount("initial", false, Elo.MOST_INITIAL))
                .read(name);
        arguments.bothOrNone(name, "home_goals", "away_goals");
        diagnostics.throwIfAny();
        return new Elo(
                arguments.column("home"),
                arguments.column("away"),
                arguments.column("result"),
                arguments.number("k", Elo.DEFAULT_K),
                arguments.number("home_advantage", Elo.DEFAULT_HOME_ADVANTAGE),
                arguments.columnOrNull("home_goals"),
                arguments.columnOrNull("away_goals"),
                arguments.number("carry", Elo.DEFAULT_CARRY),
                arguments.time("season_gap", Elo.DEFAULT_SEASON_GAP),
                arguments.number("initial", Elo.DEFAULT_INITIAL));
    }

    private FoldExpression piRating(Token name) {
        NamedArguments arguments = new NamedArguments(
                        "pi_rating",
                        tokens,
                        scalars,
                        new Spec.Key("home", true),
                        new Spec.Key("away", true),
                        new Spec.Count("home_goals", true),
                        new Spec.Count("away_goals", true),
                        new Spec.Amount("rate", true, 1),
                        new Spec.Amount("carry_over", false, 1))
                .read(name);
        diagnostics.throwIfAny();
        return new PiRating(
                arguments.column("home"),
                arguments.column("away"),
                arguments.column("home_goals"),
                arguments.column("away_goals"),
                arguments.number("rate", PiRating.DEFAULT_RATE),
                arguments.number("carry_over", PiRating.DEFAULT_CARRY_OVER));
    }

    private FoldExpression strength(Token name) {
        NamedArguments arguments = new NamedArguments(
                        "strength",
                        tokens,
                        scalars,
                        new Spec.Key("home", true),
                        new Spec.Key("away", true),
                        new Spec.Count("home_count", true),
                        new Spec.Count("away_count", true),
                        new Spec.Key("group", false),
                        new Spec.Time("half_life"),
                        new Spec.Amount("prior", true, Strength.MOST_PRIOR))
                .read(name);
        diagnostics.throwIfAny();
        return new Strength(
                arguments.column("home"),
                arguments.column("away"),
                arguments.column("home_count"),
                arguments.column("away_count"),
                arguments.columnOrNull("group"),
                arguments.time("half_life", Strength.DEFAULT_HALF_LIFE),
                arguments.number("prior", Strength.DEFAULT_PRIOR));
    }
}
