package dev.keelson.labels;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.expression.Durations;
import dev.keelson.expression.Expression;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.labels.LabelCall.Measure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The text of a label: a scalar expression (see {@link Expression}) over the columns of its row, outcomes included, in
 * which these calls may stand besides:
 *
 * <ul>
 *   <li>{@code forward_return(price, horizon)}: the price at the first bar of the row's key at or after the event time plus
 *       the horizon, divided by the price of the row, less one. {@code forward_return(KEY.price, horizon)} is that of
 *       another key, a benchmark, from its last bar at or before the row. Named settings: {@code within = 5d} (how much
 *       later than the horizon a bar may be, and how much earlier the benchmark's first; a tenth of the horizon when it is
 *       not said), {@code of = 'KEY'} (the benchmark, when its name is no plain word), {@code by = column} (what holds the
 *       key; the source's key without its time when it is not said).
 *   <li>{@code forward_volatility(price, horizon)}: how much the price moves until then: the standard deviation (of a sample)
 *       of the relative changes from bar to bar, from the row's bar to the one that ends a forward return. Missing with fewer
 *       than 2 changes. The settings are {@code within} and {@code by}, as above.
 *   <li>{@code bet_won(status)}: true for {@code won} and {@code half_won}, false for {@code lost} and {@code half_lost},
 *       otherwise missing: a bet that was returned says nothing.
 *   <li>{@code profit(status, odds, stake)}: what a settled bet at decimal odds returned less its stake; zero for
 *       {@code void}, {@code push}, {@code refunded} and {@code cancelled}; missing while it is open. Without a stake: one
 *       unit.
 *   <li>{@code match_result(home, away)}: {@code H}, {@code D} or {@code A} by two scores.
 * </ul>
 *
 * <p>Statuses count in any case. Immutable and safe for use by several threads.
 */
public final class LabelExpression {
    private static final String FORWARD_RETURN = "forward_return";
    private static final String FORWARD_VOLATILITY = "forward_volatility";
    private static final String BET_WON = "bet_won";
    private static final String PROFIT = "profit";
    private static final String MATCH_RESULT = "match_result";
    private static final List<String> CALLS = List.of(FORWARD_RETURN, FORWARD_VOLATILITY, BET_WON, PROFIT, MATCH_RESULT);
    private static final List<String> RESULTS = List.of("H", "D", "A");

    private final Expression expression;
    private final List<LabelCall> calls;
    private final Map<String, Expression> expanded;
    private final Schema schema;
    private final boolean onlyResult;

    private LabelExpression(
            Expression expression,
            List<LabelCall> calls,
            Map<String, Expression> expanded,
            Schema schema,
            boolean onlyResult) {
        this.expression = expression;
        this.calls = List.copyOf(calls);
        this.expanded = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(expanded));
        this.schema = schema;
        this.onlyResult = onlyResult;
    }

    /**
     * Parses and types a label.
     *
     * @param schema the source's columns whose types are known; the price of a forward return need not be among them
     * @throws KeelsonException with every problem found, at its place: EXPRESSION_SYNTAX or EXPRESSION_TYPE
     */
    public static LabelExpression parse(Located text, Schema schema) {
        StringBuilder rest = new StringBuilder(text.text());
        List<LabelCall> calls = new ArrayList<>();
        Map<String, Expression> expanded = new LinkedHashMap<>();
        List<Column> columns = new ArrayList<>(schema.columns());
        boolean result = false;
        for (CallText call : CallText.all(text, CALLS)) {
            String name = "_l" + calls.size();
            LabelCall read = read(call, name);
            calls.add(read);
            switch (read) {
                case LabelCall.ForwardReturn forward -> columns.add(new Column(forward.column(), ColumnType.DOUBLE));
                case LabelCall.Expanded value -> {
                    Expression parsed = Expression.parse(new Located(value.text(), call.location()), schema);
                    expanded.put(name, parsed);
                    columns.add(new Column(name, parsed.type()));
                    result |= call.name().equals(MATCH_RESULT);
                }
            }
            // of the same length, so that what is wrong with the rest is told at its place
            rest.replace(call.start(), call.end(), name + " ".repeat(call.end() - call.start() - name.length()));
        }
        Schema all = new Schema(columns);
        Expression expression = Expression.parse(new Located(rest.toString(), text.location()), all);
        return new LabelExpression(
                expression, calls, expanded, all, result && expression.isColumn() && calls.size() == 1);
    }

    /**
     * The time a label needs beyond its source's own delay: the longest horizon with its tolerance. Reads the calls alone,
     * so it needs no columns.
     *
     * @throws KeelsonException EXPRESSION_SYNTAX
     */
    public static Duration horizon(Located text) {
        Duration longest = Duration.ZERO;
        int position = 0;
        for (CallText call : CallText.all(text, CALLS)) {
            if (read(call, "_l" + position++) instanceof LabelCall.ForwardReturn forward) {
                Duration needed = forward.horizon().plus(forward.within());
                longest = needed.compareTo(longest) > 0 ? needed : longest;
            }
        }
        return longest;
    }

    private static LabelCall read(CallText call, String column) {
        return switch (call.name()) {
            case FORWARD_RETURN -> forward(call, column, Measure.RETURN);
            case FORWARD_VOLATILITY -> forward(call, column, Measure.VOLATILITY);
            case BET_WON -> {
                List<Located> arguments = plain(call, 1, 1, "bet_won(status)");
                yield new LabelCall.Expanded(
                        column,
                        "case lower(%s) when 'won' then true when 'half_won' then true when 'lost' then false when 'half_lost' then false end"
                                .formatted(arguments.getFirst()));
            }
            case PROFIT -> {
                List<Located> arguments = plain(call, 2, 3, "profit(status, odds, stake)");
                String won = "(%s - 1.0)".formatted(bracketed(arguments.get(1)));
                String stake = arguments.size() == 3 ? bracketed(arguments.get(2)) : "1.0";
                yield new LabelCall.Expanded(
                        column,
                        ("case lower(%s) when 'won' then %s * %s when 'half_won' then %s * %s / 2.0 when 'lost' then -1.0 * %s"
                                        + " when 'half_lost' then -0.5 * %s when 'void' then 0.0 when 'push' then 0.0"
                                        + " when 'refunded' then 0.0 when 'cancelled' then 0.0 end")
                                .formatted(arguments.getFirst(), stake, won, stake, won, stake, stake));
            }
            case MATCH_RESULT -> {
                List<Located> arguments = plain(call, 2, 2, "match_result(home, away)");
                String home = bracketed(arguments.get(0));
                String away = bracketed(arguments.get(1));
                yield new LabelCall.Expanded(
                        column,
                        "case when %s > %s then 'H' when %s = %s then 'D' when %s < %s then 'A' end"
                                .formatted(home, away, home, away, home, away));
            }
            default -> throw new IllegalStateException("There is no call " + call.name() + ".");
        };
    }

    private static String bracketed(Located text) {
        return "(" + text + ")";
    }

    private static List<Located> plain(CallText call, int least, int most, String shape) {
        if (call.named().isEmpty() && call.arguments().size() >= least && call.arguments().size() <= most) {
            return call.arguments();
        }
        throw call.wrong("`%s` was expected".formatted(shape), null);
    }

    private static LabelCall forward(CallText call, String column, Measure measure) {
        if (call.arguments().size() != 2) {
            throw call.wrong(
                    "`%s(price, horizon)` was expected".formatted(call.name()),
                    "Maybe %s(close, 4h) was meant.".formatted(call.name()));
        }
        List<String> known =
                measure == Measure.RETURN ? List.of("within", "of", "by") : List.of("within", "by");
        for (Located name : call.names()) {
            if (!known.contains(name.text())) {
                throw new KeelsonException(Problem.at(ErrorCode.EXPRESSION_SYNTAX, name.location(), "%s has no setting (%s); it has %s.".formatted(call.name(), name, String.join(", ", known)), Suggestion.sentence(name.text(), known).orElse(null)));
            }
        }
        Located price = call.arguments().getFirst();
        String text = price.text();
        String of = null;
        if (!text.startsWith("\"") && text.indexOf('.') > 0) {
            of = text.substring(0, text.lastIndexOf('.'));
            text = text.substring(text.lastIndexOf('.') + 1);
        }
        text = unquoted(text, '"');
        if (text.isEmpty() || (!price.text().startsWith("\"") && !text.matches("[\\p{L}_][\\p{L}\\p{N}_]*"))) {
            throw new KeelsonException(Problem.at(ErrorCode.EXPRESSION_SYNTAX, price.location(), "The price (%s) of %s is no column.".formatted(price, call.name()), "Maybe declare a column that holds it."));
        }
        if (of != null && measure == Measure.VOLATILITY) {
            throw call.wrong("a price of the row's own key was expected", null);
        }
        Located other = call.named().get("of");
        if (other != null) {
            if (of != null) {
                throw call.wrong("the benchmark is named twice, and one name was expected", null);
            }
            of = unquoted(other.text(), '\'');
        }
        Duration horizon = duration(call.arguments().get(1));
        if (horizon.isZero()) {
            throw call.wrong("a horizon above zero was expected", null);
        }
        Located within = call.named().get("within");
        Located by = call.named().get("by");
        return new LabelCall.ForwardReturn(
                measure,
                column,
                text,
                horizon,
                within == null ? LabelCall.ForwardReturn.tolerance(horizon) : duration(within),
                of,
                by == null ? null : unquoted(by.text(), '"'));
    }

    private static Duration duration(Located text) {
        return Durations.parse(text);
    }

    private static String unquoted(String text, char quote) {
        return text.length() >= 2 && text.charAt(0) == quote && text.charAt(text.length() - 1) == quote
                ? text.substring(1, text.length() - 1)
                : text;
    }

    /** The type of its values; a number is what a model predicts as such, everything else becomes classes. */
    public ColumnType type() {
        return expression.type();
    }

    /** The classes that follow from the text alone: of a condition or a result; empty for the others. */
    public Optional<List<String>> ownClasses() {
        if (type() == ColumnType.BOOLEAN) {
            return Optional.of(List.of("false", "true"));
        }
        return onlyResult ? Optional.of(RESULTS) : Optional.empty();
    }

    /** The columns of the row that it reads, distinct, in order of first use, prices of the bars to come left out. */
    public List<String> columns() {
        Set<String> names = new LinkedHashSet<>();
        for (String name : expression.columns()) {
            Expression part = expanded.get(name);
            if (part != null) {
                names.addAll(part.columns());
            } else if (calls.stream().noneMatch(call -> call.column().equals(name))) {
                names.add(name);
            }
        }
        return List.copyOf(names);
    }

    /** The columns that hold the prices of bars to come, distinct, in order of first use. */
    public List<String> prices() {
        return forwards().stream().map(LabelCall.ForwardReturn::price).distinct().toList();
    }

    /** The columns that such calls name as holding their keys, distinct. */
    public List<String> keys() {
        return forwards().stream()
                .map(LabelCall.ForwardReturn::by)
                .filter(java.util.Objects::nonNull)
                .distinct()
                .toList();
    }

    /** Whether a forward return asks for another key. */
    public boolean hasBenchmark() {
        return forwards().stream().anyMatch(call -> call.of() != null);
    }

    /** Whether it is a column of the row and nothing else. */
    public boolean isColumn() {
        return calls.isEmpty() && expression.isColumn();
    }

    /** Whether it looks ahead at prices. */
    public boolean looksAhead() {
        return !forwards().isEmpty();
    }

    List<LabelCall.ForwardReturn> forwards() {
        List<LabelCall.ForwardReturn> forwards = new ArrayList<>();
        for (LabelCall call : calls) {
            if (call instanceof LabelCall.ForwardReturn forward) {
                forwards.add(forward);
            }
        }
        return forwards;
    }

    Map<String, Expression> expanded() {
        return expanded;
    }

    Expression expression() {
        return expression;
    }

    Schema schema() {
        return schema;
    }

    /** The text, calls replaced by their columns. */
    @Override
    public String toString() {
        return expression.text();
    }
}
