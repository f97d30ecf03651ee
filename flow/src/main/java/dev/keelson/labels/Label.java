package dev.keelson.labels;

import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.expression.Expression;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import dev.keelson.labels.LabelCall.ForwardReturn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A label compiled against the columns of its source: gives every row its value, and the moment from which that value is
 * known.
 *
 * <p>A label over columns of its row is known when the row is. A forward return is known when the bar at its end is, never
 * earlier, and not before the row itself and, with a benchmark, that one's first bar: the latest of these. The bar at the
 * end is the first at or after event time plus horizon that has a price, by event time, whenever it came in; none within the
 * tolerance leaves the label missing, and so does a price that is missing or not above zero; the same holds for a forward
 * volatility, which is known when the last of its bars is. Bars of one key and time count
 * once, the one known first. So the labels do not depend on the order of the rows.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Label {
    private final LabelDefinition definition;
    private final LabelExpression expression;
    private final List<String> defaultKey;

    private Label(LabelDefinition definition, LabelExpression expression, List<String> defaultKey) {
        this.definition = definition;
        this.expression = expression;
        this.defaultKey = List.copyOf(defaultKey);
    }

    /**
     * Compiles a label.
     *
     * @param source the source of its rows
     * @param schema the columns of the source's data; system columns do not matter
     * @throws KeelsonException EXPRESSION_SYNTAX or EXPRESSION_TYPE
     */
    public static Label compile(LabelDefinition definition, SourceDefinition source, Schema schema) {
        Schema own = new Schema(schema.columns().stream()
                .filter(column -> !SystemColumns.NAMES.contains(column.name()))
                .toList());
        // an expression that a model gives itself has its text for a name, too
        boolean plain = definition.isColumn() && schema.contains(definition.text());
        String text = plain ? quoted(definition.text()) : definition.text();
        LabelExpression expression = LabelExpression.parse(Located.of(text), own);
        return new Label(
                definition,
                expression,
                source.key().stream()
                        .filter(column -> !column.equals(source.eventTime()))
                        .toList());
    }

    private static String quoted(String column) {
        return '"' + column.replace("\"", "\"\"") + '"';
    }

    /** What it is. */
    public LabelDefinition definition() {
        return definition;
    }

    /**
     * The labels of all rows of a frame.
     *
     * @param frame the columns read and the system columns; it holds every bar that a forward return may need, in any order
     */
    public LabelTable compute(Frame frame) {
        long[] own = frame.longs(SystemColumns.KNOWN_AT).values();
        long[] knownAt = own.clone();
        boolean[] missing = new boolean[frame.rows()];
        Frame extended = frame;
        for (Map.Entry<String, Expression> part : expression.expanded().entrySet()) {
            extended = extended.with(part.getKey(), part.getValue().evaluate(frame));
        }
        for (ForwardReturn call : expression.forwards()) {
            Bars bars = Bars.of(frame, call, call.by() == null ? defaultKey : List.of(call.by()));
            double[] returns = new double[frame.rows()];
            bars.measure(returns, knownAt, missing);
            extended = extended.with(call.column(), new Vector.Doubles(returns, missing.clone()));
        }
        Vector values = expression.expression().evaluate(extended);
        double[] result = new double[frame.rows()];
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < definition.classes().size(); i++) {
            positions.put(definition.classes().get(i), i);
        }
        for (int i = 0; i < result.length; i++) {
            result[i] = missing[i] || values.isNull(i) ? Double.NaN : value(values, i, positions);
            if (Double.isNaN(result[i])) {
                knownAt[i] = own[i];
            }
        }
        return new LabelTable(result, knownAt);
    }

    private double value(Vector values, int row, Map<String, Integer> positions) {
        if (values instanceof Vector.Booleans truths && !definition.isNumber()) {
            return truths.values()[row] ? 1 : 0;
        }
        if (definition.isNumber()) {
            return switch (values) {
                case Vector.Doubles doubles -> doubles.values()[row];
                case Vector.Longs longs -> longs.values()[row];
                case Vector.Booleans truths -> truths.values()[row] ? 1 : 0;
                case Vector.Strings ignored -> Double.NaN;
            };
        }
        Integer position = positions.get(String.valueOf(values.get(row)));
        return position == null ? Double.NaN : position;
    }

    @Override
    public String toString() {
        return "Label[" + definition.address() + ", " + expression + "]";
    }
}
