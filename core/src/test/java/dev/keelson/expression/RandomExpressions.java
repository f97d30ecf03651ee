package dev.keelson.expression;

import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Random expression texts, well typed and with every bracket written, and random tables for them. */
final class RandomExpressions {
    static final Schema SCHEMA = Rows.schema(
            "i LONG", "j LONG", "x DOUBLE", "y DOUBLE", "p BOOLEAN", "q BOOLEAN", "s STRING", "t STRING", "d DATE", "u TIMESTAMP");

    private static final List<ColumnType> TYPES = List.of(ColumnType.values());
    private static final double[] DOUBLES = {0, -0.0, 1, -1.5, 2.5, 1e300, -1e-300, 0.1, Double.NaN, Double.POSITIVE_INFINITY};
    private static final long[] LONGS = {0, 1, -1, 2, 7, -13, Long.MAX_VALUE, -Long.MAX_VALUE, 3_000_000_000L};
    private static final String[] TEXTS = {"", "a", "b", "ab", "A b", "it's", "1", "-2.5", "true", "2020-02-29", "\u00e9", "%"};

    private final SplittableRandom random;

    RandomExpressions(long seed) {
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
        return switch (random.nextInt(6)) {
            case 0 -> leaf(type);
            case 1 -> "(case when " + truth(d) + " then " + of(type, d) + otherwise(type, d) + " end)";
            case 2 -> choose("coalesce", "greatest", "least", "nullif") + "(" + of(type, d) + ", " + of(type, d) + ")";
            default ->
                switch (type) {
                    case DOUBLE -> number(d);
                    case LONG -> whole(d);
                    case BOOLEAN -> truth(d);
                    case STRING -> text(d);
                    case DATE ->
                        choose(
                                "(" + of(ColumnType.DATE, d) + " + " + random.nextInt(100) + ")",
                                "(" + of(ColumnType.DATE, d) + " - " + of(ColumnType.LONG, d) + ")",
                                "cast(" + of(ColumnType.TIMESTAMP, d) + " as date)",
                                "cast(" + of(ColumnType.STRING, d) + " as date)");
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
                "(" + a + choose(" + ", " - ", " * ", " / ", " % ") + b + ")",
                "(" + b + choose(" + ", " - ", " * ", " / ", " % ") + a + ")",
                "(-" + b + ")",
                choose("abs", "floor", "ceil", "round", "sign", "exp", "ln", "sqrt", "log10") + "(" + b + ")",
                "round(" + b + ", " + random.nextInt(5) + ")",
                "pow(" + a + ", " + b + ")",
                "cast(" + a + " as double)",
                "cast(" + of(ColumnType.STRING, d) + " as double)");
    }

    private String whole(int d) {
        String a = of(ColumnType.LONG, d);
        String b = of(ColumnType.LONG, d);
        return choose(
                "(" + a + choose(" + ", " - ", " * ", " % ") + b + ")",
                "(-" + a + ")",
                choose("abs", "sign", "floor") + "(" + a + ")",
                "length(" + of(ColumnType.STRING, d) + ")",
                choose("year", "month", "day", "day_of_week", "day_of_year") + "(" + of(ColumnType.DATE, d) + ")",
                "year(" + of(ColumnType.TIMESTAMP, d) + ")",
                "(" + of(ColumnType.DATE, d) + " - " + of(ColumnType.DATE, d) + ")",
                "cast(" + of(ColumnType.DOUBLE, d) + " as long)",
                "cast(" + truth(d) + " as long)");
    }

    String truth(int d) {
        if (d == 0) {
            return leaf(ColumnType.BOOLEAN);
        }
        int e = d - 1;
        ColumnType type = TYPES.get(random.nextInt(TYPES.size()));
        String a = of(type, e);
        String b = of(type, e);
        return choose(
                "(" + truth(e) + " and " + truth(e) + ")",
                "(" + truth(e) + " or " + truth(e) + ")",
                "(not " + truth(e) + ")",
                "(" + a + choose(" = ", " == ", " != ", " <> ", " < ", " <= ", " > ", " >= ") + b + ")",
                "(" + a + choose(" is null", " is not null") + ")",
                "(" + a + choose(" between ", " not between ") + b + " and " + of(type, e) + ")",
                "(" + a + choose(" in (", " not in (") + b + ", " + of(type, e) + choose("", ", null") + "))",
                "(" + of(ColumnType.STRING, e) + choose(" like ", " not like ") + "'" + choose("a%", "_", "%b%", "") + "')");
    }

    private String text(int d) {
        String a = of(ColumnType.STRING, d);
        return choose(
                "(" + a + " || " + of(ColumnType.STRING, d) + ")",
                choose("lower", "upper") + "(" + a + ")",
                "concat(" + a + ", " + of(ColumnType.STRING, d) + ")",
                "cast(" + any(d) + " as string)",
                "(case " + a + " when 'a' then 'b' else " + a + " end)");
    }

    private String leaf(ColumnType type) {
        boolean column = random.nextInt(3) > 0;
        return switch (type) {
            case DOUBLE -> column ? choose("x", "y") : choose("0.5", "2.0", "1e3", "(-0.25)", "cast(null as double)");
            case LONG -> column ? choose("i", "j") : choose("0", "1", "(-3)", "12", "cast(null as long)");
            case BOOLEAN -> column ? choose("p", "q") : choose("true", "false", "cast(null as boolean)");
            case STRING -> column ? choose("s", "t") : choose("'a'", "''", "'it''s'", "cast(null as string)");
            case DATE -> column ? "d" : choose("date '2020-02-29'", "date '1969-12-31'");
            case TIMESTAMP -> column ? "u" : "timestamp '2020-02-29T12:00:00.000001Z'";
        };
    }

    private String choose(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A table over {@link #SCHEMA} with awkward values and a fifth of the cells missing. */
    Frame frame(int rows) {
        List<Vector> vectors = new ArrayList<>();
        for (Column column : SCHEMA.columns()) {
            vectors.add(vector(column.type(), rows));
        }
        return new Frame(SCHEMA, vectors, rows);
    }

    private Vector vector(ColumnType type, int rows) {
        boolean[] nulls = new boolean[rows];
        double[] doubles = new double[rows];
        long[] longs = new long[rows];
        boolean[] booleans = new boolean[rows];
        @Nullable String[] texts = new @Nullable String[rows];
        for (int i = 0; i < rows; i++) {
            nulls[i] = random.nextInt(5) == 0;
            doubles[i] = random.nextBoolean() ? DOUBLES[random.nextInt(DOUBLES.length)] : random.nextDouble(-100, 100);
            booleans[i] = random.nextBoolean();
            texts[i] = nulls[i] ? null : TEXTS[random.nextInt(TEXTS.length)];
            longs[i] = switch (type) {
                case DATE -> random.nextLong(-400_000, 800_000);
                case TIMESTAMP -> random.nextLong(-10_000_000_000_000_000L, 10_000_000_000_000_000L);
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
