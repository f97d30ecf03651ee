package dev.keelson.registry.runs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.TrackedRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs side by side: a column for each, a line for each param, metric, tag and data set. Immutable.
 *
 * @param runs the columns
 * @param experiments name of the experiment of each
 * @param params by name
 * @param metrics by name, their last values
 * @param tags by name, without those that say what else is told: name and parent
 * @param inputs digests of data sets by name
 * @param curves points by metric, then run
 */
public record RunTable(
        List<RunInfo> runs,
        List<String> experiments,
        List<Line<String>> params,
        List<Line<Double>> metrics,
        List<Line<String>> tags,
        List<Line<String>> inputs,
        Map<String, Map<String, List<MetricPoint>>> curves) {
    private static final Set<String> TOLD = Set.of(RunTags.NAME, RunTags.PARENT);

    public RunTable {
        runs = List.copyOf(runs);
        experiments = List.copyOf(experiments);
        params = List.copyOf(params);
        metrics = List.copyOf(metrics);
        tags = List.copyOf(tags);
        inputs = List.copyOf(inputs);
        curves = Collections.unmodifiableMap(new LinkedHashMap<>(curves));
    }

    /**
     * A line.
     *
     * @param name what it tells
     * @param values of each run, null where it has none
     * @param differs whether two of them are different; having none is different from having one
     */
    public record Line<T>(String name, List<@Nullable T> values, boolean differs) {
        public Line {
            values = Collections.unmodifiableList(new ArrayList<>(values));
        }
    }

    static RunTable of(
            List<TrackedRun> runs, List<String> experiments, Map<String, Map<String, List<MetricPoint>>> curves) {
        return new RunTable(
                runs.stream().map(TrackedRun::info).toList(),
                experiments,
                lines(runs, TrackedRun::params, Set.of()),
                lines(runs, RunTable::last, Set.of()),
                lines(runs, TrackedRun::tags, TOLD),
                lines(runs, RunTable::digests, Set.of()),
                curves);
    }

    private static SortedMap<String, Double> last(TrackedRun run) {
        SortedMap<String, Double> last = new TreeMap<>();
        run.metrics().forEach((key, summary) -> last.put(key, summary.last().value()));
        return last;
    }

    private static SortedMap<String, String> digests(TrackedRun run) {
        SortedMap<String, String> digests = new TreeMap<>();
        for (DatasetInput input : run.inputs()) {
            digests.merge(input.name(), input.digest(), (a, b) -> a + " " + b);
        }
        return digests;
    }

    private static <T> List<Line<T>> lines(
            List<TrackedRun> runs, Function<TrackedRun, SortedMap<String, T>> values, Set<String> without) {
        List<SortedMap<String, T>> all = runs.stream().map(values).toList();
        TreeSet<String> names = new TreeSet<>();
        all.forEach(each -> names.addAll(each.keySet()));
        names.removeAll(without);
        List<Line<T>> lines = new ArrayList<>(names.size());
        for (String name : names) {
            List<@Nullable T> line = new ArrayList<>(all.size());
            boolean differs = false;
            for (SortedMap<String, T> each : all) {
                T value = each.get(name);
                differs |= !line.isEmpty() && !Objects.equals(line.getFirst(), value);
                line.add(value);
            }
            lines.add(new Line<>(name, line, differs));
        }
        return lines;
    }

    /**
     * As a document: {@code {"runs": [...], "params": [{"name", "values", "differs"}], "metrics", "tags", "inputs", "curves":
     * {KEY: [{"run", "points": [[step, value, timestamp]]}]}}}.
     *
     * @param all also lines in which all runs are alike
     */
    public ObjectNode toJson(boolean all) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode list = node.putArray("runs");
        for (int i = 0; i < runs.size(); i++) {
            list.add(RunPage.head(runs.get(i), experiments.get(i)));
        }
        lines(node.putArray("params"), params, all);
        lines(node.putArray("metrics"), metrics, all);
        lines(node.putArray("tags"), tags, all);
        lines(node.putArray("inputs"), inputs, all);
        ObjectNode drawn = node.putObject("curves");
        curves.forEach((key, histories) -> {
            ArrayNode each = drawn.putArray(key);
            histories.forEach((run, points) ->
                    TrackedRuns.points(each.addObject().put("run", run).putArray("points"), points));
        });
        return node;
    }

    private static <T> void lines(ArrayNode to, List<Line<T>> lines, boolean all) {
        for (Line<T> line : lines) {
            if (all || line.differs()) {
                ObjectNode node = to.addObject().put("name", line.name());
                ArrayNode values = node.putArray("values");
                for (T value : line.values()) {
                    if (value instanceof Double number && Double.isFinite(number)) {
                        values.add(number);
                    } else if (value instanceof String text) {
                        values.add(text);
                    } else {
                        values.addNull();
                    }
                }
                node.put("differs", line.differs());
            }
        }
    }
}
