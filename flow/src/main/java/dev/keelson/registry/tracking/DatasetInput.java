package dev.keelson.registry.tracking;

import java.util.Map;
import java.util.TreeMap;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * A data set that a run read.
 *
 * @param name what it is called
 * @param digest of its content: two inputs of one name and digest are the same
 * @param sourceType kind of the source
 * @param source where it came from, often a JSON document
 * @param schema a document, or null
 * @param profile a document, or null
 * @param tags such as {@code mlflow.data.context}
 */
public record DatasetInput(
        String name,
        String digest,
        String sourceType,
        String source,
        @Nullable String schema,
        @Nullable String profile,
        Map<String, String> tags) {
    public DatasetInput {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }
}
