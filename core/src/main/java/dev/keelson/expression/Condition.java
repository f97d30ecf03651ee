package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A limit on a named measurement, as checks, guards and gates write it: {@code row_count >= 100},
 * {@code missing(AvgH) < 2%}, {@code freshness < 8d}, {@code p99 > 100ms}, {@code gaps(1h, symbol) == 0}, or on how much
 * it changed since it was last accepted: {@code change(mean(AvgH)) < 20%}.
 *
 * @param change whether the limit is on the change of the measurement, not on itself
 * @param name what is measured
 * @param args what it is measured of, in order: names, or durations in canonical form; empty when there are no brackets
 * @param op how it is compared
 * @param value the limit, finite; a percentage as a share (2% is 0.02), a duration in seconds
 * @param unit how the limit was written
 */
public record Condition(boolean change, String name, List<String> args, Op op, double value, Unit unit) {
    private static final String CHANGE = "change";
    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000L);

    public Condition {
        args = List.copyOf(args);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name must not be empty.");
        }
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("value (%s) must be finite.".formatted(value));
        }
        if (unit == Unit.DURATION && (value < 0 || value > Durations.LONGEST.toSeconds())) {
            throw new IllegalArgumentException("value (%s) must be a duration from 0 to %d seconds."
                    .formatted(value, Durations.LONGEST.toSeconds()));
        }
    }

    /** A limit on a measurement itself. */
    public Condition(String name, List<String> args, Op op, double value, Unit unit) {
        this(false, name, args, op, value, unit);
    }

    /** How a measurement is compared with the limit. */
    public enum Op {
        EQUAL("=="),
        NOT_EQUAL("!="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">=");

        private final String symbol;

        Op(String symbol) {
            this.symbol = symbol;
        }

        /** The operator as canonical texts write it. */
        public String symbol() {
            return symbol;
        }

        /** Whether it holds. A measurement that is NaN (not known) fulfils no condition, not even {@code !=}. */
        public boolean test(double measured, double limit) {
            if (Double.isNaN(measured) || Double.isNaN(limit)) {
                return false;
            }
            return switch (this) {
                case EQUAL -> measured == limit;
                case NOT_EQUAL -> measured != limit;
                case LESS -> measured < limit;
                case LESS_OR_EQUAL -> measured <= limit;
                case GREATER -> measured > limit;
                case GREATER_OR_EQUAL -> measured >= limit;
            };
        }

        private static Op of(Node.ComparisonOp op) {
            return switch (op) {
                case EQUAL -> EQUAL;
                case NOT_EQUAL -> NOT_EQUAL;
                case LESS -> LESS;
                case LESS_OR_EQUAL -> LESS_OR_EQUAL;
                case GREATER -> GREATER;
                case GREATER_OR_EQUAL -> GREATER_OR_EQUAL;
            };
        }
    }

    /** How a limit is written. */
    public enum Unit {
        /** A plain number. */
        NONE,
        /** A percentage, stored as a share. */
        PERCENT,
        /** A duration, stored in seconds. */
        DURATION
    }

    /**
     * Parses a condition.
     *
     * @throws KeelsonException EXPRESSION_SYNTAX at the offending token
     */
    public static Condition parse(Located text) {
        TokenStream tokens = TokenStream.of(text);
        String name = name(tokens, "the name of a measurement, such as row_count");
        boolean change = name.equals(CHANGE) && tokens.acceptSymbol("(");
        if (change) {
            name = name(tokens, "the measurement whose change is meant, such as mean(AvgH)");
        }
        List<String> args = new ArrayList<>();
        if (tokens.acceptSymbol("(")) {
            do {
                args.add(argument(tokens));
            } while (tokens.acceptSymbol(","));
            tokens.expectSymbol(")", "after the names");
        }
        if (change) {
            tokens.expectSymbol(")", "after the measurement");
        }
        Node.ComparisonOp op = Node.ComparisonOp.of(tokens.peek());
        if (op == null) {
            throw tokens.unexpected(
                    "a comparison (==, !=, <, <=, >, >=)", "Maybe `%s >= 100` was meant.".formatted(name));
        }
        tokens.next();
        Condition condition;
        Token limit = tokens.peek();
        if (limit.kind() == Token.Kind.QUANTITY) {
            tokens.next();
            Duration duration = Durations.parse(limit.text(), limit.start(), tokens.diagnostics());
            condition = new Condition(change, name, args, Op.of(op), seconds(duration), Unit.DURATION);
        } else {
            BigDecimal number = Numbers.signed(tokens, "a number, a percentage or a duration, such as 100, 2% or 8d");
            boolean percent = tokens.acceptSymbol("%");
            double value = (percent ? number.movePointLeft(2) : number).doubleValue();
            condition =
                    new Condition(change, name, args, Op.of(op), value, percent ? Unit.PERCENT : Unit.NONE);
        }
        tokens.expectEnd();
        return condition;
    }

    private static String argument(TokenStream tokens) {
        Token token = tokens.peek();
        if (token.kind() == Token.Kind.QUANTITY) {
            tokens.next();
            return Durations.format(Durations.parse(token.text(), token.start(), tokens.diagnostics()));
        }
        return name(tokens, "a name");
    }

    private static String argumentText(String argument) {
        if (!argument.isEmpty() && Character.isDigit(argument.charAt(0))) {
            try {
                if (Durations.format(Durations.parse(argument)).equals(argument)) {
                    return argument;
                }
            } catch (KeelsonException e) {
                return Printer.name(argument); // a name that starts like a duration
            }
        }
        return Printer.name(argument);
    }

    private static String name(TokenStream tokens, String expected) {
        Token token = tokens.peek();
        if (token.kind() != Token.Kind.WORD && token.kind() != Token.Kind.QUOTED) {
            throw tokens.unexpected(expected, null);
        }
        return tokens.next().text();
    }

    private static double seconds(Duration duration) {
        return new BigDecimal(duration.getSeconds())
                .add(BigDecimal.valueOf(duration.getNano(), 9))
                .doubleValue();
    }

    /**
     * The limit as a duration, as exactly as a double of seconds tells.
     *
     * @throws IllegalStateException if the limit is not a duration
     */
    public Duration duration() {
        if (unit != Unit.DURATION) {
            throw new IllegalStateException("The limit of (%s) is not a duration.".formatted(text()));
        }
        BigDecimal nanos = BigDecimal.valueOf(value).multiply(NANOS_PER_SECOND);
        return Duration.ofSeconds(0).plusNanos(nanos.longValue());
    }

    /** Whether a measurement fulfils the condition; NaN (not known) does not. */
    public boolean test(double measured) {
        return op.test(measured, value);
    }

    /** The canonical text, which parses to an equal condition. */
    public String text() {
        StringBuilder text = new StringBuilder();
        if (change) {
            text.append(CHANGE).append('(');
        }
        text.append(Printer.name(name));
        if (!args.isEmpty()) {
            text.append('(');
            text.append(String.join(", ", args.stream().map(Condition::argumentText).toList()));
            text.append(')');
        }
        if (change) {
            text.append(')');
        }
        text.append(' ').append(op.symbol()).append(' ');
        text.append(
                switch (unit) {
                    case NONE -> Numbers.text(value);
                    case PERCENT -> Numbers.percent(value);
                    case DURATION -> Durations.format(duration());
                });
        return text.toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
