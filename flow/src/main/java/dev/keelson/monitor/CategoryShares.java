package dev.keelson.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.monitor.CategoryCells.Counted;
import dev.keelson.stats.Histogram;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How a column of categories is spread on both sides of a drift check.
 *
 * @param cramersV effect size of the chi-square test over the cells compared, 0 to 1; NaN when nothing could be compared
 * @param values the most frequent categories of either side, by their share on the side where it is larger; all others, if
 *     there are, last
 */
public record CategoryShares(double cramersV, List<Value> values) {
    /** Categories that are shown by themselves. */
    static final int SHOWN = 20;

    /**
     * One category.
     *
     * @param text what it is; {@code #} and its number where that is not known; null for all others together
     * @param reference rows of the reference
     * @param current rows of the window
     */
    public record Value(@Nullable String text, long reference, long current) {
        /** What to show of it. */
        public String shown() {
            return text == null ? "(others)" : text;
        }
    }

    /** Copies the list. */
    public CategoryShares {
        values = List.copyOf(values);
    }

    /**
     * Spreads two sides.
     *
     * @param reference ascending finite values
     * @param current likewise
     * @param texts what numbers stand for
     */
    static CategoryShares of(
            double[] reference, double[] current, double cramersV, DoubleFunction<@Nullable String> texts) {
        Map<Double, long[]> rows = new TreeMap<>();
        for (Counted each : CategoryCells.counted(reference)) {
            rows.put(each.key(), new long[] {each.rows(), 0});
        }
        for (Counted each : CategoryCells.counted(current)) {
            rows.computeIfAbsent(each.key(), key -> new long[2])[1] = each.rows();
        }
        double n = Math.max(1, reference.length);
        double m = Math.max(1, current.length);
        List<Map.Entry<Double, long[]>> ranked = new ArrayList<>(rows.entrySet());
        ranked.sort(Comparator.comparingDouble((Map.Entry<Double, long[]> each) ->
                        -Math.max(each.getValue()[0] / n, each.getValue()[1] / m))
                .thenComparingDouble(Map.Entry::getKey));
        List<Value> values = new ArrayList<>();
        long referenceLeft = 0;
        long currentLeft = 0;
        for (int i = 0; i < ranked.size(); i++) {
            long[] counts = ranked.get(i).getValue();
            if (i < SHOWN) {
                double key = ranked.get(i).getKey();
                String text = texts.apply(key);
                values.add(new Value(text == null ? String.format(Locale.ROOT, "#%.0f", key) : text, counts[0], counts[1]));
            } else {
                referenceLeft += counts[0];
                currentLeft += counts[1];
            }
        }
        if (ranked.size() > SHOWN) {
            values.add(new Value(null, referenceLeft, currentLeft));
        }
        return new CategoryShares(cramersV, values);
    }

    /** The category whose share changed most, such as {@code tennis 24 % → 67 %}; empty when there is none. */
    public String most() {
        double n = Math.max(1, values.stream().mapToLong(Value::reference).sum());
        double m = Math.max(1, values.stream().mapToLong(Value::current).sum());
        return values.stream()
                .max(Comparator.comparingDouble(value -> Math.abs(value.reference() / n - value.current() / m)))
                .map(value -> String.format(
                        Locale.ROOT,
                        "%s %.0f %% → %.0f %%",
                        value.shown(),
                        100 * value.reference() / n,
                        100 * value.current() / m))
                .orElse("");
    }

    /** A bar for each value, in their order, around the whole numbers from 0. */
    Histogram histogram(long referenceMissing, long currentMissing) {
        List<Histogram.Bin> bins = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            bins.add(new Histogram.Bin(i - 0.5, i + 0.5, values.get(i).reference(), values.get(i).current()));
        }
        return new Histogram(bins, referenceMissing, currentMissing);
    }

    void writeTo(ObjectNode feature) {
        ObjectNode node = feature.putObject("categories");
        FeatureDrift.number(node, "cramers_v", cramersV);
        var list = node.putArray("values");
        for (Value value : values) {
            list.addObject()
                    .put("value", value.text())
                    .put("reference", value.reference())
                    .put("current", value.current());
        }
    }

    static @Nullable CategoryShares readFrom(JsonNode feature) {
        JsonNode node = feature.get("categories");
        if (node == null || node.isNull()) {
            return null;
        }
        List<Value> values = new ArrayList<>();
        for (JsonNode each : node.path("values")) {
            JsonNode text = each.path("value");
            values.add(new Value(
                    text.isTextual() ? text.textValue() : null,
                    each.path("reference").asLong(),
                    each.path("current").asLong()));
        }
        return new CategoryShares(FeatureDrift.number(node, "cramers_v"), values);
    }
}
