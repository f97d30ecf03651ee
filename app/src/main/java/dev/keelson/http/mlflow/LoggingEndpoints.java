package dev.keelson.http.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.registry.spi.TrackingTransaction;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.TrackedRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code mlflow/runs/log-...}, {@code set-tag}, {@code delete-tag} and {@code outputs}: what is logged to runs. */
final class LoggingEndpoints {
    private static final String HISTORY = "mlflow.log-model.history";
    private static final List<String> OF_A_MODEL = List.of("artifact_path", "flavors", "utc_time_created", "run_id");
    private static final ObjectMapper MAPPER = new ObjectMapper(Call.FACTORY);

    private final Backend backend;

    LoggingEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Endpoints endpoints) {
        endpoints.post("mlflow/runs/log-metric", this::metric);
        endpoints.post("mlflow/runs/log-batch", this::batch);
        endpoints.post("mlflow/runs/log-parameter", this::param);
        endpoints.post("mlflow/runs/set-tag", this::setTag);
        endpoints.post("mlflow/runs/delete-tag", this::deleteTag);
        endpoints.post("mlflow/runs/log-inputs", this::inputs);
        endpoints.post("mlflow/runs/log-model", this::model);
        endpoints.post("mlflow/runs/outputs", this::outputs);
    }

    private void write(String runId, Consumer<TrackingTransaction> work) {
        Tracked.ofRun(runId, () -> {
            backend.catalog().update(tx -> work.accept(tx.tracking()));
            return runId;
        });
    }

    private void metric(Call call) {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        String key = Names.key("metric", fields.required("key"));
        double value = fields.requiredNumber("value");
        MetricPoint point = LogBatch.point(
                key,
                value,
                fields.requiredInteger("timestamp"),
                fields.integer("step", 0),
                fields.text("model_id"),
                fields.text("dataset_name"),
                fields.text("dataset_digest"));
        write(id, tracking -> tracking.log(id, List.of(point), Map.of(), Map.of()));
        call.done();
    }

    private void batch(Call call) {
        LogBatch batch = LogBatch.read(call.bytes());
        write(batch.runId(), tracking -> tracking.log(batch.runId(), batch.points(), batch.params(), batch.tags()));
        call.done();
    }

    private void param(Call call) {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        String key = Names.key("parameter", fields.required("key"));
        String value = Names.limited("parameter value", fields.textOrEmpty("value"), Names.MAX_PARAM);
        write(id, tracking -> tracking.log(id, List.of(), Map.of(key, value), Map.of()));
        call.done();
    }

    private void setTag(Call call) {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        String key = Names.key("tag", fields.required("key"));
        String value = Names.runTag(fields.textOrEmpty("value"));
        write(id, tracking -> tracking.log(id, List.of(), Map.of(), Map.of(key, value)));
        call.done();
    }

    private void deleteTag(Call call) {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        String key = fields.required("key");
        try {
            write(id, tracking -> tracking.deleteRunTag(id, key));
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                throw MlflowFailure.absent("No tag with name: %s in run with id %s".formatted(Texts.shown(key), id));
            }
            throw e;
        }
        call.done();
    }

    private void inputs(Call call) {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        List<DatasetInput> datasets = Datasets.read(fields);
        List<String> models = new ArrayList<>();
        for (Fields each : fields.objects("models")) {
            models.add(Names.modelId(each.required("model_id")));
        }
        write(id, tracking -> tracking.addInputs(id, datasets, models));
        call.done();
    }

    private void outputs(Call call) {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        Map<String, Long> models = new LinkedHashMap<>();
        for (Fields each : fields.objects("models")) {
            models.put(Names.modelId(each.required("model_id")), each.requiredInteger("step"));
        }
        write(id, tracking -> {
            for (String model : models.keySet()) {
                if (tracking.loggedModel(model).isEmpty()) {
                    throw LoggedModelEndpoints.noModel(model);
                }
            }
            tracking.addOutputs(id, models);
        });
        call.done();
    }

    /** Adds the description of a model to a tag of its run: clients before MLflow 3 find their models so. */
    private void model(Call call) {
        Fields fields = call.fields();
        String id = Names.runId(fields);
        JsonNode model = parsed(fields.required("model_json"));
        List<String> missing =
                OF_A_MODEL.stream().filter(each -> !model.hasNonNull(each)).toList();
        if (!missing.isEmpty()) {
            throw MlflowFailure.invalid(
                    "The model's description lacks %s; expected %s.".formatted(missing, String.join(", ", OF_A_MODEL)));
        }
        Detail history = new Detail(Set.of(), Set.of(), Set.of(HISTORY), false);
        write(id, tracking -> {
            List<TrackedRun> runs = tracking.runs(List.of(id), history);
            if (runs.isEmpty()) {
                throw Tracked.noRun(id);
            }
            ArrayNode models = history(runs.getFirst().tags().get(HISTORY));
            models.add(model);
            tracking.log(id, List.of(), Map.of(), Map.of(HISTORY, models.toString()));
        });
        call.done();
    }

    private static JsonNode parsed(String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (IOException e) {
            throw MlflowFailure.invalid("The model's description is not JSON: %s".formatted(Texts.shown(e.toString())));
        }
        throw MlflowFailure.invalid("The model's description is no JSON object.");
    }

    private static ArrayNode history(@Nullable String tag) {
        if (tag != null) {
            try {
                if (MAPPER.readTree(tag) instanceof ArrayNode models) {
                    return models;
                }
            } catch (IOException e) {
                // a client may set this tag to anything; what is no list cannot be added to
                throw MlflowFailure.invalid("The tag %s of the run is not JSON.".formatted(HISTORY));
            }
        }
        return JsonNodeFactory.instance.arrayNode();
    }
}
