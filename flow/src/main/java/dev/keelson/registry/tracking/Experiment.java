package dev.keelson.registry.tracking;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What runs belong to. Immutable. The runs of a model of the project are in the experiment of its name.
 *
 * @param id digits; {@code 0} is {@link #DEFAULT_NAME}, which every store has
 * @param name unique, also among deleted ones
 * @param artifactLocation where the files of its runs are: {@code mlflow-artifacts:/<id>} unless its maker said otherwise
 * @param lifecycle whether it was deleted
 * @param createdAt when it was made
 * @param updatedAt when its name or lifecycle changed last
 * @param tags free labels
 */
public record Experiment(
        String id,
        String name,
        String artifactLocation,
        Lifecycle lifecycle,
        Instant createdAt,
        Instant updatedAt,
        Map<String, String> tags) {
    /** The id of the experiment that every store has. */
    public static final String DEFAULT_ID = "0";
    /** Its name. */
    public static final String DEFAULT_NAME = "Default";

    public Experiment {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }
}
