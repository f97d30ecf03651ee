package dev.keelson.control.rollout;

import java.util.concurrent.atomic.LongAdder;

/** What one server counts of one version while a rollout is open. Safe for use by several threads. */
public final class ArmTally {
    private final LongAdder served = new LongAdder();
    private final LongAdder shadowed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder failedInShadow = new LongAdder();
    private final Latencies servedTook = new Latencies();
    private final Latencies shadowTook = new Latencies();

    /** Nothing counted yet. */
    public ArmTally() {}

    /** It answered, and the prediction took so long. */
    public void served(long nanos) {
        served.increment();
        servedTook.add(nanos);
    }

    /** It predicted off the request's path. */
    public void shadowed(long nanos) {
        shadowed.increment();
        shadowTook.add(nanos);
    }

    /** It was to answer and failed; the other version answered, or the request failed. */
    public void failed() {
        failed.increment();
    }

    /** It failed off the request's path. */
    public void failedInShadow() {
        failedInShadow.increment();
    }

    /** The counts now. */
    public ArmCounts counts() {
        return new ArmCounts(
                served.sum(), shadowed.sum(), failed.sum(), failedInShadow.sum(), servedTook.counts(), shadowTook.counts());
    }
}
