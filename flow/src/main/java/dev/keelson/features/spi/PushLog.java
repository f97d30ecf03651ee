package dev.keelson.features.spi;

import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Rows that were pushed, in the order in which they came, until they are part of a dataset and of the online features.
 * Safe for use by several threads.
 */
public interface PushLog extends AutoCloseable {

    /** Keeps rows; returns when the log will still have them after a crash of this process. */
    Push append(String source, boolean online, boolean offline, Instant at, long knownFrom, String rows);

    /** What is kept, in order. */
    default List<Push> entries() {
        return entries(0);
    }

    /** What is kept of the pushes with a greater number, in order. */
    List<Push> entries(long after);

    /** Notes that the rows of some pushes are in the dataset. */
    void loaded(Collection<Long> numbers);

    /** Forgets pushes. */
    void done(Collection<Long> numbers);

    /** Releases what the log holds. */
    @Override
    void close();

    /**
     * A push.
     *
     * @param number greater than 0, in the order of the pushes
     * @param source name of the source whose rows they are
     * @param online whether the rows are meant for the online features
     * @param offline whether they are meant for the dataset, and are not in it yet
     * @param at when they came
     * @param knownFrom they are not known before it, in microseconds
     * @param rows CSV text with a header
     */
    record Push(
            long number, String source, boolean online, boolean offline, Instant at, long knownFrom, String rows) {}
}
