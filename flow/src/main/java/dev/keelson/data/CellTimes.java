package dev.keelson.data;

import dev.keelson.frame.Micros;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads dates and instants. ISO 8601 without a declared format; else the declared patterns in order, strictly (no 31
 * February). A two-digit year is one of 1970 to 2069. A time without an offset is read in the zone: of the two instants
 * of a repeated hour the earlier one is meant, a time that the clocks skipped is refused.
 */
final class CellTimes {
    /** Formats that people use besides ISO, to be named in a remedy. */
    private static final List<String> KNOWN_DATES = List.of(
            "dd/MM/yyyy",
            "MM/dd/yyyy",
            "dd/MM/yy",
            "MM/dd/yy",
            "d/M/yyyy",
            "M/d/yyyy",
            "dd-MM-yyyy",
            "dd.MM.yyyy",
            "dd.MM.yy",
            "d.M.yyyy",
            "yyyy/MM/dd",
            "yyyyMMdd",
            "dd-MMM-yyyy",
            "d MMM yyyy",
            "MMM d, yyyy");

    private static final List<String> KNOWN_TIMES = List.of("HH:mm", "HH:mm:ss");
    private static final List<Format> DATE_FORMATS =
            KNOWN_DATES.stream().map(Format::new).toList();
    private static final List<Format> TIMESTAMP_FORMATS = KNOWN_DATES.stream()
            .flatMap(date -> KNOWN_TIMES.stream().map(time -> new Format(date + " " + time)))
            .toList();

    private final List<Format> formats;
    private final ZoneId zone;
    private final Map<Long, Long> midnights = new HashMap<>();
    private long value;
    private @Nullable String problem;

    /**
     * @param patterns java.time patterns in order, or empty for ISO
     * @param zone zone of naive times and of midnights
     */
    CellTimes(List<String> patterns, ZoneId zone) {
        this.formats = patterns.stream().map(Format::new).toList();
        this.zone = zone;
    }

    /** A pattern with its formatter. */
    private record Format(String pattern, DateTimeFormatter formatter) {
        Format(String pattern) {
            this(pattern, strict(pattern));
        }

        /** The pattern with {@code y} as proleptic year (a strict year of era would need an era) and a pivot for yy. */
        private static DateTimeFormatter strict(String pattern) {
            DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
            StringBuilder piece = new StringBuilder();
            boolean quoted = false;
            int i = 0;
            while (i < pattern.length()) {
                char c = pattern.charAt(i);
                int run = i;
                while (run < pattern.length() && pattern.charAt(run) == c) {
                    run++;
                }
                if (c == '\'') {
                    quoted ^= (run - i) % 2 == 1;
                }
                if (!quoted && (c == 'y' || c == 'u')) {
                    if (run - i == 2) {
                        builder.appendPattern(piece.toString());
                        piece.setLength(0);
                        builder.appendValueReduced(ChronoField.YEAR, 2, 2, 1970);
                    } else {
                        piece.repeat('u', run - i);
                    }
                } else {
                    piece.append(pattern, i, run);
                }
                i = run;
            }
            return builder.appendPattern(piece.toString())
                    .toFormatter(Locale.ENGLISH)
                    .withResolverStyle(ResolverStyle.STRICT);
        }
    }

    /** Whether a pattern can be read at all; null, or what is wrong with it. */
    static @Nullable String patternProblem(String pattern) {
        try {
            var unused = new Format(pattern);
            return null;
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** What the last successful call read: days, or microseconds. */
    long value() {
        return value;
    }

    /** Why the last call failed, when there is more to say than that it is not in the format; else null. */
    @Nullable
    String problem() {
        return problem;
    }

    /** A day; false if it is not one in any of the formats. */
    boolean readDate(char[] chars, int start, int end) {
        problem = null;
        if (formats.isEmpty()) {
            return end - start == 10 && isoDate(chars, start);
        }
        String text = new String(chars, start, end - start).strip();
        for (Format format : formats) {
            try {
                value = format.formatter().parse(text, LocalDate::from).toEpochDay();
                return true;
            } catch (DateTimeException e) {
                problem = null; // the next format may fit
            }
        }
        return false;
    }

    /** An instant; false if it is not one in any of the formats, or does not exist in the zone. */
    boolean readTimestamp(char[] chars, int start, int end) {
        problem = null;
        if (formats.isEmpty()) {
            return isoTimestamp(chars, start, end);
        }
        String text = new String(chars, start, end - start).strip();
        for (Format format : formats) {
            try {
                return resolve(format.formatter().parse(text));
            } catch (DateTimeException e) {
                problem = null; // the next format may fit
            }
        }
        return false;
    }

    private boolean resolve(TemporalAccessor parsed) {
        if (parsed.isSupported(ChronoField.INSTANT_SECONDS)) {
            value = Micros.of(Instant.from(parsed));
            return true;
        }
        LocalDate date = LocalDate.from(parsed);
        LocalTime time = parsed.query(TemporalQueries.localTime());
        ZoneOffset offset = parsed.query(TemporalQueries.offset());
        LocalDateTime local = time == null ? date.atStartOfDay() : date.atTime(time);
        return offset == null ? atZone(local) : atOffset(local, offset);
    }

    /** The first instant of a day in the zone, in microseconds. */
    long startOfDay(long epochDay) {
        return midnights.computeIfAbsent(
                epochDay,
                day -> Micros.of(LocalDate.ofEpochDay(day).atStartOfDay(zone).toInstant()));
    }

    private boolean atOffset(LocalDateTime local, ZoneOffset offset) {
        value = Micros.of(local.toInstant(offset));
        return true;
    }

    private boolean atZone(LocalDateTime local) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.isEmpty()) {
            problem = "does not exist in the zone %s, where the clocks went forward over it".formatted(zone);
            return false;
        }
        return atOffset(local, offsets.getFirst());
    }

    private boolean isoDate(char[] chars, int start) {
        int year = digits(chars, start, 4);
        int month = digits(chars, start + 5, 2);
        int day = digits(chars, start + 8, 2);
        if (year < 0 || month < 1 || month > 12 || day < 1 || chars[start + 4] != '-' || chars[start + 7] != '-') {
            return false;
        }
        if (day > 28 && day > YearMonth.of(year, month).lengthOfMonth()) {
            return false;
        }
        value = epochDay(year, month, day);
        return true;
    }

    /** Days since 1970-01-01 of a day of the years 0 to 9999 (the algorithm of {@link LocalDate#toEpochDay}). */
    private static long epochDay(int year, int month, int day) {
        long total = 365L * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
        total += (367L * month - 362) / 12 + day - 1;
        if (month > 2) {
            boolean leap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
            total -= leap ? 1 : 2;
        }
        return total - 719_528;
    }

    /** {@code 2021-05-23T17:30[:00[.123456789]][Z|+02:00|+0200|+02]}, with T or a blank. */
    private boolean isoTimestamp(char[] chars, int start, int end) {
        boolean head = end - start >= 16
                && isoDate(chars, start)
                && (chars[start + 10] == 'T' || chars[start + 10] == ' ' || chars[start + 10] == 't')
                && chars[start + 13] == ':';
        if (!head) {
            return false;
        }
        long day = value;
        int hour = digits(chars, start + 11, 2);
        int minute = digits(chars, start + 14, 2);
        int second = 0;
        int nano = 0;
        int i = start + 16;
        if (i < end && chars[i] == ':') {
            if (i + 3 > end) {
                return false;
            }
            second = digits(chars, i + 1, 2);
            i += 3;
            if (i < end && (chars[i] == '.' || chars[i] == ',')) {
                int first = ++i;
                int scale = 100_000_000;
                while (i < end && chars[i] >= '0' && chars[i] <= '9') {
                    nano += (chars[i] - '0') * scale;
                    scale /= 10;
                    i++;
                }
                if (i == first) {
                    return false;
                }
            }
        }
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
            return false;
        }
        if (i == end - 1 && (chars[i] == 'Z' || chars[i] == 'z')) {
            long seconds = day * 86_400 + hour * 3_600L + minute * 60L + second;
            value = seconds * 1_000_000 + nano / 1_000;
            return true;
        }
        LocalDateTime local = LocalDateTime.of(LocalDate.ofEpochDay(day), LocalTime.of(hour, minute, second, nano));
        if (i == end) {
            return atZone(local);
        }
        ZoneOffset offset = offset(new String(chars, i, end - i).strip());
        return offset != null && atOffset(local, offset);
    }

    private static @Nullable ZoneOffset offset(String text) {
        try {
            return text.equals("z") || text.equals("Z") || text.equals("UTC") ? ZoneOffset.UTC : ZoneOffset.of(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static int digits(char[] chars, int start, int count) {
        int value = 0;
        for (int i = start; i < start + count; i++) {
            int digit = chars[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** The usual formats in which a text is a date (or an instant); empty if none. */
    static List<String> detect(String text, boolean timestamp) {
        List<String> found = new ArrayList<>();
        for (Format format : timestamp ? TIMESTAMP_FORMATS : DATE_FORMATS) {
            ParsePosition position = new ParsePosition(0);
            try {
                format.formatter().parse(text.strip(), position);
            } catch (DateTimeException e) {
                position.setIndex(-1); // it is not in this format
            }
            if (position.getIndex() == text.strip().length()) {
                found.add(format.pattern());
            }
        }
        return found;
    }

    /** The formats that {@link #mask} tells apart; ISO 8601 comes first, as the empty text. */
    static List<String> masked(boolean timestamp) {
        List<String> patterns = new ArrayList<>();
        patterns.add("");
        (timestamp ? TIMESTAMP_FORMATS : DATE_FORMATS).forEach(format -> patterns.add(format.pattern()));
        return patterns;
    }

    /** In which of the formats of {@link #masked} a text is a date (or an instant): bit by bit. */
    static long mask(String text, boolean timestamp) {
        long mask = (timestamp ? isIsoTimestamp(text) : isIsoDate(text)) ? 1 : 0;
        List<Format> formats = timestamp ? TIMESTAMP_FORMATS : DATE_FORMATS;
        for (int i = 0; i < formats.size(); i++) {
            if (!looksLike(formats.get(i).pattern(), text)) {
                continue; // a formatter that fails makes an exception, which takes long
            }
            ParsePosition position = new ParsePosition(0);
            try {
                formats.get(i).formatter().parse(text, position);
            } catch (DateTimeException e) {
                position.setIndex(-1); // it is not in this format
            }
            mask |= position.getIndex() == text.length() ? 1L << (i + 1) : 0;
        }
        return mask;
    }

    /** Whether a text has digits and letters where a pattern without quotes has its fields, and the same in between. */
    private static boolean looksLike(String pattern, String text) {
        int at = 0;
        int i = 0;
        while (i < pattern.length()) {
            char c = pattern.charAt(i);
            int run = i;
            while (run < pattern.length() && pattern.charAt(run) == c) {
                run++;
            }
            int length = run - i;
            i = run;
            int from = at;
            if (c == 'M' && length == 3) {
                while (at < text.length() && Character.isLetter(text.charAt(at))) {
                    at++;
                }
                if (at - from < 3) {
                    return false;
                }
            } else if (Character.isLetter(c)) {
                int most = length == 1 ? 2 : length;
                while (at < text.length() && at - from < most && Character.isDigit(text.charAt(at))) {
                    at++;
                }
                if (at - from < length) {
                    return false;
                }
            } else {
                if (!text.startsWith(pattern.substring(run - length, run), at)) {
                    return false;
                }
                at += length;
            }
        }
        return at == text.length();
    }

    /** Whether a text is an ISO date (10 characters). */
    static boolean isIsoDate(String text) {
        boolean maybe = text.length() == 10 && text.charAt(4) == '-';
        return maybe && new CellTimes(List.of(), ZoneOffset.UTC).isoDate(text.toCharArray(), 0);
    }

    /** Whether a text is an ISO instant, or an ISO date and time. */
    static boolean isIsoTimestamp(String text) {
        boolean maybe = text.length() >= 16 && text.charAt(4) == '-';
        return maybe && new CellTimes(List.of(), ZoneOffset.UTC).isoTimestamp(text.toCharArray(), 0, text.length());
    }
}
