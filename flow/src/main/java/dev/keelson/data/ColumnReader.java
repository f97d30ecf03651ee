package dev.keelson.data;

import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Vector;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the cells of one column into a typed vector, and says what is wrong with a cell. The caller names the row to
 * write, so a row that turns out bad is simply written over by the next.
 */
final class ColumnReader {
    private static final int RECENT = 2048;

    private final CellRule rule;
    private final CellNumbers numbers = new CellNumbers();
    private final CellTimes times;
    private final Map<String, String> distinct = new HashMap<>();
    private final @Nullable String[] recent;
    private double[] doubles = {};
    private long[] longs = {};
    private boolean[] booleans = {};
    private @Nullable String[] strings = {};
    private boolean[] nulls = new boolean[0];
    private boolean anyNull;

    ColumnReader(CellRule rule) {
        this.rule = rule;
        this.recent = new @Nullable String[rule.type() == ColumnType.STRING ? RECENT : 0];
        this.times = new CellTimes(rule.formats(), rule.zone());
    }

    CellRule rule() {
        return rule;
    }

    /** The column's value in a row that was read: days, microseconds or a whole number. */
    long longAt(int row) {
        return longs[row];
    }

    /** The instant of a DATE (its first in the zone) or TIMESTAMP in a row that was read, in microseconds. */
    long microsAt(int row) {
        return rule.type() == ColumnType.DATE ? times.startOfDay(longs[row]) : longs[row];
    }

    /**
     * Reads a cell.
     *
     * @return null, or what is wrong with it, to be read after the cell's text
     */
    @Nullable
    String read(char[] chars, int start, int end, int row) {
        ensure(row);
        boolean text = rule.type() == ColumnType.STRING;
        if (text ? start == end : CellNumbers.blank(chars, start, end)) {
            if (rule.required()) {
                return "is empty, but the column must have a value";
            }
            setNull(row);
            return null;
        }
        nulls[row] = false;
        return switch (rule.type()) {
            case DOUBLE -> readDouble(chars, start, end, row);
            case LONG -> readLong(chars, start, end, row);
            case BOOLEAN -> readBoolean(chars, start, end, row);
            case STRING -> readString(chars, start, end, row);
            case DATE, TIMESTAMP -> readTime(chars, start, end, row);
        };
    }

    /** Makes the cell missing. */
    void setNull(int row) {
        ensure(row);
        nulls[row] = true;
        anyNull = true;
        if (rule.type() == ColumnType.STRING) {
            strings[row] = null;
        } else if (rule.type() == ColumnType.DOUBLE) {
            doubles[row] = 0;
        } else if (rule.type() == ColumnType.BOOLEAN) {
            booleans[row] = false;
        } else {
            longs[row] = 0;
        }
    }

    private @Nullable String readDouble(char[] chars, int start, int end, int row) {
        if (!numbers.readDouble(chars, start, end)) {
            return "is not a number";
        }
        doubles[row] = numbers.doubleValue();
        return rule.problemOf(numbers.doubleValue());
    }

    private @Nullable String readLong(char[] chars, int start, int end, int row) {
        if (!numbers.readLong(chars, start, end)) {
            boolean tooLarge = numbers.readDouble(chars, start, end) && Math.abs(numbers.doubleValue()) >= 0x1p63;
            return tooLarge ? "does not fit a whole number of 64 bits" : "is not a whole number";
        }
        longs[row] = numbers.longValue();
        return rule.problemOf((double) numbers.longValue());
    }

    private @Nullable String readBoolean(char[] chars, int start, int end, int row) {
        String text = new String(chars, start, end - start).strip();
        boolean yes = text.equalsIgnoreCase("true") || text.equals("1");
        if (!yes && !text.equalsIgnoreCase("false") && !text.equals("0")) {
            return "is neither true (1) nor false (0)";
        }
        booleans[row] = yes;
        return null;
    }

    private @Nullable String readString(char[] chars, int start, int end, int row) {
        String text = text(chars, start, end);
        strings[row] = text;
        return rule.problemOf(text);
    }

    /** A text; equal ones are one object. Those seen lately are found without making a new one. */
    private String text(char[] chars, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + chars[i];
        }
        int slot = (hash ^ (hash >>> 15)) & (RECENT - 1);
        String lately = recent[slot];
        if (lately != null && isText(lately, chars, start, end)) {
            return lately;
        }
        String text = new String(chars, start, end - start);
        String known = distinct.putIfAbsent(text, text);
        String one = known == null ? text : known;
        recent[slot] = one;
        return one;
    }

    private static boolean isText(String text, char[] chars, int start, int end) {
        if (text.length() != end - start) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (text.charAt(i - start) != chars[i]) {
                return false;
            }
        }
        return true;
    }

    private @Nullable String readTime(char[] chars, int start, int end, int row) {
        int from = start;
        int to = end;
        while (from < to && chars[from] <= ' ') {
            from++;
        }
        while (from < to && chars[to - 1] <= ' ') {
            to--;
        }
        boolean date = rule.type() == ColumnType.DATE;
        if (date ? times.readDate(chars, from, to) : times.readTimestamp(chars, from, to)) {
            longs[row] = times.value();
            return null;
        }
        if (times.problem() != null) {
            return times.problem();
        }
        if (!rule.formats().isEmpty()) {
            return "is in none of the declared formats %s".formatted(rule.formats());
        }
        return date
                ? "is not an ISO date (such as 2021-05-23)"
                : "is not an ISO time (such as 2021-05-23T17:30:00Z, or without Z in the zone %s)".formatted(rule.zone());
    }

    private void ensure(int row) {
        if (row < nulls.length) {
            return;
        }
        int capacity = Math.max(256, Math.max(row + 1, nulls.length + nulls.length / 2));
        nulls = Arrays.copyOf(nulls, capacity);
        switch (rule.type()) {
            case DOUBLE -> doubles = Arrays.copyOf(doubles, capacity);
            case BOOLEAN -> booleans = Arrays.copyOf(booleans, capacity);
            case STRING -> strings = Arrays.copyOf(strings, capacity);
            case LONG, DATE, TIMESTAMP -> longs = Arrays.copyOf(longs, capacity);
        }
    }

    /** The first rows as a vector. */
    Vector vector(int rows) {
        boolean[] missing = missing(rows);
        return switch (rule.type()) {
            case DOUBLE -> new Vector.Doubles(Arrays.copyOf(doubles, rows), missing);
            case BOOLEAN -> new Vector.Booleans(Arrays.copyOf(booleans, rows), missing);
            case STRING -> new Vector.Strings(Arrays.copyOf(strings, rows));
            case LONG, DATE, TIMESTAMP -> new Vector.Longs(rule.type(), Arrays.copyOf(longs, rows), missing);
        };
    }

    private boolean @Nullable [] missing(int rows) {
        if (!anyNull) {
            return null;
        }
        boolean[] missing = Arrays.copyOf(nulls, rows);
        for (boolean cell : missing) {
            if (cell) {
                return missing;
            }
        }
        return null;
    }
}
