package dev.keelson.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.console.view.Fact;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Stored JSON documents as lists of facts. */
final class Documents {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int LONGEST = 400;
    private static final int MOST = 200;

    private Documents() {}

    static JsonNode read(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored document is not JSON.", e);
        }
    }

    /** Every leaf with its path; lists of plain values on one line. */
    static List<Fact> facts(String json) {
        List<Fact> facts = new ArrayList<>();
        flatten("", read(json), facts);
        return facts;
    }

    /** The same with times of a zone. */
    static List<Fact> facts(String json, ZoneId zone) {
        return facts(json).stream()
                .map(fact -> new Fact(fact.name(), Text.withMinutes(fact.value(), zone), fact.code()))
                .toList();
    }

    private static void flatten(String path, JsonNode node, List<Fact> facts) {
        if (facts.size() >= MOST) {
            return;
        }
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> flatten(path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), facts));
        } else if (node.isArray() && hasContainers(node)) {
            for (int i = 0; i < node.size(); i++) {
                flatten(path + "[" + i + "]", node.get(i), facts);
            }
        } else {
            facts.add(new Fact(path, value(node), node.isTextual() && node.asText().matches("[0-9a-f]{16,}")));
        }
    }

    private static boolean hasContainers(JsonNode array) {
        for (JsonNode item : array) {
            if (item.isContainerNode()) {
                return true;
            }
        }
        return false;
    }

    private static String value(JsonNode node) {
        String text;
        if (node.isArray()) {
            List<String> items = new ArrayList<>();
            node.forEach(item -> items.add(value(item)));
            text = String.join(", ", items);
        } else if (node.isFloatingPointNumber()) {
            text = number(node.asDouble());
        } else {
            text = node.isNull() ? Text.NONE : node.asText();
        }
        return text.length() > LONGEST ? text.substring(0, LONGEST) + " …" : text;
    }

    private static String number(double value) {
        return Math.abs(value) >= 1000 || value == Math.rint(value) ? Double.toString(value) : Text.fixed(value, 5);
    }
}
