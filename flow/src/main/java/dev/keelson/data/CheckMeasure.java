package dev.keelson.data;

import dev.keelson.expression.Condition;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a condition on a load may measure. */
public enum CheckMeasure {
    /** Rows of the dataset after the load. */
    ROW_COUNT(Arguments.NONE, true),
    /** Rows of the file whose key occurs on an earlier line with other values; exact copies are harmless. */
    DUPLICATE_KEYS(Arguments.NONE, false),
    /** Share of the rows read that were set aside. */
    QUARANTINED(Arguments.NONE, false),
    /** Time since the latest event, zero when it lies in the future. */
    FRESHNESS(Arguments.NONE, false),
    /** Share of the dataset's rows without a value. */
    MISSING(Arguments.COLUMN, true),
    /** Different values as a share of all values, 1 when none occurs twice. */
    UNIQUE(Arguments.COLUMN, true),
    /** How many different values there are. */
    DISTINCT(Arguments.COLUMN, true),
    MIN(Arguments.NUMBER, true),
    MAX(Arguments.NUMBER, true),
    MEAN(Arguments.NUMBER, true),
    /** Sample standard deviation. */
    STD(Arguments.NUMBER, true),
    MEDIAN(Arguments.NUMBER, true),
    P01(Arguments.NUMBER, true),
    P05(Arguments.NUMBER, true),
    P25(Arguments.NUMBER, true),
    P75(Arguments.NUMBER, true),
    P95(Arguments.NUMBER, true),
    P99(Arguments.NUMBER, true),
    /**
     * Steps without a row between the first and the last row of each group: {@code gaps(1h, symbol)} counts the missing
     * hours of every symbol.
     */
    GAPS(Arguments.STEP_AND_COLUMNS, false),
    /** Rows whose value no row of another source has: {@code unmatched(league, leagues.name)}. */
    UNMATCHED(Arguments.REFERENCE, false);

    /** What stands in the brackets. */
    public enum Arguments {
        /** Nothing. */
        NONE,
        /** One column of any type. */
        COLUMN,
        /** One column of numbers. */
        NUMBER,
        /** A duration, then any number of columns. */
        STEP_AND_COLUMNS,
        /** A column, then {@code SOURCE.COLUMN}. */
        REFERENCE
    }

    private final Arguments arguments;
    private final boolean changeable;

    CheckMeasure(Arguments arguments, boolean changeable) {
        this.arguments = arguments;
        this.changeable = changeable;
    }

    /** As project files write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What stands in the brackets. */
    public Arguments arguments() {
        return arguments;
    }

    /** Whether {@code change(...)} of it means something. */
    public boolean changeable() {
        return changeable;
    }

    /** Whether it is a share, whose change is a difference and not a quotient. */
    boolean share() {
        return this == MISSING || this == UNIQUE || this == QUARANTINED;
    }

    /** The unit in which a condition on it is told, however its limit is written: shares and relative changes in percent. */
    Condition.Unit unit(Condition condition) {
        return share() || condition.change() ? Condition.Unit.PERCENT : condition.unit();
    }

    /** The measure of that name. */
    public static Optional<CheckMeasure> of(String name) {
        return Arrays.stream(values()).filter(each -> each.text().equals(name)).findFirst();
    }

    /** The names of all. */
    public static List<String> names() {
        return Arrays.stream(values()).map(CheckMeasure::text).toList();
    }
}
