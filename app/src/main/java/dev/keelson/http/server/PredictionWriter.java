package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureVector;
import dev.keelson.http.AdviceJson;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionDetails;
import dev.keelson.learn.calibration.ProbabilityRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Writes predictions as JSON, field by field, without a tree: on the path that must be fast. */
final class PredictionWriter {
    private static final int BYTES_PER_ROW = 384;

    private PredictionWriter() {}

    /** The answer to a predict request. */
    static byte[] write(List<Prediction> predictions) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(32 + BYTES_PER_ROW * predictions.size());
        try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayFieldStart("predictions");
            for (Prediction prediction : predictions) {
                json.writeStartObject();
                write(json, prediction);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written.", e);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator json, Prediction prediction) throws IOException {
        json.writeStringField("id", prediction.id().toString());
        json.writeStringField("model", prediction.model());
        json.writeNumberField("version", prediction.version());
        if (prediction.isNumber()) {
            json.writeNumberField("value", prediction.probabilities()[0]);
        } else {
            classes(json, prediction);
        }
        if (prediction.advice() != null) {
            for (Map.Entry<String, JsonNode> field :
                    AdviceJson.of(prediction.advice(), prediction.classes()).properties()) {
                json.writeFieldName(field.getKey());
                json.writeRawValue(field.getValue().toString());
            }
        }
        json.writeStringField("as_of", prediction.asOf().toString());
        if (!prediction.warnings().isEmpty()) {
            json.writeArrayFieldStart("warnings");
            for (String warning : prediction.warnings()) {
                json.writeString(warning);
            }
            json.writeEndArray();
        }
        if (prediction.details() != null) {
            details(json, prediction.details());
        }
    }

    /** What is not finite stands there as a text: JSON has no such numbers. */
    private static void classes(JsonGenerator json, Prediction prediction) throws IOException {
        double[] probabilities = prediction.probabilities();
        json.writeObjectFieldStart("probabilities");
        for (int c = 0; c < probabilities.length; c++) {
            json.writeNumberField(prediction.classes().get(c), probabilities[c]);
        }
        json.writeEndObject();
        int best = prediction.predicted();
        json.writeStringField("predicted", prediction.classes().get(best));
        json.writeNumberField("confidence", probabilities[best]);
    }

    /** Values, statuses and ages of features; contributions by margin. */
    private static void details(JsonGenerator json, PredictionDetails details) throws IOException {
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
        ProbabilityRange chance = details.chance();
        if (chance != null) {
            json.writeObjectFieldStart("probability_interval");
            json.writeStringField("kind", PredictionDetails.VENN_ABERS);
            json.writeNumberField("lower", chance.lower());
            json.writeNumberField("upper", chance.upper());
            json.writeEndObject();
        }
    }
}
