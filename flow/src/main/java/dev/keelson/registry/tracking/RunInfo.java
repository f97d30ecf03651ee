package dev.keelson.registry.tracking;

import dev.keelson.registry.Run;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a run without its params, metrics, tags and files. Immutable.
 *
 * @param id unique; 32 hexadecimal digits where Keelson made it
 * @param experimentId what it belongs to
 * @param name what people call it; not unique; the same as its tag {@code mlflow.runName}
 * @param user who made it; not empty
 * @param status where it stands
 * @param startedAt when it started, to the millisecond
 * @param endedAt when it ended, or null
 * @param lifecycle whether it was deleted
 * @param artifactUri where its files are: the location of its experiment, its id and {@code artifacts}
 */
public record RunInfo(
        String id,
        String experimentId,
        String name,
        String user,
        Run.Status status,
        Instant startedAt,
        @Nullable Instant endedAt,
        Lifecycle lifecycle,
        String artifactUri) {}
