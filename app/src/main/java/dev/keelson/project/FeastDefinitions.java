package dev.keelson.project;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was read of a Feast repository, and what could not be. Filled while it is read. */
final class FeastDefinitions {
    final Map<String, Entity> entities = new LinkedHashMap<>();
    final Map<String, Source> sources = new LinkedHashMap<>();
    final Map<String, View> views = new LinkedHashMap<>();
    final Map<String, Service> services = new LinkedHashMap<>();
    final List<String> notes = new ArrayList<>();

    /**
     * @param joinKeys the columns of its key, at least one
     * @param type Feast's name of the key's type, or null; that of every part of a composite key
     */
    record Entity(String name, List<String> joinKeys, @Nullable String type) {
        Entity {
            joinKeys = List.copyOf(joinKeys);
        }
    }

    /** A file with a time column. */
    record Source(
            String name,
            String path,
            @Nullable String timestamp,
            @Nullable String created) {}

    /** @param type Feast's name of the type, such as Float32 */
    record Field(String name, String type) {}

    /**
     * @param entities names of entities
     * @param source name of the source, or null when it is none that can be read
     */
    record View(
            String name, List<String> entities, @Nullable Duration ttl, List<Field> fields, @Nullable String source) {}

    /** @param features each as {@code view:feature}, or {@code view:*} */
    record Service(String name, List<String> features) {}

    void note(String place, String what) {
        notes.add(place + ": " + what);
    }
}
