package dev.keelson.control.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One try of a job, by the worker that has the lease. Everything it stores is stored only while it has it. Safe for use by
 * several threads: it is locked before a transaction of the catalogue begins, so that within one nothing may be asked of it but
 * {@link #job}.
 */
public final class JobRun {
    /** Why a run does not go on. */
    enum Stop {
        CANCELLED,
        /** The worker ends; another goes on. */
        RETURNED,
        /** The lease was over and another worker has it now. */
        LOST
    }

    private final Catalog catalog;
    private final InstantSource clock;
    private final Duration lease;
    private final Thread thread;
    private final JobEnd end;
    private volatile Job job;
    private double share;
    private String step;
    private @Nullable Stop stop;
    private @Nullable Instant restUntil;

    JobRun(Catalog catalog, InstantSource clock, Duration lease, Job begun, JobEnd end) {
        this.end = end;
        this.catalog = catalog;
        this.clock = clock;
        this.lease = lease;
        this.thread = Thread.currentThread();
        this.job = begun;
        this.share = begun.share();
        this.step = begun.step();
    }

    /** The job as it was when it was last stored; waits for nobody, so that it may be asked within a transaction. */
    public Job job() {
        return job;
    }

    /** Where the try before got to, or null. */
    public @Nullable JsonNode checkpoint() {
        return job().checkpoint();
    }

    /**
     * Tells how far it got. It is stored with the next sign of life.
     *
     * @param done in [0, 1]
     * @param doing what is done now, in words
     * @throws InterruptedException when it must not go on
     */
    public synchronized void progress(double done, String doing) throws InterruptedException {
        share = done;
        step = doing;
        requireGoing();
    }

    /**
     * Stores where another try would go on, at once.
     *
     * @throws InterruptedException when it must not go on: nothing was stored
     */
    public synchronized void checkpoint(JsonNode reached) throws InterruptedException {
        checkpoint(reached, tx -> {});
    }

    /**
     * Stores where another try would go on, and something with it: both or neither.
     *
     * @param with what is stored in the same transaction, such as a line of the audit trail
     * @throws InterruptedException when it must not go on: nothing was stored
     */
    public synchronized void checkpoint(JsonNode reached, Consumer<CatalogTransaction> with) throws InterruptedException {
        requireGoing();
        alive(reached, with);
        requireGoing();
    }

    /**
     * Asks to be run again at a time, from the checkpoint on; until then no worker is held and others may work at its subject. Its
     * tries are counted anew.
     *
     * @param why what it waits for, in words
     * @return what the body is to return at once
     */
    public synchronized JsonNode rest(Instant until, String why) {
        restUntil = until;
        step = why;
        return NullNode.getInstance();
    }

    /** Adds a line to its log. */
    public void log(String text) {
        int attempt = job().attempt();
        catalog.update(tx -> tx.jobs().addLine(job().id(), clock.instant(), attempt, text));
    }

    private void requireGoing() throws InterruptedException {
        if (stop != null || Thread.currentThread().isInterrupted()) {
            throw new InterruptedException("The job (%s) does not go on: %s.".formatted(job.id(), stop));
        }
    }

    // ---- for its worker

    synchronized @Nullable Stop stopped() {
        return stop;
    }

    /** When it asked to be run again, or null. */
    synchronized @Nullable Instant restsUntil() {
        return restUntil;
    }

    synchronized String step() {
        return step;
    }

    /** Prolongs the lease and stores how far it got; stops the run when it was cancelled or the lease is another's. */
    void alive(@Nullable JsonNode reached) {
        alive(reached, tx -> {});
    }

    private synchronized void alive(@Nullable JsonNode reached, Consumer<CatalogTransaction> with) {
        if (stop != null) {
            return;
        }
        Instant until = clock.instant().plus(lease);
        if (!store(now -> now.alive(until, share, step, reached), with)) {
            stop(Stop.LOST);
        } else if (job.cancelling()) {
            stop(Stop.CANCELLED);
        }
    }

    /** Ends the run as soon as its body listens. */
    synchronized void stop(Stop why) {
        if (stop == null) {
            stop = why;
            thread.interrupt();
        }
    }

    private boolean mine(Job now) {
        return now.state() == Job.State.RUNNING && now.worker().equals(job.worker()) && now.attempt() == job.attempt();
    }

    /** Stores a change of the job as this worker may make it; false when the lease is another's. */
    synchronized boolean store(UnaryOperator<Job> change) {
        return store(change, tx -> {});
    }

    private boolean store(UnaryOperator<Job> change, Consumer<CatalogTransaction> with) {
        try {
            Optional<Job> stored = catalog.write(tx -> {
                Optional<Job> next = tx.jobs().job(job.id()).filter(this::mine).map(change);
                next.ifPresent(changed -> {
                    tx.jobs().replace(changed);
                    if (changed.state().ended()) {
                        end.ended(tx, changed);
                    }
                    with.accept(tx);
                });
                return next;
            });
            stored.ifPresent(each -> job = each);
            return stored.isPresent();
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.CONFLICT) {
                return false;
            }
            throw e;
        }
    }
}
