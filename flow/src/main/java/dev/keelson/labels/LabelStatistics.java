package dev.keelson.labels;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Micros;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the labels of a dataset look like.
 *
 * @param definition the label
 * @param rows rows of the dataset
 * @param missing rows without a label
 * @param counts rows of each class; empty for a number
 * @param values minimum, 5 %, median, 95 %, maximum and mean of a number; empty for classes, and where there is no label
 * @param delays minimum, median, 90 %, 99 % and maximum of the time from the event to the moment its label is known; empty
 *     where there is no label
 * @param months by month of the event, in order
 */
public record LabelStatistics(
        LabelDefinition definition,
        int rows,
        int missing,
        List<Integer> counts,
        List<Double> values,
        List<Duration> delays,
        List<Month> months) {
    private static final double[] VALUE_QUANTILES = {0, 0.05, 0.5, 0.95, 1};
    private static final double[] DELAY_QUANTILES = {0, 0.5, 0.9, 0.99, 1};
    private static final List<String> VALUE_NAMES = List.of("min", "p05", "p50", "p95", "max", "mean");
    private static final List<String> DELAY_NAMES = List.of("min", "p50", "p90", "p99", "max");

    public LabelStatistics {
        counts = List.copyOf(counts);
        values = List.copyOf(values);
        delays = List.copyOf(delays);
        months = List.copyOf(months);
    }

    /**
     * The labels of one month.
     *
     * @param month the month
     * @param rows its rows
     * @param missing those without a label
     * @param counts rows of each class; empty for a number
     * @param mean of a number; NaN for classes, and where there is no label
     */
    public record Month(YearMonth month, int rows, int missing, List<Integer> counts, double mean) {
        public Month {
            counts = List.copyOf(counts);
        }
    }

    /**
     * Counts.
     *
     * @param eventTimes of the labels' rows, microseconds since 1970
     * @param zone whose months count
     */
    public static LabelStatistics of(LabelDefinition definition, LabelTable labels, long[] eventTimes, ZoneId zone) {
        Integer[] order = IntStream.range(0, labels.rows()).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingLong((Integer i) -> eventTimes[i]).thenComparingDouble(i -> labels.values()[i]));
        List<Month> months = new ArrayList<>();
        for (int from = 0; from < order.length; ) {
            YearMonth month = month(eventTimes[order[from]], zone);
            int to = from;
            while (to < order.length && month(eventTimes[order[to]], zone).equals(month)) {
                to++;
            }
            months.add(month(definition, labels, month, Arrays.copyOfRange(order, from, to)));
            from = to;
        }
        int[] known = IntStream.range(0, labels.rows())
                .filter(row -> !labels.isMissing(row))
                .toArray();
        double[] values = Arrays.stream(known).mapToDouble(row -> labels.values()[row]).sorted().toArray();
        long[] delays = Arrays.stream(known).mapToLong(row -> labels.knownAt()[row] - eventTimes[row]).sorted().toArray();
        List<Double> numbers = new ArrayList<>();
        if (definition.isNumber() && values.length > 0) {
            for (double quantile : VALUE_QUANTILES) {
                numbers.add(values[rank(quantile, values.length)]);
            }
            numbers.add(Arrays.stream(values).average().orElseThrow());
        }
        List<Duration> times = new ArrayList<>();
        if (delays.length > 0) {
            for (double quantile : DELAY_QUANTILES) {
                times.add(Duration.ofNanos(Math.multiplyExact(delays[rank(quantile, delays.length)], 1_000L)));
            }
        }
        return new LabelStatistics(
                definition,
                labels.rows(),
                labels.rows() - known.length,
                counts(definition, labels, known),
                numbers,
                times,
                months);
    }

    /** Position of the smallest value that at least such a share does not exceed. */
    private static int rank(double quantile, int count) {
        return Math.max(0, (int) Math.ceil(quantile * count) - 1);
    }

    private static YearMonth month(long micros, ZoneId zone) {
        return YearMonth.from(Micros.toInstant(micros).atZone(zone));
    }

    private static Month month(LabelDefinition definition, LabelTable labels, YearMonth month, Integer[] rows) {
        int[] known = Arrays.stream(rows)
                .mapToInt(Integer::intValue)
                .filter(row -> !labels.isMissing(row))
                .toArray();
        double sum = 0;
        for (int row : known) {
            sum += labels.values()[row];
        }
        return new Month(
                month,
                rows.length,
                rows.length - known.length,
                counts(definition, labels, known),
                definition.isNumber() && known.length > 0 ? sum / known.length : Double.NaN);
    }

    private static List<Integer> counts(LabelDefinition definition, LabelTable labels, int[] rows) {
        int[] counts = new int[definition.classes().size()];
        if (counts.length > 0) {
            for (int row : rows) {
                counts[labels.classOf(row)]++;
            }
        }
        return Arrays.stream(counts).boxed().toList();
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = describe(definition);
        node.put("rows", rows);
        node.put("missing", missing);
        counts(node, definition, counts, rows - missing);
        if (!values.isEmpty()) {
            ObjectNode numbers = node.putObject("values");
            for (int i = 0; i < VALUE_NAMES.size(); i++) {
                numbers.put(VALUE_NAMES.get(i), values.get(i));
            }
        }
        if (!delays.isEmpty()) {
            ObjectNode times = node.putObject("delay_seconds");
            for (int i = 0; i < DELAY_NAMES.size(); i++) {
                times.put(DELAY_NAMES.get(i), delays.get(i).toNanos() / 1e9);
            }
        }
        ArrayNode list = node.putArray("months");
        for (Month month : months) {
            ObjectNode each = list.addObject();
            each.put("month", month.month().toString());
            each.put("rows", month.rows());
            each.put("missing", month.missing());
            counts(each, definition, month.counts(), month.rows() - month.missing());
            if (!Double.isNaN(month.mean())) {
                each.put("mean", month.mean());
            }
        }
        return node;
    }

    private static void counts(ObjectNode node, LabelDefinition definition, List<Integer> counts, int labelled) {
        if (counts.isEmpty()) {
            return;
        }
        ObjectNode byClass = node.putObject("counts");
        ObjectNode shares = node.putObject("shares");
        for (int i = 0; i < counts.size(); i++) {
            byClass.put(definition.classes().get(i), counts.get(i));
            if (labelled > 0) {
                shares.put(definition.classes().get(i), counts.get(i) / (double) labelled);
            }
        }
    }

    /** A label without its numbers, as a JSON document. */
    public static ObjectNode describe(LabelDefinition definition) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("name", definition.address());
        node.put("source", definition.source());
        node.put("expression", definition.text());
        definition.classes().forEach(node.putArray("classes")::add);
        node.put("declared_delay_seconds", definition.delay().toNanos() / 1e9);
        return node;
    }
}
