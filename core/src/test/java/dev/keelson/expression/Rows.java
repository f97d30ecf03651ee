package dev.keelson.expression;

import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/** A small table's schema with a column of each type, one row of it, and short ways to evaluate and to fail. */
final class Rows {
    /** i and j LONG, x and y DOUBLE, p and q BOOLEAN, s and t STRING, date DATE, at TIMESTAMP, nothing DOUBLE. */
    static final Schema SCHEMA = schema(
            "i LONG",
            "j LONG",
            "x DOUBLE",
            "y DOUBLE",
            "p BOOLEAN",
            "q BOOLEAN",
            "s STRING",
            "t STRING",
            "date DATE",
            "at TIMESTAMP",
            "nothing DOUBLE",
            "home.ratings.elo DOUBLE",
            "B365>2.5 DOUBLE",
            "end LONG",
            "AS LONG");

    private Rows() {}

    static Schema schema(String... columns) {
        List<Column> all = new ArrayList<>();
        for (String column : columns) {
            int space = column.lastIndexOf(' ');
            all.add(new Column(column.substring(0, space), ColumnType.valueOf(column.substring(space + 1))));
        }
        return new Schema(all);
    }

    /** i 7, j -2, x 2.5, y 0.5, p true, q false, s 'home', t 'Away', date 2018-08-10, at that day 15:30Z, 1510, … */
    static ArrayRow row() {
        ArrayRow row = new ArrayRow(SCHEMA);
        set(row, "i", 7L);
        set(row, "j", -2L);
        set(row, "x", 2.5);
        set(row, "y", 0.5);
        set(row, "p", true);
        set(row, "q", false);
        set(row, "s", "home");
        set(row, "t", "Away");
        set(row, "date", LocalDate.parse("2018-08-10"));
        set(row, "at", java.time.Instant.parse("2018-08-10T15:30:00Z"));
        set(row, "home.ratings.elo", 1510.0);
        set(row, "B365>2.5", 1.9);
        set(row, "end", 90L);
        set(row, "AS", 11L);
        return row;
    }

    static void set(ArrayRow row, String column, @Nullable Object value) {
        row.set(SCHEMA.indexOf(column), value);
    }

    static Expression parse(String text) {
        return Expression.parse(Located.of(text), SCHEMA);
    }

    static FoldExpression fold(String text) {
        return FoldExpression.parse(Located.of(text), SCHEMA);
    }

    /** The value of an expression for {@link #row}. */
    static @Nullable Object value(String text) {
        return parse(text).value(row());
    }

    /** The text as if it stood in k.yaml, line 4, from column 10. */
    static Located inFile(String text) {
        return new Located(text, new Location("k.yaml", 4, 10));
    }

    /** The problems of parsing, which must fail. */
    static List<Problem> problems(Supplier<?> parsing) {
        return Assertions.catchThrowableOfType(KeelsonException.class, parsing::get)
                .problems();
    }

    static List<Problem> problems(String text) {
        return problems(() -> Expression.parse(inFile(text), SCHEMA));
    }

    /** The column in the expression, from 0, of each problem's place. */
    static List<Integer> offsets(List<Problem> problems) {
        List<Integer> offsets = new ArrayList<>();
        for (Problem problem : problems) {
            Location location = problem.location();
            offsets.add(location == null ? -1 : location.column() - 10);
        }
        return offsets;
    }
}
