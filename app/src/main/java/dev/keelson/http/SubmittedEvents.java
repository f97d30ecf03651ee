package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.project.Project;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Trainings and evaluations as they are handed in. */
final class SubmittedEvents {
    private static final Set<String> KEYS = Set.of("kind", "id", "at", "model", "version", "run", "metrics", "metadata");

    private SubmittedEvents() {}

    /**
     * Reads a body: a list of rows, {@code {"events": [...]}}, or one row.
     *
     * @throws KeelsonException BAD_REQUEST, MODEL_NOT_FOUND, with every problem
     */
    static List<ModelEvent> read(Project project, @Nullable JsonNode body, Instant now) {
        List<Problem> problems = new ArrayList<>();
        List<ModelEvent> events = new ArrayList<>();
        List<JsonNode> rows = SubmittedRow.rows(body, "events");
        for (int i = 0; i < rows.size(); i++) {
            SubmittedRow row = new SubmittedRow(rows.get(i), "events[" + i + "].", problems);
            if (row.isObject(KEYS)) {
                add(project, row, now, events, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return events;
    }

    private static void add(Project project, SubmittedRow row, Instant now, List<ModelEvent> events, List<Problem> problems) {
        int before = problems.size();
        String kind = row.required("kind");
        if (!kind.isEmpty() && !kind.equals("evaluation") && !kind.equals("training")) {
            row.problem("kind", "The value (%s) of kind is wrong; expected evaluation or training.".formatted(kind), null);
        }
        String model = row.required("model");
        if (!model.isEmpty()) {
            try {
                var _ = LoggedModel.of(project, model);
            } catch (KeelsonException e) {
                Problem problem = e.problems().getFirst();
                row.problem(problem.code(), "model", problem.message(), problem.hint());
            }
        }
        String version = row.text("version", "0");
        if (!version.matches("[0-9]{1,9}")) {
            row.problem("version", "The version (%s) must be a whole number.".formatted(version), null);
        }
        Instant at = row.instant("at", now);
        Map<String, Double> metrics = new TreeMap<>();
        JsonNode given = row.get("metrics");
        if (given != null && !given.isObject()) {
            row.problem("metrics", "The value of metrics is not an object, as expected.", null);
        } else if (given != null) {
            given.properties().forEach(metric ->
                    metrics.put(metric.getKey(), row.number("metrics." + metric.getKey(), metric.getValue())));
        }
        String metadata = row.object("metadata");
        String run = row.text("run", "");
        String id = row.text("id", "%s|%s|%s|%s|%s|%s|%s".formatted(kind, at, model, version, run, metrics, metadata));
        if (problems.size() == before) {
            events.add(new ModelEvent(
                    ModelEventKind.valueOf(kind.toUpperCase(Locale.ROOT)),
                    SubmittedRow.isUuid(id)
                            ? SubmittedRow.uuid(id)
                            : UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)),
                    at,
                    model,
                    Integer.parseInt(version),
                    run,
                    metrics,
                    metadata));
        }
    }

    /** An event as a document. */
    static ObjectNode json(ModelEvent event) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", event.id().toString());
        node.put("kind", event.kind().word());
        node.put("at", event.at().toString());
        node.put("model", event.model());
        node.put("version", event.version() == 0 ? null : (Integer) event.version());
        node.put("run", event.run().isEmpty() ? null : event.run());
        ObjectNode metrics = node.putObject("metrics");
        event.metrics().forEach(metrics::put);
        JsonTexts.put(node, "metadata", event.metadata());
        return node;
    }
}
