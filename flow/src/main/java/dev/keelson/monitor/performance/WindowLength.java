package dev.keelson.monitor.performance;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How time is cut into windows of whole days.
 *
 * @param unit day, week from Monday, month, or a number of days
 * @param days of one window; 0 of a month
 */
public record WindowLength(Unit unit, int days) {
    /** By weeks from Monday. */
    public static final WindowLength WEEK = new WindowLength(Unit.WEEK, 7);

    /** What {@link #parse} reads, in words. */
    public static final String EXPECTED = "day, week, month or days such as 7d";

    private static final Pattern DAYS = Pattern.compile("([1-9][0-9]{0,3})d");

    /** What a window is. */
    public enum Unit {
        DAY,
        WEEK,
        MONTH,
        /** So many days, the last window ending with the newest day. */
        DAYS
    }

    /** Reads {@code day}, {@code week}, {@code month} or days such as {@code 7d}; empty for anything else. */
    public static Optional<WindowLength> parse(String text) {
        Matcher days = DAYS.matcher(text);
        if (days.matches()) {
            return Optional.of(new WindowLength(Unit.DAYS, Integer.parseInt(days.group(1))));
        }
        return switch (text) {
            case "day" -> Optional.of(new WindowLength(Unit.DAY, 1));
            case "week" -> Optional.of(WEEK);
            case "month" -> Optional.of(new WindowLength(Unit.MONTH, 0));
            default -> Optional.empty();
        };
    }

    /**
     * As {@link #parse}.
     *
     * @throws KeelsonException USAGE for anything else
     */
    public static WindowLength of(String text) {
        return parse(text).orElseThrow(() -> new KeelsonException(
                ErrorCode.USAGE,
                "The window (%s) is not understood; `day`, `week`, `month` or days such as `7d` were expected.".formatted(text),
                "Maybe `week` was meant."));
    }

    /** As it is read. */
    public String text() {
        return switch (unit) {
            case DAY -> "day";
            case WEEK -> "week";
            case MONTH -> "month";
            case DAYS -> days + "d";
        };
    }

    /**
     * The first day of the window that has a day.
     *
     * @param last the newest day there is
     */
    LocalDate from(LocalDate day, LocalDate last) {
        return switch (unit) {
            case DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
            case DAYS -> {
                long back = ChronoUnit.DAYS.between(day, last) / days;
                yield last.plusDays(1).minusDays((back + 1) * days);
            }
        };
    }

    /** The day after the window that begins with a day. */
    LocalDate end(LocalDate from) {
        return unit == Unit.MONTH ? from.plusMonths(1) : from.plusDays(days);
    }
}
