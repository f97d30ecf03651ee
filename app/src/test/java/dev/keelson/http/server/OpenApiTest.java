package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.ApiDocument;
import dev.keelson.http.SeededBackend;
import dev.keelson.http.FeatureGaps;
import dev.keelson.http.StageTimes;
import dev.keelson.project.ServeDefinition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The OpenAPI document against the addresses that there are, and against its own rules. */
final class OpenApiTest {
    private static final ApiDocument API = ApiDocument.load();
    private static final Set<String> TYPES =
            Set.of("object", "array", "string", "number", "integer", "boolean", "null");
    private static final Set<String> SCHEMA_KEYS = Set.of(
            "$ref", "type", "properties", "items", "required", "enum", "description", "format", "oneOf", "anyOf", "allOf",
            "additionalProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
            "minLength", "maxLength", "pattern", "default", "examples", "const", "title", "prefixItems", "minProperties",
            "uniqueItems", "contentEncoding");
    private static final Pattern PART = Pattern.compile("\\{([^}]+)}");

    @Test
    void everyAddressOfTheApiStandsInTheDocument() {
        Set<String> described = new TreeSet<>();
        API.operations().forEach(each -> described.add(each.method() + " " + each.path()));
        Set<String> missing = new TreeSet<>();

        try (ServerMetrics metrics = new ServerMetrics(
                () -> 0, new StageTimes(), new FeatureGaps(), List::of, model -> 0, () -> "")) {
            for (Map.Entry<String, Set<String>> each :
                    KeelsonServer.registered(
                                    SeededBackend.empty(),
                                    metrics,
                                    1,
                                    new Access(ServeDefinition.DEFAULT, null, InstantSource.system()),
                                    new Admission(
                                            ServeDefinition.Limits.DEFAULT,
                                            new Connections(ServeDefinition.Limits.DEFAULT, System::nanoTime),
                                            () -> false))
                            .addresses().entrySet()) {
                String path = each.getKey().replace("{+", "{");
                if (path.startsWith("/api/")) {
                    each.getValue().stream()
                            .map(method -> method + " " + path)
                            .filter(address -> !described.contains(address))
                            .forEach(missing::add);
                }
            }
        }

        assertThat(missing).isEmpty();
        assertThat(described).contains("POST /get-online-features", "POST /invocations", "POST /v2/models/{name}/infer", "GET /metrics");
    }

    @Test
    void everyOperationHasANameASentenceItsPartsAndItsAnswers() {
        Set<String> ids = new HashSet<>();

        for (ApiDocument.Operation each : API.operations()) {
            String what = each.method() + " " + each.path();
            assertThat(each.id()).as(what).isNotBlank();
            assertThat(ids.add(each.id())).as(what + " " + each.id()).isTrue();
            assertThat(each.summary()).as(what).endsWith(".");
            assertThat(each.group()).as(what).isNotBlank();
            assertThat(each.responses()).as(what).isNotEmpty().allSatisfy((status, text) -> {
                assertThat(status).as(what).matches("[2-5][0-9]{2}");
                assertThat(text).as(what).isNotBlank();
            });
            Set<String> parts = new TreeSet<>();
            Matcher part = PART.matcher(each.path());
            while (part.find()) {
                parts.add(part.group(1));
            }
            assertThat(each.parameters().stream()
                            .filter(parameter -> parameter.in().equals("path"))
                            .peek(parameter -> assertThat(parameter.required()).as(what).isTrue())
                            .map(ApiDocument.Parameter::name))
                    .as(what)
                    .containsExactlyInAnyOrderElementsOf(parts);
            assertThat(each.parameters()).as(what).allSatisfy(parameter -> {
                assertThat(parameter.name()).isNotBlank();
                assertThat(Set.of("path", "query", "header")).contains(parameter.in());
                assertThat(parameter.schema().isObject()).as(what + " " + parameter.name()).isTrue();
            });
        }
    }

    @Test
    void referencesLeadSomewhereAndSchemasAreOnes() {
        JsonNode json = API.json();
        List<String> wrong = new ArrayList<>();

        assertThat(json.path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(json.at("/info/title").asText()).isEqualTo("Keelson");
        walk("", json, (place, node) -> {
            String reference = node.path("$ref").asText("");
            if (!reference.isEmpty() && json.at(reference.substring(1)).isMissingNode()) {
                wrong.add(place + " refers to " + reference);
            }
            if (node.path("schema").isObject()) {
                schema(place + "/schema", node.path("schema"), wrong);
            }
        });
        json.at("/components/schemas").properties().forEach(each -> schema(each.getKey(), each.getValue(), wrong));

        assertThat(wrong).isEmpty();
    }

    private static void walk(String place, JsonNode node, BiConsumer<String, JsonNode> visitor) {
        if (node.isObject()) {
            visitor.accept(place, node);
            node.properties().forEach(each -> walk(place + "/" + each.getKey(), each.getValue(), visitor));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                walk(place + "/" + i, node.get(i), visitor);
            }
        }
    }

    private static void schema(String place, JsonNode schema, List<String> wrong) {
        if (!schema.isObject()) {
            if (!schema.isBoolean()) {
                wrong.add(place + " is no schema: " + schema);
            }
            return;
        }
        schema.fieldNames().forEachRemaining(key -> {
            if (!SCHEMA_KEYS.contains(key)) {
                wrong.add(place + " has the key " + key);
            }
        });
        JsonNode type = schema.path("type");
        for (JsonNode each : type.isArray() ? type : List.of(type)) {
            if (!each.isMissingNode() && !TYPES.contains(each.asText().toLowerCase(Locale.ROOT))) {
                wrong.add(place + " has the type " + each);
            }
        }
        schema.path("properties").properties().forEach(each -> schema(place + "." + each.getKey(), each.getValue(), wrong));
        for (String key : List.of("oneOf", "anyOf", "allOf", "prefixItems")) {
            for (JsonNode each : schema.path(key)) {
                schema(place + "." + key, each, wrong);
            }
        }
        for (String key : List.of("items", "additionalProperties")) {
            if (schema.has(key)) {
                schema(place + "." + key, schema.get(key), wrong);
            }
        }
    }
}
