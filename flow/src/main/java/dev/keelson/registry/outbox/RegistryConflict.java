package dev.keelson.registry.outbox;

import dev.keelson.registry.outbox.QueuedChange.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that differs between this registry and another one, and that a person decides. Immutable.
 *
 * @param id derived from what it is about, so that finding it twice stores it once
 * @param kind what differs: a param or another part of a RUN, a VERSION, an ALIAS, a STAGE
 * @param subject as of {@link QueuedChange}
 * @param document as of {@link QueuedChange}: the change that could not be made there
 * @param what for people: which thing
 * @param local what it is here
 * @param remote what it is there
 * @param foundAt when it was found last
 * @param settledAt when a person decided, or null
 * @param kept {@code local} or {@code remote}, or null
 * @param settledBy who decided, or null
 */
public record RegistryConflict(
        String id,
        Kind kind,
        String subject,
        String document,
        String what,
        String local,
        String remote,
        Instant foundAt,
        @Nullable Instant settledAt,
        @Nullable String kept,
        @Nullable String settledBy) {

    /** Whether a person has decided. */
    public boolean settled() {
        return settledAt != null;
    }

    /** The same, decided. */
    public RegistryConflict settledAs(String choice, String actor, Instant at) {
        return new RegistryConflict(id, kind, subject, document, what, local, remote, foundAt, at, choice, actor);
    }
}
