package dev.keelson.registry.tracking;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model that a client logged, as MLflow 3 has them. Immutable.
 *
 * @param id {@code m-} and 32 hexadecimal digits
 * @param experimentId what it belongs to
 * @param name what it is called; not unique
 * @param artifactUri where its files are
 * @param status whether its files are there
 * @param modelType free, or null
 * @param sourceRunId the run that made it, or null
 * @param lifecycle whether it was deleted
 * @param createdAt when it was made
 * @param updatedAt when it changed last
 * @param params by name; written once
 * @param tags by name
 * @param metrics its metrics, each with the run and data set it was measured in
 * @param registrations the registered versions that were made of it
 */
public record LoggedModel(
        String id,
        String experimentId,
        String name,
        String artifactUri,
        Status status,
        @Nullable String modelType,
        @Nullable String sourceRunId,
        Lifecycle lifecycle,
        Instant createdAt,
        Instant updatedAt,
        SortedMap<String, String> params,
        SortedMap<String, String> tags,
        List<Metric> metrics,
        List<Registration> registrations) {
    public LoggedModel {
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        metrics = List.copyOf(metrics);
        registrations = List.copyOf(registrations);
    }

    /** Where its upload stands. The numbers of the wire are 1, 2 and 3. */
    public enum Status {
        PENDING,
        READY,
        UPLOAD_FAILED
    }

    /** A point that named this model, with the run that logged it. */
    public record Metric(MetricPoint point, String runId) {}

    /** A registered version. */
    public record Registration(String model, int version) {}
}
