package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI document of the server, as a whole and address by address. Immutable.
 *
 * @param json the document, not to be changed
 * @param operations what can be asked, in the order of the document
 */
public record ApiDocument(JsonNode json, List<Operation> operations) {
    private static final List<String> METHODS = List.of("get", "head", "post", "put", "patch", "delete");

    public ApiDocument {
        operations = List.copyOf(operations);
    }

    /**
     * One thing that can be asked.
     *
     * @param id its name in the document, unique
     * @param method in capitals
     * @param path with the names of its parts in braces
     * @param group what it is about: the first part of its address
     * @param summary one sentence
     * @param description more about it; null for nothing
     * @param parameters of its path, then of its query
     * @param bodies media type to an example or the form of what is sent, as JSON; none when nothing is
     * @param responses status to what it means
     */
    public record Operation(
            String id,
            String method,
            String path,
            String group,
            String summary,
            @Nullable String description,
            List<Parameter> parameters,
            Map<String, JsonNode> bodies,
            Map<String, String> responses) {
        public Operation {
            parameters = List.copyOf(parameters);
            bodies = Collections.unmodifiableMap(new LinkedHashMap<>(bodies));
            responses = Collections.unmodifiableMap(new LinkedHashMap<>(responses));
        }
    }

    /**
     * A parameter.
     *
     * @param name its name
     * @param in {@code path}, {@code query} or {@code header}
     * @param required whether it must be there
     * @param schema what it may be
     * @param description what it does; null for nothing
     */
    public record Parameter(String name, String in, boolean required, JsonNode schema, @Nullable String description) {}

    /** The document of this server. */
    public static ApiDocument load() {
        try (InputStream in =
                Objects.requireNonNull(ApiDocument.class.getResourceAsStream("/openapi.yaml"), "openapi.yaml")) {
            return of(Yaml.read(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("The description of the API cannot be read.", e);
        }
    }

    /** Takes a document apart. */
    static ApiDocument of(JsonNode json) {
        List<Operation> operations = new ArrayList<>();
        json.path("paths").properties().forEach(path -> {
            for (String method : METHODS) {
                JsonNode operation = path.getValue().path(method);
                if (!operation.isMissingNode()) {
                    operations.add(operation(json, path.getKey(), method, operation));
                }
            }
        });
        return new ApiDocument(json, operations);
    }

    private static Operation operation(JsonNode json, String path, String method, JsonNode node) {
        List<Parameter> parameters = new ArrayList<>();
        for (JsonNode each : node.path("parameters")) {
            JsonNode parameter = resolved(json, each);
            parameters.add(new Parameter(
                    parameter.path("name").asText(),
                    parameter.path("in").asText(),
                    parameter.path("required").asBoolean(),
                    parameter.path("schema"),
                    parameter.path("description").textValue()));
        }
        Map<String, JsonNode> bodies = new LinkedHashMap<>();
        resolved(json, node.path("requestBody")).path("content").properties().forEach(media -> {
            JsonNode example = media.getValue().path("examples").path("one").path("value");
            bodies.put(media.getKey(), example.isMissingNode() ? media.getValue().path("schema") : example);
        });
        Map<String, String> responses = new LinkedHashMap<>();
        node.path("responses")
                .properties()
                .forEach(each -> responses.put(
                        each.getKey(),
                        resolved(json, each.getValue()).path("description").asText()));
        return new Operation(
                node.path("operationId").asText(),
                method.toUpperCase(Locale.ROOT),
                path,
                group(path),
                node.path("summary").asText(),
                node.path("description").textValue(),
                parameters,
                bodies,
                responses);
    }

    private static String group(String path) {
        String[] parts = path.startsWith("/api/v1/") ? path.substring(8).split("/", -1) : path.substring(1).split("/", -1);
        return parts[0];
    }

    /** What a reference within the document points to; the node itself when it is none. */
    private static JsonNode resolved(JsonNode json, JsonNode node) {
        String reference = node.path("$ref").asText("");
        return reference.startsWith("#") ? json.at(reference.substring(1)) : node;
    }
}
