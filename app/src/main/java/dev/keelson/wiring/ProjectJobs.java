package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work in the background over the real stores; what came out is kept as reports of the catalogue. For the owner of the
 * project.
 */
final class ProjectJobs<R extends Jobs.Request> implements Jobs<R>, AutoCloseable {
    private static final Logger LOG = System.getLogger(ProjectJobs.class.getName());

    /** What is done. */
    interface Work<R extends Jobs.Request> {
        JobKind kind();

        /**
         * How many parts there are at most; 0 when that shows later.
         *
         * @throws KeelsonException when it cannot be asked for so
         */
        int parts(Project project, R request);

        /** How much of it is done at once, each about another model. */
        default int together() {
            return 1;
        }

        /** That it is being done, as the beginning of a sentence. */
        String beingDone(R request);

        /**
         * Does it.
         *
         * @throws CancellationException when the watch throws it
         */
        Done run(Project project, R request, Watch watch);

        /** What a report was asked for. */
        R request(StoredReport report, JsonNode document);

        /** How far the work of a report came. */
        Progress progress(JsonNode document);

        /** What the work of a report had told. */
        List<JsonNode> told(JsonNode document);
    }

    /**
     * What came out.
     *
     * @param verdict in a word
     * @param document all of it
     */
    record Done(String verdict, ObjectNode document) {}

    /** Follows work. */
    interface Watch {
        /** Something worth keeping. */
        void tell(JsonNode document);

        /**
         * So far it is.
         *
         * @throws CancellationException when it is to stop
         */
        void at(Progress progress);
    }

    private final Work<R> work;
    private final Supplier<Project> project;
    private final InstantSource clock;
    private final Catalog catalog;
    /** The jobs of this process, the oldest first. */
    private final Map<String, Running> jobs = new LinkedHashMap<>();

    ProjectJobs(Work<R> work, Supplier<Project> project, InstantSource clock, Catalog catalog) {
        this.work = work;
        this.project = project;
        this.clock = clock;
        this.catalog = catalog;
    }

    @Override
    public JobKind kind() {
        return work.kind();
    }

    @Override
    public synchronized Job<R> start(R request) {
        Project current = project.get();
        int parts = work.parts(current, request);
        List<Job<R>> running = jobs.values().stream()
                .map(Running::now)
                .filter(job -> job.state() == State.RUNNING)
                .toList();
        Optional<Job<R>> same = running.stream()
                .filter(job -> job.request().model().equals(request.model()))
                .findFirst();
        if (same.isPresent() && same.get().request().equals(request)) {
            return same.get();
        }
        if (same.isPresent() || running.size() >= work.together()) {
            Job<R> other = same.orElseGet(running::getFirst);
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "%s already, %d of %d %s so far; %s at a time."
                            .formatted(
                                    work.beingDone(other.request()),
                                    other.progress().done(),
                                    other.progress().of(),
                                    kind().parts(),
                                    work.together() == 1
                                            ? "one %s runs".formatted(kind().shortNoun())
                                            : "%d %ss run, one of a model,".formatted(work.together(), kind().shortNoun())),
                    "Maybe wait for its end, or cancel it: DELETE %s/%s".formatted(kind().address(), other.id()));
        }
        Instant now = clock.instant();
        String id = kind().id() + "-" + request.model() + "-" + now;
        Running job = new Running(
                current, new Job<>(id, request, State.RUNNING, now, Progress.of(0, parts), null, null));
        jobs.put(id, job);
        job.thread.start();
        return job.now();
    }

    private synchronized @Nullable Running job(String id) {
        return jobs.get(id);
    }

    private Optional<StoredReport> report(String id) {
        return catalog.read(tx -> tx.report(id)).filter(report -> report.kind().equals(kind().report()));
    }

    @Override
    public Optional<Job<R>> find(String id) {
        Running job = job(id);
        return job != null ? Optional.of(job.now()) : report(id).map(this::of);
    }

    @Override
    public List<Job<R>> list() {
        Map<String, Job<R>> all = new LinkedHashMap<>();
        synchronized (this) {
            List.copyOf(jobs.values()).reversed().forEach(job -> all.put(job.now().id(), job.now()));
        }
        catalog.read(tx -> tx.reports(kind().report(), null, Integer.MAX_VALUE)).forEach(report -> {
            if (!all.containsKey(report.id())) {
                all.put(report.id(), of(report));
            }
        });
        return new ArrayList<>(all.values());
    }

    private Job<R> of(StoredReport report) {
        JsonNode document = RunPipeline.parsed(report.document());
        return new Job<>(
                report.id(),
                work.request(report, document),
                State.DONE,
                report.at(),
                work.progress(document),
                document,
                null);
    }

    @Override
    public List<JsonNode> told(String id) {
        Running job = job(id);
        if (job != null) {
            return job.told();
        }
        JsonNode result = get(id).result();
        return result == null ? List.of() : work.told(result);
    }

    @Override
    public Job<R> cancel(String id) {
        Running job = job(id);
        if (job != null) {
            job.stop();
            return job.now();
        }
        return get(id);
    }

    /** Stops what runs, and waits for its end. */
    @Override
    public void close() {
        List<Running> all;
        synchronized (this) {
            all = List.copyOf(jobs.values());
        }
        all.forEach(Running::stop);
        all.forEach(Running::await);
    }

    /** A job with its thread. */
    private final class Running implements Watch {
        private final Project current;
        private final Thread thread;
        private final List<JsonNode> told = new ArrayList<>();
        private volatile Job<R> job;
        private boolean cancelled;

        Running(Project current, Job<R> job) {
            this.current = current;
            this.job = job;
            this.thread = Thread.ofPlatform().daemon().name(kind().id()).unstarted(this::run);
        }

        Job<R> now() {
            return job;
        }

        synchronized void stop() {
            Job<R> was = job;
            if (was.state() == State.RUNNING) {
                cancelled = true;
                Progress so = was.progress();
                job = was.at(new Progress(so.done(), so.of(), so.best(), STOPPING));
            }
        }

        synchronized List<JsonNode> told() {
            return List.copyOf(told);
        }

        void await() {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop();
            }
        }

        private void run() {
            try {
                become(State.DONE, result(), null);
            } catch (CancellationException e) {
                become(State.CANCELLED, null, null);
            } catch (KeelsonException e) {
                become(State.FAILED, null, e.problems().getFirst());
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "The %s failed.".formatted(kind().noun()), e);
                become(
                        State.FAILED,
                        null,
                        Problem.of(
                                ErrorCode.INTERNAL,
                                "Something went wrong inside Keelson (%s).".formatted(e.getClass().getSimpleName()),
                                null));
            }
        }

        private JsonNode result() {
            Job<R> mine = job;
            Done done = work.run(current, mine.request(), this);
            catalog.update(tx -> tx.putReport(new StoredReport(
                    mine.id(),
                    kind().report(),
                    mine.request().model(),
                    mine.startedAt(),
                    done.verdict(),
                    done.document().toString())));
            return done.document();
        }

        private synchronized void become(State state, @Nullable JsonNode result, @Nullable Problem failure) {
            Job<R> was = job;
            job = new Job<>(was.id(), was.request(), state, was.startedAt(), was.progress(), result, failure);
        }

        @Override
        public synchronized void tell(JsonNode document) {
            told.add(document);
        }

        @Override
        public synchronized void at(Progress progress) {
            job = job.at(progress);
            if (cancelled) {
                throw new CancellationException();
            }
        }
    }
}
