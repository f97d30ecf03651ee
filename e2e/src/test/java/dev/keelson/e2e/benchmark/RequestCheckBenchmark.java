package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.ColumnDefinition;
import dev.keelson.data.RowRule;
import dev.keelson.data.RowSchema;
import dev.keelson.data.SourceDefinition;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.error.Located;
import dev.keelson.expression.ArrayRow;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request row of nine fields held to ten rules of its source: three ranges, two sets, a pattern, four conditions. */
public final class RequestCheckBenchmark implements Task {
    private static final int BATCH = 100;
    private static final Schema SCHEMA = new Schema(List.of(
            new Column("bet_id", ColumnType.STRING),
            new Column("placed_at", ColumnType.TIMESTAMP),
            new Column("event_start", ColumnType.TIMESTAMP),
            new Column("sport", ColumnType.STRING),
            new Column("market", ColumnType.STRING),
            new Column("odds", ColumnType.DOUBLE),
            new Column("implied_prob", ColumnType.DOUBLE),
            new Column("fair_prob", ColumnType.DOUBLE),
            new Column("stake", ColumnType.DOUBLE)));

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int repeats = arguments.number("repeats", 2_000);
        RowSchema rules = RowSchema.of(source(), SCHEMA);
        ArrayRow row = row();
        BitSet given = new BitSet();
        given.set(0, SCHEMA.columns().size());
        Timing batch = Timing.of(repeats, repeats, () -> {
            int good = 0;
            for (int i = 0; i < BATCH; i++) {
                good += rules.check(row, given).isEmpty() ? 1 : 0;
            }
            return good;
        });
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("good_of_one", rules.check(row, given).isEmpty() ? 1 : 0);
        node.put("rows_a_call", BATCH);
        node.put("median_us_a_row", batch.quantile(0.5) / 1e3 / BATCH);
        node.put("p99_us_a_row", batch.quantile(0.99) / 1e3 / BATCH);
        node.set("call", batch.micros());
        return node;
    }

    private static SourceDefinition source() {
        return SourceDefinition.of("bets", Located.of("bets.csv"))
                .key(List.of("bet_id"))
                .eventTime("placed_at")
                .columns(List.of(
                        number("odds"),
                        number("stake"),
                        number("fair_prob"),
                        text("sport", List.of("Football", "Tennis", "Baseball", "Basketball"), null),
                        text("market", List.of("1X2", "Moneyline", "Spread", "Total"), null),
                        text("bet_id", List.of(), "[0-9a-f]{12}")))
                .rules(List.of(
                        rule("odds > 1", RowRule.OnFail.QUARANTINE),
                        rule("abs(implied_prob - 1/odds) < 0.01", RowRule.OnFail.QUARANTINE),
                        rule("placed_at <= event_start", RowRule.OnFail.QUARANTINE),
                        rule("odds * fair_prob - 1 < 0.25", RowRule.OnFail.WARN)))
                .build();
    }

    private static RowRule rule(String check, RowRule.OnFail onFail) {
        return new RowRule(Located.of(check), onFail, List.of());
    }

    private static ColumnDefinition number(String name) {
        return new ColumnDefinition(
                name,
                ColumnType.DOUBLE,
                List.of(),
                true,
                0.001,
                null,
                List.of(),
                null,
                ColumnDefinition.OnFail.QUARANTINE,
                null);
    }

    private static ColumnDefinition text(String name, List<String> values, @Nullable String pattern) {
        return new ColumnDefinition(
                name,
                ColumnType.STRING,
                List.of(),
                true,
                null,
                null,
                values,
                pattern,
                ColumnDefinition.OnFail.QUARANTINE,
                null);
    }

    private static ArrayRow row() {
        return new ArrayRow(SCHEMA)
                .setText(0, "8a93f7e5ff70")
                .setLong(1, 1_000_000)
                .setLong(2, 2_000_000)
                .setText(3, "Tennis")
                .setText(4, "Total")
                .setDouble(5, 1.65)
                .setDouble(6, 0.60606)
                .setDouble(7, 0.59528)
                .setDouble(8, 20);
    }
}
