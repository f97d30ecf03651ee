package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Another registry that this one tells its changes. Safe for use by several threads. */
public interface OtherRegistry {

    /** Where it is, whether it answers, what waits, how many conflicts there are, and how many changes wait for their decision. */
    ObjectNode status();

    /**
     * Sends what waits, compares both sides, and sends what was missing there.
     *
     * @throws dev.keelson.error.KeelsonException NOT_FOUND when the project file names none; REGISTRY_UNREACHABLE
     */
    ObjectNode sync();

    /**
     * Where both sides differ, and what waits for the decision about a version.
     *
     * @param settled whether what a person has decided is told too
     */
    ObjectNode conflicts(boolean settled);

    /**
     * Settles a conflict.
     *
     * @param keep {@code local} or {@code remote}
     * @param actor who decided
     * @return the conflict as it is then: not settled where the other side refuses again what was sent
     * @throws dev.keelson.error.KeelsonException NOT_FOUND, TRANSITION_REFUSED, BAD_REQUEST, REGISTRY_UNREACHABLE
     */
    ObjectNode settle(String id, String keep, String actor);
}
