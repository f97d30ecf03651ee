package dev.keelson.registry.runs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.TrackingTransaction;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.MetricSummary;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.TrackedRun;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which metrics, params and tags of runs are read and shown: nothing else is read. Immutable.
 *
 * <p>As a text, separated by commas: {@code metrics.KEY} (the last value), {@code metrics.KEY:min}, {@code :max}, {@code :best}
 * (the smallest of what is a loss, an error or a duration by its name, the greatest otherwise), {@code :last}, {@code :@100}
 * (the value at step 100), {@code params.KEY}, {@code tags.KEY}, {@code note}, and {@code metrics.*}, {@code params.*}, {@code
 * tags.*} for all; {@code *} for all three. A key with a comma stands in backticks.
 *
 * @param columns in the order asked
 */
public record RunColumns(List<Column> columns) {
    /** All metrics by their last values. */
    public static final RunColumns METRICS = new RunColumns(List.of(new Column(Entity.METRIC, Column.ALL, Pick.LAST, 0)));
    /** Everything. */
    public static final RunColumns EVERYTHING = new RunColumns(List.of(
            new Column(Entity.METRIC, Column.ALL, Pick.LAST, 0),
            new Column(Entity.PARAM, Column.ALL, Pick.LAST, 0),
            new Column(Entity.TAG, Column.ALL, Pick.LAST, 0)));

    private static final Pattern PART = Pattern.compile("\\s*((?:`[^`]*`|[^,`])+)\\s*(?:,|$)");
    private static final Pattern COLUMN =
            Pattern.compile("(metrics?|params?|parameters?|tags?)\\.(?:`([^`]+)`|(.+?))(?::(last|min|max|best|@-?[0-9]{1,18}))?");
    private static final Pattern LOSS = Pattern.compile(
            "(?:^|[^a-z])(?:loss|logloss|error|err|mse|rmse|rmsle|mae|mape|brier|rps|ece|perplexity|wer|cer|time|duration|latency|seconds|ms)(?:[^a-z]|$)");

    public RunColumns {
        columns = List.copyOf(columns);
    }

    /** Which of the points of a metric. */
    public enum Pick {
        LAST,
        MIN,
        MAX,
        BEST,
        STEP
    }

    /**
     * One column.
     *
     * @param entity METRIC, PARAM or TAG
     * @param key which, or {@link #ALL}
     * @param pick of a metric
     * @param step of {@link Pick#STEP}
     */
    public record Column(Entity entity, String key, Pick pick, long step) {
        /** In place of a key. */
        public static final String ALL = "*";

        boolean all() {
            return key.equals(ALL);
        }

        /** The key, with what was picked where that is not the last value. */
        public String name() {
            return switch (pick) {
                case LAST -> key;
                case MIN, MAX, BEST -> key + ":" + pick.name().toLowerCase(Locale.ROOT);
                case STEP -> key + ":@" + step;
            };
        }

        /** As {@link RunColumns#parse} takes it, but for backticks. */
        public String title() {
            return entity.name().toLowerCase(Locale.ROOT) + "s." + name();
        }
    }

    /**
     * Reads the text.
     *
     * @throws KeelsonException USAGE
     */
    public static RunColumns parse(String text) {
        return new RunColumns(split(text).stream()
                .flatMap(each -> each.equals(Column.ALL) ? EVERYTHING.columns().stream() : Stream.of(column(each)))
                .toList());
    }

    /** The parts of a text between its commas; commas in backticks do not count. */
    static List<String> split(String text) {
        List<String> list = new ArrayList<>();
        Matcher parts = PART.matcher(text);
        int end = 0;
        while (end < text.length() && parts.find() && parts.start() == end) {
            list.add(parts.group(1).strip());
            end = parts.end();
        }
        if (list.isEmpty() || end < text.length()) {
            throw refused(text);
        }
        return list;
    }

    private static Column column(String text) {
        if (text.equals("note") || text.equals("notes")) {
            return new Column(Entity.TAG, RunTags.NOTE, Pick.LAST, 0);
        }
        Matcher matcher = COLUMN.matcher(text);
        if (!matcher.matches()) {
            throw refused(text);
        }
        String quoted = matcher.group(2);
        String key = quoted == null ? matcher.group(3) : quoted;
        Entity entity = switch (matcher.group(1).charAt(0)) {
            case 'm' -> Entity.METRIC;
            case 'p' -> Entity.PARAM;
            default -> Entity.TAG;
        };
        String pick = matcher.group(4);
        if (pick == null) {
            return new Column(entity, key, Pick.LAST, 0);
        }
        if (entity != Entity.METRIC) {
            throw refused(text);
        }
        return pick.startsWith("@")
                ? new Column(entity, key, Pick.STEP, Long.parseLong(pick.substring(1)))
                : new Column(entity, key, Pick.valueOf(pick.toUpperCase(Locale.ROOT)), 0);
    }

    private static KeelsonException refused(String text) {
        return new KeelsonException(
                ErrorCode.USAGE,
                "The column (%s) is not understood; metrics.KEY, metrics.KEY:min, :max, :best, :last or :@STEP, params.KEY, tags.KEY or note was expected."
                        .formatted(text),
                "Maybe a key with a comma or a colon stands in backticks: metrics.`a,b`.");
    }

    /** What has to be read for them; the tag of the parent always is. */
    Detail detail() {
        Set<String> tags = keys(Entity.TAG);
        if (tags != null) {
            tags.add(RunTags.PARENT);
        }
        return new Detail(keys(Entity.METRIC), keys(Entity.PARAM), tags, false);
    }

    private @Nullable Set<String> keys(Entity entity) {
        Set<String> keys = new TreeSet<>();
        for (Column column : columns) {
            if (column.entity() == entity) {
                if (column.all()) {
                    return null;
                }
                keys.add(column.key());
            }
        }
        return keys;
    }

    /** The values at steps that are asked, by column and run: one question for each column. */
    Map<Column, Map<String, MetricPoint>> steps(TrackingTransaction tx, Collection<String> runIds) {
        Map<Column, Map<String, MetricPoint>> steps = new HashMap<>();
        for (Column column : columns) {
            if (column.pick() == Pick.STEP && !runIds.isEmpty()) {
                steps.put(column, tx.at(runIds, column.key(), column.step()));
            }
        }
        return steps;
    }

    /** Each star replaced by the keys that there are. */
    RunColumns expanded(TrackingTransaction tx, @Nullable Collection<String> experimentIds) {
        List<Column> all = new ArrayList<>();
        for (Column column : columns) {
            if (column.all()) {
                tx.keys(experimentIds, column.entity()).forEach(key -> all.add(new Column(column.entity(), key, Pick.LAST, 0)));
            } else {
                all.add(column);
            }
        }
        return new RunColumns(all);
    }

    /** Puts {@code metrics}, {@code params} and {@code tags}: those that were asked, where the run has them. */
    void put(ObjectNode to, TrackedRun run, Map<Column, Map<String, MetricPoint>> steps) {
        ObjectNode metrics = to.putObject("metrics");
        ObjectNode params = JsonNodeFactory.instance.objectNode();
        ObjectNode tags = JsonNodeFactory.instance.objectNode();
        for (Column column : columns) {
            switch (column.entity()) {
                case METRIC -> {
                    if (column.all()) {
                        run.metrics().forEach((key, summary) -> number(metrics, key, summary.last().value()));
                    } else {
                        Double value = metric(run, column, steps);
                        if (value != null) {
                            number(metrics, column.name(), value);
                        }
                    }
                }
                case PARAM -> texts(params, column, run.params());
                case TAG -> texts(tags, column, run.tags());
                case ATTRIBUTE, DATASET -> throw new IllegalArgumentException(column.toString());
            }
        }
        if (!params.isEmpty() || has(Entity.PARAM)) {
            to.set("params", params);
        }
        if (!tags.isEmpty() || has(Entity.TAG)) {
            to.set("tags", tags);
        }
    }

    private boolean has(Entity entity) {
        return columns.stream().anyMatch(column -> column.entity() == entity);
    }

    private static void texts(ObjectNode to, Column column, Map<String, String> values) {
        if (column.all()) {
            values.forEach(to::put);
        } else if (values.containsKey(column.key())) {
            to.put(column.key(), values.get(column.key()));
        }
    }

    private static @Nullable Double metric(TrackedRun run, Column column, Map<Column, Map<String, MetricPoint>> steps) {
        if (column.pick() == Pick.STEP) {
            MetricPoint point = steps.getOrDefault(column, Map.of()).get(run.info().id());
            return point == null ? null : point.value();
        }
        MetricSummary summary = run.metrics().get(column.key());
        if (summary == null) {
            return null;
        }
        return switch (column.pick()) {
            case MIN -> summary.min();
            case MAX -> summary.max();
            case BEST -> smaller(column.key()) ? summary.min() : summary.max();
            case LAST, STEP -> summary.last().value();
        };
    }

    /** Whether small values of a metric are good, as far as its name tells. */
    public static boolean smaller(String metric) {
        return LOSS.matcher(metric.toLowerCase(Locale.ROOT)).find();
    }

    /** The value of a column of a run, or null where it has none. */
    static @Nullable Object cell(TrackedRun run, Column column, Map<Column, Map<String, MetricPoint>> steps) {
        return switch (column.entity()) {
            case METRIC -> metric(run, column, steps);
            case PARAM -> run.params().get(column.key());
            case TAG -> run.tags().get(column.key());
            case ATTRIBUTE, DATASET -> throw new IllegalArgumentException(column.toString());
        };
    }

    static void number(ObjectNode to, String name, double value) {
        if (Double.isFinite(value)) {
            to.put(name, value);
        } else {
            to.putNull(name);
        }
    }
}
