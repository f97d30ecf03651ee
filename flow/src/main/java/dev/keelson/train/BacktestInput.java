package dev.keelson.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a backtest knows of the untouched test period: predictions by members fitted before it, what came true, and the
 * columns of money. Enough to simulate other stakes later, without the data. The arrays are not copied and must not
 * change.
 *
 * @param definition the simulation that the model declares
 * @param seed of resampling and of Kelly stakes with too many joint outcomes
 * @param classes names of the classes, in order; none of a number
 * @param rowIds rows in order of time
 * @param assets what each row is about, apart from its moment
 * @param day day of each row as epoch day
 * @param eventTime moment of each row, microseconds since 1970
 * @param knownFrom first day that begins after each row's result was known
 * @param labels class of each row; of a number none
 * @param predictions {@code rows * classes} probabilities, row by row, or one number for each row
 * @param columns column to its number in each row, {@code NaN} where there is none
 */
public record BacktestInput(
        BacktestDefinition definition,
        long seed,
        List<String> classes,
        List<String> rowIds,
        List<String> assets,
        int[] day,
        long[] eventTime,
        int[] knownFrom,
        int[] labels,
        double[] predictions,
        Map<String, double[]> columns) {
    private static final long DAY_MICROS = 86_400_000_000L;
    private static final int VERSION = 1;

    /** Checks that everything has as many rows. */
    public BacktestInput {
        classes = List.copyOf(classes);
        rowIds = List.copyOf(rowIds);
        assets = List.copyOf(assets);
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        int n = rowIds.size();
        int outputs = Math.max(1, classes.size());
        boolean fits = assets.size() == n
                && day.length == n
                && eventTime.length == n
                && knownFrom.length == n
                && labels.length == (classes.isEmpty() ? 0 : n)
                && predictions.length == (long) n * outputs
                && columns.values().stream().allMatch(values -> values.length == n);
        if (!fits) {
            throw new IllegalArgumentException("The parts of a backtest do not have as many rows (%d) each.".formatted(n));
        }
    }

    /**
     * What is known of a test period.
     *
     * @param test forecasts, or null
     * @param values predicted values, or null
     * @return null when the model declares no backtest, or there is no test period, or the table lacks a column
     */
    public static @Nullable BacktestInput of(
            ModelDefinition model,
            TrainingTable table,
            @Nullable HoldoutForecast test,
            @Nullable HoldoutValues values) {
        BacktestDefinition definition = model.backtest();
        if (definition == null || (test == null && values == null)) {
            return null;
        }
        List<String> rowIds = test == null ? Objects.requireNonNull(values).rowIds() : test.rowIds();
        if (rowIds.isEmpty() || !table.odds().keySet().containsAll(definition.columns())) {
            return null;
        }
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < table.rows(); i++) {
            positions.put(table.rowIds().get(i), i);
        }
        int n = rowIds.size();
        int[] rows = rowIds.stream()
                .mapToInt(row -> Objects.requireNonNull(positions.get(row)))
                .toArray();
        long[] eventTime = new long[n];
        int[] knownFrom = new int[n];
        List<String> assets = new ArrayList<>(n);
        String[] named = table.assets();
        for (int i = 0; i < n; i++) {
            eventTime[i] = table.eventTime()[rows[i]];
            knownFrom[i] = Math.toIntExact(Math.floorDiv(table.knownAt()[rows[i]] + DAY_MICROS - 1, DAY_MICROS));
            assets.add(named == null ? rowIds.get(i) : named[rows[i]]);
        }
        Map<String, double[]> columns = new LinkedHashMap<>();
        for (String column : definition.columns()) {
            columns.put(column, Scores.take(Objects.requireNonNull(table.odds().get(column)), 1, rows));
        }
        return new BacktestInput(
                definition,
                model.seed(),
                model.classes(),
                rowIds,
                assets,
                Scores.take(table.day(), rows),
                eventTime,
                knownFrom,
                test == null ? new int[0] : test.labels(),
                test == null ? Objects.requireNonNull(values).predictions() : test.probabilities(),
                columns);
    }

    /** The same rows under another simulation. */
    public BacktestInput with(BacktestDefinition other) {
        return new BacktestInput(
                other, seed, classes, rowIds, assets, day, eventTime, knownFrom, labels, predictions, columns);
    }

    /** Number of rows. */
    public int rows() {
        return rowIds.size();
    }

    double[] column(String name) {
        return Objects.requireNonNull(columns.get(name), name);
    }

    /** The document that {@link #fromJson} reads back without loss. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format_version", VERSION);
        json.set("definition", definition.toJson());
        json.put("seed", seed);
        classes.forEach(json.putArray("classes")::add);
        rowIds.forEach(json.putArray("row_ids")::add);
        if (!assets.equals(rowIds)) {
            assets.forEach(json.putArray("assets")::add);
        }
        Arrays.stream(day).forEach(json.putArray("days")::add);
        Arrays.stream(eventTime).forEach(json.putArray("event_times")::add);
        Arrays.stream(knownFrom).forEach(json.putArray("known_from")::add);
        Arrays.stream(labels).forEach(json.putArray("labels")::add);
        numbers(json.putArray("predictions"), predictions);
        ObjectNode each = json.putObject("columns");
        columns.forEach((name, values) -> numbers(each.putArray(name), values));
        return json;
    }

    /**
     * The rows that {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if the document is damaged
     */
    public static BacktestInput fromJson(JsonNode json) {
        if (json.path("format_version").asInt() != VERSION) {
            throw new IllegalArgumentException("The rows of the backtest have format_version %s; %d is expected."
                    .formatted(json.path("format_version"), VERSION));
        }
        List<String> rowIds = texts(json.path("row_ids"));
        Map<String, double[]> columns = new LinkedHashMap<>();
        json.path("columns").properties().forEach(entry -> columns.put(entry.getKey(), numbers(entry.getValue())));
        long[] times = new long[json.path("event_times").size()];
        for (int i = 0; i < times.length; i++) {
            times[i] = json.path("event_times").path(i).asLong();
        }
        return new BacktestInput(
                BacktestDefinition.fromJson(json.path("definition")),
                json.path("seed").asLong(),
                texts(json.path("classes")),
                rowIds,
                json.has("assets") ? texts(json.path("assets")) : rowIds,
                ints(json.path("days")),
                times,
                ints(json.path("known_from")),
                ints(json.path("labels")),
                numbers(json.path("predictions")),
                columns);
    }

    private static void numbers(ArrayNode array, double[] values) {
        for (double value : values) {
            if (Double.isFinite(value)) {
                array.add(value);
            } else {
                array.addNull();
            }
        }
    }

    private static double[] numbers(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.path(i).isNumber() ? array.path(i).doubleValue() : Double.NaN;
        }
        return values;
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.path(i).asInt();
        }
        return values;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
