package dev.keelson.project;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Shape.KnownKey;

/** The grammar as JSON Schema, draft 2020-12. */
final class SchemaWriter {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = new JsonMapper();

    private SchemaWriter() {}

    static String write(Shape.Keys project) {
        ObjectNode schema = JSON.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "keelson.yaml");
        schema.put("description", "The project file of Keelson.");
        schema.setAll(of(project));
        DefaultIndenter twoBlanks = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                .withObjectIndenter(twoBlanks);
        try {
            return MAPPER.writer(printer).writeValueAsString(schema) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The schema cannot be written as JSON.", e);
        }
    }

    private static ObjectNode of(Shape shape) {
        return switch (shape) {
            case Shape.Text text -> text(text);
            case Shape.Choice choice -> choice(choice);
            case Shape.Whole whole -> whole(whole);
            case Shape.Decimal number -> number(number);
            case Shape.Share share -> share();
            case Shape.Flag flag -> JSON.objectNode().put("type", "boolean");
            case Shape.AnyScalar any -> types("string", "number", "boolean");
            case Shape.ListOf list -> list(list);
            case Shape.MapOf map -> map(map);
            case Shape.Keys keys -> keys(keys);
            case Shape.Either either -> either(either);
        };
    }

    private static ObjectNode text(Shape.Text text) {
        ObjectNode schema = text.anyScalar()
                ? types("string", "number", "boolean")
                : JSON.objectNode().put("type", "string");
        if (text.pattern() != null) {
            schema.put("pattern", whole(text.pattern()));
        }
        return schema;
    }

    private static String whole(String pattern) {
        return "^(?:" + pattern + ")$";
    }

    private static ObjectNode choice(Shape.Choice choice) {
        ArrayNode words = JSON.arrayNode();
        choice.words().forEach(words::add);
        if (choice.words().contains("null")) {
            words.addNull(); // what YAML makes of the bare word
        }
        ObjectNode schema = JSON.objectNode();
        schema.set("enum", words);
        return schema;
    }

    private static ObjectNode whole(Shape.Whole whole) {
        ObjectNode schema = JSON.objectNode().put("type", "integer").put("minimum", whole.min());
        return whole.max() == Long.MAX_VALUE ? schema : schema.put("maximum", whole.max());
    }

    private static ObjectNode number(Shape.Decimal number) {
        ObjectNode schema = JSON.objectNode().put("type", "number");
        if (!Double.isInfinite(number.min())) {
            schema.put(number.minExcluded() ? "exclusiveMinimum" : "minimum", number.min());
        }
        if (!Double.isInfinite(number.max())) {
            schema.put(number.maxExcluded() ? "exclusiveMaximum" : "maximum", number.max());
        }
        return schema;
    }

    private static ObjectNode share() {
        ArrayNode forms = JSON.arrayNode();
        forms.add(JSON.objectNode()
                .put("type", "number")
                .put("exclusiveMinimum", 0)
                .put("maximum", 1));
        forms.add(JSON.objectNode().put("type", "string").put("pattern", whole(Shape.Share.PATTERN)));
        ObjectNode schema = JSON.objectNode();
        schema.set("anyOf", forms);
        return schema;
    }

    private static ObjectNode list(Shape.ListOf list) {
        ObjectNode schema = JSON.objectNode().put("type", "array");
        schema.set("items", of(list.item()));
        return list.least() == 0 ? schema : schema.put("minItems", list.least());
    }

    private static ObjectNode map(Shape.MapOf map) {
        ObjectNode schema = JSON.objectNode().put("type", "object");
        if (map.names().pattern() != null) {
            schema.set(
                    "propertyNames",
                    JSON.objectNode().put("pattern", whole(map.names().pattern())));
        }
        schema.set("additionalProperties", of(map.value()));
        return map.least() == 0 ? schema : schema.put("minProperties", map.least());
    }

    private static ObjectNode keys(Shape.Keys keys) {
        ObjectNode properties = JSON.objectNode();
        ArrayNode required = JSON.arrayNode();
        for (KnownKey key : keys.keys().values()) {
            ObjectNode property = of(key.shape());
            property.put("description", key.description());
            properties.set(key.name(), property);
            if (key.required()) {
                required.add(key.name());
            }
        }
        ObjectNode schema = JSON.objectNode().put("type", "object");
        schema.set("properties", properties);
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        if (keys.single()) {
            schema.put("minProperties", 1).put("maxProperties", 1);
        }
        if (keys.other() == null) {
            schema.put("additionalProperties", false);
        } else {
            ObjectNode other = of(keys.other().value());
            other.put("description", keys.other().description());
            schema.set("additionalProperties", other);
        }
        return schema;
    }

    private static ObjectNode either(Shape.Either either) {
        ArrayNode forms = JSON.arrayNode();
        either.shapes().forEach(shape -> forms.add(of(shape)));
        ObjectNode schema = JSON.objectNode();
        schema.set("anyOf", forms);
        return schema;
    }

    private static ObjectNode types(String... names) {
        ArrayNode types = JSON.arrayNode();
        for (String name : names) {
            types.add(name);
        }
        ObjectNode schema = JSON.objectNode();
        schema.set("type", types);
        return schema;
    }
}
