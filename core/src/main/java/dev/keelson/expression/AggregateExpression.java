package dev.keelson.expression;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One number of many rows: arithmetic over {@code mean(x)}, {@code sum(x)}, {@code rate(condition)} and
 * {@code count(condition)} or {@code count()}, each of an {@link Expression} over the columns of a row, such as
 * {@code sum(stake * won) / sum(stake)}.
 *
 * <p>Rows where {@code x} is missing or not finite are left out of a mean and a sum, and those where a condition is unknown
 * out of a rate; a mean or rate of no row is missing, as a sum of none is 0. A number is a function of {@link #width}
 * totals that add up over rows: {@link #add} takes a row in, {@link #value} makes the number. Immutable and safe for use by
 * several threads.
 */
public final class AggregateExpression {
    private static final Pattern CALL =
            Pattern.compile("'(?:[^']|'')*'|\"[^\"]*\"|([A-Za-z_][A-Za-z0-9_.]*)(\\s*\\()?");
    private static final Set<String> WORDS =
            Set.of("and", "or", "not", "is", "null", "between", "in", "case", "when", "then", "else", "end", "true",
                    "false", "cast", "as", "double", "long");

    private enum Kind {
        MEAN,
        SUM,
        RATE,
        COUNT;

        private static final List<String> NAMES = List.of("mean", "sum", "rate", "count");
    }

    private record Part(Kind kind, @Nullable Expression of) {}

    private final List<Part> parts;
    private final Expression outer;
    private final String text;

    private AggregateExpression(List<Part> parts, Expression outer, String text) {
        this.parts = List.copyOf(parts);
        this.outer = outer;
        this.text = text;
    }

    /**
     * Parses and types it.
     *
     * @param text the whole expression
     * @param schema the columns of a row
     * @throws KeelsonException with every problem found, at the place of its token: EXPRESSION_SYNTAX or EXPRESSION_TYPE
     */
    public static AggregateExpression parse(Located text, Schema schema) {
        List<Problem> problems = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        StringBuilder rest = new StringBuilder(text.text());
        Matcher matcher = CALL.matcher(text.text());
        List<Column> columns = new ArrayList<>();
        int from = 0;
        while (matcher.find(from)) {
            from = matcher.end();
            String name = matcher.group(1);
            if (name == null) {
                continue;
            }
            int kind = Kind.NAMES.indexOf(name.toLowerCase(Locale.ROOT));
            if (kind < 0 || matcher.group(2) == null) {
                if (matcher.group(2) == null && !WORDS.contains(name.toLowerCase(Locale.ROOT))) {
                    problems.add(Problem.at(
                            ErrorCode.EXPRESSION_TYPE,
                            text.at(matcher.start()),
                            "`%s` is a value of one row, and a number of all rows was expected".formatted(name),
                            "Maybe `mean(%s)` was meant.".formatted(name)));
                }
                continue;
            }
            int end = closing(text.text(), matcher.end());
            if (end < 0) {
                problems.add(Problem.at(
                        ErrorCode.EXPRESSION_SYNTAX,
                        text.at(matcher.start()),
                        "the bracket after `%s` is not closed".formatted(name),
                        null));
                break;
            }
            Located inner = new Located(text.text().substring(matcher.end(), end), text.at(matcher.end()));
            part(Kind.values()[kind], name, inner, schema, parts, problems);
            String stand = "a" + columns.size();
            columns.add(new Column(stand, ColumnType.DOUBLE));
            for (int i = matcher.start(); i <= end; i++) { // as long as before, so that places stay what they are
                int k = i - matcher.start();
                rest.setCharAt(i, k < stand.length() ? stand.charAt(k) : ' ');
            }
            from = end + 1;
        }
        if (columns.isEmpty() && problems.isEmpty()) {
            problems.add(Problem.at(
                    ErrorCode.EXPRESSION_TYPE,
                    text.location(),
                    "`%s` has none of `mean`, `sum`, `rate` and `count`, and a number of all rows was expected"
                            .formatted(text.text()),
                    "Maybe write `mean(...)` around it."));
        }
        Expression outer = null;
        if (problems.isEmpty()) {
            try {
                outer = Expression.parse(new Located(rest.toString(), text.location()), new Schema(columns));
                if (outer.type() != ColumnType.DOUBLE && outer.type() != ColumnType.LONG) {
                    problems.add(Problem.at(
                            ErrorCode.EXPRESSION_TYPE,
                            text.location(),
                            "`%s` is of type %s, and a number was expected"
                                    .formatted(text.text(), outer.type().name().toLowerCase(Locale.ROOT)),
                            null));
                }
            } catch (KeelsonException e) {
                problems.addAll(e.problems());
            }
        }
        if (outer == null || !problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return new AggregateExpression(parts, outer, text.text());
    }

    private static void part(
            Kind kind, String name, Located inner, Schema schema, List<Part> parts, List<Problem> problems) {
        if (kind == Kind.COUNT && inner.text().isBlank()) {
            parts.add(new Part(kind, null));
            return;
        }
        try {
            Expression of = Expression.parse(inner, schema);
            boolean condition = of.type() == ColumnType.BOOLEAN;
            boolean number = of.type() == ColumnType.DOUBLE || of.type() == ColumnType.LONG;
            boolean fits = condition || (number && (kind == Kind.MEAN || kind == Kind.SUM));
            if (!fits) {
                problems.add(Problem.at(
                        ErrorCode.EXPRESSION_TYPE,
                        inner.location(),
                        "`%s` takes %s, and `%s` is of type %s"
                                .formatted(
                                        name,
                                        kind == Kind.MEAN || kind == Kind.SUM ? "a number or a condition" : "a condition",
                                        inner.text().strip(),
                                        of.type().name().toLowerCase(Locale.ROOT)),
                        number ? "Maybe `mean` was meant." : null));
            }
            parts.add(new Part(kind, of));
        } catch (KeelsonException e) {
            problems.addAll(e.problems());
        }
    }

    /** Where the bracket closes that was opened before an offset, or -1; brackets in texts do not count. */
    private static int closing(String text, int from) {
        int depth = 1;
        char quote = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** The expression as it was written. */
    public String text() {
        return text;
    }

    /** The columns of a row that it reads. */
    public List<String> columns() {
        Set<String> names = new LinkedHashSet<>();
        for (Part part : parts) {
            if (part.of() != null) {
                names.addAll(part.of().columns());
            }
        }
        return List.copyOf(names);
    }

    /** How many totals it is made of. */
    public int width() {
        return 2 * parts.size();
    }

    /**
     * Adds a row to totals.
     *
     * @param totals at least {@link #width} from an offset on
     */
    public void add(Row row, double[] totals, int offset) {
        for (int k = 0; k < parts.size(); k++) {
            Expression of = parts.get(k).of();
            double value = of == null ? 1 : of.asDouble(row);
            if (Double.isFinite(value)) {
                totals[offset + 2 * k] += value;
                totals[offset + 2 * k + 1]++;
            }
        }
    }

    /** The number of the rows that totals hold; {@code NaN} when it is missing. */
    public double value(double[] totals) {
        ArrayRow row = new ArrayRow(outer.schema());
        for (int k = 0; k < parts.size(); k++) {
            double sum = totals[2 * k];
            double rows = totals[2 * k + 1];
            boolean mean = parts.get(k).kind() == Kind.MEAN || parts.get(k).kind() == Kind.RATE;
            if (!mean) {
                row.setDouble(k, sum);
            } else if (rows > 0) {
                row.setDouble(k, sum / rows);
            }
        }
        return outer.asDouble(row);
    }
}
