package dev.keelson.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Vector;
import dev.keelson.stats.SortedSample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the values of a column look like.
 *
 * @param column its name
 * @param type its type
 * @param rows how many cells there are
 * @param missing how many of them are missing
 * @param distinct how many different values there are
 * @param least the least value as text, or null when there is none; texts by UTF-16 code units
 * @param greatest the greatest value as text, or null
 * @param mean mean of the numbers; NaN for other types and without values
 * @param std sample standard deviation (n - 1); NaN with fewer than two values
 * @param quantiles of the numbers at {@link #LEVELS}, interpolated linearly (Hyndman and Fan 1996, type 7); empty for other
 *     types and without values
 * @param frequent the most frequent texts or truths with their counts, at most 5; empty for other types
 */
public record ColumnStatistics(
        String column,
        ColumnType type,
        long rows,
        long missing,
        long distinct,
        @Nullable String least,
        @Nullable String greatest,
        double mean,
        double std,
        List<Double> quantiles,
        List<Frequency> frequent) {
    /** The levels of {@link #quantiles}. */
    public static final List<Double> LEVELS = List.of(0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99);

    private static final int FREQUENT = 5;

    public ColumnStatistics {
        quantiles = List.copyOf(quantiles);
        frequent = List.copyOf(frequent);
    }

    /** A value and how often it occurs. */
    public record Frequency(String value, long count) {}

    /** Measures a column. NaN is a value that no number statistic counts. */
    public static ColumnStatistics of(String column, Vector vector) {
        return switch (vector.type()) {
            case DOUBLE, LONG -> numbers(column, vector);
            case DATE, TIMESTAMP -> times(column, (Vector.Longs) vector);
            case STRING, BOOLEAN -> texts(column, vector);
        };
    }

    /** The share of cells without a value; NaN without cells. */
    public double missingShare() {
        return rows == 0 ? Double.NaN : (double) missing / rows;
    }

    private static ColumnStatistics numbers(String column, Vector vector) {
        double[] all = asDoubles(vector);
        long missing = Frames.nulls(vector);
        double[] sorted = SortedSample.of(all);
        long distinct = 0;
        for (int i = 0; i < sorted.length; i++) {
            distinct += i == 0 || sorted[i] != sorted[i - 1] ? 1 : 0;
        }
        List<Double> quantiles = new ArrayList<>();
        if (sorted.length > 0) {
            LEVELS.forEach(level -> quantiles.add(quantile(sorted, level)));
        }
        boolean any = sorted.length > 0;
        return new ColumnStatistics(
                column,
                vector.type(),
                vector.size(),
                missing,
                distinct,
                any ? CellRule.plain(sorted[0]) : null,
                any ? CellRule.plain(sorted[sorted.length - 1]) : null,
                mean(sorted),
                std(sorted),
                quantiles,
                List.of());
    }

    private static ColumnStatistics times(String column, Vector.Longs vector) {
        var distinct = new HashSet<Long>();
        int least = -1;
        int greatest = -1;
        for (int i = 0; i < vector.size(); i++) {
            if (!vector.isNull(i)) {
                distinct.add(vector.values()[i]);
                least = least < 0 || vector.values()[i] < vector.values()[least] ? i : least;
                greatest = greatest < 0 || vector.values()[i] > vector.values()[greatest] ? i : greatest;
            }
        }
        return new ColumnStatistics(
                column,
                vector.type(),
                vector.size(),
                Frames.nulls(vector),
                distinct.size(),
                least < 0 ? null : String.valueOf(vector.get(least)),
                greatest < 0 ? null : String.valueOf(vector.get(greatest)),
                Double.NaN,
                Double.NaN,
                List.of(),
                List.of());
    }

    private static ColumnStatistics texts(String column, Vector vector) {
        Map<String, Long> counts = new HashMap<>();
        for (int i = 0; i < vector.size(); i++) {
            Object value = vector.get(i);
            if (value != null) {
                counts.merge(value.toString(), 1L, Long::sum);
            }
        }
        List<Frequency> sorted = counts.entrySet().stream()
                .map(entry -> new Frequency(entry.getKey(), entry.getValue()))
                .sorted((a, b) -> a.count() != b.count()
                        ? Long.compare(b.count(), a.count())
                        : a.value().compareTo(b.value()))
                .limit(FREQUENT)
                .toList();
        return new ColumnStatistics(
                column,
                vector.type(),
                vector.size(),
                Frames.nulls(vector),
                counts.size(),
                counts.keySet().stream().min(String::compareTo).orElse(null),
                counts.keySet().stream().max(String::compareTo).orElse(null),
                Double.NaN,
                Double.NaN,
                List.of(),
                sorted);
    }

    /** The numbers of a column, NaN where there is none; truths count as 1 and 0, times by their number. */
    static double[] asDoubles(Vector vector) {
        double[] values = new double[vector.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = vector.isNull(i)
                    ? Double.NaN
                    : switch (vector) {
                        case Vector.Doubles v -> v.values()[i];
                        case Vector.Longs v -> v.values()[i];
                        case Vector.Booleans v -> v.values()[i] ? 1 : 0;
                        case Vector.Strings v -> Double.NaN;
                    };
        }
        return values;
    }

    /** A quantile of ascending values; NaN without any. */
    static double quantile(double[] sorted, double level) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = level * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        double share = position - below;
        return share == 0 ? sorted[below] : sorted[below] + share * (sorted[above] - sorted[below]);
    }

    /** The mean; NaN without values. */
    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? Double.NaN : sum / values.length;
    }

    /** The sample standard deviation; NaN with fewer than two values. */
    static double std(double[] values) {
        if (values.length < 2) {
            return Double.NaN;
        }
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (values.length - 1));
    }

    /** As a JSON object; statistics that do not exist are left out. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("column", column);
        json.put("type", type.name().toLowerCase(Locale.ROOT));
        json.put("rows", rows);
        json.put("missing", missing);
        if (rows > 0) {
            json.put("missing_share", missingShare());
        }
        json.put("distinct", distinct);
        if (least != null) {
            json.put("min", least);
        }
        if (greatest != null) {
            json.put("max", greatest);
        }
        if (Double.isFinite(mean)) {
            json.put("mean", mean);
        }
        if (Double.isFinite(std)) {
            json.put("std", std);
        }
        for (int i = 0; i < quantiles.size(); i++) {
            if (Double.isFinite(quantiles.get(i))) {
                json.put(name(i), quantiles.get(i));
            }
        }
        if (!frequent.isEmpty()) {
            var list = json.putArray("frequent");
            frequent.forEach(each -> list.addObject().put("value", each.value()).put("count", each.count()));
        }
        return json;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if the object is another
     */
    public static ColumnStatistics fromJson(JsonNode json) {
        List<Double> quantiles = new ArrayList<>();
        for (int i = 0; i < LEVELS.size(); i++) {
            if (json.has(name(i))) {
                quantiles.add(json.get(name(i)).asDouble());
            }
        }
        List<Frequency> frequent = new ArrayList<>();
        json.path("frequent")
                .forEach(each -> frequent.add(
                        new Frequency(each.path("value").asText(), each.path("count").asLong())));
        return new ColumnStatistics(
                json.path("column").asText(),
                ColumnType.valueOf(json.path("type").asText().toUpperCase(Locale.ROOT)),
                json.path("rows").asLong(),
                json.path("missing").asLong(),
                json.path("distinct").asLong(),
                json.has("min") ? json.get("min").asText() : null,
                json.has("max") ? json.get("max").asText() : null,
                json.has("mean") ? json.get("mean").asDouble() : Double.NaN,
                json.has("std") ? json.get("std").asDouble() : Double.NaN,
                quantiles,
                frequent);
    }

    private static String name(int level) {
        double value = LEVELS.get(level);
        return value == 0.5 ? "median" : "p%02d".formatted(Math.round(100 * value));
    }
}
