package dev.keelson.registry.governance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import dev.keelson.registry.RunDifference.Measured;
import dev.keelson.registry.tracking.RegisteredVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Versions side by side: versions of one model, or those that different models have at one stage. Immutable.
 *
 * @param columns the versions, in the order in which they were asked for
 * @param metrics metric to its value of each column, or null where a version has none
 * @param facts what is not a metric and differs between columns, with the text of each, or null
 */
public record VersionComparison(
        List<Column> columns, Map<String, List<@Nullable Measured>> metrics, Map<String, List<@Nullable String>> facts) {
    private static final String LOWER = "_lower";
    private static final String UPPER = "_upper";

    public VersionComparison {
        columns = List.copyOf(columns);
        metrics = new LinkedHashMap<>(metrics);
        facts = new LinkedHashMap<>(facts);
    }

    /** A version with its run, where it is known. */
    public record Column(RegisteredVersion version, @Nullable Run run) {
        /** {@code name v3}. */
        public String label() {
            return version.model() + " v" + version.version();
        }
    }

    /** Compares. */
    public static VersionComparison of(List<Column> columns) {
        Set<String> names = new TreeSet<>();
        columns.forEach(column -> names.addAll(numbers(column).keySet()));
        Map<String, List<@Nullable Measured>> metrics = new LinkedHashMap<>();
        for (String name : names) {
            if (!isEnd(name, names)) {
                List<@Nullable Measured> row = new ArrayList<>();
                columns.forEach(column -> row.add(measured(numbers(column), name)));
                metrics.put(name, row);
            }
        }
        Map<String, List<@Nullable String>> facts = new LinkedHashMap<>();
        List<Map<String, String>> told = columns.stream().map(VersionComparison::facts).toList();
        Set<String> keys = new LinkedHashSet<>();
        told.forEach(each -> keys.addAll(each.keySet()));
        for (String key : keys) {
            List<@Nullable String> row = new ArrayList<>();
            told.forEach(each -> row.add(each.get(key)));
            if (key.equals("stage") || key.equals("role") || row.stream().distinct().count() > 1) {
                facts.put(key, row);
            }
        }
        return new VersionComparison(columns, metrics, facts);
    }

    private static boolean isEnd(String name, Set<String> names) {
        return (name.endsWith(LOWER) || name.endsWith(UPPER))
                && names.contains(name.substring(0, name.length() - LOWER.length()));
    }

    private static Map<String, Double> numbers(Column column) {
        Run run = column.run();
        return run == null ? Map.of() : run.metrics();
    }

    private static @Nullable Measured measured(Map<String, Double> metrics, String name) {
        Double value = metrics.get(name);
        return value == null
                ? null
                : new Measured(
                        value,
                        metrics.getOrDefault(name + LOWER, Double.NaN),
                        metrics.getOrDefault(name + UPPER, Double.NaN));
    }

    private static Map<String, String> facts(Column column) {
        RegisteredVersion version = column.version();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("stage", version.stage().word());
        facts.put("role", Role.of(version).word());
        facts.put("created_at", version.createdAt().toString());
        if (version.trained() != null) {
            facts.put("trained_to", version.trained().trainedTo().toString());
            facts.put("kind", version.trained().kind().name().toLowerCase(Locale.ROOT));
            facts.put("sha256", version.trained().sha256());
        }
        Run run = column.run();
        if (run != null) {
            RunChecklist.datasets(run)
                    .forEach((source, id) -> facts.put(source.isEmpty() ? "data" : "data/" + source, id));
            new TreeMap<>(run.params()).forEach((name, value) -> facts.put("param/" + name, value));
        }
        return facts;
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode list = node.putArray("versions");
        for (Column column : columns) {
            RegisteredVersion version = column.version();
            ObjectNode each = list.addObject().put("model", version.model()).put("version", version.version());
            each.put("stage", version.stage().word()).put("role", Role.of(version).word());
            each.put("run_id", version.runId());
        }
        ArrayNode measured = node.putArray("metrics");
        metrics.forEach((name, row) -> {
            ArrayNode values = measured.addObject().put("name", name).putArray("values");
            for (Measured value : row) {
                if (value == null) {
                    values.addNull();
                } else {
                    ObjectNode each = values.addObject();
                    finite(each, "value", value.value());
                    if (hasInterval(value)) {
                        each.put("lower", value.lower()).put("upper", value.upper());
                    }
                }
            }
        });
        ArrayNode others = node.putArray("differences");
        facts.forEach((name, row) -> {
            ArrayNode values = others.addObject().put("name", name).putArray("values");
            row.forEach(values::add);
        });
        return node;
    }

    private static void finite(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    /** One line for each metric and fact; metrics with the ends of their intervals in columns of their own. */
    public String csv() {
        StringBuilder text = new StringBuilder("what");
        columns.forEach(column -> Stream.of("", " lower", " upper")
                .forEach(end -> text.append(',').append(quoted(column.label() + end))));
        text.append('\n');
        metrics.forEach((name, row) -> {
            text.append(quoted(name));
            for (Measured value : row) {
                text.append(',').append(value == null ? "" : number(value.value()));
                boolean interval = value != null && hasInterval(value);
                text.append(',').append(interval ? number(Objects.requireNonNull(value).lower()) : "");
                text.append(',').append(interval ? number(Objects.requireNonNull(value).upper()) : "");
            }
            text.append('\n');
        });
        facts.forEach((name, row) -> {
            text.append(quoted(name));
            row.forEach(value -> text.append(',').append(value == null ? "" : quoted(value)).append(",,"));
            text.append('\n');
        });
        return text.toString();
    }

    /** Two tables, as Markdown writes them. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        header(text, "metric");
        metrics.forEach((name, row) -> {
            text.append("| ").append(escaped(name));
            row.forEach(value -> text.append(" | ").append(value == null ? "" : shown(value)));
            text.append(" |\n");
        });
        text.append('\n');
        header(text, "what differs");
        facts.forEach((name, row) -> {
            text.append("| ").append(escaped(name));
            row.forEach(value -> text.append(" | ").append(value == null ? "" : escaped(value)));
            text.append(" |\n");
        });
        return text.toString();
    }

    private void header(StringBuilder text, String first) {
        text.append("| ").append(first);
        columns.forEach(column -> text.append(" | ").append(escaped(column.label())));
        text.append(" |\n|").append(" --- |".repeat(columns.size() + 1)).append('\n');
    }

    /** {@code 0.9876 [0.98, 0.99]}. */
    public static String shown(Measured value) {
        String number = String.format(Locale.ROOT, "%.4g", value.value());
        return hasInterval(value)
                ? number + String.format(Locale.ROOT, " [%.4g, %.4g]", value.lower(), value.upper())
                : number;
    }

    private static boolean hasInterval(Measured value) {
        return Double.isFinite(value.lower()) && Double.isFinite(value.upper());
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }

    /** A cell; a text that a spreadsheet would take for a formula is made a text. */
    private static String quoted(String text) {
        String safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return safe.matches("[^\",\r\n]*") ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|").replace('\n', ' ');
    }
}
