package dev.keelson.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion.Partition;
import dev.keelson.frame.Column;
import dev.keelson.frame.ColumnType;
import dev.keelson.frame.Schema;
import dev.keelson.id.CanonicalJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The JSON document of a dataset version, in canonical form. */
public final class DatasetManifest {
    private static final int FORMAT = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private DatasetManifest() {}

    /** The document's text. */
    public static String write(DatasetVersion version) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT);
        json.put("id", version.id());
        json.put("source", version.source());
        json.put("rows", version.rows());
        json.put("first_event", version.firstEvent().toString());
        json.put("last_event", version.lastEvent().toString());
        json.put("watermark", version.watermark().toString());
        json.put("cursor_mark", version.cursorMark().toString());
        json.put("created_at", version.createdAt().toString());
        if (version.parent() != null) {
            json.put("parent", version.parent());
        }
        ArrayNode schema = json.putArray("schema");
        for (Column column : version.schema().columns()) {
            schema.addObject()
                    .put("name", column.name())
                    .put("type", column.type().name().toLowerCase(Locale.ROOT));
        }
        version.key().forEach(json.putArray("key")::add);
        ObjectNode nulls = json.putObject("nulls");
        version.nulls().forEach(nulls::put);
        ArrayNode partitions = json.putArray("partitions");
        for (Partition partition : version.partitions()) {
            partitions
                    .addObject()
                    .put("month", partition.month().toString())
                    .put("rows", partition.rows())
                    .put("digest", partition.digest())
                    .put("file", partition.file())
                    .put("file_sha256", partition.fileSha256())
                    .put("first_event", partition.firstEvent().toString())
                    .put("last_event", partition.lastEvent().toString())
                    .put("last_known", partition.lastKnown().toString())
                    .put("unique_by_key_and_event", partition.uniqueByKeyAndEvent())
                    .put("sorted_by_key_and_known", partition.sortedByKeyAndKnown())
                    .put("event_order_is_known_order", partition.eventOrderIsKnownOrder());
        }
        return CanonicalJson.write(json);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the text is not such a document, or its id is not that of its partitions
     */
    public static DatasetVersion read(String text) {
        try {
            JsonNode json = MAPPER.readTree(text);
            int format = json.required("format").asInt();
            if (format != FORMAT) {
                throw new IllegalArgumentException(
                        "The manifest has format %d; %d was expected.".formatted(format, FORMAT));
            }
            List<Column> columns = new ArrayList<>();
            json.required("schema")
                    .forEach(column -> columns.add(new Column(
                            column.required("name").asText(),
                            ColumnType.valueOf(column.required("type").asText().toUpperCase(Locale.ROOT)))));
            List<String> key = new ArrayList<>();
            json.required("key").forEach(name -> key.add(name.asText()));
            Map<String, Long> nulls = new TreeMap<>();
            json.required("nulls")
                    .properties()
                    .forEach(e -> nulls.put(e.getKey(), e.getValue().asLong()));
            List<Partition> partitions = new ArrayList<>();
            json.required("partitions").forEach(partition -> partitions.add(partition(partition)));
            JsonNode parent = json.get("parent");
            return new DatasetVersion(
                    json.required("id").asText(),
                    json.required("source").asText(),
                    new Schema(columns),
                    key,
                    partitions,
                    nulls,
                    instant(json, "cursor_mark"),
                    parent == null ? null : parent.asText(),
                    instant(json, "created_at"));
        } catch (JsonProcessingException | DateTimeException e) {
            throw new IllegalArgumentException("The text is not the manifest of a dataset version.", e);
        }
    }

    private static Partition partition(JsonNode json) {
        return new Partition(
                YearMonth.parse(json.required("month").asText()),
                json.required("rows").asLong(),
                json.required("digest").asText(),
                json.required("file").asText(),
                json.required("file_sha256").asText(),
                instant(json, "first_event"),
                instant(json, "last_event"),
                instant(json, "last_known"),
                json.required("unique_by_key_and_event").asBoolean(),
                json.required("sorted_by_key_and_known").asBoolean(),
                json.required("event_order_is_known_order").asBoolean());
    }

    private static Instant instant(JsonNode json, String name) {
        return Instant.parse(json.required(name).asText());
    }
}
