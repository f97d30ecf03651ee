package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes predictions as JSON into one array of bytes: on the path that must be fast. For one answer. */
final class PredictionWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int BYTES_PER_ROW = 384;
    private static final int NANOS = 1_000_000_000;
    /** Length of a text such as {@code 2021-05-23T15:00:00}. */
    private static final int SECOND_LENGTH = 19;

    /** A second that was written lately, without its fraction. Another takes its place whole. */
    private static volatile Second lately = new Second(0, "1970-01-01T00:00:00".getBytes(StandardCharsets.US_ASCII));

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody, changed by nobody
    private record Second(long epochSecond, byte[] text) {}

    private byte[] bytes;
    private int length;

    private PredictionWriter(int capacity) {
        this.bytes = new byte[capacity];
    }

    /** The answer to a predict request. */
    static byte[] write(List<Prediction> predictions) {
        PredictionWriter out = new PredictionWriter(32 + BYTES_PER_ROW * predictions.size());
        out.raw("{\"predictions\":[");
        for (int i = 0; i < predictions.size(); i++) {
            if (i > 0) {
                out.raw(",");
            }
            out.prediction(predictions.get(i));
        }
        out.raw("]}");
        return Arrays.copyOf(out.bytes, out.length);
    }

    private void prediction(Prediction prediction) {
        raw("{\"id\":\"");
        uuid(prediction.id());
        raw("\",\"model\":");
        text(prediction.model());
        raw(",\"version\":");
        raw(Integer.toString(prediction.version()));
        if (prediction.isNumber()) {
            raw(",\"value\":");
            number(prediction.probabilities()[0]);
        } else {
            classes(prediction);
        }
        if (prediction.advice() != null) {
            for (Map.Entry<String, JsonNode> field :
                    AdviceJson.of(prediction.advice(), prediction.classes()).properties()) {
                raw(",");
                text(field.getKey());
                raw(":");
                encoded(field.getValue().toString().getBytes(StandardCharsets.UTF_8));
            }
        }
        raw(",\"as_of\":\"");
        instant(prediction.asOf());
        raw("\"");
        List<String> warnings = prediction.warnings();
        if (!warnings.isEmpty()) {
            raw(",\"warnings\":[");
            for (int i = 0; i < warnings.size(); i++) {
                if (i > 0) {
                    raw(",");
                }
                text(warnings.get(i));
            }
            raw("]");
        }
        if (prediction.details() != null) {
            byte[] fields = details(prediction.details());
            if (fields.length > 2) { // without its brackets
                raw(",");
                encoded(Arrays.copyOfRange(fields, 1, fields.length - 1));
            }
        }
        raw("}");
    }

    private void classes(Prediction prediction) {
        raw(",\"probabilities\":{");
        double[] probabilities = prediction.probabilities();
        for (int c = 0; c < probabilities.length; c++) {
            if (c > 0) {
                raw(",");
            }
            text(prediction.classes().get(c));
            raw(":");
            number(probabilities[c]);
        }
        int best = prediction.predicted();
        raw("},\"predicted\":");
        text(prediction.classes().get(best));
        raw(",\"confidence\":");
        number(probabilities[best]);
    }

    /** Values, statuses and ages of features; contributions by margin. */
    private static byte[] details(PredictionDetails details) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            writeDetails(json, details);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written.", e);
        }
        return out.toByteArray();
    }

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
        ProbabilityRange chance = details.chance();
        if (chance != null) {
            json.writeObjectFieldStart("probability_interval");
            json.writeStringField("kind", PredictionDetails.VENN_ABERS);
            json.writeNumberField("lower", chance.lower());
            json.writeNumberField("upper", chance.upper());
            json.writeEndObject();
        }
    }

    // ---- JSON

    private void number(double value) {
        if (Double.isFinite(value)) {
            raw(Double.toString(value));
        } else { // as a text: JSON has no such numbers
            raw("\"");
            raw(Double.toString(value));
            raw("\"");
        }
    }

    private void uuid(UUID id) {
        reserve(36);
        hex(id.getMostSignificantBits(), 60, 32);
        bytes[length++] = '-';
        hex(id.getMostSignificantBits(), 28, 16);
        bytes[length++] = '-';
        hex(id.getMostSignificantBits(), 12, 0);
        bytes[length++] = '-';
        hex(id.getLeastSignificantBits(), 60, 48);
        bytes[length++] = '-';
        hex(id.getLeastSignificantBits(), 44, 0);
    }

    private void hex(long value, int from, int to) {
        for (int shift = from; shift >= to; shift -= 4) {
            bytes[length++] = HEX[(int) (value >>> shift) & 15];
        }
    }

    /** As {@link Instant#toString}: no fraction, or 3, 6 or 9 digits. */
    private void instant(Instant instant) {
        Second second = lately;
        if (second.epochSecond() != instant.getEpochSecond()) {
            String text = Instant.ofEpochSecond(instant.getEpochSecond()).toString();
            if (text.length() != SECOND_LENGTH + 1) { // years of other than four digits
                raw(instant.toString());
                return;
            }
            second = new Second(
                    instant.getEpochSecond(), text.substring(0, SECOND_LENGTH).getBytes(StandardCharsets.US_ASCII));
            lately = second;
        }
        encoded(second.text());
        int nanos = instant.getNano();
        if (nanos != 0) {
            int unit = nanos % 1_000_000 == 0 ? 1_000_000 : nanos % 1_000 == 0 ? 1_000 : 1;
            reserve(10);
            bytes[length++] = '.';
            for (int rest = NANOS / 10; rest >= unit; rest /= 10) {
                bytes[length++] = (byte) ('0' + nanos / rest % 10);
            }
        }
        raw("Z");
    }

    private void text(String text) {
        int chars = text.length();
        reserve(chars + 2);
        int start = length;
        bytes[length++] = '"';
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x80 || c == '"' || c == '\\') {
                length = start;
                raw("\"");
                encoded(JsonStringEncoder.getInstance().quoteAsUTF8(text));
                raw("\"");
                return;
            }
            bytes[length++] = (byte) c;
        }
        bytes[length++] = '"';
    }

    @SuppressWarnings("deprecation") // the quickest way for a text that is known to be ASCII
    private void raw(String ascii) {
        int chars = ascii.length();
        reserve(chars);
        ascii.getBytes(0, chars, bytes, length);
        length += chars;
    }

    private void encoded(byte[] utf8) {
        reserve(utf8.length);
        System.arraycopy(utf8, 0, bytes, length, utf8.length);
        length += utf8.length;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }
}
