package dev.keelson.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.Located;
import dev.keelson.expression.Expression;
import dev.keelson.expression.PushdownSql;
import dev.keelson.expression.RandomExpressions;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
                RandomExpressions random = RandomExpressions.ofPushdown(seed);
                Frame frame = random.frame(ROWS);
                Path file = folder.resolve(seed + ".parquet");
                new ParquetFiles(engine).write(List.of(frame), List.of(file));
                List<Expression> expressions = new ArrayList<>();
                while (expressions.size() < EXPRESSIONS) {
                    Expression expression = Expression.parse(Located.of(random.any(4)), RandomExpressions.SCHEMA);
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
        Expression expression = Expression.parse(Located.of("i > 0 or " + text + " is null"), RandomExpressions.SCHEMA);

        assertThat(PushdownSql.of(expression)).isEmpty();
        assertThat(PushdownSql.obstacle(expression)).contains(text);
    }

    @Test
    void whatWouldGrowWithoutBoundIsRefused() {
        String text = "x";
        for (int i = 0; i < 30; i++) {
            text = "(1.0 / (" + text + " - 1.0))";
        }
        Expression expression = Expression.parse(Located.of(text), RandomExpressions.SCHEMA);

        assertThat(PushdownSql.obstacle(expression)).hasValueSatisfying(told -> assertThat(told)
                .containsAnyOf("longer than", "nests more than"));
    }
}
