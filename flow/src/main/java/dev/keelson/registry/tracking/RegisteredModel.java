package dev.keelson.registry.tracking;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A name under which versions are registered. Immutable. Each model of the project with a version is one.
 *
 * @param name unique
 * @param createdAt when it was made
 * @param updatedAt when it changed last
 * @param description free text, maybe empty
 * @param tags by name
 * @param aliases versions by alias, roles such as {@code champion} included
 */
public record RegisteredModel(
        String name,
        Instant createdAt,
        Instant updatedAt,
        String description,
        SortedMap<String, String> tags,
        SortedMap<String, Integer> aliases) {
    public RegisteredModel {
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        aliases = Collections.unmodifiableSortedMap(new TreeMap<>(aliases));
    }
}
