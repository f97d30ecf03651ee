package dev.keelson.data.spi;

import dev.keelson.data.ColumnStatistics;
import dev.keelson.data.DatasetDraft;
import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps dataset versions. Versions and their partitions are immutable; the only thing that moves is which version of a
 * source is the latest, and that moves at once: whoever reads sees the old version or the new one, also after a crash.
 * Safe for use by several threads of one process.
 *
 * <p>Every method may throw a {@link KeelsonException}: DISK_FULL or NOT_WRITABLE when writing fails, with nothing
 * visible changed; DATASET_TAMPERED when what was stored is missing or was altered.
 */
public interface DatasetStore {
    /**
     * Stores a version and makes it the latest of its source. Storing the same rows again returns the version that
     * exists.
     */
    DatasetVersion put(DatasetDraft draft);

    /**
     * Stores the rows of a month for a version that is still to be made, so that a version need not be in memory as a
     * whole. Nothing is visible before a {@link #put} names it among the partitions kept; what is never named is swept.
     *
     * @param key columns that identify a row
     */
    DatasetVersion.Partition stage(String source, List<String> key, DatasetDraft.PartitionRows rows);

    /** The latest version of a source; empty when nothing was ever loaded. */
    Optional<DatasetVersion> latest(String source);

    /** The version with an id, or with an id that begins so when only one does. */
    Optional<DatasetVersion> get(String id);

    /** All versions of a source, in order of creation time, then id. */
    List<DatasetVersion> versions(String source);

    /**
     * Makes another stored version the latest of a source, so that a replay can start again from an earlier step.
     *
     * @param id a version of this source, or null for none
     * @throws KeelsonException DATASET_NOT_FOUND if there is no such version
     */
    void moveTo(String source, @Nullable String id);

    /**
     * All rows of a version in order of (known at, event time, key).
     *
     * @param columns names of the schema, in the order wanted
     * @throws IllegalArgumentException if a column is not in the schema
     */
    default Frame read(DatasetVersion version, List<String> columns) {
        return version.inKnownOrder(read(version, version.partitions(), version.withOrder(columns)), columns);
    }

    /**
     * The rows of some partitions of a version, in the order of the partitions and of their files.
     *
     * @param columns names of the schema, in the order wanted; at least one
     * @throws IllegalArgumentException if a column is not in the schema
     */
    Frame read(DatasetVersion version, List<DatasetVersion.Partition> partitions, List<String> columns);

    /** All rows and columns of a version in order of (known at, event time, key). */
    default Frame read(DatasetVersion version) {
        return read(version, version.schema().names());
    }

    /**
     * Reads everything again and compares it with the digests.
     *
     * @throws KeelsonException DATASET_TAMPERED naming every file that is missing or was altered
     */
    void verify(DatasetVersion version);

    /**
     * Stores the bad rows of a load.
     *
     * @return their id, derived from the rows; the same rows have the same id
     */
    String putQuarantine(String source, List<QuarantinedRow> rows);

    /** The bad rows of a load, in the order of the file; empty when there are none of that id. */
    List<QuarantinedRow> quarantine(String source, String id);

    /** Statistics of every column of a version except the system's own, in the order of the schema. */
    default List<ColumnStatistics> statistics(DatasetVersion version) {
        List<ColumnStatistics> statistics = new ArrayList<>();
        for (String column : version.schema().names()) {
            if (!SystemColumns.NAMES.contains(column)) {
                Frame frame = read(version, version.partitions(), List.of(column));
                statistics.add(ColumnStatistics.of(column, frame.vector(0)));
            }
        }
        return statistics;
    }

    /**
     * Gives a version a name; a name that another version of the source has moves.
     *
     * @param tag letters, digits, {@code -}, {@code _} and {@code .}, not like an id
     * @throws IllegalArgumentException if the tag is something else
     */
    void tag(DatasetVersion version, String tag);

    /** Takes a name away; whether there was one. */
    boolean untag(String source, String tag);

    /** The names of versions of a source with the ids of the versions, in order of the names. */
    SortedMap<String, String> tags(String source);

    /**
     * Removes all versions of a source but some, with the files that none of the others needs. Never removes the latest
     * version or one that has a tag.
     *
     * @param keep ids of versions to keep besides
     * @param dryRun whether to say only what would be removed
     */
    DatasetGarbage collect(String source, Set<String> keep, boolean dryRun);

    /**
     * Removes what an interrupted write left behind. To be called when nothing else writes.
     *
     * @return how many files were removed
     */
    int sweep();
}
