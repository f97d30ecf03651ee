package dev.keelson.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.GovernanceJson;
import dev.keelson.http.JsonTexts;
import dev.keelson.http.LoggedModel;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.serve.AskedKeys;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import java.util.List;
import java.util.Locale;

/** Runs, versions and predictions as documents, with the names that the HTTP interface uses. */
final class Catalogued {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Catalogued() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ObjectNode version(ModelVersion version) {
        return object()
                .put("model", version.model())
                .put("version", version.version())
                .put("run_id", version.runId())
                .put("sha256", version.sha256())
                .put("kind", version.kind().name().toLowerCase(Locale.ROOT))
                .put("trained_to", version.trainedTo().toString())
                .put("created_at", version.createdAt().toString());
    }

    static ObjectNode registered(RegisteredVersion version) {
        return GovernanceJson.registered(version);
    }

    /** @param whole with parameters, files and provenance */
    static ObjectNode run(Run run, boolean whole) {
        ObjectNode node = object()
                .put("id", run.id())
                .put("model", run.experiment())
                .put("status", run.status().name().toLowerCase(Locale.ROOT))
                .put("started_at", run.startedAt().toString())
                .put("ended_at", run.endedAt() == null ? null : run.endedAt().toString());
        ObjectNode metrics = node.putObject("metrics");
        run.metrics().forEach((name, value) -> number(metrics, name, value));
        if (whole) {
            ObjectNode params = node.putObject("params");
            run.params().forEach(params::put);
            ObjectNode tags = node.putObject("tags");
            run.tags().forEach(tags::put);
            var artifacts = node.putArray("artifacts");
            run.artifacts()
                    .forEach(artifact -> artifacts.addObject()
                            .put("path", artifact.path())
                            .put("sha256", artifact.sha256())
                            .put("bytes", artifact.bytes()));
            node.set("provenance", stored(run.provenance()));
        }
        return node;
    }

    static ObjectNode audit(AuditEntry entry) {
        ObjectNode node = object()
                .put("sequence", entry.sequence())
                .put("at", entry.at().toString())
                .put("actor", entry.actor())
                .put("action", entry.action())
                .put("model", entry.model())
                .put("version", entry.version())
                .put("reason", entry.reason());
        try {
            node.set("evidence", MAPPER.readTree(entry.evidence()));
        } catch (JsonProcessingException e) {
            node.put("evidence", entry.evidence()); // altered: the trail is shown as it is, and `audit verify` tells
        }
        return node;
    }

    static ObjectNode prediction(LoggedPrediction logged, List<String> classes) {
        PredictionEvent event = logged.event();
        ObjectNode node = object()
                .put("id", event.id().toString())
                .put("model", event.model())
                .put("version", event.version())
                .put("role", event.role())
                .put("served", event.served())
                .put("entity", event.entity())
                .put("segment", event.segment())
                .put("event_time", event.eventTime().toString())
                .put("as_of", event.asOf().toString())
                .put("at", event.at().toString());
        ObjectNode keys = node.putObject("keys");
        AskedKeys.of(event.keys()).forEach(keys::put);
        if (event.isNumber()) {
            number(node, "value", event.probabilities()[0]);
        } else {
            ObjectNode probabilities = node.putObject("probabilities");
            for (int c = 0; c < event.probabilities().length; c++) {
                number(probabilities, name(classes, c), event.probabilities()[c]);
            }
            node.put("predicted", name(classes, event.predicted()));
            number(node, "confidence", event.probabilities()[event.predicted()]);
        }
        node.put("client", event.client().isEmpty() ? null : event.client());
        JsonTexts.put(node, "metadata", event.metadata());
        node.put("outcome", logged.outcome());
        node.put(
                "outcome_known_at",
                logged.outcomeKnownAt() == null ? null : logged.outcomeKnownAt().toString());
        return node;
    }

    /** The classes of a model; none when the project no longer has it. */
    static List<String> classes(Project project, String model) {
        return LoggedModel.classes(project, model);
    }

    /** The class at a position, or the position itself. */
    static String name(List<String> classes, int position) {
        return position < classes.size() ? classes.get(position) : Integer.toString(position);
    }

    /** Puts a number, or null for what JSON cannot hold. */
    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    /** Reads a document that the product itself has stored. */
    static JsonNode stored(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored document is not JSON.", e);
        }
    }
}
