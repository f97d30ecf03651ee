package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Models and versions as documents. What is empty is left out, as protocol buffers do. */
final class RegistryJson {
    private RegistryJson() {}

    static void model(JsonGenerator json, RegisteredModel model, List<RegisteredVersion> latest) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", model.name());
        json.writeNumberField("creation_timestamp", model.createdAt().toEpochMilli());
        json.writeNumberField("last_updated_timestamp", model.updatedAt().toEpochMilli());
        filled(json, "description", model.description());
        if (!latest.isEmpty()) {
            json.writeArrayFieldStart("latest_versions");
            for (RegisteredVersion each : latest) {
                version(json, each, null);
            }
            json.writeEndArray();
        }
        Call.pairs(json, "tags", model.tags());
        if (!model.aliases().isEmpty()) {
            json.writeArrayFieldStart("aliases");
            for (Map.Entry<String, Integer> each : model.aliases().entrySet()) {
                json.writeStartObject();
                json.writeStringField("alias", each.getKey());
                json.writeStringField("version", each.getValue().toString());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /** @param model the logged model it was made of, whose params and metrics are told with it, or null */
    static void version(JsonGenerator json, RegisteredVersion version, @Nullable LoggedModel model) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", version.model());
        json.writeStringField("version", Integer.toString(version.version()));
        json.writeNumberField("creation_timestamp", version.createdAt().toEpochMilli());
        json.writeNumberField("last_updated_timestamp", version.updatedAt().toEpochMilli());
        filled(json, "user_id", version.user());
        json.writeStringField("current_stage", version.stage().word());
        filled(json, "description", version.description());
        json.writeStringField("source", version.source());
        Call.optional(json, "run_id", version.runId());
        json.writeStringField("status", "READY");
        Call.pairs(json, "tags", version.tags());
        Call.optional(json, "run_link", version.runLink());
        if (!version.aliases().isEmpty()) {
            json.writeArrayFieldStart("aliases");
            for (String each : version.aliases()) {
                json.writeString(each);
            }
            json.writeEndArray();
        }
        Call.optional(json, "model_id", version.modelId());
        if (model != null) {
            made(json, model);
        }
        json.writeEndObject();
    }

    private static void made(JsonGenerator json, LoggedModel model) throws IOException {
        if (!model.params().isEmpty()) {
            json.writeArrayFieldStart("model_params");
            for (Map.Entry<String, String> each : model.params().entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", each.getKey());
                json.writeStringField("value", each.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (!model.metrics().isEmpty()) {
            json.writeArrayFieldStart("model_metrics");
            for (LoggedModel.Metric each : model.metrics()) {
                MetricPoint point = each.point();
                json.writeStartObject();
                json.writeStringField("key", point.key());
                Call.number(json, "value", point.value());
                json.writeNumberField("timestamp", point.timestamp());
                json.writeNumberField("step", point.step());
                Call.optional(json, "dataset_name", point.datasetName());
                Call.optional(json, "dataset_digest", point.datasetDigest());
                Call.optional(json, "model_id", point.modelId());
                json.writeStringField("run_id", each.runId());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }

    private static void filled(JsonGenerator json, String field, String value) throws IOException {
        if (!value.isEmpty()) {
            json.writeStringField(field, value);
        }
    }
}
