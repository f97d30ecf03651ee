package dev.keelson.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AggregateExpressionTest {
    private static final Schema SCHEMA = new Schema(List.of(
            new Column("x", ColumnType.DOUBLE),
            new Column("n", ColumnType.LONG),
            new Column("name", ColumnType.STRING),
            new Column("p(H)", ColumnType.DOUBLE)));
    private static final @Nullable Object[][] ROWS = {
        {1.0, 2L, "a", 0.5}, {3.0, null, "b", 0.25}, {null, 4L, "a", 0.75}, {8.0, 6L, null, 0.5}
    };

    private static double value(String text) {
        AggregateExpression expression = AggregateExpression.parse(Located.of(text), SCHEMA);
        double[] totals = new double[expression.width() + 3];
        ArrayRow row = new ArrayRow(SCHEMA);
        for (@Nullable Object[] cells : ROWS) {
            row.clear();
            for (int c = 0; c < cells.length; c++) {
                row.set(c, cells[c]);
            }
            expression.add(row, totals, 3);
        }
        double[] own = new double[expression.width()];
        System.arraycopy(totals, 3, own, 0, own.length);
        return expression.value(own);
    }

    private static String problems(String text) {
        try {
            AggregateExpression.parse(new Located(text, new Location("keelson.yaml", 7, 20)), SCHEMA);
        } catch (KeelsonException e) {
            return String.join("\n", e.problems().stream().map(Object::toString).toList());
        }
        return "";
    }

    @Test
    void missingValuesAreLeftOut() {
        assertThat(value("mean(x)")).isEqualTo(4);
        assertThat(value("sum(n)")).isEqualTo(12);
        assertThat(value("rate(name = 'a')")).isEqualTo(2.0 / 3);
        assertThat(value("count(x > 2)")).isEqualTo(2);
        assertThat(value("count()")).isEqualTo(4);
    }

    @Test
    void arithmeticOverAggregatesIsTheirs() {
        assertThat(value("sum(x * n) / sum(n)")).isEqualTo((2.0 + 48) / 12);
        assertThat(value("sqrt(mean(x) + count())")).isEqualTo(Math.sqrt(8));
        assertThat(value("case when rate(x > 2) > 0.5 then mean(\"p(H)\") else 0 end")).isEqualTo(0.5);
        assertThat(value("MEAN ( case when name = 'mean(x)' then 1 else 2 end )")).isEqualTo(2);
    }

    @Test
    void meanOfNoRowIsMissing() {
        assertThat(value("mean(case when x > 100 then x end)")).isNaN();
        assertThat(value("sum(case when x > 100 then x end)")).isZero();
        assertThat(value("1 / count(x > 100)")).isNaN();
    }

    @Test
    void problemsStandAtTheirPlaces() {
        assertThat(problems("x + 1")).startsWith("keelson.yaml:7:20: `x` is a value of one row");
        assertThat(problems("mean(x) + n")).startsWith("keelson.yaml:7:30: `n` is a value of one row");
        assertThat(problems("1 + 2")).contains("has none of `mean`, `sum`, `rate` and `count`");
        assertThat(problems("mean(y)")).startsWith("keelson.yaml:7:25");
        assertThat(problems("mean(x) + rate(x)")).startsWith("keelson.yaml:7:35: `rate` takes a condition");
        assertThat(problems("mean(name)")).contains("takes a number or a condition");
        assertThat(problems("mean(x")).contains("is not closed");
        assertThat(problems("mean(x) +")).startsWith("keelson.yaml:7:");
        assertThat(problems("mean(x) > 2")).contains("is of type boolean");
        assertThat(problems("mean(sum(x))")).startsWith("keelson.yaml:7:25");
    }

    @Test
    void itTellsTheColumnsThatItReads() {
        AggregateExpression expression =
                AggregateExpression.parse(Located.of("mean(x) - rate(name = 'a') + mean(x)"), SCHEMA);

        assertThat(expression.columns()).containsExactly("x", "name");
        assertThat(expression.text()).isEqualTo("mean(x) - rate(name = 'a') + mean(x)");
        assertThatThrownBy(() -> AggregateExpression.parse(Located.of(""), SCHEMA))
                .isInstanceOf(KeelsonException.class);
    }
}
