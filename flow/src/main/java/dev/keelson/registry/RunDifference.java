package dev.keelson.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two runs, and nothing else.
 *
 * @param a id of the one
 * @param b id of the other
 * @param lines what is not a metric, section by section
 * @param metrics metrics by name
 */
public record RunDifference(String a, String b, List<Line> lines, List<Metric> metrics) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String LOWER = "_lower";
    private static final String UPPER = "_upper";

    public RunDifference {
        lines = List.copyOf(lines);
        metrics = List.copyOf(metrics);
    }

    /**
     * One thing.
     *
     * @param section {@code run}, {@code param}, {@code data}, {@code definition}, {@code configuration}, {@code environment} or
     *     {@code file}
     * @param name which
     * @param a what the one has, or null
     * @param b what the other has, or null
     */
    public record Line(String section, String name, @Nullable String a, @Nullable String b) {}

    /**
     * A metric with the ends of its 95 % interval where it has one.
     *
     * @param name which
     * @param a of the one, or null
     * @param b of the other, or null
     */
    public record Metric(String name, @Nullable Measured a, @Nullable Measured b) {}

    /**
     * A measured value.
     *
     * @param value the metric
     * @param lower lower end of its interval, or {@code NaN}
     * @param upper upper end, or {@code NaN}
     */
    public record Measured(double value, double lower, double upper) {
        private ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode().put("value", value);
            if (Double.isFinite(lower) && Double.isFinite(upper)) {
                node.put("lower", lower).put("upper", upper);
            }
            return node;
        }
    }

    /** Compares. */
    public static RunDifference of(Run a, Run b) {
        List<Line> lines = new ArrayList<>();
        line(lines, "run", "model", a.experiment(), b.experiment());
        line(lines, "run", "status", a.status().name(), b.status().name());
        lines(lines, "param", a.params(), b.params());
        JsonNode then = parse(a);
        JsonNode now = parse(b);
        lines(lines, "data", named(a), named(b));
        line(lines, "data", "rows", then.path("rows").asText(null), now.path("rows").asText(null));
        line(lines, "data", "first_event", then.path("first_event").asText(null), now.path("first_event").asText(null));
        line(lines, "data", "last_event", then.path("last_event").asText(null), now.path("last_event").asText(null));
        lines(lines, "definition", texts(then.path("definitions")), texts(now.path("definitions")));
        lines(
                lines,
                "configuration",
                JsonFields.of(then.path("configuration")),
                JsonFields.of(now.path("configuration")));
        line(lines, "environment", "code_version", then.path("code_version").asText(null), now.path("code_version").asText(null));
        lines(lines, "environment", texts(then.path("environment")), texts(now.path("environment")));
        lines(lines, "file", files(a), files(b));
        return new RunDifference(a.id(), b.id(), lines, metrics(a, b));
    }

    private static List<Metric> metrics(Run a, Run b) {
        TreeSet<String> names = new TreeSet<>(a.metrics().keySet());
        names.addAll(b.metrics().keySet());
        List<Metric> metrics = new ArrayList<>();
        for (String name : names) {
            boolean end = (name.endsWith(LOWER) || name.endsWith(UPPER))
                    && names.contains(name.substring(0, name.length() - LOWER.length()));
            Measured left = measured(a, name);
            Measured right = measured(b, name);
            if (!end && !Objects.equals(left, right)) {
                metrics.add(new Metric(name, left, right));
            }
        }
        return metrics;
    }

    private static @Nullable Measured measured(Run run, String name) {
        Double value = run.metrics().get(name);
        return value == null
                ? null
                : new Measured(
                        value,
                        run.metrics().getOrDefault(name + LOWER, Double.NaN),
                        run.metrics().getOrDefault(name + UPPER, Double.NaN));
    }

    private static Map<String, String> named(Run run) {
        SortedMap<String, String> versions = new TreeMap<>();
        RunChecklist.datasets(run).forEach((source, id) -> versions.put(source.isEmpty() ? "dataset version" : source, id));
        return versions;
    }

    private static Map<String, String> texts(JsonNode object) {
        SortedMap<String, String> texts = new TreeMap<>();
        object.properties().forEach(each -> texts.put(each.getKey(), each.getValue().asText()));
        return texts;
    }

    private static Map<String, String> files(Run run) {
        SortedMap<String, String> files = new TreeMap<>();
        run.artifacts().forEach(artifact -> files.put(artifact.path(), artifact.sha256()));
        return files;
    }

    private static void lines(List<Line> to, String section, Map<String, String> a, Map<String, String> b) {
        TreeSet<String> names = new TreeSet<>(a.keySet());
        names.addAll(b.keySet());
        names.forEach(name -> line(to, section, name, a.get(name), b.get(name)));
    }

    private static void line(List<Line> to, String section, String name, @Nullable String a, @Nullable String b) {
        if (!Objects.equals(a, b)) {
            to.add(new Line(section, name, a, b));
        }
    }

    private static JsonNode parse(Run run) {
        try {
            return Objects.requireNonNull(MAPPER.readTree(run.provenance()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The provenance of a run is not JSON.", e);
        }
    }

    /** Whether nothing differs. */
    public boolean isEmpty() {
        return lines.isEmpty() && metrics.isEmpty();
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("a", a).put("b", b).put("same", isEmpty());
        ArrayNode list = node.putArray("differences");
        for (Line line : lines) {
            list.addObject()
                    .put("section", line.section())
                    .put("name", line.name())
                    .put("a", line.a())
                    .put("b", line.b());
        }
        ArrayNode measured = node.putArray("metrics");
        for (Metric metric : metrics) {
            ObjectNode each = measured.addObject().put("name", metric.name());
            Measured left = metric.a();
            Measured right = metric.b();
            each.set("a", left == null ? null : left.toJson());
            each.set("b", right == null ? null : right.toJson());
            if (left != null && right != null) {
                each.put("difference", right.value() - left.value());
            }
        }
        return node;
    }
}
