package dev.keelson.control.job;

import com.cronutils.descriptor.CronDescriptor;
import com.cronutils.model.Cron;
import java.time.DayOfWeek;
import java.time.Month;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Schedules in words. */
public final class CronText {
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");
    private static final String ANY = "*";
    /** As the library words days and months of a date: {@code at 13 day at Friday day}. */
    private static final Pattern NO_ENGLISH = Pattern.compile("\\bat \\w+(?:(?:, | and )\\w+)* (?:days?|months?)\\b");

    private CronText() {}

    /**
     * When it is due, such as {@code every day at 02:00, Europe/London}.
     *
     * @param cron five fields
     * @throws IllegalArgumentException if the fields cannot be read
     */
    public static String sentence(String cron, ZoneId zone) {
        Cron parsed = dev.keelson.control.Cron.parse(cron);
        String words = usual(cron.strip().split("\\s+")).orElseGet(() -> rare(cron.strip(), parsed));
        return "%s, %s".formatted(words, zone.getId());
    }

    /**
     * As the library words it; as it is written where that is no English, and a step that does not divide its whole: in words it
     * would sound as if it came at even distances.
     */
    private static String rare(String cron, Cron parsed) {
        String words = CronDescriptor.instance(Locale.UK).describe(parsed);
        return cron.contains("/") || NO_ENGLISH.matcher(words).find() ? "at the times of cron `%s`".formatted(cron) : words;
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
        if (anyWeekday) {
            return anyDay && month.equals(ANY) ? "every day" : ofMonth(ofMonth, month);
        }
        if (!anyDay || !month.equals(ANY)) {
            return null;
        }
        List<String> range = Stream.of(ofWeek.split("-")).map(CronText::day).toList();
        if (ofWeek.contains("-")) {
            return range.size() == 2 && !range.contains("") ? "every %s to %s".formatted(range.getFirst(), range.getLast()) : null;
        }
        List<String> names = Stream.of(ofWeek.split(",")).map(CronText::day).toList();
        return names.contains("") ? null : "every " + and(names);
    }

    /** {@code on day 1 of January and October}; null for what is rarer. */
    private static @Nullable String ofMonth(String days, String months) {
        List<Integer> named = numbers(days, 31);
        List<Integer> within = numbers(months, 12);
        if (named.isEmpty() || within.isEmpty()) {
            return null;
        }
        String when = within.size() == 12
                ? "every month"
                : and(within.stream().map(each -> Month.of(each).getDisplayName(TextStyle.FULL, Locale.UK)).toList());
        List<String> of = named.stream().map(String::valueOf).toList();
        String which = of.size() == 31
                ? "every day"
                : "on day " + (of.size() > 5 ? "%s … %s".formatted(String.join(", ", of.subList(0, 3)), of.getLast()) : and(of));
        return "%s of %s".formatted(which, when);
    }

    /** Those from 1 that a field means: {@code *}, a list, or steps, which begin with 1; empty for what is rarer. */
    private static List<Integer> numbers(String field, int last) {
        if (field.matches("\\*(/[1-9][0-9]?)?|\\?")) {
            int step = field.length() < 2 ? 1 : Integer.parseInt(field.substring(2));
            return Stream.iterate(1, each -> each <= last, each -> each + step).toList();
        }
        List<String> parts = List.of(field.split(","));
        return parts.stream().allMatch(each -> isNumber(each) && Integer.parseInt(each) >= 1 && Integer.parseInt(each) <= last)
                ? parts.stream().map(Integer::valueOf).toList()
                : List.of();
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
