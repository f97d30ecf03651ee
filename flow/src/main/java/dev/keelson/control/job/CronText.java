package dev.keelson.control.job;

import com.cronutils.descriptor.CronDescriptor;
import com.cronutils.model.Cron;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Schedules in words. */
public final class CronText {
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");
    private static final String ANY = "*";

    private CronText() {}

    /**
     * When it is due, such as {@code every day at 02:00, Europe/London}.
     *
     * @param cron five fields
     * @throws IllegalArgumentException if the fields cannot be read
     */
    public static String sentence(String cron, ZoneId zone) {
        Cron parsed = dev.keelson.control.Cron.parse(cron);
        String words = usual(cron.strip().split("\\s+")).orElseGet(() -> CronDescriptor.instance(Locale.UK).describe(parsed));
        return "%s, %s".formatted(words, zone.getId());
    }

    /** The forms that nearly all schedules have; the others are described field by field. */
    private static Optional<String> usual(String[] fields) {
        String minute = fields[0];
        String hour = fields[1];
        String days = days(fields[2], fields[3], fields[4]);
        if (days == null) {
            return Optional.empty();
        }
        if (isNumber(minute) && Stream.of(hour.split(",")).allMatch(CronText::isNumber)) {
            List<String> times = Arrays.stream(hour.split(","))
                    .map(each -> String.format(Locale.ROOT, "%02d:%02d", Integer.parseInt(each), Integer.parseInt(minute)))
                    .toList();
            return Optional.of("%s at %s".formatted(days, and(times)));
        }
        if (!days.equals("every day")) {
            return Optional.empty();
        }
        if (hour.equals(ANY)) {
            return isNumber(minute)
                    ? Optional.of("every hour at minute " + minute)
                    : step(minute, 60).map(each -> each == 1 ? "every minute" : "every %d minutes".formatted(each));
        }
        return isNumber(minute)
                ? step(hour, 24).map(each -> "every %d hours at minute %s".formatted(each, minute))
                : Optional.empty();
    }

    /** {@code every day}, {@code every Monday to Friday}, {@code on day 1 of every month}; null for what is rarer. */
    private static @Nullable String days(String ofMonth, String month, String ofWeek) {
        boolean anyDay = ofMonth.equals(ANY) || ofMonth.equals("?");
        boolean anyWeekday = ofWeek.equals(ANY) || ofWeek.equals("?");
        if (!month.equals(ANY) || (!anyDay && !anyWeekday)) {
            return null;
        }
        if (anyDay && anyWeekday) {
            return "every day";
        }
        if (anyWeekday) {
            return Stream.of(ofMonth.split(",")).allMatch(CronText::isNumber)
                    ? "on day %s of every month".formatted(and(List.of(ofMonth.split(","))))
                    : null;
        }
        List<String> range = Stream.of(ofWeek.split("-")).map(CronText::day).toList();
        if (ofWeek.contains("-")) {
            return range.size() == 2 && !range.contains("") ? "every %s to %s".formatted(range.getFirst(), range.getLast()) : null;
        }
        List<String> names = Stream.of(ofWeek.split(",")).map(CronText::day).toList();
        return names.contains("") ? null : "every " + and(names);
    }

    /** The name of {@code SUN} or {@code 0}; empty for anything else. */
    private static String day(String field) {
        int number = field.matches("[0-7]") ? Integer.parseInt(field) : DAYS.indexOf(field.toUpperCase(Locale.ROOT));
        return number < 0 ? "" : DayOfWeek.of(number == 0 ? 7 : number).getDisplayName(TextStyle.FULL, Locale.UK);
    }

    /** Every how many of so many, where these come at equal distances. */
    private static Optional<Integer> step(String field, int of) {
        if (field.equals(ANY)) {
            return Optional.of(1);
        }
        return field.matches("\\*/[1-9][0-9]?")
                ? Optional.of(Integer.parseInt(field.substring(2))).filter(each -> of % each == 0)
                : Optional.empty();
    }

    private static boolean isNumber(String field) {
        return field.matches("[0-9]{1,2}");
    }

    private static String and(List<String> words) {
        return words.size() == 1
                ? words.getFirst()
                : String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.getLast();
    }
}
