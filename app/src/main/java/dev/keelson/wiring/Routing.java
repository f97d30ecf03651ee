package dev.keelson.wiring;

import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.TrafficSplit;

/**
 * How an open rollout divides the rows of its model. Immutable but for what it counts.
 *
 * @param rollout as it stands
 * @param split which version answers a row
 * @param candidate in memory
 * @param tally what this server counts
 */
record Routing(Rollout rollout, TrafficSplit split, LoadedVersion candidate, RolloutTally tally) {
    Routing(Rollout rollout, LoadedVersion candidate, RolloutTally tally) {
        this(rollout, TrafficSplit.of(rollout), candidate, tally);
    }

    /** The same with nothing for the candidate to answer. */
    Routing suspended() {
        return new Routing(rollout, TrafficSplit.of(rollout.id(), 0), candidate, tally);
    }
}
