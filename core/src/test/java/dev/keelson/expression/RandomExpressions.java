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
public final class RandomExpressions {
    /** The columns of the tables. */
    public static final Schema SCHEMA = Rows.schema(
            "i LONG", "j LONG", "x DOUBLE", "y DOUBLE", "p BOOLEAN", "q BOOLEAN", "s STRING", "t STRING", "d DATE", "e DATE",
            "u TIMESTAMP", "v TIMESTAMP");

    private static final List<ColumnType> TYPES = List.of(ColumnType.values());
    private static final double[] DOUBLES = {
        0, -0.0, 1, -1.5, 2.5, 1e300, -1e300, 1e-300, -1e-300, 4.9e-324, 0.1, 0.2, 9007199254740992.0, Double.NaN,
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE
    };
    private static final long[] LONGS = {
        0, 1, -1, 2, 7, -13, Long.MAX_VALUE, Long.MAX_VALUE - 1, -Long.MAX_VALUE, Long.MIN_VALUE, 3_000_000_000L, 3_037_000_500L,
        9007199254740993L, -4611686018427387904L
    };
    private static final String[] TEXTS = {
        "", "a", "b", "ab", "A b", "it's", "1", "-2.5", "true", "2020-02-29", "\u00e9", "e\u0301", "%", "_", "\\", "a_b",
        "\ud83d\ude00", "\uffff", "a\nb"
    };

    private final boolean pushdown;
    private final SplittableRandom random;

    RandomExpressions(long seed) {
        this(seed, false);
    }

    private RandomExpressions(long seed, boolean pushdown) {
        this.random = new SplittableRandom(seed);
        this.pushdown = pushdown;
    }

    /** Texts that are mostly in the set that engines compute as we do. */
    public static RandomExpressions ofPushdown(long seed) {
        return new RandomExpressions(seed, true);
    }

    /** A text of any type, nested so deep at most. */
    public String any(int depth) {
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
            case 2 ->
                choose(pushdown && type == ColumnType.DOUBLE ? "coalesce" : choose("greatest", "least"), "coalesce", "nullif")
                        + "(" + of(type, d) + ", " + of(type, d) + ")";
            case 3 -> {
                ColumnType subject = TYPES.get(random.nextInt(TYPES.size()));
                yield "(case " + of(subject, d) + " when " + of(subject, d) + " then " + of(type, d) + " else " + of(type, d)
                        + " end)";
            }
            default ->
                switch (type) {
                    case DOUBLE -> number(d);
                    case LONG -> whole(d);
                    case BOOLEAN -> truth(d);
                    case STRING -> text(d);
                    case DATE ->
                        more(
                                List.of("(" + of(ColumnType.DATE, d) + choose(" + ", " - ") + of(ColumnType.LONG, d) + ")"),
                                "(" + of(ColumnType.DATE, d) + " + " + random.nextInt(100) + ")",
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
        String operator = pushdown ? choose(" + ", " - ", " * ", " / ") : choose(" + ", " - ", " * ", " / ", " % ");
        return more(
                List.of(
                        "(" + a + operator + b + ")",
                        "(" + b + operator + a + ")",
                        "(" + of(ColumnType.LONG, d) + " / " + of(ColumnType.LONG, d) + ")",
                        "(-" + b + ")",
                        "abs(" + b + ")",
                        "cast(" + a + " as double)",
                        "cast(" + truth(d) + " as double)"),
                choose("floor", "ceil", "round", "sign", "exp", "ln", "sqrt", "log10") + "(" + b + ")",
                "round(" + b + ", " + random.nextInt(5) + ")",
                "pow(" + a + ", " + b + ")",
                "cast(" + of(ColumnType.STRING, d) + " as double)");
    }

    private String whole(int d) {
        String a = of(ColumnType.LONG, d);
        String b = of(ColumnType.LONG, d);
        return more(
                List.of(
                        "(" + a + choose(" + ", " - ", " * ", " % ") + b + ")",
                        "(-" + a + ")",
                        choose("abs", "sign", "floor", "round") + "(" + a + ")",
                        "length(" + of(ColumnType.STRING, d) + ")",
                        "(" + of(ColumnType.DATE, d) + " - " + of(ColumnType.DATE, d) + ")",
                        "cast(" + truth(d) + " as long)"),
                choose("year", "month", "day", "day_of_week", "day_of_year") + "(" + of(ColumnType.DATE, d) + ")",
                "year(" + of(ColumnType.TIMESTAMP, d) + ")",
                "cast(" + of(ColumnType.DOUBLE, d) + " as long)");
    }

    String truth(int d) {
        if (d == 0) {
            return leaf(ColumnType.BOOLEAN);
        }
        int e = d - 1;
        ColumnType type = TYPES.get(random.nextInt(TYPES.size()));
        String a = of(type, e);
        ColumnType other = type == ColumnType.DOUBLE && random.nextBoolean() ? ColumnType.LONG : type;
        String b = of(other, e);
        return choose(
                "(" + truth(e) + " and " + truth(e) + ")",
                "(" + truth(e) + " or " + truth(e) + ")",
                "(not " + truth(e) + ")",
                "(" + a + choose(" = ", " == ", " != ", " <> ", " < ", " <= ", " > ", " >= ") + b + ")",
                "(" + b + choose(" = ", " != ", " < ", " <= ", " > ", " >= ") + a + ")",
                "(" + a + choose(" is null", " is not null") + ")",
                "(" + a + choose(" between ", " not between ") + b + " and " + of(type, e) + ")",
                "(" + b + choose(" in (", " not in (") + a + ", " + of(other, e) + choose("", ", null") + "))",
                "cast(" + of(random.nextBoolean() ? ColumnType.LONG : ColumnType.DOUBLE, e) + " as boolean)",
                "(" + of(ColumnType.STRING, e) + choose(" like ", " not like ") + "'"
                        + choose("a%", "_", "%b%", "", "%", "__", "a\\_b", "%_b", "\ud83d\ude00%") + "')");
    }

    private String text(int d) {
        String a = of(ColumnType.STRING, d);
        return more(
                List.of(
                        "(" + a + " || " + of(ColumnType.STRING, d) + ")",
                        "concat(" + a + ", " + of(ColumnType.STRING, d) + ")"),
                choose("lower", "upper") + "(" + a + ")",
                "cast(" + any(d) + " as string)",
                "(case " + a + " when 'a' then 'b' else " + a + " end)");
    }

    private String leaf(ColumnType type) {
        boolean column = random.nextInt(3) > 0;
        return switch (type) {
            case DOUBLE ->
                column ? choose("x", "y") : choose("0.5", "0.0", "2.0", "1e3", "(-0.25)", "0.1", "1e-320", "cast(null as double)");
            case LONG ->
                column ? choose("i", "j") : choose("0", "1", "(-3)", "12", "9223372036854775807", "cast(null as long)");
            case BOOLEAN -> column ? choose("p", "q") : choose("true", "false", "cast(null as boolean)");
            case STRING -> column ? choose("s", "t") : choose("'a'", "''", "'it''s'", "cast(null as string)");
            case DATE ->
                column ? choose("d", "e") : choose("date '2020-02-29'", "date '1969-12-31'", "date '0001-01-01'");
            case TIMESTAMP ->
                column ? choose("u", "v") : choose("timestamp '2020-02-29T12:00:00.000001Z'", "cast(null as timestamp)");
        };
    }

    /** One of some texts of the pushdown set, or of all. */
    private String more(List<String> common, String... others) {
        int chosen = random.nextInt(common.size() + (pushdown ? 0 : others.length));
        return chosen < common.size() ? common.get(chosen) : others[chosen - common.size()];
    }

    private String choose(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A table over {@link #SCHEMA} with awkward values and a fifth of the cells missing. */
    public Frame frame(int rows) {
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
