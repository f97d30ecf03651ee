package dev.keelson.features;

import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feature view whose rows a query computes, for history and materialisation; what was materialised is what is served.
 *
 * @param name its name in the project
 * @param entity the entity whose key the values belong to
 * @param sources the sources that the query may read, by their names, at least one
 * @param sql one SELECT. Its columns are the key of the entity, {@code event_time}, perhaps {@code known_at}, and the
 *     features
 * @param ttl how old a row may be, inclusive; null for no limit
 */
public record SqlViewDefinition(
        String name,
        String entity,
        List<String> sources,
        Located sql,
        @Nullable Duration ttl,
        @Nullable Location location) {
    /** The column that says when it happened. */
    public static final String EVENT_TIME = "event_time";

    /** The column that says when it was known. */
    public static final String KNOWN_AT = "known_at";

    public SqlViewDefinition {
        sources = List.copyOf(sources);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("sources must name at least one source.");
        }
    }

    /** The name under which its materialised rows are kept as a dataset; no source can have it. */
    public String dataset() {
        return "view." + name;
    }
}
