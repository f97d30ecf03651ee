package dev.keelson.data;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What removing versions would free, or freed.
 *
 * @param versions ids of the versions
 * @param files how many files no other version needs
 * @param bytes their size
 */
public record DatasetGarbage(List<String> versions, int files, long bytes) {
    public DatasetGarbage {
        versions = List.copyOf(versions);
    }

    /** Of both. */
    public DatasetGarbage plus(DatasetGarbage other) {
        List<String> all = new ArrayList<>(versions);
        all.addAll(other.versions);
        return new DatasetGarbage(all, files + other.files, bytes + other.bytes);
    }

    /**
     * As a JSON object.
     *
     * @param removed whether it was removed, and is not only what would be
     */
    public ObjectNode toJson(boolean removed) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("removed", removed);
        json.put("files", files);
        json.put("bytes", bytes);
        versions.forEach(json.putArray("versions")::add);
        return json;
    }
}
