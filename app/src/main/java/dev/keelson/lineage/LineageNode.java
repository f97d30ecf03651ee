package dev.keelson.lineage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.frame.Column;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that came from others or led to others.
 *
 * @param kind what it is
 * @param name what it is called within its kind (see {@link LineageKind})
 * @param label what people read
 * @param at when it was made, happened or was registered; null when that is not known
 * @param facts what is known of it, in order of interest
 * @param schema its columns, of a dataset version; else none
 */
public record LineageNode(
        LineageKind kind,
        String name,
        String label,
        @Nullable Instant at,
        Map<String, String> facts,
        List<Column> schema) {
    public LineageNode {
        schema = List.copyOf(schema);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /** A node without columns. */
    public LineageNode(
            LineageKind kind, String name, String label, @Nullable Instant at, Map<String, String> facts) {
        this(kind, name, label, at, facts, List.of());
    }

    /** The same with one fact more. */
    LineageNode with(String fact, String value) {
        Map<String, String> more = new LinkedHashMap<>(facts);
        more.put(fact, value);
        return new LineageNode(kind, name, label, at, more, schema);
    }

    /** {@code kind/name}: no two nodes share it. */
    public String id() {
        return kind.word() + "/" + name;
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", id());
        node.put("kind", kind.word());
        node.put("name", name);
        node.put("label", label);
        node.put("at", at == null ? null : at.toString());
        ObjectNode known = node.putObject("facts");
        facts.forEach(known::put);
        if (!schema.isEmpty()) {
            ArrayNode columns = node.putArray("schema");
            schema.forEach(column -> columns.addObject()
                    .put("name", column.name())
                    .put("type", column.type().name().toLowerCase(Locale.ROOT)));
        }
        return node;
    }
}
