package dev.keelson.expression;

import dev.keelson.error.Suggestion;
import dev.keelson.expression.Node.Invalid;
import dev.keelson.frame.ColumnType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The named arguments of a fold over the two sides of an event: {@code elo(home = HomeTeam, away = AwayTeam, …)}. */
final class NamedArguments {
    /** What an argument takes. */
    sealed interface Spec {
        String name();

        /** The column of a key. */
        record Key(String name, boolean required) implements Spec {}

        /** The column of a number. */
        record Count(String name, boolean required) implements Spec {}

        /** The column of a text with these values. */
        record Text(String name, String values) implements Spec {}

        /** A number; the smallest itself is excluded when it must be positive. */
        record Amount(String name, boolean positive, double most) implements Spec {}

        /** A time. */
        record Time(String name) implements Spec {}
    }

    /** The text of a fold with named arguments, without those that have their default. */
    static final class Text {
        private final List<String> parts = new ArrayList<>();

        Text column(String name, @Nullable String column) {
            if (column != null) {
                parts.add(name + " = " + Printer.name(column));
            }
            return this;
        }

        Text number(String name, double value) {
            parts.add(name + " = " + Numbers.text(value));
            return this;
        }

        Text number(String name, double value, double otherwise) {
            return value == otherwise ? this : number(name, value);
        }

        Text time(String name, Duration value, Duration otherwise) {
            if (!value.equals(otherwise)) {
                parts.add(name + " = " + Durations.format(value));
            }
            return this;
        }

        String of(String function) {
            return function + "(" + String.join(", ", parts) + ")";
        }
    }

    /** @throws IllegalArgumentException if both sides are one column */
    static void requireTwoSides(String home, String away) {
        if (home.equals(away)) {
            throw new IllegalArgumentException("home and away must be different columns, not both (%s).".formatted(home));
        }
    }

    private final String function;
    private final Map<String, Spec> specs = new LinkedHashMap<>();
    private final TokenStream tokens;
    private final ScalarParser scalars;
    private final Diagnostics diagnostics;
    private final List<String> seen = new ArrayList<>();
    private final Map<String, String> columns = new LinkedHashMap<>();
    private final Map<String, Double> numbers = new LinkedHashMap<>();
    private final Map<String, Duration> times = new LinkedHashMap<>();

    NamedArguments(String function, TokenStream tokens, ScalarParser scalars, Spec... specs) {
        this.function = function;
        this.tokens = tokens;
        this.scalars = scalars;
        this.diagnostics = tokens.diagnostics();
        for (Spec spec : specs) {
            this.specs.put(spec.name(), spec);
        }
    }

    static boolean isAssignment(Token token) {
        return token.isSymbol("=") || token.isSymbol("==");
    }

    /** Reads up to the end of the text; problems are noted, not yet thrown. */
    NamedArguments read(Token start) {
        String names = String.join(", ", specs.keySet());
        do {
            Token name = tokens.peek();
            if (name.kind() != Token.Kind.WORD || !isAssignment(tokens.peek(1))) {
                throw tokens.unexpected(
                        "a named argument, such as home = HomeTeam", "Maybe the name is missing; the names are " + names + ".");
            }
            tokens.next();
            tokens.next();
            Spec spec = specs.get(name.text().toLowerCase(java.util.Locale.ROOT));
            if (spec == null) {
                diagnostics.type(
                        name.start(),
                        "%s has no argument (%s); its arguments are %s.".formatted(function, name.text(), names),
                        Suggestion.sentence(name.text(), specs.keySet()).orElse(null));
                skipValue();
                continue;
            }
            if (seen.contains(spec.name())) {
                diagnostics.type(name.start(), "The argument (%s) is given twice.".formatted(name.text()), null);
            }
            seen.add(spec.name());
            value(spec);
        } while (tokens.acceptSymbol(","));
        tokens.expectSymbol(")", "after the arguments of " + function);
        tokens.expectEnd();
        checkComplete(start);
        return this;
    }

    private void value(Spec spec) {
        Token value = tokens.peek();
        switch (spec) {
            case Spec.Key _, Spec.Count _, Spec.Text _ -> {
                Node column = scalars.column();
                if (!(column instanceof Invalid)) {
                    checkColumn(spec, value, column.type());
                    columns.put(spec.name(), value.text());
                }
            }
            case Spec.Amount number -> numbers.put(spec.name(), number(number, value));
            case Spec.Time _ -> times.put(spec.name(), duration(spec.name(), value));
        }
    }

    private void skipValue() {
        tokens.acceptSymbol("-");
        Token.Kind kind = tokens.peek().kind();
        if (kind == Token.Kind.END || kind == Token.Kind.SYMBOL) {
            throw tokens.unexpected("a value", null);
        }
        tokens.next();
    }

    private void checkColumn(Spec spec, Token value, ColumnType type) {
        String wanted = switch (spec) {
            case Spec.Key _ ->
                type == ColumnType.STRING || type == ColumnType.LONG ? null : "a key (a text or a whole number)";
            case Spec.Count _ -> type == ColumnType.DOUBLE || type == ColumnType.LONG ? null : "a number";
            case Spec.Text text -> type == ColumnType.STRING ? null : "a text with the values " + text.values();
            case Spec.Amount _, Spec.Time _ -> null;
        };
        if (wanted != null) {
            diagnostics.type(
                    value.start(),
                    "The column (%s) is %s; %s was expected."
                            .formatted(value.text(), Printer.typeName(type), wanted),
                    null);
        }
    }

    private double number(Spec.Amount spec, Token value) {
        BigDecimal exact = Numbers.signed(tokens, "a number");
        double number = exact.doubleValue();
        if (number < 0 || (spec.positive() && number == 0) || number > spec.most()) {
            diagnostics.type(
                    value.start(),
                    "%s (%s) must be %s 0 and at most %s."
                            .formatted(
                                    spec.name(),
                                    exact.toString(),
                                    spec.positive() ? "above" : "at least",
                                    Numbers.text(spec.most())),
                    null);
        }
        return number;
    }

    private Duration duration(String name, Token value) {
        if (value.kind() != Token.Kind.QUANTITY) {
            throw tokens.unexpected("a duration, such as 45d", null);
        }
        tokens.next();
        Duration duration = Durations.parse(value.text(), value.start(), diagnostics);
        if (duration.isZero()) {
            diagnostics.type(value.start(), "%s (%s) must be positive.".formatted(name, value.text()), null);
        }
        return duration;
    }

    private void checkComplete(Token start) {
        for (Spec spec : specs.values()) {
            boolean required = switch (spec) {
                case Spec.Key key -> key.required();
                case Spec.Count count -> count.required();
                case Spec.Text _ -> true;
                case Spec.Amount _, Spec.Time _ -> false;
            };
            if (required && !seen.contains(spec.name())) {
                diagnostics.type(
                        start.start(), "The argument (%s) of %s is missing.".formatted(spec.name(), function), null);
            }
        }
        String home = columns.get("home");
        if (home != null && home.equals(columns.get("away"))) {
            diagnostics.type(
                    start.start(), "home and away of %s are the same column (%s).".formatted(function, home), null);
        }
    }

    /** Two arguments that must both be given, or neither. */
    void bothOrNone(Token start, String first, String second) {
        if (seen.contains(first) != seen.contains(second)) {
            diagnostics.type(
                    start.start(),
                    "%s has only one of %s and %s; both or none were expected.".formatted(function, first, second),
                    null);
        }
    }

    /** A column that was required and checked. */
    String column(String name) {
        String column = columns.get(name);
        if (column == null) {
            throw new IllegalStateException("The argument (%s) was not checked.".formatted(name));
        }
        return column;
    }

    @Nullable String columnOrNull(String name) {
        return columns.get(name);
    }

    double number(String name, double otherwise) {
        return numbers.getOrDefault(name, otherwise);
    }

    Duration time(String name, Duration otherwise) {
        return times.getOrDefault(name, otherwise);
    }
}
