package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.error.Located;
import dev.keelson.expression.ArrayRow;
import dev.keelson.expression.Expression;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/** Request-time expressions, each over one row at a time, as on the request path: nanoseconds for one value. */
public final class ExpressionsBenchmark implements Task {
    private static final Schema SCHEMA = new Schema(List.of(
            new Column("home", ColumnType.DOUBLE),
            new Column("draw", ColumnType.DOUBLE),
            new Column("away", ColumnType.DOUBLE),
            new Column("bets", ColumnType.LONG),
            new Column("league", ColumnType.STRING),
            new Column("day", ColumnType.DATE),
            new Column("at", ColumnType.TIMESTAMP)));

    private static final List<String> TYPICAL = List.of(
            "home / away - 1",
            "1 / home + 1 / draw + 1 / away - 1",
            "coalesce(home, 0) * ln(bets + 1)",
            "case when home < away then 'favourite' when home = away then 'even' else 'underdog' end",
            "league in ('E0', 'SP1', 'D1') and home between 1.2 and 3.5",
            "league like 'E%'",
            "day_of_week(day) in (6, 7)",
            "day - date '2026-01-01'",
            "at >= timestamp '2026-01-01T00:00:00Z'",
            "round(home * 100, 1) % 7",
            "greatest(home, draw, away) - least(home, draw, away)");

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = arguments.number("rounds", 200_000);
        int repeats = arguments.number("repeats", 7);
        ArrayRow[] cells = new ArrayRow[1_024];
        for (int i = 0; i < cells.length; i++) {
            ArrayRow row = new ArrayRow(SCHEMA);
            row.set(0, 1 + i % 97 / 10.0);
            row.set(1, i % 11 == 0 ? null : 3 + i % 13 / 10.0);
            row.set(2, 1 + i % 89 / 10.0);
            row.set(3, (long) i % 50);
            row.set(4, i % 3 == 0 ? "E0" : "SP2");
            row.set(5, LocalDate.of(2026, 1, 1).plusDays(i % 365));
            row.set(6, Instant.parse("2025-12-31T00:00:00Z").plusSeconds(i * 100L));
            cells[i] = row;
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("rows", rows);
        ObjectNode nanos = node.putObject("median_ns_a_value");
        for (String text : TYPICAL) {
            Expression expression = Expression.parse(Located.of(text), SCHEMA);
            Timing timing = Timing.of(3, repeats, () -> evaluate(expression, cells, rows));
            nanos.put(text, Timing.rounded(timing.medianSeconds() * 1e9 / rows));
        }
        return node;
    }

    /** A sum that depends on every value. */
    private static long evaluate(Expression expression, ArrayRow[] cells, int rows) {
        long sum = 0;
        for (int i = 0; i < rows; i++) {
            ArrayRow row = cells[i & 1_023];
            switch (expression.type()) {
                case DOUBLE -> sum += Double.doubleToRawLongBits(expression.asDouble(row));
                case BOOLEAN -> sum += expression.isTrue(row) ? 1 : 0;
                case LONG, DATE, TIMESTAMP, STRING -> sum += String.valueOf(expression.value(row)).length();
            }
        }
        return sum;
    }
}
