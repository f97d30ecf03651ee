package dev.keelson.features.spi;

import dev.keelson.data.DatasetVersion;
import dev.keelson.expression.Expression;
import dev.keelson.frame.Frame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a point-in-time join is asked.
 *
 * @param entities the rows asked about
 * @param asOf their column that says as of when; an instant, never missing
 * @param views whose values are wanted, with distinct names
 */
public record JoinRequest(EntityRows entities, String asOf, List<View> views) {
    public JoinRequest {
        views = List.copyOf(views);
        Set<String> names = new HashSet<>();
        for (View view : views) {
            if (!names.add(view.name())) {
                throw new IllegalArgumentException("There are two views (%s).".formatted(view.name()));
            }
        }
    }

    /** Rows with keys and times. */
    public sealed interface EntityRows {
        /** Rows in memory. */
        record InFrame(Frame rows) implements EntityRows {}

        /**
         * Rows of a file whose name ends with {@code .parquet} or {@code .csv}. Cells of a CSV file are texts, an empty
         * one is missing; its times carry a zone, as in {@code 2026-01-01T12:00:00Z}.
         */
        record InFile(Path file) implements EntityRows {}
    }

    /**
     * A view.
     *
     * @param name how its columns begin
     * @param rows where its values are
     * @param key which column of the question holds which column of the feature rows, at least one
     * @param columns the values wanted, in order, distinct
     * @param renamed value to the column that holds it, where that has another name
     * @param ttl how old the row may be, inclusive; null for no limit
     * @param where a condition on feature rows; those for which it is not true are as though they were not there. It
     *     lies in the pushdown set ({@link dev.keelson.expression.PushdownSql})
     */
    public record View(
            String name,
            FeatureRows rows,
            List<Key> key,
            List<String> columns,
            Map<String, String> renamed,
            @Nullable Duration ttl,
            @Nullable Expression where) {
        public View {
            key = List.copyOf(key);
            columns = List.copyOf(columns);
            renamed = Map.copyOf(renamed);
            if (key.isEmpty()) {
                throw new IllegalArgumentException("key must name at least one column.");
            }
            if (Set.copyOf(columns).size() != columns.size()) {
                throw new IllegalArgumentException("columns (%s) must be distinct.".formatted(columns));
            }
            if (ttl != null && ttl.isNegative()) {
                throw new IllegalArgumentException("ttl (%s) must not be negative.".formatted(ttl));
            }
        }

        /** A view whose values have the names of their columns. */
        public View(
                String name,
                FeatureRows rows,
                List<Key> key,
                List<String> columns,
                @Nullable Duration ttl,
                @Nullable Expression where) {
            this(name, rows, key, columns, Map.of(), ttl, where);
        }

        /** The column that holds a value. */
        public String columnOf(String value) {
            return renamed.getOrDefault(value, value);
        }
    }

    /**
     * A part of a key.
     *
     * @param entityColumn the column of the question
     * @param featureColumn the column of the feature rows
     */
    public record Key(String entityColumn, String featureColumn) {}

    /** Where feature rows are. */
    public sealed interface FeatureRows {
        /** All rows of a dataset version. */
        record OfVersion(DatasetVersion version) implements FeatureRows {}

        /**
         * Rows of Parquet files, one after the other in load order.
         *
         * @param files at least one
         * @param eventTime the column of event times, instants
         * @param knownAt the column of known times, instants; null when {@code known_at} is {@code event_time} plus
         *     {@code knownAfter}
         * @param knownAfter how long after the event a row is known; zero when {@code knownAt} is given
         * @param unique whether it is certain that no two rows have the same key and event time, which is faster
         */
        record InFiles(
                List<Path> files, String eventTime, @Nullable String knownAt, Duration knownAfter, boolean unique)
                implements FeatureRows {
            public InFiles {
                files = List.copyOf(files);
                if (files.isEmpty()) {
                    throw new IllegalArgumentException("files must name at least one file.");
                }
                if (knownAfter.isNegative() || (knownAt != null && !knownAfter.isZero())) {
                    throw new IllegalArgumentException(
                            "knownAfter (%s) must not be negative, and must be zero with a column of known times."
                                    .formatted(knownAfter));
                }
            }
        }

        /** Rows in memory, in load order; both times are columns of type TIMESTAMP. */
        record InFrame(Frame rows, String eventTime, String knownAt) implements FeatureRows {}
    }
}
