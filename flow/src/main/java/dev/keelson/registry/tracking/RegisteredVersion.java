package dev.keelson.registry.tracking;

import dev.keelson.registry.ModelVersion;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A version of a registered model with all that is said of it. Immutable.
 *
 * @param model the model's name
 * @param version from 1, ascending; a number is never given twice, also not after the version was deleted
 * @param stage where it stands
 * @param source where its files are: a URI
 * @param runId the run it came from, or null
 * @param runLink a link to a run elsewhere, or null
 * @param modelId the logged model it was made of, or null
 * @param user who registered it
 * @param description free text, maybe empty
 * @param createdAt when it was registered
 * @param updatedAt when it changed last
 * @param tags by name
 * @param aliases that point to it, sorted
 * @param trained what Keelson knows of it when it trained or imported it, and can serve it; null for a version that a client
 *     registered
 */
public record RegisteredVersion(
        String model,
        int version,
        Stage stage,
        String source,
        @Nullable String runId,
        @Nullable String runLink,
        @Nullable String modelId,
        String user,
        String description,
        Instant createdAt,
        Instant updatedAt,
        SortedMap<String, String> tags,
        List<String> aliases,
        @Nullable ModelVersion trained) {
    public RegisteredVersion {
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        aliases = List.copyOf(aliases);
    }
}
