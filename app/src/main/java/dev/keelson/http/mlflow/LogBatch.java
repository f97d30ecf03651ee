package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.registry.tracking.MetricPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a call of {@code runs/log-batch} carries. It is read as a stream, without a tree: this is the call that clients make
 * most of all.
 *
 * @param runId checked
 * @param points in the order of the request
 * @param params by key
 * @param tags by key; the last of the same key
 */
record LogBatch(String runId, List<MetricPoint> points, Map<String, String> params, Map<String, String> tags) {
    static final int MAX_BYTES = 1_000_000;
    static final int MAX_METRICS = 1_000;
    static final int MAX_PARAMS = 100;
    static final int MAX_TAGS = 100;
    static final int MAX_TOTAL = 1_000;

    /**
     * Reads it.
     *
     * @throws MlflowFailure when it is no such document, or more than one call may carry
     */
    static LogBatch read(byte[] body) {
        if (body.length > MAX_BYTES) {
            throw MlflowFailure.invalid(
                    "The batch has %d bytes of JSON; %d are the most.".formatted(body.length, MAX_BYTES));
        }
        try (JsonParser json = Call.FACTORY.createParser(body)) {
            JsonToken first = json.nextToken();
            if (first == JsonToken.VALUE_STRING) { // encoded twice
                try (JsonParser inner = Call.FACTORY.createParser(json.getText())) {
                    inner.nextToken();
                    return new Reader(inner).document();
                }
            }
            return new Reader(json).document();
        } catch (IOException e) {
            throw Call.unreadable(e);
        }
    }

    /** A number of a point from its JSON value; what is infinite becomes the largest finite number of its sign. */
    static double finite(double value) {
        return Double.isInfinite(value) ? Math.copySign(Double.MAX_VALUE, value) : value;
    }

    /** Checks a point that is there in full. */
    static MetricPoint point(
            String key,
            double value,
            long timestamp,
            long step,
            @Nullable String modelId,
            @Nullable String datasetName,
            @Nullable String datasetDigest) {
        if (timestamp < 0) {
            throw MlflowFailure.invalid(
                    "Invalid timestamp %d for metric '%s': expected milliseconds since 1970.".formatted(timestamp, key));
        }
        return new MetricPoint(
                key,
                finite(value),
                timestamp,
                step,
                modelId == null || modelId.isEmpty() ? null : Names.modelId(modelId),
                datasetName == null || datasetName.isEmpty() ? null : Datasets.name(datasetName),
                datasetDigest == null || datasetDigest.isEmpty() ? null : Datasets.digest(datasetDigest));
    }

    /** One reading; of one thread. */
    private static final class Reader {
        private final JsonParser json;
        private final List<MetricPoint> points = new ArrayList<>();
        private final Map<String, String> params = new LinkedHashMap<>();
        private final Map<String, String> tags = new LinkedHashMap<>();
        private int paramCount;
        private int tagCount;
        /** The last key that was found right: many points in a row have the same. */
        private String known = "";

        Reader(JsonParser json) {
            this.json = json;
        }

        LogBatch document() throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw new MlflowFailure(MlflowCode.BAD_REQUEST, "The body is no JSON object.");
            }
            String id = "";
            String old = "";
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "run_id" -> id = text("run_id");
                    case "run_uuid" -> old = text("run_uuid");
                    case "metrics" -> list("metrics", this::metric);
                    case "params" -> list("params", this::param);
                    case "tags" -> list("tags", this::tag);
                    default -> json.skipChildren();
                }
            }
            if (json.nextToken() != null) {
                throw new MlflowFailure(MlflowCode.BAD_REQUEST, "The body goes on after its JSON document.");
            }
            String run = id.isEmpty() ? old : id;
            if (run.isEmpty()) {
                throw MlflowFailure.missing("run_id");
            }
            Names.runId(run);
            limit("metrics", points.size(), MAX_METRICS);
            limit("params", paramCount, MAX_PARAMS);
            limit("tags", tagCount, MAX_TAGS);
            limit("metrics, params and tags", points.size() + paramCount + tagCount, MAX_TOTAL);
            return new LogBatch(run, points, params, tags);
        }

        private static void limit(String what, int count, int most) {
            if (count > most) {
                throw MlflowFailure.invalid("A batch can carry at most %d %s; this one has %d.".formatted(most, what, count));
            }
        }

        private interface Element {
            void read(int index) throws IOException;
        }

        private void list(String name, Element element) throws IOException {
            if (json.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw wrong(name, "a list of objects");
            }
            for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    throw wrong("%s[%d]".formatted(name, i), "an object");
                }
                element.read(i);
            }
        }

        private void metric(int index) throws IOException {
            String key = "";
            String modelId = null;
            String datasetName = null;
            String datasetDigest = null;
            double value = 0;
            long timestamp = 0;
            long step = 0;
            boolean valued = false;
            boolean timed = false;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_NULL) {
                    continue;
                }
                switch (name) {
                    case "key" -> key = text("metrics[].key");
                    case "value" -> {
                        value = number();
                        valued = true;
                    }
                    case "timestamp" -> {
                        timestamp = integer("metrics[].timestamp");
                        timed = true;
                    }
                    case "step" -> step = integer("metrics[].step");
                    case "model_id" -> modelId = text("metrics[].model_id");
                    case "dataset_name" -> datasetName = text("metrics[].dataset_name");
                    case "dataset_digest" -> datasetDigest = text("metrics[].dataset_digest");
                    default -> json.skipChildren();
                }
            }
            if (key.isEmpty()) {
                throw MlflowFailure.missing("metrics[%d].key".formatted(index));
            }
            if (!valued) {
                throw MlflowFailure.missing("metrics[%d].value".formatted(index));
            }
            if (!timed) {
                throw MlflowFailure.missing("metrics[%d].timestamp".formatted(index));
            }
            if (key.equals(known)) {
                key = known;
            } else {
                known = Names.key("metric", key);
            }
            points.add(point(key, value, timestamp, step, modelId, datasetName, datasetDigest));
        }

        private void param(int index) throws IOException {
            Map.Entry<String, String> pair = pair("params", index);
            String key = Names.key("parameter", pair.getKey());
            String value = Names.limited("parameter value", pair.getValue(), Names.MAX_PARAM);
            paramCount++;
            String other = params.putIfAbsent(key, value);
            if (other != null) {
                throw MlflowFailure.invalid("The param %s comes twice in the batch, as '%s' and as '%s'."
                        .formatted(key, Texts.shown(other), Texts.shown(value)));
            }
        }

        private void tag(int index) throws IOException {
            Map.Entry<String, String> pair = pair("tags", index);
            tags.put(Names.key("tag", pair.getKey()), Names.runTag(pair.getValue()));
            tagCount++;
        }

        private Map.Entry<String, String> pair(String list, int index) throws IOException {
            String key = "";
            String value = "";
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_NULL) {
                    continue;
                }
                switch (name) {
                    case "key" -> key = text(list + "[].key");
                    case "value" -> value = text(list + "[].value");
                    default -> json.skipChildren();
                }
            }
            if (key.isEmpty()) {
                throw MlflowFailure.missing("%s[%d].key".formatted(list, index));
            }
            return Map.entry(key, value);
        }

        private String text(String place) throws IOException {
            if (json.currentToken() == JsonToken.VALUE_NULL) {
                return "";
            }
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw wrong(place, "a string");
            }
            return Fields.storable(place, json.getText());
        }

        private double number() throws IOException {
            if (json.currentToken().isNumeric()) {
                return json.getDoubleValue();
            }
            Double number = json.currentToken() == JsonToken.VALUE_STRING ? Fields.numberOf(json.getText()) : null;
            if (number == null) {
                throw wrong("metrics[].value", "a number");
            }
            return number;
        }

        private long integer(String place) throws IOException {
            if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                return json.getLongValue();
            }
            Long number = json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT || json.currentToken() == JsonToken.VALUE_STRING
                    ? Fields.integerOf(json.getText())
                    : null;
            if (number == null) {
                throw wrong(place, "a whole number of 64 bits");
            }
            return number;
        }

        private MlflowFailure wrong(String place, String expected) throws IOException {
            String value = json.currentToken().isStructStart()
                    ? String.valueOf(json.<JsonNode>readValueAsTree())
                    : Objects.requireNonNullElse(json.getText(), "");
            return MlflowFailure.invalid("Invalid value %s for parameter '%s' supplied: expected %s."
                    .formatted(Texts.shown(value), place, expected));
        }
    }
}
