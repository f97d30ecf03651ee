package dev.keelson.http.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests and answers of the protocol as JSON. Keys that it does not know are passed over, as extensions bring some. */
final class InferenceJson {
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();
    private static final ObjectMapper MAPPER =
            JsonMapper.builder(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
    private static final int MAX_PROBLEMS = 100;

    private final List<Problem> problems = new ArrayList<>();

    private InferenceJson() {}

    /**
     * Reads a document.
     *
     * @throws KeelsonException BAD_REQUEST if it is no JSON object
     */
    static JsonNode object(InputStream body) throws IOException {
        try {
            JsonNode node = MAPPER.readTree(body);
            if (node != null && node.isObject()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The body is not JSON%s."
                            .formatted(
                                    at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr())),
                    "Maybe tensors were sent as binary data, which only gRPC understands.",
                    e);
        }
        throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is no JSON object, as expected.", null);
    }

    /**
     * Reads a request.
     *
     * @throws KeelsonException BAD_REQUEST with every problem
     */
    static InferRequest request(String model, @Nullable String version, InputStream body) throws IOException {
        return new InferenceJson().read(model, version, object(body));
    }

    private InferRequest read(String model, @Nullable String version, JsonNode body) {
        JsonNode id = body.path("id");
        if (!id.isMissingNode() && !id.isNull() && !id.isTextual()) {
            problem("id", "The id (%s) is no text, as expected.".formatted(shown(id)));
        }
        List<Tensor> inputs = new ArrayList<>();
        if (!body.path("inputs").isArray()) {
            problem("inputs", "There are no inputs; expected a list of {name, shape, datatype, data}.");
        }
        for (JsonNode input : body.path("inputs")) {
            Tensor tensor = tensor(input, "inputs[%d]".formatted(inputs.size()));
            if (tensor != null) {
                inputs.add(tensor);
            }
            if (problems.size() >= MAX_PROBLEMS) {
                break;
            }
        }
        List<String> outputs = new ArrayList<>();
        for (JsonNode output : body.path("outputs")) {
            if (output.path("name").isTextual()) {
                outputs.add(output.path("name").textValue());
            } else {
                problem("outputs", "The output (%s) has no name; expected {\"name\": ...}.".formatted(shown(output)));
            }
        }
        Map<String, Object> parameters = parameters(body.path("parameters"));
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return new InferRequest(model, version, id.isTextual() ? id.textValue() : null, parameters, inputs, outputs);
    }

    private Map<String, Object> parameters(JsonNode node) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        node.properties().forEach(each -> {
            Object value = scalar(each.getValue());
            if (value != null) {
                parameters.put(each.getKey(), value);
            }
        });
        return parameters;
    }

    private static @Nullable Object scalar(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        return node.isNumber() ? (Object) node.doubleValue() : null;
    }

    private @Nullable Tensor tensor(JsonNode input, String place) {
        String name = input.path("name").asText("");
        DataType type = DataType.named(input.path("datatype").asText(""));
        List<Long> shape = new ArrayList<>();
        boolean whole = input.path("shape").isArray();
        for (JsonNode each : input.path("shape")) {
            whole &= each.isIntegralNumber() && each.canConvertToLong() && each.longValue() >= 0;
            shape.add(each.asLong(-1));
        }
        if (name.isEmpty()) {
            problem(place, "The input has no name; expected {name, shape, datatype, data}.");
            return null;
        }
        if (type == null) {
            problem(
                    name,
                    "The datatype (%s) of the input is unknown; expected %s."
                            .formatted(shown(input.path("datatype")), String.join(", ", DataType.names())));
            return null;
        }
        long elements = whole ? Tensor.elements(shape) : -1;
        if (elements < 0) {
            problem(name, "The shape (%s) of the input is wrong; expected a list of whole numbers.".formatted(shown(input.path("shape"))));
            return null;
        }
        JsonNode data = input.path("data");
        if (!data.isArray()) {
            problem(name, "The input has no data; expected a list.");
            return null;
        }
        int before = problems.size();
        List<@Nullable Object> values = new ArrayList<>();
        boolean nested = data.size() > 0 && data.get(0).isArray();
        if (nested) {
            nested(name, type, shape, 0, data, values);
        } else {
            flat(name, type, data, values);
        }
        if (problems.size() > before) {
            return null;
        }
        if (values.size() != elements) {
            problem(name, "The input has %d elements; its shape (%s) expects %d.".formatted(values.size(), shape, elements));
            return null;
        }
        return new Tensor(name, type, shape, values);
    }

    /** Lists in lists, each as long as its dimension. */
    private void nested(
            String name, DataType type, List<Long> shape, int depth, JsonNode data, List<@Nullable Object> values) {
        if (problems.size() >= MAX_PROBLEMS) {
            return;
        }
        if (!data.isArray() || depth >= shape.size() || data.size() != shape.get(depth)) {
            problem(name, "The lists of the input do not fit its shape (%s).".formatted(shape));
            return;
        }
        if (depth == shape.size() - 1) {
            flat(name, type, data, values);
            return;
        }
        for (JsonNode each : data) {
            nested(name, type, shape, depth + 1, each, values);
        }
    }

    private void flat(String name, DataType type, JsonNode data, List<@Nullable Object> values) {
        for (JsonNode each : data) {
            if (problems.size() >= MAX_PROBLEMS) {
                return;
            }
            if (each.isNull()) {
                values.add(null);
                continue;
            }
            Object value = element(type, each);
            if (value == null) {
                problem(
                        "%s[%d]".formatted(name, values.size()),
                        "The value (%s) is wrong; expected %s.".formatted(shown(each), expected(type)));
            }
            values.add(value);
        }
    }

    private static @Nullable Object element(DataType type, JsonNode node) {
        if (type == DataType.BOOL) {
            return node.isBoolean() ? (Object) node.booleanValue() : null;
        }
        if (type == DataType.BYTES) {
            return node.textValue();
        }
        if (!node.isNumber()) {
            return null;
        }
        if (type.isReal()) {
            return node.doubleValue();
        }
        if (!node.isIntegralNumber()) {
            return null;
        }
        if (node.canConvertToLong()) {
            long value = node.longValue();
            return value >= type.least() && value <= type.most() ? (Object) value : null;
        }
        BigInteger large = node.bigIntegerValue();
        return type == DataType.UINT64 && large.signum() > 0 && large.bitLength() <= 64 ? (Object) large.doubleValue() : null;
    }

    private static String expected(DataType type) {
        return switch (type) {
            case BOOL -> "true or false";
            case BYTES -> "a text";
            case FP16, FP32, FP64 -> "a number";
            case UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64 -> "a whole number that %s holds".formatted(type);
        };
    }

    private static String shown(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }

    private void problem(String field, String message) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(Problem.at(ErrorCode.BAD_REQUEST, new Location(field, 0, 0), message, null));
        }
    }

    // ---- answers

    /** Writes fields of an object. */
    @FunctionalInterface
    interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** A JSON object. */
    static byte[] bytes(Fields fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written.", e);
        }
        return out.toByteArray();
    }

    /** Writes the fields of an object for something. */
    @FunctionalInterface
    interface FieldsOf<T> {
        void write(JsonGenerator json, T of) throws IOException;
    }

    /** A JSON list of objects. */
    static <T> byte[] list(List<T> items, FieldsOf<T> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartArray();
            for (T item : items) {
                json.writeStartObject();
                fields.write(json, item);
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written.", e);
        }
        return out.toByteArray();
    }

    static void write(JsonGenerator json, InferResponse response) throws IOException {
        json.writeStringField("model_name", response.model());
        json.writeStringField("model_version", response.version());
        if (response.id() != null) {
            json.writeStringField("id", response.id());
        }
        json.writeArrayFieldStart("outputs");
        for (Tensor tensor : response.outputs()) {
            json.writeStartObject();
            json.writeStringField("name", tensor.name());
            shape(json, tensor.shape());
            json.writeStringField("datatype", tensor.type().name());
            json.writeArrayFieldStart("data");
            for (Object value : tensor.values()) {
                element(json, value);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void shape(JsonGenerator json, List<Long> shape) throws IOException {
        json.writeArrayFieldStart("shape");
        for (long each : shape) {
            json.writeNumber(each);
        }
        json.writeEndArray();
    }

    private static void element(JsonGenerator json, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Double number -> {
                if (Double.isFinite(number)) {
                    json.writeNumber(number);
                } else {
                    json.writeNull();
                }
            }
            case Long number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            default -> json.writeString(value.toString());
        }
    }
}
