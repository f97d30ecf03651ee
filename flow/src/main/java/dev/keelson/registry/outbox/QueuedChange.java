package dev.keelson.registry.outbox;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change that waits to be told to another registry. It says what changed and, where that matters, from what; what a run holds
 * is read when it is sent. Immutable.
 *
 * @param sequence position in the queue, ascending; 0 before it is stored
 * @param kind what changed
 * @param subject the id of the run, or the model
 * @param document JSON: of a version {@code version}; of an alias {@code alias}, {@code from} and {@code to}, versions or null;
 *     of a stage {@code version}, {@code from} and {@code to}, words
 * @param queuedAt when it was made
 * @param attempts how often it was tried to send it
 * @param problem why the last attempt failed, or null
 */
public record QueuedChange(
        long sequence,
        Kind kind,
        String subject,
        String document,
        Instant queuedAt,
        int attempts,
        @Nullable String problem) {

    /** One that is not stored yet. */
    public QueuedChange(Kind kind, String subject, String document, Instant queuedAt) {
        this(0, kind, subject, document, queuedAt, 0, null);
    }

    /** What changed. */
    public enum Kind {
        RUN,
        VERSION,
        ALIAS,
        STAGE
    }
}
