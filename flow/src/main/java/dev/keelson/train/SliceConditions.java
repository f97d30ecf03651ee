package dev.keelson.train;

import dev.keelson.stats.WorstSlices.Condition;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Conditions that rows are split by: values of segments and categories, and ranges of numbers between quartiles. Nothing here
 * reads what came true; the numbers that are joined with others are those whose ranges differ most in what was predicted.
 */
final class SliceConditions {
    /** Values of one segment or category that are looked at, those of the most rows. */
    static final int MOST_VALUES = 50;

    private static final int MOST_DISTINCT = 6;
    private static final int MOST_CATEGORY_VALUES = 20;
    private static final int MOST_JOINING = 10;
    private static final int MOST_NUMBERS = 100;

    private final JudgedRows rows;
    private final List<Condition> declared = new ArrayList<>();
    private final List<Numeric> numbers = new ArrayList<>();

    private record Numeric(List<Condition> conditions, double spread) {}

    SliceConditions(JudgedRows rows) {
        this.rows = rows;
    }

    /** All conditions: segments and categories first, then numbers by how much their ranges differ. */
    List<Condition> all() {
        List<Condition> all = new ArrayList<>(declared);
        List<Numeric> sorted = numbers.stream()
                .sorted(Comparator.comparingDouble(Numeric::spread).reversed())
                .toList();
        for (int f = 0; f < Math.min(sorted.size(), MOST_NUMBERS); f++) {
            boolean joins = f < MOST_JOINING;
            sorted.get(f).conditions().forEach(each ->
                    all.add(new Condition(each.family(), each.text(), each.rows(), joins)));
        }
        return all;
    }

    /** A segment and its value of each row, empty for none. */
    void addValues(String name, List<String> values) {
        groups(values).forEach((value, members) ->
                declared.add(new Condition(name, name + " = " + value, bits(members), true)));
    }

    /** A column of texts, if it has so few values that they are categories. */
    void addCategory(String name, List<@Nullable Object> values) {
        long distinct = values.stream().filter(Objects::nonNull).distinct().count();
        if (distinct >= 2 && distinct <= MOST_CATEGORY_VALUES
                && declared.stream().noneMatch(condition -> condition.family().equals(name))) {
            addValues(name, values(values));
        }
    }

    /** A number of each row, NaN for none. */
    void addNumber(String name, double[] values) {
        Ranges ranges = ranges(values);
        if (ranges.texts().size() < 2) {
            return;
        }
        List<Condition> conditions = new ArrayList<>();
        for (int g = 0; g < ranges.texts().size(); g++) {
            int group = g;
            int[] members = IntStream.range(0, values.length)
                    .filter(i -> ranges.group()[i] == group)
                    .toArray();
            conditions.add(new Condition(
                    name, ranges.texts().get(g).formatted(name), bits(members), true));
        }
        numbers.add(new Numeric(
                conditions, rows.spread(ranges.group(), ranges.texts().size())));
    }

    /** Range of each row, and each range in words with a place for the name. */
    private record Ranges(int[] group, List<String> texts) {}

    private static Ranges ranges(double[] values) {
        double[] sorted = Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
        double[] distinct = Arrays.stream(sorted).distinct().limit(MOST_DISTINCT + 1L).toArray();
        List<String> texts = new ArrayList<>();
        double[] upper;
        if (distinct.length <= MOST_DISTINCT) {
            upper = distinct;
            for (double value : distinct) {
                texts.add("%s = " + text(value));
            }
        } else {
            int n = sorted.length;
            upper = Arrays.stream(new double[] {sorted[n / 4], sorted[n / 2], sorted[3 * n / 4], sorted[n - 1]})
                    .distinct()
                    .toArray();
            for (int b = 0; b < upper.length; b++) {
                String above = b == 0 ? "" : text(upper[b - 1]) + " < ";
                texts.add(above + "%s" + (b == upper.length - 1 ? "" : " <= " + text(upper[b])));
            }
        }
        int[] group = new int[values.length];
        boolean missing = false;
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) {
                group[i] = upper.length;
                missing = true;
            } else {
                int at = Arrays.binarySearch(upper, values[i]);
                group[i] = Math.min(upper.length - 1, at >= 0 ? at : -at - 1);
            }
        }
        if (missing) {
            texts.add("%s is null");
        }
        return new Ranges(group, texts);
    }

    private static String text(double value) {
        BigDecimal rounded = new BigDecimal(value + 0.0).round(new MathContext(4)).stripTrailingZeros();
        String plain = rounded.toPlainString();
        return plain.length() > 12 ? rounded.toString() : plain;
    }

    private static BitSet bits(int[] members) {
        BitSet bits = new BitSet();
        IntStream.of(members).forEach(bits::set);
        return bits;
    }

    /** Values in words, empty for none; many numbers become their ranges. */
    static List<String> values(List<@Nullable Object> values) {
        boolean many = values.stream().anyMatch(Double.class::isInstance)
                && values.stream().filter(Objects::nonNull).distinct().count() > MOST_VALUES;
        if (!many) {
            return values.stream()
                    .map(value -> value == null ? "" : value instanceof Double each ? text(each) : value.toString())
                    .toList();
        }
        double[] numbers = values.stream()
                .mapToDouble(value -> value instanceof Double each ? each : Double.NaN)
                .toArray();
        Ranges ranges = ranges(numbers);
        return IntStream.range(0, numbers.length)
                .mapToObj(i -> Double.isNaN(numbers[i]) ? "" : ranges.texts().get(ranges.group()[i]).formatted("x"))
                .toList();
    }

    /** The rows of each value, those of the most rows, in the order of the values; rows without one are left out. */
    static Map<String, int[]> groups(List<String> values) {
        Map<String, List<Integer>> members = new TreeMap<>();
        for (int i = 0; i < values.size(); i++) {
            if (!values.get(i).isEmpty()) {
                members.computeIfAbsent(values.get(i), value -> new ArrayList<>()).add(i);
            }
        }
        List<String> kept = members.entrySet().stream()
                .sorted(Map.Entry.<String, List<Integer>>comparingByValue(
                                Comparator.<List<Integer>>comparingInt(List::size).reversed())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_VALUES)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        Map<String, int[]> groups = new LinkedHashMap<>();
        for (String value : kept) {
            groups.put(
                    value,
                    Objects.requireNonNull(members.get(value)).stream()
                            .mapToInt(Integer::intValue)
                            .toArray());
        }
        return groups;
    }
}
