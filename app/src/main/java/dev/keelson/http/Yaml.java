package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Turns a YAML document of our own into JSON. */
final class Yaml {
    private Yaml() {}

    static JsonNode read(String yaml) {
        return node(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    }

    private static JsonNode node(@Nullable Object value) {
        JsonNodeFactory factory = JsonNodeFactory.instance;
        return switch (value) {
            case null -> factory.nullNode();
            case Map<?, ?> map -> {
                var object = factory.objectNode();
                map.forEach((key, item) -> object.set(String.valueOf(key), node(item)));
                yield object;
            }
            case List<?> list -> {
                var array = factory.arrayNode();
                list.forEach(item -> array.add(node(item)));
                yield array;
            }
            case Boolean flag -> factory.booleanNode(flag);
            case Integer number -> factory.numberNode(number);
            case Long number -> factory.numberNode(number);
            case BigInteger number -> factory.numberNode(number);
            case Double number -> factory.numberNode(number);
            default -> factory.textNode(value.toString());
        };
    }
}
