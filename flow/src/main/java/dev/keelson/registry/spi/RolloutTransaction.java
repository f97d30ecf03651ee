package dev.keelson.registry.spi;

import dev.keelson.registry.rollout.Rollout;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Rollouts and what servers counted while they ran, within one transaction of a catalogue. */
public interface RolloutTransaction {

    /**
     * Stores a new one.
     *
     * @throws dev.keelson.error.KeelsonException CONFLICT when one of its model is open
     */
    void start(Rollout rollout);

    /**
     * Stores one as it is after a change: its revision is one more than that of what is stored.
     *
     * @throws dev.keelson.error.KeelsonException CONFLICT when it was changed meanwhile
     */
    void replace(Rollout next);

    /** The one of a model that is open. */
    Optional<Rollout> open(String model);

    /** All that are open, by model. */
    List<Rollout> open();

    /** The one of that id. */
    Optional<Rollout> rollout(String id);

    /** Those of a model, or of all when it is null, newest first. */
    List<Rollout> history(@Nullable String model, int limit);

    /**
     * Stores what a server counted since it began, or replaces what it counted before.
     *
     * @param server one life of one server
     * @param document whatever it counted
     */
    void putTally(String rollout, String server, String document, Instant at);

    /** What servers counted, by server. */
    SortedMap<String, String> tallies(String rollout);
}
