package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureVector;
import dev.keelson.http.AdviceJson;
import dev.keelson.http.Backend;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionDetails;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code POST /api/v1/models/{name}/predict}. The path that must be fast: it reads and writes JSON as a stream. */
final class PredictEndpoint {
    private static final SerializedString PREDICTIONS = new SerializedString("predictions");
    private static final SerializedString ID = new SerializedString("id");
    private static final SerializedString MODEL = new SerializedString("model");
    private static final SerializedString VERSION = new SerializedString("version");
    private static final SerializedString VALUE = new SerializedString("value");
    private static final SerializedString PROBABILITIES = new SerializedString("probabilities");
    private static final SerializedString PREDICTED = new SerializedString("predicted");
    private static final SerializedString CONFIDENCE = new SerializedString("confidence");
    private static final SerializedString AS_OF = new SerializedString("as_of");
    private static final SerializedString WARNINGS = new SerializedString("warnings");
    private static final int BYTES_PER_ROW = 256;

    private final Backend backend;
    private final ServerMetrics metrics;
    private final PredictBodies bodies;

    PredictEndpoint(Backend backend, ServerMetrics metrics) {
        this.backend = backend;
        this.metrics = metrics;
        this.bodies = new PredictBodies(backend, metrics);
    }

    void register(Routes routes) {
        routes.post("/api/v1/models/{name}/predict", this::predict);
        routes.get("/api/v1/models/{name}/signature", (request, response) -> {
            Parameters parameters = new Parameters(request);
            Json.send(
                    response,
                    backend.signature(Parameters.path(request, "name"), parameters.text("version"))
                            .toJson());
        });
    }

    private void predict(ServerRequest request, ServerResponse response) {
        long start = System.nanoTime();
        String model = Parameters.path(request, "name");
        if (PredictBodies.takes(request)) {
            bodies.answer(request, response, model);
            return;
        }
        try {
            PredictRequest asked = read(request);
            List<Prediction> predictions = backend.predict(model, asked.rows(), asked.options());
            byte[] body = write(predictions);
            response.header(Json.CONTENT);
            response.send(body);
            metrics.predicted(
                    model, predictions.getFirst().version(), predictions.size(), System.nanoTime() - start);
        } catch (KeelsonException e) {
            metrics.predictionFailed(model, e.code());
            throw e;
        }
    }

    private PredictRequest read(ServerRequest request) {
        PredictOptions options = PredictOptions.DEFAULT;
        if (!request.query().isEmpty()) {
            Parameters parameters = new Parameters(request);
            Boolean durable = parameters.flag("durable");
            Instant asOf = parameters.instant("as_of", backend.project().zone());
            String version = parameters.text("version");
            String client = parameters.text("client");
            parameters.check();
            options = new PredictOptions(Boolean.TRUE.equals(durable), asOf, version, Set.of(), client, null);
        }
        if (!request.content().hasEntity()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The body is empty; expected a JSON object, {\"rows\": [...]} or a list of objects.",
                    null);
        }
        try (InputStream body = request.content().inputStream()) {
            return PredictRequest.read(body, options);
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
    }

    private static void writeClasses(JsonGenerator json, Prediction prediction) throws IOException {
        json.writeFieldName(PROBABILITIES);
        json.writeStartObject();
        double[] probabilities = prediction.probabilities();
        for (int c = 0; c < probabilities.length; c++) {
            json.writeFieldName(prediction.classes().get(c));
            json.writeNumber(probabilities[c]);
        }
        json.writeEndObject();
        int best = prediction.predicted();
        json.writeFieldName(PREDICTED);
        json.writeString(prediction.classes().get(best));
        json.writeFieldName(CONFIDENCE);
        json.writeNumber(probabilities[best]);
    }

    /** Values, statuses and ages of features, each list in the order of the names; contributions by margin. */
    private static void writeDetails(JsonGenerator json, PredictionDetails details) throws IOException {
        FeatureVector vector = details.features();
        if (vector != null) {
            json.writeArrayFieldStart("features");
            for (int i = 0; i < vector.names().size(); i++) {
                json.writeStartObject();
                json.writeStringField("name", vector.names().get(i));
                double value = vector.values()[i];
                if (Double.isNaN(value)) {
                    json.writeNullField("value");
                } else {
                    json.writeNumberField("value", value);
                }
                json.writeStringField(
                        "status", FeatureStatus.of(vector.statuses()[i]).name());
                long age = vector.ageMicros()[i];
                if (age != FeatureVector.NO_AGE) {
                    json.writeNumberField("age_s", age / 1e6);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        PredictionDetails.Contributions contributions = details.contributions();
        if (contributions != null) {
            json.writeObjectFieldStart("contributions");
            json.writeStringField("scale", contributions.scale());
            json.writeObjectFieldStart("margins");
            for (int m = 0; m < contributions.margins().size(); m++) {
                json.writeObjectFieldStart(contributions.margins().get(m));
                json.writeNumberField("expected", contributions.expected(m));
                json.writeObjectFieldStart("features");
                for (int f = 0; f < contributions.features().size(); f++) {
                    json.writeNumberField(contributions.features().get(f), contributions.of(m, f));
                }
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
    }

    private static byte[] write(List<Prediction> predictions) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(32 + BYTES_PER_ROW * predictions.size());
        try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeFieldName(PREDICTIONS);
            json.writeStartArray();
            for (Prediction prediction : predictions) {
                json.writeStartObject();
                json.writeFieldName(ID);
                json.writeString(prediction.id().toString());
                json.writeFieldName(MODEL);
                json.writeString(prediction.model());
                json.writeFieldName(VERSION);
                json.writeNumber(prediction.version());
                if (prediction.isNumber()) {
                    json.writeFieldName(VALUE);
                    json.writeNumber(prediction.probabilities()[0]);
                } else {
                    writeClasses(json, prediction);
                }
                if (prediction.advice() != null) {
                    for (Map.Entry<String, JsonNode> field :
                            AdviceJson.of(prediction.advice(), prediction.classes()).properties()) {
                        json.writeFieldName(field.getKey());
                        json.writeRawValue(field.getValue().toString());
                    }
                }
                json.writeFieldName(AS_OF);
                json.writeString(prediction.asOf().toString());
                if (!prediction.warnings().isEmpty()) {
                    json.writeFieldName(WARNINGS);
                    json.writeStartArray();
                    for (String warning : prediction.warnings()) {
                        json.writeString(warning);
                    }
                    json.writeEndArray();
                }
                if (prediction.details() != null) {
                    writeDetails(json, prediction.details());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written.", e);
        }
        return out.toByteArray();
    }
}
