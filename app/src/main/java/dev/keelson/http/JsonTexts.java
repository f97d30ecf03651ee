package dev.keelson.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Optional;

/** Texts that hold JSON. */
public final class JsonTexts {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonTexts() {}

    /** Puts a stored text as the object that it holds, or null. */
    public static void put(ObjectNode node, String name, String text) {
        JsonNode value = null;
        if (!text.isEmpty()) {
            try {
                value = MAPPER.readTree(text);
            } catch (JsonProcessingException e) {
                value = TextNode.valueOf(text); // it was no JSON when it was logged
            }
        }
        node.set(name, value);
    }

    static boolean isObject(String text) {
        return read(text).filter(JsonNode::isObject).isPresent();
    }

    /** What a text holds; empty where it is no JSON. */
    static Optional<JsonNode> read(String text) {
        try {
            return Optional.of(MAPPER.readTree(text));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
