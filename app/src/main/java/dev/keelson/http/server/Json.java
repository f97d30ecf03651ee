package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Problem;
import dev.keelson.http.KnownCaller;
import dev.keelson.http.MediaTypes;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** JSON in and out. */
final class Json {
    static final String MEDIA_TYPE = "application/json";
    static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();
    static final Header CONTENT = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, MEDIA_TYPE);
    static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ObjectReader WHOLE = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static void send(ServerResponse response, JsonNode document) {
        response.header(CONTENT);
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(document.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Refuses a body that says it is something else than JSON (415). */
    static void requireJson(ServerRequest request) {
        requireJson(request, MEDIA_TYPE);
    }

    /**
     * Refuses a body that says it is something else than JSON (415).
     *
     * @param expected the types that are read
     */
    static void requireJson(ServerRequest request, String expected) {
        String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse(null);
        if (!MediaTypes.isJson(type)) {
            throw new HttpFailure(
                    415,
                    Problem.of(
                            ErrorCode.BAD_REQUEST,
                            "The type of the body (%s) is not read here; expected %s.".formatted(type, expected),
                            "Maybe it is JSON: then send `Content-Type: application/json`."));
        }
    }

    /** Refuses a request that does not take JSON as its answer (406). */
    static void requireTaken(ServerRequest request, String given) {
        String accepted = request.headers().value(HeaderNames.ACCEPT).orElse(null);
        if (!MediaTypes.takesJson(accepted)) {
            throw new HttpFailure(
                    406,
                    Problem.of(
                            ErrorCode.BAD_REQUEST,
                            "The form (%s) is not given here; expected %s.".formatted(accepted, given),
                            "Maybe send `Accept: application/json`, or none."));
        }
    }

    /** Reads the body of a request; null when it has none. */
    static @Nullable JsonNode body(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return null;
        }
        requireJson(request);
        try (InputStream in = request.content().inputStream()) {
            return signed(request, WHOLE.readTree(in));
        } catch (JsonProcessingException e) {
            throw BadJson.of(e);
        } catch (IOException e) {
            throw new UncheckedIOException("The body could not be read.", e);
        }
    }

    /** With the name of whose token the request shows as {@code actor}, whatever it says there itself. */
    static JsonNode signed(ServerRequest request, JsonNode body) {
        String caller = body.has("actor") ? KnownCaller.of(request) : null;
        return caller != null && body instanceof ObjectNode object ? object.put("actor", caller) : body;
    }

    /** Reads a document that the product itself has stored. */
    static JsonNode stored(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored document is not JSON.", e);
        }
    }

    /** Puts a number, or null for what JSON cannot hold. */
    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
