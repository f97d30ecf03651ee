package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Located;
import dev.keelson.expression.Expression;
import dev.keelson.expression.PushdownSql;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random expressions of the pushdown set over random rows: the engine's value equals the evaluator's, bit for bit. */
class PushdownDifferentialTest {
    private static final int TABLES = 4;
    private static final int ROWS = 150;
    private static final int EXPRESSIONS = 200;
    private static final int AT_ONCE = 40;

    @TempDir
    Path folder;

    @Test
    void theEngineGivesTheSameBitsAsTheEvaluator() throws SQLException {
        long cases = 0;
        try (DuckDb engine = new DuckDb(DuckDbSettings.defaults())) {
            for (int seed = 0; seed < TABLES; seed++) {
                Generator random = new Generator(seed);
                Frame frame = random.frame(ROWS);
                Path file = folder.resolve(seed + ".parquet");
                new ParquetFiles(engine).write(List.of(frame), List.of(file));
                List<Expression> expressions = new ArrayList<>();
                while (expressions.size() < EXPRESSIONS) {
                    Expression expression = Expression.parse(Located.of(random.any(4)), Generator.SCHEMA);
                    if (PushdownSql.of(expression).isPresent()) {
                        expressions.add(expression);
                    }
                }
                for (int from = 0; from < EXPRESSIONS; from += AT_ONCE) {
                    cases += compare(engine, file, frame, expressions.subList(from, from + AT_ONCE), seed);
                }
            }
        }

        assertThat(cases).isGreaterThanOrEqualTo(100_000);
    }

    /** Compares values, and for conditions the rows that a filter keeps. */
    private static long compare(DuckDb engine, Path file, Frame frame, List<Expression> expressions, int seed)
            throws SQLException {
        String values = expressions.stream()
                .map(expression -> PushdownSql.of(expression).orElseThrow())
                .collect(Collectors.joining(", ", "SELECT ", " FROM '" + file + "'"));
        List<Vector> expected = expressions.stream().map(each -> each.evaluate(frame)).toList();
        try (Statement statement = engine.connection().createStatement();
                ResultSet result = statement.executeQuery(values)) {
            for (int row = 0; row < frame.rows(); row++) {
                assertThat(result.next()).isTrue();
                for (int i = 0; i < expressions.size(); i++) {
                    Object actual = actual(result, i + 1, expressions.get(i).type());
                    Object wanted = bits(expected.get(i), row);
                    if (!String.valueOf(actual).equals(String.valueOf(wanted))) {
                        assertThat(actual)
                                .as("seed %d, row %d: %s", seed, row, expressions.get(i))
                                .isEqualTo(wanted);
                    }
                }
            }
        }
        String conditions = IntStream.range(0, expressions.size())
                .filter(i -> expressions.get(i).type() == ColumnType.BOOLEAN)
                .mapToObj(i -> "SELECT %d AS i, list(file_row_number ORDER BY file_row_number)::VARCHAR AS kept FROM '%s' WHERE %s"
                        .formatted(i, file, PushdownSql.of(expressions.get(i)).orElseThrow()))
                .collect(Collectors.joining(" UNION ALL "));
        try (Statement statement = engine.connection().createStatement();
                ResultSet result = statement.executeQuery(conditions)) {
            while (result.next()) {
                Vector.Booleans truths = (Vector.Booleans) expected.get(result.getInt(1));
                String kept = IntStream.range(0, frame.rows())
                        .filter(row -> !truths.isNull(row) && truths.values()[row])
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(", ", "[", "]"));
                String actual = result.getString(2);
                assertThat(actual == null ? "[]" : actual)
                        .as("seed %d, filter: %s", seed, expressions.get(result.getInt(1)))
                        .isEqualTo(kept);
            }
        }
        return (long) frame.rows() * expressions.size();
    }

    private static @Nullable Object actual(ResultSet result, int column, ColumnType type) throws SQLException {
        Object value =
                switch (type) {
                    case DOUBLE -> Double.doubleToLongBits(result.getDouble(column));
                    case LONG, DATE, TIMESTAMP -> result.getLong(column);
                    case BOOLEAN -> result.getBoolean(column);
                    case STRING -> result.getString(column);
                };
        return result.wasNull() ? null : value;
    }

    private static @Nullable Object bits(Vector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        return switch (vector) {
            case Vector.Doubles doubles -> Double.doubleToLongBits(doubles.values()[row]);
            case Vector.Longs longs -> longs.values()[row];
            case Vector.Booleans booleans -> booleans.values()[row];
            case Vector.Strings strings -> strings.values()[row];
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exp(x)",
                "ln(x)",
                "pow(x, 2)",
                "sqrt(x)",
                "round(x)",
                "round(x, 2)",
                "floor(x)",
                "x % y",
                "lower(s)",
                "upper(s)",
                "year(d)",
                "greatest(x, y)",
                "cast(x as long)",
                "cast(s as double)",
                "cast(i as string)",
                "cast(u as date)"
            })
    void whatEnginesDifferInIsRefusedByName(String text) {
        Expression expression = Expression.parse(Located.of("i > 0 or " + text + " is null"), Generator.SCHEMA);

        assertThat(PushdownSql.of(expression)).isEmpty();
        assertThat(PushdownSql.obstacle(expression)).contains(text);
    }

    @Test
    void whatWouldGrowWithoutBoundIsRefused() {
        String text = "x";
        for (int i = 0; i < 30; i++) {
            text = "(1.0 / (" + text + " - 1.0))";
        }
        Expression expression = Expression.parse(Located.of(text), Generator.SCHEMA);

        assertThat(PushdownSql.obstacle(expression)).hasValueSatisfying(told -> assertThat(told)
                .containsAnyOf("longer than", "nests more than"));
    }

    /** Random well-typed texts, mostly in the set, and awkward rows. */
    private static final class Generator {
        static final Schema SCHEMA = new Schema(Stream.of(
                        "i LONG",
                        "j LONG",
                        "x DOUBLE",
                        "y DOUBLE",
                        "p BOOLEAN",
                        "q BOOLEAN",
                        "s STRING",
                        "t STRING",
                        "d DATE",
                        "e DATE",
                        "u TIMESTAMP",
                        "v TIMESTAMP")
                .map(each -> new Column(each.substring(0, 1), ColumnType.valueOf(each.substring(2))))
                .toList());
        private static final List<ColumnType> TYPES = List.of(ColumnType.values());
        private static final double[] DOUBLES = {
            0, -0.0, 1, -1.5, 2.5, 1e300, -1e300, 1e-300, 4.9e-324, 0.1, 0.2, 9007199254740992.0, Double.NaN,
            Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE
        };
        private static final long[] LONGS = {
            0, 1, -1, 2, 7, -13, Long.MAX_VALUE, Long.MAX_VALUE - 1, -Long.MAX_VALUE, Long.MIN_VALUE, 3_037_000_500L,
            9007199254740993L, -4611686018427387904L
        };
        private static final @Nullable String[] TEXTS = {
            "", "a", "b", "ab", "A b", "it's", "1", "\u00e9", "e\u0301", "%", "_", "\\", "a_b", "\ud83d\ude00", "\uffff", "a\nb"
        };

        private final SplittableRandom random;

        Generator(long seed) {
            random = new SplittableRandom(seed);
        }

        String any(int depth) {
            return of(TYPES.get(random.nextInt(TYPES.size())), depth);
        }

        String of(ColumnType type, int depth) {
            if (depth == 0) {
                return leaf(type);
            }
            int d = depth - 1;
            return switch (random.nextInt(8)) {
                case 0 -> leaf(type);
                case 1 -> "(case when " + truth(d) + " then " + of(type, d) + otherwise(type, d) + " end)";
                case 2 -> choose("coalesce", "nullif", type == ColumnType.DOUBLE ? "coalesce" : choose("least", "greatest"))
                        + "(" + of(type, d) + ", " + of(type, d) + ")";
                case 3 -> {
                    ColumnType subject = TYPES.get(random.nextInt(TYPES.size()));
                    yield "(case " + of(subject, d) + " when " + of(subject, d) + " then " + of(type, d) + " else "
                            + of(type, d) + " end)";
                }
                default ->
                    switch (type) {
                        case DOUBLE -> number(d);
                        case LONG -> whole(d);
                        case BOOLEAN -> truth(d);
                        case STRING -> choose(
                                "(" + of(ColumnType.STRING, d) + " || " + of(ColumnType.STRING, d) + ")",
                                "concat(" + of(ColumnType.STRING, d) + ", " + of(ColumnType.STRING, d) + ")");
                        case DATE -> "(" + of(ColumnType.DATE, d) + choose(" + ", " - ") + of(ColumnType.LONG, d) + ")";
                        case TIMESTAMP -> "cast(" + of(ColumnType.DATE, d) + " as timestamp)";
                    };
            };
        }

        private String otherwise(ColumnType type, int d) {
            return choose("", " else " + of(type, d), " else null", " when " + truth(d) + " then null");
        }

        private String number(int d) {
            String a = of(random.nextBoolean() ? ColumnType.DOUBLE : ColumnType.LONG, d);
            String b = of(ColumnType.DOUBLE, d);
            return choose(
                    "(" + a + choose(" + ", " - ", " * ", " / ") + b + ")",
                    "(" + b + choose(" + ", " - ", " * ", " / ") + a + ")",
                    "(" + of(ColumnType.LONG, d) + " / " + of(ColumnType.LONG, d) + ")",
                    "(-" + b + ")",
                    "abs(" + b + ")",
                    "cast(" + a + " as double)",
                    "cast(" + truth(d) + " as double)");
        }

        private String whole(int d) {
            String a = of(ColumnType.LONG, d);
            String b = of(ColumnType.LONG, d);
            return choose(
                    "(" + a + choose(" + ", " - ", " * ", " % ") + b + ")",
                    "(" + a + choose(" + ", " - ", " * ", " % ") + b + ")",
                    "(-" + a + ")",
                    choose("abs", "sign", "floor", "round") + "(" + a + ")",
                    "length(" + of(ColumnType.STRING, d) + ")",
                    "(" + of(ColumnType.DATE, d) + " - " + of(ColumnType.DATE, d) + ")",
                    "cast(" + truth(d) + " as long)");
        }

        private String truth(int d) {
            if (d == 0) {
                return leaf(ColumnType.BOOLEAN);
            }
            int e = d - 1;
            ColumnType type = TYPES.get(random.nextInt(TYPES.size()));
            ColumnType other = type == ColumnType.DOUBLE ? choose(ColumnType.DOUBLE, ColumnType.LONG) : type;
            String a = of(type, e);
            String b = of(other, e);
            return choose(
                    "(" + truth(e) + " and " + truth(e) + ")",
                    "(" + truth(e) + " or " + truth(e) + ")",
                    "(not " + truth(e) + ")",
                    "(" + a + choose(" = ", " != ", " < ", " <= ", " > ", " >= ") + b + ")",
                    "(" + b + choose(" = ", " != ", " < ", " <= ", " > ", " >= ") + a + ")",
                    "(" + a + choose(" is null", " is not null") + ")",
                    "(" + a + choose(" between ", " not between ") + b + " and " + of(type, e) + ")",
                    "(" + b + choose(" in (", " not in (") + a + ", " + of(other, e) + choose("", ", null") + "))",
                    "cast(" + of(choose(ColumnType.LONG, ColumnType.DOUBLE), e) + " as boolean)",
                    "(" + of(ColumnType.STRING, e) + choose(" like ", " not like ") + "'"
                            + choose("a%", "_", "%b%", "", "%", "__", "a\\_b", "%_b", "\ud83d\ude00%") + "')");
        }

        private String leaf(ColumnType type) {
            boolean column = random.nextInt(3) > 0;
            return switch (type) {
                case DOUBLE ->
                    column ? choose("x", "y") : choose("0.5", "0.0", "1e3", "(-0.25)", "0.1", "1e-320", "cast(null as double)");
                case LONG ->
                    column ? choose("i", "j") : choose("0", "1", "(-3)", "12", "9223372036854775807", "cast(null as long)");
                case BOOLEAN -> column ? choose("p", "q") : choose("true", "false", "cast(null as boolean)");
                case STRING -> column ? choose("s", "t") : choose("'a'", "''", "'it''s'", "cast(null as string)");
                case DATE -> column ? choose("d", "e") : choose("date '2020-02-29'", "date '0001-01-01'");
                case TIMESTAMP ->
                    column ? choose("u", "v") : choose("timestamp '2020-02-29T12:00:00.000001Z'", "cast(null as timestamp)");
            };
        }

        private ColumnType choose(ColumnType one, ColumnType other) {
            return random.nextBoolean() ? one : other;
        }

        private String choose(String... choices) {
            return choices[random.nextInt(choices.length)];
        }

        Frame frame(int rows) {
            List<Vector> vectors =
                    SCHEMA.columns().stream().map(column -> vector(column.type(), rows)).toList();
            return new Frame(SCHEMA, vectors, rows);
        }

        private Vector vector(ColumnType type, int rows) {
            boolean[] nulls = new boolean[rows];
            double[] doubles = new double[rows];
            long[] longs = new long[rows];
            boolean[] booleans = new boolean[rows];
            @Nullable String[] texts = new @Nullable String[rows];
            for (int i = 0; i < rows; i++) {
                nulls[i] = random.nextInt(6) == 0;
                doubles[i] = random.nextBoolean() ? DOUBLES[random.nextInt(DOUBLES.length)] : random.nextDouble(-9, 9);
                booleans[i] = random.nextBoolean();
                texts[i] = nulls[i] ? null : TEXTS[random.nextInt(TEXTS.length)];
                longs[i] =
                        switch (type) {
                            case DATE -> random.nextInt(3) == 0 ? random.nextLong(-3, 3) : random.nextLong(-700_000, 800_000);
                            case TIMESTAMP -> random.nextLong(-30_000_000_000_000_000L, 90_000_000_000_000_000L);
                            case LONG, DOUBLE, BOOLEAN, STRING ->
                                random.nextBoolean() ? LONGS[random.nextInt(LONGS.length)] : random.nextLong(-20, 20);
                        };
            }
            return switch (type) {
                case DOUBLE -> new Vector.Doubles(doubles, nulls);
                case LONG, DATE, TIMESTAMP -> new Vector.Longs(type, longs, nulls);
                case BOOLEAN -> new Vector.Booleans(booleans, nulls);
                case STRING -> new Vector.Strings(texts);
            };
        }
    }
}
