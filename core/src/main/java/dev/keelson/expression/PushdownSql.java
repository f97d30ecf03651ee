package dev.keelson.expression;

import dev.keelson.error.Located;
import dev.keelson.expression.Node.And;
import dev.keelson.expression.Node.Arithmetic;
import dev.keelson.expression.Node.Between;
import dev.keelson.expression.Node.BooleanLiteral;
import dev.keelson.expression.Node.Call;
import dev.keelson.expression.Node.Case;
import dev.keelson.expression.Node.Cast;
import dev.keelson.expression.Node.ColumnRef;
import dev.keelson.expression.Node.Comparison;
import dev.keelson.expression.Node.ComparisonOp;
import dev.keelson.expression.Node.DateLiteral;
import dev.keelson.expression.Node.DoubleLiteral;
import dev.keelson.expression.Node.In;
import dev.keelson.expression.Node.Invalid;
import dev.keelson.expression.Node.IsNull;
import dev.keelson.expression.Node.Join;
import dev.keelson.expression.Node.Like;
import dev.keelson.expression.Node.LongLiteral;
import dev.keelson.expression.Node.Negate;
import dev.keelson.expression.Node.Not;
import dev.keelson.expression.Node.NullLiteral;
import dev.keelson.expression.Node.Or;
import dev.keelson.expression.Node.TextLiteral;
import dev.keelson.expression.Node.TimestampLiteral;
import dev.keelson.expression.Node.UntypedNull;
import dev.keelson.expression.Node.When;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Micros;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Expressions as SQL for DuckDB, for the set in which both give the same value bit for bit: a differential test over random
 * rows and expressions holds it.
 *
 * <p>In the set: literals and columns; comparisons, {@code between}, {@code in}, {@code is null}, {@code and}, {@code or},
 * {@code not}; {@code case}, {@code coalesce}, {@code nullif}; {@code + - *} and the sign of numbers, {@code /}, {@code %} of
 * whole numbers; {@code abs}; {@code sign}, {@code floor}, {@code ceil}, {@code round} of whole numbers; {@code greatest} and
 * {@code least}, but of doubles; days plus and minus days; {@code ||}, {@code concat}, {@code like}, {@code length};
 * casts between numbers and booleans, but from double to long, and from date to timestamp.
 *
 * <p>Not in the set, because engines differ in the last bit, in their tables or in their errors: exponentials, logarithms, roots
 * and powers; rounding of doubles and their remainders; upper and lower case; parts of dates; casts from and to texts.
 * Nor are expressions that nest too deep, or whose SQL would be longer than {@value #LONGEST} characters.
 *
 * <p>The SQL expects columns of the types DOUBLE, BIGINT, BOOLEAN, VARCHAR, DATE and TIMESTAMP or TIMESTAMP WITH TIME ZONE.
 * Its value is DOUBLE, BIGINT (also the days of a date, the microseconds of a timestamp), BOOLEAN or VARCHAR. It raises no
 * error on a value.
 */
public final class PushdownSql {
    private static final int LONGEST = 20_000;
    private static final int DEEPEST = 60;
    private static final String SMALLEST_LONG = "(-9223372036854775808)::BIGINT";
    private static final long FIRST_DAY = LocalDate.MIN.toEpochDay();
    private static final long LAST_DAY = LocalDate.MAX.toEpochDay();

    private final UnaryOperator<String> columns;
    private final StringBuilder out = new StringBuilder();
    private int depth;

    private PushdownSql(UnaryOperator<String> columns) {
        this.columns = columns;
    }

    /** What is not in the set; ends the writing. */
    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refusal(String what) {
            super(what, null, false, false);
        }
    }

    /** The SQL of an expression; empty when it is not in the set. */
    public static Optional<String> of(Expression expression) {
        return of(expression, PushdownSql::quoted);
    }

    /**
     * The SQL of an expression over columns that have other names in the engine; empty when it is not in the set.
     *
     * @param columns name of a column to the SQL that stands for it
     */
    public static Optional<String> of(Expression expression, UnaryOperator<String> columns) {
        try {
            return Optional.of(new PushdownSql(columns).write(root(expression)));
        } catch (Refusal _) {
            return Optional.empty();
        }
    }

    /** The part of an expression that is not in the set, for a message; empty when all of it is. */
    public static Optional<String> obstacle(Expression expression) {
        try {
            new PushdownSql(PushdownSql::quoted).write(root(expression));
            return Optional.empty();
        } catch (Refusal refusal) {
            return Optional.ofNullable(refusal.getMessage());
        }
    }

    /** A name as SQL writes it, whatever it holds. */
    public static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static Node root(Expression expression) {
        // the canonical text parses to an equal tree
        return new ScalarParser(TokenStream.of(Located.of(expression.text())), expression.schema()).expression();
    }

    private String write(Node root) {
        value(root);
        return out.toString();
    }

    private PushdownSql add(String text) {
        out.append(text);
        if (out.length() > LONGEST) {
            throw new Refusal("an expression whose SQL is longer than %d characters".formatted(LONGEST));
        }
        return this;
    }

    private static Refusal refused(Node node) {
        return new Refusal(Printer.text(node));
    }

    /** Writes a node as a value of its own type, in brackets. */
    private void value(Node node) {
        if (++depth > DEEPEST) {
            throw new Refusal("an expression that nests more than %d deep".formatted(DEEPEST));
        }
        switch (node) {
            case DoubleLiteral(double value) -> add("'").add(Double.toString(value)).add("'::DOUBLE");
            case LongLiteral(long value) -> number(value);
            case DateLiteral(long day) -> number(day);
            case TimestampLiteral(long micros) -> number(micros);
            case BooleanLiteral(boolean value) -> add(Boolean.toString(value));
            case TextLiteral(String value) -> text(value, node);
            case NullLiteral(ColumnType type) -> add("CAST(NULL AS ").add(type(type)).add(")");
            case ColumnRef column -> column(column);
            case Negate(Node operand) -> {
                add("(-");
                value(operand);
                add(")");
            }
            case Arithmetic arithmetic -> arithmetic(arithmetic);
            case Join(Node left, Node right) -> infix("||", left, right);
            case Comparison(ComparisonOp op, Node left, Node right) -> comparison(op, left, right);
            case Not(Node operand) -> {
                add("(NOT ");
                value(operand);
                add(")");
            }
            case And(Node left, Node right) -> infix("AND", left, right);
            case Or(Node left, Node right) -> infix("OR", left, right);
            case IsNull(Node operand, boolean negated) -> {
                add("(");
                value(operand);
                add(negated ? " IS NOT NULL)" : " IS NULL)");
            }
            case Between(Node operand, Node low, Node high, boolean negated) -> {
                add(negated ? "(NOT (" : "((");
                comparison(ComparisonOp.GREATER_OR_EQUAL, operand, low);
                add(" AND ");
                comparison(ComparisonOp.LESS_OR_EQUAL, operand, high);
                add("))");
            }
            case In in -> in(in);
            case Like(Node operand, String pattern, boolean negated) -> {
                add("(");
                value(operand);
                add(negated ? " NOT LIKE " : " LIKE ");
                text(pattern, node);
                add(")");
            }
            case Case choice -> choice(choice);
            case Call call -> call(call);
            case Cast cast -> cast(cast);
            case UntypedNull _, Invalid _ -> throw refused(node);
        }
        depth--;
    }

    /** Writes a node as a value of a type: a whole number where a double is wanted becomes one. */
    private void value(Node node, ColumnType type) {
        if (type == ColumnType.DOUBLE && node.type() == ColumnType.LONG) {
            add("(");
            value(node);
            add(")::DOUBLE");
        } else {
            value(node);
        }
    }

    private void number(long value) {
        add("(").add(Long.toString(value)).add(")::BIGINT");
    }

    private void text(String text, Node node) {
        // neither can be a text of the engine
        if (text.indexOf('\0') >= 0
                || text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE)) {
            throw refused(node);
        }
        add("'").add(text.replace("'", "''")).add("'");
    }

    private static String type(ColumnType type) {
        return switch (type) {
            case DOUBLE -> "DOUBLE";
            case LONG, DATE, TIMESTAMP -> "BIGINT";
            case BOOLEAN -> "BOOLEAN";
            case STRING -> "VARCHAR";
        };
    }

    private void column(ColumnRef column) {
        String name = columns.apply(column.name());
        switch (column.type()) {
            case DOUBLE, BOOLEAN, STRING -> add(name);
            // the smallest long counts as missing
            case LONG -> add("nullif(").add(name).add(", ").add(SMALLEST_LONG).add(")");
            case DATE -> add("(").add(name).add(" - DATE '1970-01-01')::BIGINT");
            case TIMESTAMP -> add("epoch_us(").add(name).add(")");
        }
    }

    private void infix(String operator, Node left, Node right) {
        add("(");
        value(left);
        add(" ").add(operator).add(" ");
        value(right);
        add(")");
    }

    private void comparison(ComparisonOp op, Node left, Node right) {
        ColumnType type = left.type() == right.type() ? left.type() : ColumnType.DOUBLE;
        add("(");
        value(left, type);
        add(" ").add(op.symbol()).add(" ");
        value(right, type);
        add(")");
    }

    private void arithmetic(Arithmetic node) {
        switch (node.type()) {
            case DOUBLE -> {
                switch (node.op()) {
                    case ADD, SUBTRACT, MULTIPLY -> {
                        add("(");
                        value(node.left(), ColumnType.DOUBLE);
                        add(" ").add(node.op().symbol()).add(" ");
                        value(node.right(), ColumnType.DOUBLE);
                        add(")");
                    }
                    case DIVIDE -> {
                        add("(");
                        value(node.left(), ColumnType.DOUBLE);
                        add(" / nullif(");
                        value(node.right(), ColumnType.DOUBLE);
                        add(", '0.0'::DOUBLE))");
                    }
                    case REMAINDER -> throw refused(node);
                }
            }
            case LONG -> wholeArithmetic(node);
            case DATE -> {
                add("(CASE WHEN ");
                wholeArithmetic(node);
                add(" BETWEEN ").add(Long.toString(FIRST_DAY)).add(" AND ").add(Long.toString(LAST_DAY)).add(" THEN ");
                wholeArithmetic(node);
                add(" END)");
            }
            case TIMESTAMP, BOOLEAN, STRING -> throw refused(node);
        }
    }

    /** Of longs, with null where the result is none. */
    private void wholeArithmetic(Arithmetic node) {
        switch (node.op()) {
            case ADD, SUBTRACT, MULTIPLY -> {
                openChecked();
                wide(node.left());
                add(" ").add(node.op().symbol()).add(" ");
                wide(node.right());
                closeChecked();
            }
            case REMAINDER -> {
                add("(");
                value(node.left());
                add(" % nullif(");
                value(node.right());
                add(", 0::BIGINT))");
            }
            case DIVIDE -> throw refused(node);
        }
    }

    private void wide(Node node) {
        value(node);
        add("::HUGEINT");
    }

    /**
     * Begins a whole number of 128 bits that becomes null beyond -(2^63 - 1) to 2^63 - 1. Negated twice, because the smallest
     * long is the one that has no negative.
     */
    private void openChecked() {
        add("(-TRY_CAST(-(TRY_CAST(");
    }

    private void closeChecked() {
        add(" AS BIGINT)::HUGEINT) AS BIGINT))");
    }

    private void in(In node) {
        add(node.negated() ? "(NOT (" : "((");
        for (int i = 0; i < node.choices().size(); i++) {
            add(i == 0 ? "" : " OR ");
            comparison(ComparisonOp.EQUAL, node.operand(), node.choices().get(i));
        }
        add("))");
    }

    private void choice(Case node) {
        Node subject = node.subject();
        add("(CASE");
        for (When branch : node.branches()) {
            add(" WHEN ");
            if (subject == null) {
                value(branch.when());
            } else {
                comparison(ComparisonOp.EQUAL, subject, branch.when());
            }
            add(" THEN ");
            value(branch.then(), node.type());
        }
        Node otherwise = node.otherwise();
        if (otherwise == null) {
            add(" ELSE CAST(NULL AS ").add(type(node.type())).add(")");
        } else {
            add(" ELSE ");
            value(otherwise, node.type());
        }
        add(" END)");
    }

    private void call(Call node) {
        List<Node> arguments = node.arguments();
        Node first = arguments.getFirst();
        boolean whole = node.type() == ColumnType.LONG;
        switch (node.function()) {
            case ABS -> function("abs", arguments, node.type());
            case SIGN -> {
                requireThat(whole, node);
                function("sign", arguments, ColumnType.LONG);
                add("::BIGINT");
            }
            case FLOOR, CEIL, ROUND -> {
                requireThat(whole, node);
                value(first);
            }
            case GREATEST, LEAST -> {
                // which of two equal zeros it is differs
                requireThat(node.type() != ColumnType.DOUBLE, node);
                function(node.function().text(), arguments, node.type());
            }
            case COALESCE -> function("coalesce", arguments, node.type());
            case NULLIF -> {
                add("(CASE WHEN ");
                comparison(ComparisonOp.EQUAL, first, arguments.get(1));
                add(" THEN NULL ELSE ");
                value(first, node.type());
                add(" END)");
            }
            case LENGTH -> function("length", arguments, ColumnType.STRING);
            case CONCAT -> function("concat", arguments, ColumnType.STRING);
            case LN, LOG10, EXP, SQRT, POW, LOWER, UPPER, CYCLIC_SIN, CYCLIC_COS -> throw refused(node);
            case YEAR, MONTH, DAY, DAY_OF_WEEK, DAY_OF_YEAR, HOUR, MINUTE -> throw refused(node);
        }
    }

    private static void requireThat(boolean inSet, Node node) {
        if (!inSet) {
            throw refused(node);
        }
    }

    private void function(String name, List<Node> arguments, ColumnType type) {
        add(name).add("(");
        for (int i = 0; i < arguments.size(); i++) {
            add(i == 0 ? "" : ", ");
            value(arguments.get(i), type);
        }
        add(")");
    }

    private void cast(Cast node) {
        ColumnType from = node.operand().type();
        ColumnType to = node.type();
        boolean number = from == ColumnType.LONG || from == ColumnType.DOUBLE;
        if (from == to) {
            value(node.operand());
        } else if (to == ColumnType.DOUBLE && from == ColumnType.LONG) {
            value(node.operand(), to);
        } else if (from == ColumnType.BOOLEAN && (to == ColumnType.LONG || to == ColumnType.DOUBLE)) {
            value(node.operand());
            add("::").add(type(to));
        } else if (to == ColumnType.BOOLEAN && number) {
            add("(");
            value(node.operand());
            add(" <> 0)");
        } else if (from == ColumnType.DATE && to == ColumnType.TIMESTAMP) {
            openChecked();
            wide(node.operand());
            add(" * ").add(Long.toString(Micros.PER_DAY)).add("::HUGEINT");
            closeChecked();
        } else {
            throw refused(node);
        }
    }
}
