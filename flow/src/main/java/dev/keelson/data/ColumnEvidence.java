package dev.keelson.data;

import dev.keelson.frame.ColumnType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the cells of one column show. Texts are counted up to a limit of different ones. */
final class ColumnEvidence {
    private static final int MOST_DISTINCT = 100_000;
    private static final int MOST_VALUES = 12;
    private static final double GOOD = 0.99;
    private static final int BYTES_PER_TEXT = 150;
    private static final Pattern OFFSET = Pattern.compile("[+-]\\d\\d(:?\\d\\d)?$");

    private final CellNumbers numbers = new CellNumbers();
    private final Map<String, Long> texts = new HashMap<>();
    private final int most;
    private boolean open = true;
    private long rows;
    private long present;
    private long longs;
    private long doubles;
    private long leadingZeros;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private int longest;

    /** @param columns how many there are, which share a part of the memory */
    ColumnEvidence(int columns) {
        long share = Runtime.getRuntime().maxMemory() / 8 / BYTES_PER_TEXT / columns;
        this.most = Math.clamp(share, 1000, MOST_DISTINCT);
    }

    void see(char[] chars, int start, int end) {
        rows++;
        if (CellNumbers.blank(chars, start, end)) {
            return;
        }
        present++;
        longest = Math.max(longest, end - start);
        boolean number = numbers.readDouble(chars, start, end) && !Double.isNaN(numbers.doubleValue());
        if (number) {
            doubles++;
            least = Math.min(least, numbers.doubleValue());
            greatest = Math.max(greatest, numbers.doubleValue());
            leadingZeros += CellNumbers.hasLeadingZero(chars, start, end) ? 1 : 0;
            longs += numbers.readLong(chars, start, end) ? 1 : 0;
        }
        if (open) {
            texts.merge(new String(chars, start, end - start).strip(), 1L, Long::sum);
            open = texts.size() <= most;
        }
    }

    /** What the evidence adds up to; {@code given} is the type the source itself has, or null. */
    Finding conclude(@Nullable ColumnType given) {
        if (present == 0) {
            return finding(given == null ? ColumnType.DOUBLE : given, List.of(), 0, null, List.of(), false);
        }
        if (given != null && given != ColumnType.STRING) {
            return finding(given, List.of(), present, null, List.of(), false);
        }
        if (given == null && doubles >= GOOD * present && leadingZeros == 0) {
            boolean whole = longs == present;
            String odd = doubles == present ? null : firstOdd(this::isNumber);
            return finding(whole ? ColumnType.LONG : ColumnType.DOUBLE, List.of(), doubles, odd, List.of(), false);
        }
        Finding time = time(true);
        Finding date = time(false);
        Finding better = time.parsed() >= date.parsed() ? time : date;
        if (better.parsed() >= GOOD * counted()) {
            return better;
        }
        long truths = count(text -> text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"));
        if (open && truths == present) {
            return finding(ColumnType.BOOLEAN, List.of(), present, null, List.of(), false);
        }
        List<String> values = open && texts.size() <= MOST_VALUES && texts.size() * 10L <= present && longest <= 40
                ? new TreeSet<>(texts.keySet()).stream().toList()
                : List.of();
        return finding(ColumnType.STRING, List.of(), present, null, values, false);
    }

    private boolean isNumber(String text) {
        return numbers.readDouble(text.toCharArray(), 0, text.length());
    }

    private long counted() {
        return texts.values().stream().mapToLong(Long::longValue).sum();
    }

    private long count(Predicate<String> test) {
        return texts.entrySet().stream()
                .filter(each -> test.test(each.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private @Nullable String firstOdd(Predicate<String> good) {
        return texts.keySet().stream()
                .filter(text -> !good.test(text))
                .min(String::compareTo)
                .orElse(null);
    }

    /** The fewest formats that together read the cells: the one that reads most, then the one that reads most of the rest. */
    private Finding time(boolean timestamp) {
        Map<Long, Long> masks = new TreeMap<>();
        boolean naive = !timestamp;
        for (Map.Entry<String, Long> each : texts.entrySet()) {
            long mask = longest > 40 ? 0 : CellTimes.mask(each.getKey(), timestamp);
            masks.merge(mask, each.getValue(), Long::sum);
            naive |= mask > 1 || ((mask & 1) != 0 && isNaive(each.getKey()));
        }
        List<String> patterns = CellTimes.masked(timestamp);
        List<String> chosen = new ArrayList<>();
        List<String> equal = new ArrayList<>();
        long parsed = 0;
        long covered = 0;
        while (true) {
            int best = -1;
            long most = 0;
            for (int i = 0; i < patterns.size(); i++) {
                long gain = 0;
                for (Map.Entry<Long, Long> mask : masks.entrySet()) {
                    boolean here = (mask.getKey() & (1L << i)) != 0 && (mask.getKey() & covered) == 0;
                    gain += here ? mask.getValue() : 0;
                }
                if (gain > most) {
                    most = gain;
                    best = i;
                    equal.clear();
                } else if (gain == most && most > 0 && chosen.isEmpty()) {
                    equal.add(patterns.get(i));
                }
            }
            if (best < 0 || (parsed > 0 && most * 1000 < parsed)) {
                break;
            }
            chosen.add(patterns.get(best));
            covered |= 1L << best;
            parsed += most;
        }
        boolean iso = chosen.equals(List.of(""));
        // ISO 8601 is what is read without a format; beside other formats it needs one of its own.
        List<String> formats = iso
                ? List.of()
                : chosen.stream()
                        .map(pattern -> pattern.isEmpty() ? (timestamp ? "yyyy-MM-dd'T'HH:mm:ssXXX" : "yyyy-MM-dd") : pattern)
                        .toList();
        String odd = parsed == counted() ? null : firstOdd(text -> CellTimes.mask(text, timestamp) != 0);
        Finding found = finding(
                timestamp ? ColumnType.TIMESTAMP : ColumnType.DATE, formats, parsed, odd, List.of(), naive && parsed > 0);
        boolean shorter = equal.stream().anyMatch(other -> !formats.isEmpty() && isOtherOrder(formats.getFirst(), other));
        return shorter ? found.ambiguous(equal) : found;
    }

    /** Whether two formats have day and month exchanged; {@code d} beside {@code dd} is no other order. */
    private static boolean isOtherOrder(String one, String other) {
        return Character.toLowerCase(one.charAt(0)) != Character.toLowerCase(other.charAt(0));
    }

    private static boolean isNaive(String text) {
        boolean utc = text.endsWith("Z") || text.endsWith("z") || text.endsWith("UTC");
        return !utc && (text.length() <= 16 || !OFFSET.matcher(text).find(16));
    }

    private Finding finding(
            ColumnType type, List<String> formats, long parsed, @Nullable String odd, List<String> values, boolean naive) {
        boolean number = type == ColumnType.LONG || type == ColumnType.DOUBLE;
        String min = null;
        String max = null;
        if (number && doubles > 0) {
            min = shown(least);
            max = shown(greatest);
        }
        boolean time = type == ColumnType.DATE || type == ColumnType.TIMESTAMP;
        return new Finding(
                type,
                formats,
                values,
                rows,
                rows - present,
                parsed,
                time && parsed > 0 ? counted() : present,
                present,
                Math.min(texts.size(), most),
                !open,
                number && doubles > 0 ? least : Double.NaN,
                number && doubles > 0 ? greatest : Double.NaN,
                min,
                max,
                odd,
                naive,
                List.of());
    }

    private static String shown(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }

    /**
     * A conclusion.
     *
     * @param formats patterns besides ISO 8601, or empty
     * @param values the few texts of an enumeration, or empty
     * @param parsed how many of the cells with a value were read as the type
     * @param tried how many of those cells that is about: of times only the texts that were counted are tried
     * @param distinct how many different texts there are, or how many were counted when there are more
     * @param more whether there are more different texts than were counted
     * @param least the least number, or NaN
     * @param greatest the greatest number, or NaN
     * @param odd a text that is not of the type, or null
     * @param naive whether its times have no offset, or are days
     * @param others formats that read as many cells and mean other days
     */
    record Finding(
            ColumnType type,
            List<String> formats,
            List<String> values,
            long rows,
            long missing,
            long parsed,
            long tried,
            long present,
            int distinct,
            boolean more,
            double least,
            double greatest,
            @Nullable String min,
            @Nullable String max,
            @Nullable String odd,
            boolean naive,
            List<String> others) {
        Finding {
            formats = List.copyOf(formats);
            values = List.copyOf(values);
            others = List.copyOf(others);
        }

        Finding ambiguous(List<String> equal) {
            return new Finding(
                    type, formats, values, rows, missing, parsed, tried, present, distinct, more, least, greatest, min, max, odd, naive,
                    equal);
        }

        Finding ranging(@Nullable String first, @Nullable String last) {
            return new Finding(
                    type, formats, values, rows, missing, parsed, tried, present, distinct, more, least, greatest, first, last, odd, naive,
                    others);
        }

        boolean time() {
            return type == ColumnType.DATE || type == ColumnType.TIMESTAMP;
        }
    }
}
