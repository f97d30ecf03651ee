package dev.keelson.wiring;

import dev.keelson.control.rollout.ArmTally;
import dev.keelson.control.rollout.RolloutCounts;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this server counts while a rollout is open. Safe for use by several threads.
 *
 * @param rollout its id
 * @param baseline of the version that is to be replaced
 * @param candidate of the one that is to replace it
 * @param dropped predictions off the requests' path that were left out
 */
record RolloutTally(String rollout, ArmTally baseline, ArmTally candidate, LongAdder dropped) {
    RolloutTally(String rollout) {
        this(rollout, new ArmTally(), new ArmTally(), new LongAdder());
    }

    RolloutCounts counts() {
        return new RolloutCounts(baseline.counts(), candidate.counts(), dropped.sum());
    }
}
