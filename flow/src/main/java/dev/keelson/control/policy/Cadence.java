package dev.keelson.control.policy;

import java.util.Comparator;
import java.util.List;

/**
 * A schedule that comes at even distances, as far as the calendar allows. Steps of hours divide a day and steps of months a
 * year, since cron begins to count anew with each day and year: of every nine months it would make January and October.
 *
 * @param days between two times, on average
 * @param cron five fields
 * @param words such as {@code month} or {@code 6 months}, behind "every"
 */
record Cadence(double days, String cron, String words) {
    private static final double YEAR = 365.25;
    /** A span this near to that of a schedule is the same. */
    private static final double SAME = 0.01;

    private static final List<Cadence> ALL = List.of(
            new Cadence(1.0 / 24, "0 * * * *", "hour"),
            hours(2),
            hours(3),
            hours(4),
            hours(6),
            hours(8),
            hours(12),
            new Cadence(1, "0 3 * * *", "day"),
            new Cadence(7.0 / 3, "0 3 * * 1,3,5", "Monday, Wednesday and Friday"),
            new Cadence(7.0 / 2, "0 3 * * 1,4", "Monday and Thursday"),
            new Cadence(7, "0 3 * * 1", "week"),
            new Cadence(YEAR / 24, "0 3 1,15 * *", "half month"),
            new Cadence(YEAR / 12, "0 3 1 * *", "month"),
            months(2),
            months(3),
            months(4),
            months(6),
            new Cadence(YEAR, "0 3 1 1 *", "year"));

    private static Cadence hours(int hours) {
        return new Cadence(hours / 24.0, "0 */%d * * *".formatted(hours), hours + " hours");
    }

    private static Cadence months(int months) {
        return new Cadence(months * YEAR / 12, "0 3 1 */%d *".formatted(months), months + " months");
    }

    /** The one whose distance is nearest, by their ratio. */
    static Cadence nearest(double days) {
        return ALL.stream()
                .min(Comparator.comparingDouble(each -> Math.abs(Math.log(each.days / days))))
                .orElseThrow();
    }

    /** Whether it comes as often as every so many days. */
    boolean is(double span) {
        return Math.abs(Math.log(days / span)) < SAME;
    }
}
