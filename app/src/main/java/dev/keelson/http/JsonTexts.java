package dev.keelson.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

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
        try {
            JsonNode node = MAPPER.readTree(text);
            return node.isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
