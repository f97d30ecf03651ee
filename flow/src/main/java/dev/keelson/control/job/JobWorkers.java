package dev.keelson.control.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.Job.State;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Threads that do jobs. Each takes the next one under a lease that a thread of its own prolongs; a job whose lease is over, as its
 * worker ended without a word, is taken over and begun again. A try that fails is repeated later, twice as late each time, unless
 * it failed by something that only a person can change. Safe for use by several threads and by several servers on one catalogue.
 */
public final class JobWorkers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(JobWorkers.class.getName());

    /** More than ever run at once. */
    private static final int LEFT = 1_000;

    private final Catalog catalog;
    private final InstantSource clock;
    private final String name;
    private final Settings settings;
    private final Map<String, JobBody> bodies;
    private final JobEnd end;
    private final Set<JobRun> runs = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private boolean closed;
    private long told;

    /**
     * How workers work.
     *
     * @param threads how many jobs at once, at least 1
     * @param lease how long a worker is believed to live without a sign
     * @param look how often workers look for what is due without being told
     * @param backoff how long the second try waits; each one after twice as long
     * @param longest how long any try waits at most
     */
    public record Settings(int threads, Duration lease, Duration look, Duration backoff, Duration longest) {
        /** What a server uses. */
        public static final Settings STANDARD = new Settings(
                2, Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(30));

        Duration wait(int attempt) {
            Duration doubled = backoff.multipliedBy(1L << Math.min(20, attempt - 1));
            return doubled.compareTo(longest) > 0 ? longest : doubled;
        }
    }

    /**
     * Workers that do not work yet: {@link #start}.
     *
     * @param name one life of one server; no other has it
     * @param bodies what each kind of job does
     */
    public JobWorkers(Catalog catalog, InstantSource clock, String name, Settings settings, Map<String, JobBody> bodies) {
        this(catalog, clock, name, settings, bodies, JobEnd.NOTHING);
    }

    /**
     * The same with something that follows each end.
     *
     * @param end in the transaction that ends the job
     */
    public JobWorkers(
            Catalog catalog, InstantSource clock, String name, Settings settings, Map<String, JobBody> bodies, JobEnd end) {
        this.end = end;
        this.catalog = catalog;
        this.clock = clock;
        this.name = name;
        this.settings = settings;
        this.bodies = Map.copyOf(bodies);
    }

    /** Begins to work. */
    public void start() {
        for (int i = 0; i < settings.threads(); i++) {
            threads.add(Thread.ofPlatform().daemon().name("keelson-jobs-" + i).start(this::work));
        }
        threads.add(Thread.ofPlatform().daemon().name("keelson-jobs-alive").start(this::keepAlive));
    }

    /**
     * Nobody else works on this catalogue, as its owner ended: what was left running need not wait for the end of its lease. To be
     * called before {@link #start}.
     *
     * @return how many jobs were left running
     */
    public int inherit() {
        Instant now = clock.instant();
        return catalog.<Integer>write(tx -> {
            List<Job> left = tx.jobs().jobs(new JobQuery(Set.of(State.RUNNING), null, null, null, null, LEFT));
            left.forEach(job -> tx.jobs().replace(job.alive(now, job.share(), job.step(), null)));
            return left.size();
        });
    }

    /** Something may be due: workers look at once. */
    public void wake() {
        lock.lock();
        try {
            told++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        boolean found = true;
        while (found || pause(settings.look())) {
            try {
                found = !isClosed() && workOnce();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "Jobs cannot be looked for: {0}", e.getMessage());
                found = false;
            }
        }
    }

    private void keepAlive() {
        while (pause(settings.lease().dividedBy(3))) {
            signs();
        }
    }

    /** Waits for that time, or until there is news; false when the work has ended. */
    private boolean pause(Duration time) {
        lock.lock();
        try {
            long before = told;
            long left = time.toNanos();
            while (!closed && told == before && left > 0) {
                left = news.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.DEBUG, "A pause was interrupted.");
        } finally {
            lock.unlock();
        }
        return !isClosed();
    }

    /** Prolongs the leases of everything that runs here. */
    void signs() {
        for (JobRun each : runs) {
            try {
                each.alive(null);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "No sign of life of a job could be given: {0}", e.getMessage());
            }
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Does the next job in the thread that calls, if one is due; whether there was one. */
    public boolean workOnce() {
        Instant now = clock.instant();
        Optional<Job> next = next(now);
        if (next.filter(this::runsHere).isPresent()) { // the clock jumped, or this machine slept
            signs();
            next = next(now).filter(each -> !runsHere(each));
        }
        return next.isPresent() && workOn(now, tx -> tx.jobs().next(now));
    }

    private Optional<Job> next(Instant now) {
        return catalog.read(tx -> tx.jobs().next(now));
    }

    /** Whether a job whose lease is over is done by a thread of this process all the same. */
    private boolean runsHere(Job job) {
        return job.state() == State.RUNNING
                && runs.stream().map(JobRun::job).anyMatch(each -> each.id().equals(job.id()) && each.attempt() == job.attempt());
    }

    /** Does one job in the thread that calls, if it waits, is due and nobody works at its subject; whether that was so. */
    public boolean work(String id) {
        Instant now = clock.instant();
        try {
            return workOn(now, tx -> tx.jobs().job(id).filter(each -> each.state() == State.WAITING && !each.notBefore().isAfter(now)));
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    private boolean workOn(Instant now, Function<CatalogTransaction, Optional<Job>> due) {
        Optional<Job> taken = catalog.write(tx -> due.apply(tx).map(next -> {
            Job mine = take(next, now);
            tx.jobs().replace(mine);
            if (mine.state().ended()) {
                end.ended(tx, mine);
            }
            if (next.state() == State.RUNNING) {
                tx.jobs().addLine(
                        next.id(), now, mine.attempt(), "Nothing was heard of %s; the job is taken over.".formatted(next.worker()));
            }
            return mine;
        }));
        taken.filter(job -> job.state() == State.RUNNING).ifPresent(this::run);
        return taken.isPresent();
    }

    private Job take(Job next, Instant now) {
        if (next.cancelling()) {
            return next.ended(State.CANCELLED, now, null, "It was cancelled.");
        }
        if (next.attempt() >= next.attempts()) {
            return next.ended(
                    State.FAILED, now, null, "Its worker ended without a word at each of %d tries.".formatted(next.attempt()));
        }
        return next.begun(name, now, now.plus(settings.lease()));
    }

    private void run(Job taken) {
        JobRun run = new JobRun(catalog, clock, settings.lease(), taken, end);
        runs.add(run);
        try {
            if (isClosed()) {
                run.stop(JobRun.Stop.RETURNED);
            }
            JobBody body = bodies.get(taken.kind());
            if (body == null) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "Nothing here does jobs of the kind (%s).".formatted(taken.kind()), null);
            }
            JsonNode result = body.run(run);
            Instant again = run.restsUntil();
            if (again == null) {
                end(run, State.DONE, result, result.path("message").asText(""));
            } else {
                rest(run, again);
            }
        } catch (InterruptedException e) {
            stopped(run);
        } catch (Exception e) {
            failed(run, e);
        } catch (StackOverflowError | OutOfMemoryError | LinkageError e) {
            failed(run, new IllegalStateException(e.toString(), e));
        } finally {
            boolean ignored = Thread.interrupted(); // it was meant for the job
            runs.remove(run);
        }
    }

    private void end(JobRun run, State how, @Nullable JsonNode result, String message) {
        boolean ignored = Thread.interrupted();
        if (!run.store(job -> job.ended(how, clock.instant(), result, message))) {
            LOG.log(System.Logger.Level.WARNING, "The job {0} was taken over; what it came to here is not kept.", run.job().id());
        }
    }

    private void rest(JobRun run, Instant again) {
        boolean ignored = Thread.interrupted();
        if (run.stopped() == JobRun.Stop.CANCELLED) {
            stopped(run);
            return;
        }
        String step = run.step();
        if (!run.store(job -> job.resting(again, step))) {
            LOG.log(System.Logger.Level.WARNING, "The job {0} was taken over.", run.job().id());
        }
    }

    private void stopped(JobRun run) {
        boolean ignored = Thread.interrupted();
        switch (Objects.requireNonNullElse(run.stopped(), JobRun.Stop.RETURNED)) {
            case CANCELLED -> end(run, State.CANCELLED, null, "It was cancelled.");
            case RETURNED -> {
                boolean stored = run.store(job -> job.returned(clock.instant()));
                LOG.log(System.Logger.Level.DEBUG, "The job {0} was given back: {1}.", run.job().id(), stored);
            }
            case LOST -> LOG.log(System.Logger.Level.WARNING, "The job {0} was taken over.", run.job().id());
        }
    }

    private void failed(JobRun run, Exception e) {
        if (run.stopped() != null) {
            stopped(run);
            return;
        }
        boolean ignored = Thread.interrupted();
        String why = e.getMessage() == null ? e.toString() : e.getMessage();
        boolean hopeless = e instanceof KeelsonException known && known.code().kind() == ErrorCode.Kind.USER;
        if (!(e instanceof KeelsonException)) {
            LOG.log(System.Logger.Level.WARNING, "The job " + run.job().id() + " failed.", e);
        }
        run.log("Failed: " + why);
        Job job = run.job();
        if (hopeless || job.attempt() >= job.attempts()) {
            end(run, State.FAILED, null, why);
        } else {
            Instant next = clock.instant().plus(settings.wait(job.attempt()));
            if (!run.store(each -> each.again(next, why))) {
                LOG.log(System.Logger.Level.WARNING, "The job {0} was taken over.", job.id());
            }
        }
    }

    /** Ends the work: what runs is interrupted and given back, so that another worker goes on with it. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
        runs.forEach(each -> each.stop(JobRun.Stop.RETURNED));
        boolean interrupted = false;
        for (Thread each : threads) {
            while (each.isAlive()) {
                try {
                    each.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
