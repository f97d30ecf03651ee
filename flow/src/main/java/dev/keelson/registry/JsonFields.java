package dev.keelson.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Documents field by field. */
public final class JsonFields {
    private JsonFields() {}

    /**
     * Every number, text, truth value and null of a document by its JSON pointer, in the order of the pointers (positions in
     * lists as numbers); an empty object or list is there with what it is.
     */
    public static SortedMap<String, String> of(JsonNode document) {
        SortedMap<String, String> fields = new TreeMap<>(JsonFields::compare);
        put("", document, fields);
        return Collections.unmodifiableSortedMap(fields);
    }

    private static void put(String path, JsonNode node, Map<String, String> to) {
        if (node.isObject() && !node.isEmpty()) {
            node.properties().forEach(field -> put(
                    path + "/" + field.getKey().replace("~", "~0").replace("/", "~1"), field.getValue(), to));
        } else if (node.isArray() && !node.isEmpty()) {
            for (int i = 0; i < node.size(); i++) {
                put(path + "/" + i, node.get(i), to);
            }
        } else {
            to.put(path, node.isTextual() ? node.textValue() : node.toString());
        }
    }

    private static int compare(String a, String b) {
        String[] left = a.split("/", -1);
        String[] right = b.split("/", -1);
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            int order = isPosition(left[i]) && isPosition(right[i])
                    ? Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]))
                    : left[i].compareTo(right[i]);
            if (order != 0) {
                return order;
            }
        }
        int order = Integer.compare(left.length, right.length);
        return order != 0 ? order : a.compareTo(b);
    }

    private static boolean isPosition(String part) {
        return !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
