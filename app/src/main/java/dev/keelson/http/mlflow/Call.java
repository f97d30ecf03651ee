package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One call of a client: what it asks, and the answer to it. */
final class Call {
    /** Deeper documents are refused. */
    static final int MAX_NESTING = 100;
    /** NaN and Infinity are numbers here: Python's clients send them so. */
    static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);
    private static final Header JSON = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/json");
    private static final Header NO_STORE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.UTF_8);

    private final ServerRequest request;
    private final ServerResponse response;
    private final Map<String, String> parts;

    Call(ServerRequest request, ServerResponse response, Map<String, String> parts) {
        this.request = request;
        this.response = response;
        this.parts = parts;
    }

    ServerRequest request() {
        return request;
    }

    ServerResponse response() {
        return response;
    }

    /** The part of the address that a name stands for. */
    String part(String name) {
        return Fields.storable(name, Objects.requireNonNull(parts.get(name), name));
    }

    /** The program that calls; empty when it does not say. */
    String userAgent() {
        return request.headers().value(HeaderNames.USER_AGENT).orElse("");
    }

    /** What is asked: the body if there is one, else the query. */
    Fields fields() {
        if (!request.content().hasEntity()) {
            String query = request.query().rawValue();
            return query == null || query.isEmpty()
                    ? Fields.of(JsonNodeFactory.instance.objectNode())
                    : Fields.of(Texts.query(query));
        }
        return Fields.of(tree(bytes()));
    }

    /**
     * The body, which must be said to be JSON.
     *
     * @throws MlflowFailure when it is something else
     */
    byte[] bytes() {
        String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse("");
        int end = type.indexOf(';');
        String media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (!media.equals("application/json")) {
            throw MlflowFailure.invalid(
                    "The content type (%s) of the body is wrong: it must be application/json.".formatted(Texts.shown(type)));
        }
        try (InputStream in = request.content().inputStream()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new MlflowFailure(MlflowCode.BAD_REQUEST, "The body ended too early.");
        }
    }

    /** The JSON object of a body; one that was encoded twice, as old clients do, is decoded twice. */
    static JsonNode tree(byte[] body) {
        try {
            JsonNode node = whole(FACTORY.createParser(body));
            if (node.isTextual()) {
                node = whole(FACTORY.createParser(node.textValue()));
            }
            if (node.isMissingNode() || node.isNull()) {
                return JsonNodeFactory.instance.objectNode();
            }
            if (!node.isObject()) {
                throw new MlflowFailure(MlflowCode.BAD_REQUEST, "The body is no JSON object.");
            }
            return node;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static JsonNode whole(JsonParser parser) throws IOException {
        try (parser) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null) {
                return JsonNodeFactory.instance.missingNode();
            }
            if (parser.nextToken() != null) {
                throw new MlflowFailure(MlflowCode.BAD_REQUEST, "The body goes on after its JSON document.");
            }
            return node;
        }
    }

    /** Says why a body is no JSON that can be read. */
    static MlflowFailure unreadable(IOException failure) {
        String why = switch (failure) {
            case StreamConstraintsException e -> e.getOriginalMessage();
            case JsonProcessingException e -> e.getOriginalMessage();
            default -> failure.toString();
        };
        return new MlflowFailure(MlflowCode.BAD_REQUEST, "The body is not JSON that can be read: %s".formatted(Texts.shown(why)));
    }

    /** Writes a document. */
    @FunctionalInterface
    interface Document {
        /** Writes its fields. */
        void write(JsonGenerator json) throws IOException;
    }

    /** Answers with an object. */
    void send(Document document) throws IOException {
        send(200, document);
    }

    /** Answers with an empty object. */
    void done() {
        response.header(JSON);
        response.header(NO_STORE);
        response.send(EMPTY);
    }

    private void send(int status, Document document) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            document.write(json);
            json.writeEndObject();
        }
        if (status != 200) {
            response.status(Status.create(status));
        }
        response.header(JSON);
        response.header(NO_STORE);
        response.send(bytes.toByteArray());
    }

    /** Answers that something went wrong. */
    static void refuse(ServerResponse response, int status, MlflowCode code, String message) {
        response.status(Status.create(status));
        response.header(JSON);
        response.header(NO_STORE);
        response.send(refusal(code, message));
    }

    /** The document of a refusal. */
    static byte[] refusal(MlflowCode code, String message) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("error_code", code.name())
                .put("message", message)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Writes labels as a list of pairs; nothing when there are none. */
    static void pairs(JsonGenerator json, String field, Map<String, String> labels) throws IOException {
        if (labels.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart(field);
        for (Map.Entry<String, String> each : labels.entrySet()) {
            json.writeStartObject();
            json.writeStringField("key", each.getKey());
            json.writeStringField("value", each.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Writes a field that is not null. */
    static void optional(JsonGenerator json, String field, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }

    /** Writes a double; what JSON has no number for is a text, as protocol buffers have it. */
    static void number(JsonGenerator json, String field, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(field, value);
        } else {
            json.writeStringField(field, Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }
}
