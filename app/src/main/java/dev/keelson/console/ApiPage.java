package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.ApiView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ApiDocument;
import dev.keelson.http.Backend;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The OpenAPI document as pages: all addresses, and those of a group with all that belongs to them. */
final class ApiPage {
    private static final ApiDocument API = ApiDocument.load();
    /** Forms of what is sent are told so deep, as a form may contain itself. */
    private static final int DEEP = 5;

    /** Operation to the call of the client for Java, which {@code docs/guide/clients.md} shows with its answers. */
    static final Map<String, String> JAVA = Map.ofEntries(
            Map.entry("health", "boolean live = keelson.isLive();"),
            Map.entry("ready", "Optional<String> reason = keelson.notReady();"),
            Map.entry("signature", "JsonNode signature = keelson.signature(\"MODEL\");"),
            Map.entry("predict", "Prediction prediction = keelson.predict(\"MODEL\", Map.of(\"COLUMN\", value));"),
            Map.entry("predictions", "JsonNode page = keelson.predictions(Map.of(\"model\", \"MODEL\"));"),
            Map.entry("prediction", "JsonNode prediction = keelson.prediction(id);"),
            Map.entry("explainPrediction", "JsonNode why = keelson.explain(id);"),
            Map.entry("outcomes", "JsonNode receipts = keelson.outcomes(List.of(outcome));"),
            Map.entry("getFeatures", "JsonNode values = keelson.features(List.of(\"VIEW:FEATURE\"), Map.of(\"ENTITY\", List.of(key)));"),
            Map.entry("pushRows", "JsonNode receipt = keelson.push(\"SOURCE\", rows);"),
            Map.entry("materializeFeatures", "JsonNode done = keelson.materialize();"),
            Map.entry("startTraining", "Training training = keelson.train(\"MODEL\", Map.of());"),
            Map.entry("training", "Training training = keelson.training(id);"),
            Map.entry("cancelTraining", "Training training = keelson.cancel(training);"),
            Map.entry("checkDrift", "JsonNode report = keelson.checkDrift(\"MODEL\");"),
            Map.entry("driftReports", "JsonNode reports = keelson.driftReports(\"MODEL\");"),
            Map.entry("loadData", "JsonNode load = keelson.load(\"SOURCE\");"),
            Map.entry("datasetVersions", "JsonNode versions = keelson.datasetVersions(\"SOURCE\");"),
            Map.entry("datasetVersion", "JsonNode version = keelson.datasetVersion(\"SOURCE\", \"latest\");"),
            Map.entry("models", "JsonNode models = keelson.models();"),
            Map.entry("versions", "JsonNode versions = keelson.versions(\"MODEL\");"),
            Map.entry("promote", "JsonNode promotion = keelson.promote(\"MODEL\", 3, \"why\");"),
            Map.entry("rollback", "JsonNode rollback = keelson.rollback(\"MODEL\", \"why\");"),
            Map.entry("runs", "JsonNode page = keelson.runs(Map.of());"));

    private final Backend backend;

    ApiPage(Backend backend) {
        this.backend = backend;
    }

    /** @param group its name, or null for a list of all addresses */
    ApiView view(Shell shell, @Nullable String group) {
        Map<String, List<ApiDocument.Operation>> groups = new LinkedHashMap<>();
        API.operations().forEach(each -> groups.computeIfAbsent(each.group(), name -> new ArrayList<>()).add(each));
        List<ApiDocument.Operation> shown = group == null ? List.of() : groups.get(group);
        if (shown == null) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND, "There is no group of addresses (%s).".formatted(group), "Maybe look at /api.");
        }
        List<ApiView.Group> links = groups.entrySet().stream()
                .map(each -> new ApiView.Group(
                        "%s (%d)".formatted(each.getKey(), each.getValue().size()), address(each.getKey()), each.getKey().equals(group)))
                .toList();
        return new ApiView(
                shell,
                "%d things can be asked of this server; where the project has tokens, with the header \"Authorization: Bearer SECRET\". What is wrong is told as application/problem+json."
                        .formatted(API.operations().size()),
                links,
                group == null ? all() : null,
                shown.stream().map(this::operation).toList());
    }

    private static String address(String group) {
        return "/api?group=" + Paging.encoded(group);
    }

    private static Section all() {
        SheetDraft sheet = new SheetDraft("Addresses").words("Address", "Method", "What", "Java");
        for (ApiDocument.Operation each : API.operations()) {
            sheet.row(List.of(
                    Cell.link(each.path(), address(each.group()) + "#" + each.id()),
                    Cell.of(each.method()),
                    Cell.of(each.summary()),
                    Cell.of(JAVA.containsKey(each.id()) ? "yes" : Text.NONE)));
        }
        return new SectionDraft("All addresses").sheet(sheet).done();
    }

    private ApiView.Operation operation(ApiDocument.Operation operation) {
        JsonNode node = API.json()
                .path("paths")
                .path(operation.path())
                .path(operation.method().toLowerCase(Locale.ROOT));
        JsonNode contents = resolved(node.path("requestBody")).path("content");
        List<ApiView.Body> bodies = new ArrayList<>();
        contents.properties().forEach(media -> bodies.add(
                new ApiView.Body(media.getKey(), shape(media.getValue().path("schema"), 0, ""))));
        List<Sheet> tables = new ArrayList<>();
        SheetDraft parameters = new SheetDraft("Parameters").words("Parameter", "Of", "Needed", "What it may be", "What it does");
        for (ApiDocument.Parameter each : operation.parameters()) {
            String description = each.description();
            parameters.row(List.of(
                    Cell.of(each.name()),
                    Cell.of(each.in()),
                    Cell.of(each.required() ? "yes" : "no"),
                    Cell.of(shape(each.schema(), 0, "")),
                    Cell.of(description == null ? "" : description)));
        }
        if (!parameters.isEmpty()) {
            tables.add(parameters.done());
        }
        SheetDraft answers = new SheetDraft("Answers").words("Status", "Means", "Form");
        operation.responses().forEach((status, means) -> {
            JsonNode content = resolved(node.path("responses").path(status)).path("content");
            List<String> forms = new ArrayList<>();
            content.properties().forEach(media -> forms.add(media.getKey() + schema(media.getValue().path("schema"))));
            answers.row(List.of(Cell.of(status), Cell.of(means), Cell.of(String.join("; ", forms))));
        });
        tables.add(answers.done());
        String description = operation.description();
        return new ApiView.Operation(
                operation.id(),
                operation.method() + " " + operation.path(),
                operation.summary(),
                description == null ? "" : description,
                tables,
                bodies,
                curl(operation, contents),
                JAVA.getOrDefault(operation.id(), ""),
                operation.method().equals("GET") ? attempt(operation) : null);
    }

    private static JsonNode resolved(JsonNode node) {
        String reference = node.path("$ref").asText("");
        return reference.startsWith("#") ? API.json().at(reference.substring(1)) : node;
    }

    /** The name of a schema that has one, in brackets. */
    private static String schema(JsonNode schema) {
        String reference = schema.path("$ref").asText("");
        return reference.isEmpty() ? "" : " (" + reference.substring(reference.lastIndexOf('/') + 1) + ")";
    }

    /** What a value may be, in a notation near to JSON. */
    private static String shape(JsonNode given, int depth, String indent) {
        JsonNode schema = resolved(given);
        if (depth > DEEP) {
            return "…";
        }
        for (String several : List.of("oneOf", "anyOf", "allOf")) {
            if (schema.path(several).isArray()) {
                List<String> parts = new ArrayList<>();
                schema.path(several).forEach(each -> parts.add(shape(each, depth + 1, indent)));
                return String.join(several.equals("allOf") ? "\n" + indent + "and " : "\n" + indent + "or ", parts);
            }
        }
        if (schema.path("enum").isArray()) {
            List<String> values = new ArrayList<>();
            schema.path("enum").forEach(value -> values.add(value.asText()));
            return String.join(" | ", values) + standard(schema);
        }
        JsonNode properties = schema.path("properties");
        if (properties.isObject() && !properties.isEmpty()) {
            List<String> needed = schema.path("required").valueStream().map(JsonNode::asText).toList();
            StringBuilder text = new StringBuilder("{\n");
            properties.properties().forEach(each -> {
                String description = resolved(each.getValue()).path("description").asText("");
                text.append(indent).append("  ").append(each.getKey()).append(needed.contains(each.getKey()) ? "" : "?").append(": ");
                text.append(shape(each.getValue(), depth + 1, indent + "  "));
                text.append(description.isEmpty() ? "" : "  // " + description).append('\n');
            });
            return text.append(indent).append('}').toString();
        }
        if (schema.path("items").isObject()) {
            return "[" + shape(schema.path("items"), depth + 1, indent) + ", …]";
        }
        JsonNode type = schema.path("type");
        String name = type.isArray()
                ? String.join(" or ", type.valueStream().map(JsonNode::asText).toList())
                : type.asText("any value");
        String format = schema.path("format").asText("");
        String example = schema.path("examples").path(0).isMissingNode() ? "" : ", such as " + plain(schema.path("examples").path(0));
        return name + (format.isEmpty() ? "" : " (" + format + ")") + bounds(schema) + standard(schema) + example;
    }

    private static String plain(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.toString();
    }

    private static String standard(JsonNode schema) {
        return schema.has("default") ? ", " + plain(schema.path("default")) + " unless said" : "";
    }

    private static String bounds(JsonNode schema) {
        JsonNode least = schema.path("minimum");
        JsonNode most = schema.path("maximum");
        return least.isMissingNode() && most.isMissingNode()
                ? ""
                : " %s to %s".formatted(least.isMissingNode() ? "any" : least.asText(), most.isMissingNode() ? "any" : most.asText());
    }

    /** The command that asks it; parts that must be filled in are in capitals. */
    private String curl(ApiDocument.Operation operation, JsonNode contents) {
        String path = operation.path();
        StringBuilder query = new StringBuilder();
        for (ApiDocument.Parameter each : operation.parameters()) {
            if (each.in().equals("path")) {
                path = path.replace("{" + each.name() + "}", sample(operation, each));
            } else if (each.in().equals("query") && each.required()) {
                query.append(query.isEmpty() ? '?' : '&').append(each.name()).append('=').append(each.name().toUpperCase(Locale.ROOT));
            }
        }
        StringBuilder command = new StringBuilder("curl");
        if (!operation.method().equals(contents.isEmpty() ? "GET" : "POST")) {
            command.append(operation.method().equals("HEAD") ? " -I" : " -X " + operation.method());
        }
        String media = contents.has("application/json")
                ? "application/json"
                : contents.properties().stream().findFirst().map(Map.Entry::getKey).orElse("");
        if (!media.isEmpty()) {
            JsonNode content = contents.path(media);
            JsonNode example = content.path("examples").path("one").path("value");
            String body = !media.equals("application/json")
                    ? "@FILE"
                    : example.isMissingNode() ? sample(content.path("schema"), 0) : example.toString();
            command.append(" -H 'Content-Type: ").append(media).append("' ");
            command.append(body.equals("@FILE") ? "--data-binary '" : "-d '").append(body.replace("'", "'\\''")).append('\'');
        }
        String server = API.json().path("servers").path(0).path("url").asText();
        return command.append(" '").append(server).append(path).append(query).append('\'').toString();
    }

    private String sample(ApiDocument.Operation operation, ApiDocument.Parameter parameter) {
        return isModel(operation, parameter) && !backend.project().models().isEmpty()
                ? Paging.encoded(backend.project().models().getFirst().name())
                : parameter.name().toUpperCase(Locale.ROOT);
    }

    private static boolean isModel(ApiDocument.Operation operation, ApiDocument.Parameter parameter) {
        return operation.path().contains("models/{" + parameter.name() + "}");
    }

    /** A value that a schema allows: what must be there, or everything where nothing must. */
    private static String sample(JsonNode given, int depth) {
        JsonNode schema = resolved(given);
        for (String chosen : List.of("const", "default")) {
            if (schema.has(chosen)) {
                return schema.path(chosen).toString();
            }
        }
        for (String several : List.of("examples", "enum")) {
            if (!schema.path(several).path(0).isMissingNode()) {
                return schema.path(several).path(0).toString();
            }
        }
        for (String several : List.of("oneOf", "anyOf")) {
            if (schema.path(several).isArray()) {
                return sample(schema.path(several).path(0), depth + 1);
            }
        }
        JsonNode properties = schema.path("properties");
        if (properties.isObject() && depth < DEEP) {
            List<String> needed = schema.path("required").valueStream().map(JsonNode::asText).toList();
            List<String> parts = new ArrayList<>();
            properties.properties().forEach(each -> {
                if (needed.isEmpty() ? depth == 0 : needed.contains(each.getKey())) {
                    parts.add("\"%s\": %s".formatted(each.getKey(), sample(each.getValue(), depth + 1)));
                }
            });
            return "{" + String.join(", ", parts) + "}";
        }
        JsonNode type = schema.path("type");
        return switch (type.isArray() ? type.path(0).asText() : type.asText()) {
            case "integer" -> "1";
            case "number" -> "0.5";
            case "boolean" -> "true";
            case "array" -> depth < DEEP && schema.has("items") ? "[" + sample(schema.path("items"), depth + 1) + "]" : "[]";
            case "object" -> "{}";
            default -> "\"TEXT\"";
        };
    }

    private Action attempt(ApiDocument.Operation operation) {
        ActionDraft form = new ActionDraft("Try it", "/try/" + operation.id()).get();
        for (ApiDocument.Parameter each : operation.parameters()) {
            JsonNode values = resolved(each.schema()).path("enum");
            boolean path = each.in().equals("path");
            if (each.in().equals("header")) {
                continue;
            }
            if (isModel(operation, each)) {
                List<Option> models = backend.project().models().stream()
                        .map(ModelDefinition::name)
                        .map(name -> new Option(name, name))
                        .toList();
                form.choice(each.name(), each.name(), models.isEmpty() ? "" : models.getFirst().value(), models);
            } else if (values.isArray()) {
                List<Option> options = new ArrayList<>();
                if (!path) {
                    options.add(new Option("", "any"));
                }
                values.forEach(value -> options.add(new Option(value.asText(), value.asText())));
                form.choice(each.name(), each.name(), "", options);
            } else {
                form.text(each.name(), each.name(), "", path);
            }
        }
        return form.done();
    }
}
