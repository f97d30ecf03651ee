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
     *     must give one. Then a row is known no earlier than every row of the sources that happened until its event
     * @param knownBefore whether only the rows of the sources known strictly before it are read; null for all
     * @return the key, the features in the order of the query, and the system columns, in a fixed order of rows
     * @throws KeelsonException with the place in the query: EXPRESSION_SYNTAX when it is not one SELECT; BAD_VALUE when it
     *     reads what it may not or fails; MISSING_COLUMN when a column that it must give is missing; EXPRESSION_TYPE when one
     *     has a type that does not fit; BAD_CELL when a row lacks its key or its times
     */
    Frame rows(
            SqlViewDefinition view,
            Map<String, DatasetVersion> sources,
            List<String> key,
            @Nullable Duration knownAfter,
            @Nullable Instant knownBefore);
}
