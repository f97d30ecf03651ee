package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.Studies;
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
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Searches for settings over the real stores; their results are reports of the catalogue. For the owner of the project. */
final class ProjectStudies implements Studies, AutoCloseable {
    /** The kind of the reports; their subject is the model. */
    static final String KIND = "study";

    private static final Logger LOG = System.getLogger(ProjectStudies.class.getName());

    private final Supplier<Project> project;
    private final InstantSource clock;
    private final Catalog catalog;
    private final int threads;
    /** The searches of this process, the oldest first. */
    private final Map<String, Job> jobs = new LinkedHashMap<>();

    /** @param threads trials that run side by side at most */
    ProjectStudies(Supplier<Project> project, InstantSource clock, Catalog catalog, int threads) {
        this.project = project;
        this.clock = clock;
        this.catalog = catalog;
        this.threads = threads;
    }

    @Override
    public synchronized Study start(Request request) {
        Project current = project.get();
        int trials = ModelTuning.search(current, request).trials();
        Optional<Job> running =
                jobs.values().stream().filter(job -> job.now().state() == State.RUNNING).findFirst();
        if (running.isPresent()) {
            Study other = running.get().now();
            if (other.request().equals(request)) {
                return other;
            }
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "Settings of the model (%s) are searched already, %d of %d trials so far; one search runs at a time."
                            .formatted(other.request().model(), other.done(), other.of()),
                    "Maybe wait for its end, or cancel it: DELETE /api/v1/studies/" + other.id());
        }
        Instant now = clock.instant();
        String id = "study-" + request.model() + "-" + now;
        Job job = new Job(current, new Study(id, request, State.RUNNING, now, 0, trials, null, null, null));
        jobs.put(id, job);
        job.thread.start();
        return job.now();
    }

    @Override
    public Optional<Study> find(String id) {
        Job job = job(id);
        return job != null
                ? Optional.of(job.now())
                : catalog.read(tx -> tx.report(id)).filter(report -> report.kind().equals(KIND)).map(ProjectStudies::of);
    }

    private synchronized @Nullable Job job(String id) {
        return jobs.get(id);
    }

    @Override
    public List<Study> list() {
        Map<String, Study> all = new LinkedHashMap<>();
        synchronized (this) {
            List.copyOf(jobs.values()).reversed().forEach(job -> all.put(job.now().id(), job.now()));
        }
        catalog.read(tx -> tx.reports(KIND, null, Integer.MAX_VALUE))
                .forEach(report -> all.putIfAbsent(report.id(), of(report)));
        return new ArrayList<>(all.values());
    }

    private static Study of(StoredReport report) {
        JsonNode document = RunPipeline.parsed(report.document());
        int trials = document.path("trials").size();
        return new Study(
                report.id(),
                new Request(
                        report.subject(),
                        trials,
                        document.path("sampler").asText(),
                        document.path("seed").asLong(),
                        false),
                State.DONE,
                report.at(),
                trials,
                trials,
                document.at("/best/loss").asDouble(),
                document,
                null);
    }

    @Override
    public List<JsonNode> trials(String id) {
        Job job = job(id);
        if (job != null) {
            return job.trials();
        }
        List<JsonNode> trials = new ArrayList<>();
        JsonNode result = find(id).orElseThrow(() -> missing(id)).result();
        if (result != null) {
            result.path("trials").forEach(trials::add);
        }
        return trials;
    }

    @Override
    public Study cancel(String id) {
        Job job = job(id);
        if (job != null) {
            job.cancel();
            return job.now();
        }
        return find(id).orElseThrow(() -> missing(id));
    }

    private static KeelsonException missing(String id) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "There is no search for settings (%s).".formatted(id),
                "Maybe look at /api/v1/studies.");
    }

    /** Stops what runs, and waits for its end. */
    @Override
    public void close() {
        List<Job> all;
        synchronized (this) {
            all = List.copyOf(jobs.values());
        }
        all.forEach(Job::cancel);
        all.forEach(Job::await);
    }

    /** A search with its thread. */
    private final class Job implements ModelTuning.Watch {
        private final Project current;
        private final Thread thread;
        private final Map<Integer, JsonNode> trials = new TreeMap<>();
        private volatile Study study;
        private volatile boolean cancelled;

        Job(Project current, Study study) {
            this.current = current;
            this.study = study;
            this.thread = Thread.ofPlatform().daemon().name("study").unstarted(this::run);
        }

        Study now() {
            return study;
        }

        synchronized List<JsonNode> trials() {
            return List.copyOf(trials.values());
        }

        void cancel() {
            cancelled = true;
        }

        void await() {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                cancelled = true;
            }
        }

        private void run() {
            try {
                become(State.DONE, search(), null);
            } catch (CancellationException e) {
                become(State.CANCELLED, null, null);
            } catch (KeelsonException e) {
                become(State.FAILED, null, e.problems().getFirst());
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "The search for settings failed.", e);
                become(
                        State.FAILED,
                        null,
                        Problem.of(
                                ErrorCode.INTERNAL,
                                "Something went wrong inside Keelson (%s).".formatted(e.getClass().getSimpleName()),
                                null));
            }
        }

        private JsonNode search() {
            Study mine = study;
            ObjectNode document = ModelTuning.run(current, mine.request(), catalog, clock, threads, this);
            catalog.update(tx -> tx.putReport(new StoredReport(
                    mine.id(),
                    KIND,
                    mine.request().model(),
                    mine.startedAt(),
                    document.at("/gain/lower").asDouble() > 0 ? "better" : "no_gain",
                    document.toString())));
            return document;
        }

        private void become(State state, @Nullable JsonNode result, @Nullable Problem failure) {
            Study was = study;
            study = new Study(
                    was.id(), was.request(), state, was.startedAt(), was.done(), was.of(), was.best(), result, failure);
        }

        @Override
        public void trial(JsonNode trial, int done, int of, @Nullable Double best) {
            synchronized (this) {
                trials.put(trial.path("number").asInt(), trial);
            }
            Study was = study;
            study = new Study(was.id(), was.request(), was.state(), was.startedAt(), done, of, best, null, null);
            if (cancelled) {
                throw new CancellationException();
            }
        }
    }
}
