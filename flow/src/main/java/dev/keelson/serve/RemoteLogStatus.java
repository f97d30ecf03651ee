package dev.keelson.serve;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far the remote table has followed the journal.
 *
 * @param target which table of which database, without a secret
 * @param state in one word
 * @param lagBytes bytes of the journal that it has not got yet
 * @param copied rows copied since this process started
 * @param copiedAt when the last of them were, or null
 * @param problem why it cannot be written, or null
 * @param retryAt when it is tried again, or null
 */
public record RemoteLogStatus(
        String target,
        State state,
        long lagBytes,
        long copied,
        @Nullable Instant copiedAt,
        @Nullable String problem,
        @Nullable Instant retryAt) {

    /** In one word. */
    public enum State {
        /** It has everything. */
        CAUGHT_UP,
        /** It is being caught up. */
        BEHIND,
        /** It cannot be written; it is tried again. */
        UNREACHABLE
    }
}
