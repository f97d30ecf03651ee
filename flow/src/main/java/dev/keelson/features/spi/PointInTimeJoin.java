package dev.keelson.features.spi;

import dev.keelson.error.KeelsonException;
import dev.keelson.features.JoinSummary;
import dev.keelson.frame.Frame;
import java.nio.file.Path;

/**
 * Joins rows asked about with the values that views had then.
 *
 * <p>A feature row counts for a question if and only if its known time lies strictly before the question's
 * {@code as_of}. Of those with the question's key, the latest by (event time, known time, load sequence) gives the
 * values; the load sequence is the order in which the rows lie in their files. They are {@code STALE} when
 * {@code as_of - event_time} exceeds the view's time to live, which is inclusive. There is exactly one output row for
 * each row asked about, in the order asked, with its columns followed, for each view, by
 *
 * <ul>
 *   <li>{@code VIEW.COLUMN} for each of the view's columns: the value, missing unless the view's status is PRESENT
 *   <li>{@code VIEW._status}: PRESENT; NULL when there is a row but all its columns are missing; STALE; NOT_FOUND;
 *       NULL_KEY when a key column of the question is missing
 *   <li>{@code VIEW._age_seconds}: {@code as_of - event_time} of the row found, also of a stale one; else missing
 * </ul>
 *
 * <p>Keys of different types are compared as texts; a whole number matches its decimal digits, a date its ISO form.
 * Work that does not fit into the engine's memory goes to disk. Safe for use by several threads, one at a time.
 */
public interface PointInTimeJoin {

    /**
     * Joins into a new file, which appears as a whole or not at all; one of that name is replaced.
     *
     * @param file its name ends with {@code .parquet} or {@code .csv}
     * @throws KeelsonException SOURCE_NOT_FOUND or SOURCE_UNREADABLE for a file that is missing or cannot be read;
     *     MISSING_COLUMN; BAD_CELL for an {@code as_of} that is missing or is no instant, with its row; BAD_VALUE when
     *     columns do not fit together; DISK_FULL or NOT_WRITABLE when the result cannot be written;
     *     MEMORY_LIMIT or DISK_FULL when what is joined fits neither the memory allowed nor the disk
     */
    JoinSummary toFile(JoinRequest request, Path file);

    /**
     * Joins into memory.
     *
     * @return whole numbers are LONG, other numbers DOUBLE, statuses STRING
     * @throws KeelsonException as {@link #toFile}
     */
    Frame toFrame(JoinRequest request);
}
