package dev.keelson.registry;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a training with its parameters, metrics and files. Immutable.
 *
 * @param id 32 hexadecimal digits
 * @param experiment what it belongs to: the model's name
 * @param status where it stands
 * @param startedAt when it started
 * @param endedAt when it ended, or null while it runs
 * @param params parameters as text
 * @param metrics last value of each metric
 * @param tags free labels
 * @param artifacts its files
 * @param provenance JSON document: data, features, configuration, seed, environment, code
 */
public record Run(
        String id,
        String experiment,
        Status status,
        Instant startedAt,
        @Nullable Instant endedAt,
        Map<String, String> params,
        Map<String, Double> metrics,
        Map<String, String> tags,
        List<Artifact> artifacts,
        String provenance) {
    public Run {
        params = Collections.unmodifiableMap(new TreeMap<>(params));
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
        artifacts = List.copyOf(artifacts);
    }

    /** Where a run stands. */
    public enum Status {
        RUNNING,
        /** It is to start later: clients that log runs of schedulers say so. */
        SCHEDULED,
        FINISHED,
        FAILED,
        /** A person or a scheduler ended it. */
        KILLED
    }

    /**
     * A file of a run.
     *
     * @param path its name within the run, with {@code /}
     * @param sha256 hash of its bytes, which is its name in the artifact store
     * @param bytes its size
     */
    public record Artifact(String path, String sha256, long bytes) {}
}
