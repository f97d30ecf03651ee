package dev.keelson.store.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table elsewhere that follows the journal. Its failures are KeelsonExceptions of which the message says what is wrong
 * without a secret. Safe for use by several threads.
 */
public interface RemoteTable extends JournalCopy, AutoCloseable {

    /**
     * How far it has followed.
     *
     * @param journal {@link Journal#identity} of the journal that was followed
     * @param place it holds what that says before this place
     */
    record Followed(String journal, long place) {}

    /** How far it has followed; null when it has not begun. Makes the table where there is none. */
    @Nullable Followed followed();

    /**
     * Adds rows that it does not have and notes how far it has followed, in one transaction.
     *
     * @param rows in the order of the journal; one whose id is there already changes nothing
     */
    void append(List<LogRow> rows, Followed now);

    @Override
    void close();
}
