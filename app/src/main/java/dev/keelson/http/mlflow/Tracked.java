package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.MetricSummary;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.TrackedRun;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Experiments and runs as documents of MLflow's protocol, and what calls about them have in common. */
final class Tracked {
    /** The tag that is the name of a run. */
    static final String RUN_NAME = "mlflow.runName";

    private static final List<Run.Status> STATUSES = List.of(Run.Status.values());
    private static final List<Lifecycle.View> VIEWS = List.of(Lifecycle.View.values());

    private Tracked() {}

    /** The status that is asked for; null for none. */
    static Run.@Nullable Status status(Fields fields) {
        return fields.choice("status", STATUSES, "");
    }

    /** Which of the deleted ones are looked for; those that are not deleted when nothing is said. */
    static Lifecycle.View view(Fields fields, String name) {
        Lifecycle.View view = fields.choice(name, VIEWS, "");
        return view == null ? Lifecycle.View.ACTIVE_ONLY : view;
    }

    /** Does something with a run; what it finds missing is told in the words that clients look for. */
    static <T> T ofRun(String id, Supplier<T> work) {
        try {
            return work.get();
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.RUN_NOT_FOUND) {
                throw noRun(id);
            }
            throw e;
        }
    }

    static MlflowFailure noRun(String id) {
        return MlflowFailure.absent("Run '%s' not found".formatted(id));
    }

    static MlflowFailure noExperiment(String id) {
        return MlflowFailure.absent("No Experiment with id=%s exists".formatted(id));
    }

    /**
     * Labels of a request, as keys and values; of two with the same key the later counts.
     *
     * @param value checks a value, or cuts it
     */
    static Map<String, String> tags(Fields fields, String name, UnaryOperator<String> value) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Fields each : fields.objects(name)) {
            tags.put(Names.key("tag", each.required("key")), value.apply(each.textOrEmpty("value")));
        }
        return tags;
    }

    // ---- documents

    static void experiment(JsonGenerator json, Experiment experiment) throws IOException {
        json.writeStringField("experiment_id", experiment.id());
        json.writeStringField("name", experiment.name());
        json.writeStringField("artifact_location", experiment.artifactLocation());
        json.writeStringField("lifecycle_stage", lifecycle(experiment.lifecycle()));
        json.writeNumberField("last_update_time", experiment.updatedAt().toEpochMilli());
        json.writeNumberField("creation_time", experiment.createdAt().toEpochMilli());
        Call.pairs(json, "tags", experiment.tags());
    }

    private static String lifecycle(Lifecycle lifecycle) {
        return lifecycle.name().toLowerCase(Locale.ROOT);
    }

    static void info(JsonGenerator json, String field, RunInfo info) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("run_uuid", info.id());
        json.writeStringField("experiment_id", info.experimentId());
        json.writeStringField("run_name", info.name());
        json.writeStringField("user_id", info.user());
        json.writeStringField("status", info.status().name());
        json.writeNumberField("start_time", info.startedAt().toEpochMilli());
        if (info.endedAt() != null) {
            json.writeNumberField("end_time", info.endedAt().toEpochMilli());
        }
        json.writeStringField("artifact_uri", info.artifactUri());
        json.writeStringField("lifecycle_stage", lifecycle(info.lifecycle()));
        json.writeStringField("run_id", info.id());
        json.writeEndObject();
    }

    /** A run that was just made: all it has are tags. */
    static void created(JsonGenerator json, RunInfo info, Map<String, String> tags) throws IOException {
        info(json, "info", info);
        json.writeObjectFieldStart("data");
        Call.pairs(json, "tags", tags);
        json.writeEndObject();
        json.writeObjectFieldStart("inputs");
        json.writeEndObject();
    }

    static void run(JsonGenerator json, TrackedRun run) throws IOException {
        info(json, "info", run.info());
        json.writeObjectFieldStart("data");
        if (!run.metrics().isEmpty()) {
            json.writeArrayFieldStart("metrics");
            for (MetricSummary metric : run.metrics().values()) {
                json.writeStartObject();
                point(json, metric.last());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        Call.pairs(json, "params", run.params());
        Call.pairs(json, "tags", run.tags());
        json.writeEndObject();
        json.writeObjectFieldStart("inputs");
        if (!run.inputs().isEmpty()) {
            json.writeArrayFieldStart("dataset_inputs");
            for (DatasetInput input : run.inputs()) {
                input(json, input);
            }
            json.writeEndArray();
        }
        if (!run.modelInputs().isEmpty()) {
            json.writeArrayFieldStart("model_inputs");
            for (String model : run.modelInputs()) {
                json.writeStartObject();
                json.writeStringField("model_id", model);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        if (!run.modelOutputs().isEmpty()) {
            json.writeObjectFieldStart("outputs");
            json.writeArrayFieldStart("model_outputs");
            for (Map.Entry<String, Long> model : run.modelOutputs().entrySet()) {
                json.writeStartObject();
                json.writeStringField("model_id", model.getKey());
                json.writeNumberField("step", model.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void input(JsonGenerator json, DatasetInput input) throws IOException {
        json.writeStartObject();
        Call.pairs(json, "tags", input.tags());
        json.writeObjectFieldStart("dataset");
        json.writeStringField("name", input.name());
        json.writeStringField("digest", input.digest());
        json.writeStringField("source_type", input.sourceType());
        json.writeStringField("source", input.source());
        Call.optional(json, "schema", input.schema());
        Call.optional(json, "profile", input.profile());
        json.writeEndObject();
        json.writeEndObject();
    }

    /** The fields of a point. */
    static void point(JsonGenerator json, MetricPoint point) throws IOException {
        json.writeStringField("key", point.key());
        Call.number(json, "value", point.value());
        json.writeNumberField("timestamp", point.timestamp());
        json.writeNumberField("step", point.step());
        Call.optional(json, "model_id", point.modelId());
        Call.optional(json, "dataset_name", point.datasetName());
        Call.optional(json, "dataset_digest", point.datasetDigest());
    }
}
