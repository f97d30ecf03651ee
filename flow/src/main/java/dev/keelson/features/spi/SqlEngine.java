package dev.keelson.features.spi;

import dev.keelson.data.DatasetVersion;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.frame.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the queries of SQL views. A query reads nothing but the tables of its sources: no files, no network, no clock and no
 * randomness; and it runs on one thread, so that sums of doubles are the same each time.
 */
public interface SqlEngine {

    /**
     * The rows of a view.
     *
     * @param sources for each source of the view, its rows as a table of that name, with all columns and the system columns
     * @param key columns that hold the entity's key
     * @param knownAfter how long after its event a row is known when the query gives no {@code known_at}; null when it
     *     must give one
     * @param knownBefore whether only the rows of the sources known strictly before it are read; null for all
     * @throws KeelsonException with the place in the query: EXPRESSION_SYNTAX when it is not one SELECT; BAD_VALUE when it
     *     reads what it may not or fails; MISSING_COLUMN when a column that it must give is missing; EXPRESSION_TYPE when one
     *     has a type that does not fit; BAD_CELL when a row lacks its key or its times
     */
    Rows rows(
            SqlViewDefinition view,
            Map<String, DatasetVersion> sources,
            List<String> key,
            @Nullable Duration knownAfter,
            @Nullable Instant knownBefore);

    /**
     * What a query gives.
     *
     * @param frame the key, the features in the order of the query, and the system columns, in a fixed order of rows
     * @param ownKnownAt whether the query says itself when a row was known
     */
    record Rows(Frame frame, boolean ownKnownAt) {}

    /**
     * When rows of the sources became known later than is usual: they came in late, or were corrected.
     *
     * @param knownAfter how long after its event a row is usually known
     * @return in order, each once
     */
    List<Instant> lateMoments(SqlViewDefinition view, Map<String, DatasetVersion> sources, Duration knownAfter);
}
