package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.ColumnStatistics;
import dev.keelson.data.DatasetVersion;
import java.util.List;

/**
 * A version of a dataset with what is known of it.
 *
 * @param latest whether it is the latest of its source
 * @param tags its names
 * @param statistics of its columns, in the order of the schema
 * @param loads documents of the loads that made it or found it unchanged, newest first: when, the hash of the file, checks,
 *     decisions of the review that were applied
 */
public record DatasetDetails(
        DatasetVersion version,
        boolean latest,
        List<String> tags,
        List<ColumnStatistics> statistics,
        List<ObjectNode> loads) {
    public DatasetDetails {
        tags = List.copyOf(tags);
        statistics = List.copyOf(statistics);
        loads = List.copyOf(loads);
    }

    /** The version in a list. */
    public static ObjectNode summary(DatasetVersion version) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", version.id());
        json.put("source", version.source());
        json.put("rows", version.rows());
        json.put("first_event", version.firstEvent().toString());
        json.put("last_event", version.lastEvent().toString());
        json.put("created_at", version.createdAt().toString());
        json.put("parent", version.parent());
        return json;
    }

    /** As a JSON object. */
    public ObjectNode toJson() {
        ObjectNode json = summary(version);
        json.put("latest", latest);
        tags.forEach(json.putArray("tags")::add);
        json.put("watermark", version.watermark().toString());
        version.key().forEach(json.putArray("key")::add);
        ArrayNode columns = json.putArray("columns");
        statistics.forEach(each -> columns.add(each.toJson()));
        ArrayNode months = json.putArray("partitions");
        version.partitions()
                .forEach(partition -> months.addObject()
                        .put("month", partition.month().toString())
                        .put("rows", partition.rows())
                        .put("file", partition.file())
                        .put("sha256", partition.fileSha256()));
        ArrayNode list = json.putArray("loads");
        loads.forEach(list::add);
        return json;
    }
}
