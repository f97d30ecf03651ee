package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.expression.Code.DoubleCode;
import dev.keelson.expression.Code.LongCode;
import dev.keelson.expression.Code.TextCode;
import dev.keelson.expression.Code.TruthCode;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.time.LocalDate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A scalar expression in SQL syntax over the columns of a schema, typed when parsed and compiled once. This evaluator is
 * the definition of what an expression means; a batch gives the same bits as row after row.
 *
 * <h2>Grammar</h2>
 *
 * From loose to tight: {@code or}; {@code and}; {@code not}; {@code = == != <> < <= > >=}, {@code is [not] null},
 * {@code [not] between a and b}, {@code [not] in (a, …)}, {@code [not] like 'pattern'} (not chained); {@code ||};
 * {@code + -}; {@code * / %}; the sign. Besides: {@code case [x] when … then … [else …] end},
 * {@code cast(x as double|long|boolean|string|date|timestamp)}, functions, brackets. Keywords and functions are written in
 * any case; names of columns are exact. A name holds letters, digits, {@code _} and points ({@code home.ratings.elo});
 * any other stands in double quotes. Texts stand in single quotes. {@code date '2018-08-01'} and
 * {@code timestamp '2018-08-01T15:00:00Z'} are literals.
 *
 * <h2>Types</h2>
 *
 * Whole numbers are LONG and widen to DOUBLE beside one; {@code /} is always DOUBLE. A date plus or minus a LONG is a date, a
 * date minus a date the days between. Nothing else changes its type without a cast.
 *
 * <h2>Missing values</h2>
 *
 * Three-valued logic: an operator with a missing operand yields null, but {@code false and null} is false,
 * {@code true or null} is true. A condition in {@code case} counts only when true. {@code greatest}, {@code least} and
 * {@code concat} skip nulls ({@code ||} does not). Nothing throws on a value; these yield null: division (and remainder)
 * by zero; a logarithm of zero or less, a root of a negative number, a power without a real value; a LONG or DATE result
 * outside its range (LONG: -(2^63 - 1) to 2^63 - 1; the smallest long counts as missing, also in a column); a cast of a text
 * that does not denote a value of the type.
 *
 * <h2>Numbers</h2>
 *
 * NaN is a value, not null: it passes through arithmetic, equals itself and is greater than every other number. Infinities are
 * values. {@code round} takes a half away from zero, {@code round(x, n)} rounds the shortest decimal that denotes x;
 * {@code cast(x as long)} rounds to the nearest, a half to the even. {@code %} has the sign of the dividend. Exponentials,
 * logarithms and powers are those of {@link StrictMath}, equal on every machine.
 *
 * <h2>Texts and times</h2>
 *
 * Texts compare by code point; {@code length} counts code points; {@code like} knows {@code %} and {@code _}, minds
 * case and has no escape. {@code year}, {@code month}, {@code day}, {@code day_of_year}, {@code day_of_week} (Monday 1 to
 * Sunday 7), {@code hour} and {@code minute} of a timestamp are those in UTC, or in a zone that is named:
 * {@code hour(at, 'Europe/London')}. Its cast to a date is that in UTC. {@code cyclic_sin(x, period)} and
 * {@code cyclic_cos(x, period)} are the sine and cosine of {@code 2 * pi * x / period}.
 *
 * <p>Immutable and safe for use by several threads. Equal when they mean the same over the same columns.
 */
public final class Expression {
    /** Deeper trees would need a deeper stack than a thread is sure to have. */
    private static final int MAX_DEPTH = 300;

    private final Node root;
    private final Schema schema;
    private final List<String> columns;
    private final String text;
    private final @Nullable DoubleCode doubles;
    private final @Nullable LongCode longs;
    private final @Nullable TruthCode truths;
    private final @Nullable TextCode texts;

    private Expression(Node root, Schema schema) {
        this.root = root;
        this.schema = schema;
        Set<String> names = new LinkedHashSet<>();
        collectColumns(root, names);
        this.columns = List.copyOf(names);
        this.text = Printer.text(root);
        ColumnType type = root.type();
        boolean number = type == ColumnType.DOUBLE || type == ColumnType.LONG;
        this.doubles = number ? Compiler.doubles(root) : null;
        this.longs = type == ColumnType.LONG || type == ColumnType.DATE || type == ColumnType.TIMESTAMP
                ? Compiler.longs(root)
                : null;
        this.truths = type == ColumnType.BOOLEAN ? Compiler.truths(root) : null;
        this.texts = type == ColumnType.STRING ? Compiler.texts(root) : null;
    }

    /**
     * Parses and types an expression.
     *
     * @param text the whole expression
     * @param schema the columns it may read
     * @throws KeelsonException with every problem found, at the place of its token: EXPRESSION_SYNTAX or EXPRESSION_TYPE
     */
    public static Expression parse(Located text, Schema schema) {
        TokenStream tokens = TokenStream.of(text);
        int start = tokens.peek().start();
        Node root = new ScalarParser(tokens, schema).expression();
        tokens.expectEnd();
        checkDepth(root, start, tokens.diagnostics());
        tokens.diagnostics().throwIfAny();
        return new Expression(root, schema);
    }

    Node root() {
        return root;
    }

    /** An expression of a tree without invalid parts. */
    static Expression of(Node root, Schema schema) {
        return new Expression(root, schema);
    }

    static void checkDepth(Node root, int offset, Diagnostics diagnostics) {
        if (depth(root) > MAX_DEPTH) {
            throw diagnostics.fatal(
                    offset,
                    "The expression chains or nests more than %d operators.".formatted(MAX_DEPTH),
                    "Maybe `in (…)` was meant, or a part of it can become a derived column.");
        }
    }

    /** The type of the result. */
    public ColumnType type() {
        return root.type();
    }

    /** The names of the columns it reads, distinct, in order of first use. */
    public List<String> columns() {
        return columns;
    }

    /** The schema it was parsed with, which numbers the columns of its rows. */
    public Schema schema() {
        return schema;
    }

    /** The canonical text: parsed with the same schema, it gives an equal expression. */
    public String text() {
        return text;
    }

    /** Whether it is nothing but a column, the first of {@link #columns}. */
    public boolean isColumn() {
        return root instanceof Node.ColumnRef;
    }

    /** Whether it is the literal {@code true}. */
    boolean isLiteralTrue() {
        return root instanceof Node.BooleanLiteral(boolean value) && value;
    }

    /**
     * The results for all rows of a frame.
     *
     * @param frame holds the columns read, with the types they had when parsed; others and their order do not matter
     * @throws IllegalArgumentException if a column is missing or has another type
     */
    public Vector evaluate(Frame frame) {
        for (String name : columns) {
            ColumnType expected = schema.column(name).type();
            ColumnType actual = frame.schema().column(name).type();
            if (actual != expected) {
                throw new IllegalArgumentException("The column (%s) must be %s for the expression (%s), but is %s."
                        .formatted(name, expected, text, actual));
            }
        }
        FrameRow row = new FrameRow(frame.select(columns), schema);
        int rows = frame.rows();
        return switch (type()) {
            case DOUBLE -> evaluateDoubles(row, rows);
            case LONG, DATE, TIMESTAMP -> evaluateLongs(row, rows);
            case BOOLEAN -> evaluateTruths(row, rows);
            case STRING -> evaluateTexts(row, rows);
        };
    }

    /**
     * The number for a row; NaN when it is missing. A BOOLEAN counts as 1 or 0.
     *
     * @throws IllegalStateException if the expression is a text, a date or a timestamp
     */
    public double asDouble(Row row) {
        if (doubles != null) {
            return Code.canonical(doubles.eval(row));
        }
        if (truths != null) {
            int value = truths.eval(row);
            return value == Code.UNKNOWN ? Double.NaN : value;
        }
        throw wrongType("a number");
    }

    /**
     * The truth for a row; null when it is unknown.
     *
     * @throws IllegalStateException if the expression is not BOOLEAN
     */
    public @Nullable Boolean asBoolean(Row row) {
        int value = asTruth(row);
        return value == Code.UNKNOWN ? null : value == Code.TRUE;
    }

    /**
     * Whether the condition is true for a row: neither false nor unknown.
     *
     * @throws IllegalStateException if the expression is not BOOLEAN
     */
    public boolean isTrue(Row row) {
        return asTruth(row) == Code.TRUE;
    }

    /** The value for a row (Double, Long, Boolean, String, LocalDate, Instant), or null. For the edge, not for loops. */
    public @Nullable Object value(Row row) {
        if (longs != null) {
            long value = longs.eval(row);
            if (value == Code.NULL_LONG) {
                return null;
            }
            return switch (type()) {
                case DATE -> Scalars.dayOrNull(value) == Code.NULL_LONG ? null : LocalDate.ofEpochDay(value);
                case TIMESTAMP -> Micros.toInstant(value);
                case LONG, DOUBLE, BOOLEAN, STRING -> (Object) value;
            };
        }
        if (doubles != null) {
            double value = doubles.eval(row);
            return Code.isNull(value) ? null : (Object) Code.canonical(value);
        }
        return truths != null ? asBoolean(row) : texts().eval(row);
    }

    private int asTruth(Row row) {
        if (truths == null) {
            throw wrongType("a condition");
        }
        return truths.eval(row);
    }

    private TextCode texts() {
        if (texts == null) {
            throw wrongType("a text");
        }
        return texts;
    }

    private IllegalStateException wrongType(String expected) {
        return new IllegalStateException(
                "The expression (%s) is %s, not %s.".formatted(text, Printer.typeName(type()), expected));
    }

    private Vector evaluateDoubles(FrameRow row, int rows) {
        if (doubles == null) {
            throw wrongType("a number");
        }
        double[] values = new double[rows];
        boolean[] nulls = null;
        for (int i = 0; i < rows; i++) {
            double value = doubles.eval(row.at(i));
            if (Code.isNull(value)) {
                nulls = nulls == null ? new boolean[rows] : nulls;
                nulls[i] = true;
            }
            values[i] = Code.canonical(value);
        }
        return new Vector.Doubles(values, nulls);
    }

    private Vector evaluateLongs(FrameRow row, int rows) {
        if (longs == null) {
            throw wrongType("a whole number or a time");
        }
        long[] values = new long[rows];
        boolean[] nulls = null;
        for (int i = 0; i < rows; i++) {
            long value = longs.eval(row.at(i));
            if (value == Code.NULL_LONG) {
                nulls = nulls == null ? new boolean[rows] : nulls;
                nulls[i] = true;
            } else {
                values[i] = value;
            }
        }
        return new Vector.Longs(type(), values, nulls);
    }

    private Vector evaluateTruths(FrameRow row, int rows) {
        boolean[] values = new boolean[rows];
        boolean[] nulls = null;
        for (int i = 0; i < rows; i++) {
            int value = asTruth(row.at(i));
            if (value == Code.UNKNOWN) {
                nulls = nulls == null ? new boolean[rows] : nulls;
                nulls[i] = true;
            }
            values[i] = value == Code.TRUE;
        }
        return new Vector.Booleans(values, nulls);
    }

    private Vector evaluateTexts(FrameRow row, int rows) {
        TextCode code = texts();
        @Nullable String[] values = new @Nullable String[rows];
        for (int i = 0; i < rows; i++) {
            values[i] = code.eval(row.at(i));
        }
        return new Vector.Strings(values);
    }

    private static void collectColumns(Node node, Set<String> names) {
        if (node instanceof Node.ColumnRef column) {
            names.add(column.name());
        }
        for (Node child : Node.children(node)) {
            collectColumns(child, names);
        }
    }

    private static int depth(Node node) {
        int deepest = 0;
        for (Node child : Node.children(node)) {
            deepest = Math.max(deepest, depth(child));
        }
        return deepest + 1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Expression expression && root.equals(expression.root);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The canonical text. */
    @Override
    public String toString() {
        return text;
    }
}
