package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.FeatureGenerations;
import dev.keelson.id.Sha256;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.train.FeatureSearch;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
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
 * Searches for features over the real stores: trials are kept as steps of the catalogue, results as its reports. For the owner of
 * the project.
 */
final class ProjectGenerations implements FeatureGenerations, AutoCloseable {
    /** The kind of the reports; their subject is the model. */
    static final String KIND = "feature_generation";

    private static final Logger LOG = System.getLogger(ProjectGenerations.class.getName());

    private final Supplier<Project> project;
    private final InstantSource clock;
    private final Catalog catalog;
    /** The searches of this process, the oldest first. */
    private final Map<String, Job> jobs = new LinkedHashMap<>();

    ProjectGenerations(Supplier<Project> project, InstantSource clock, Catalog catalog) {
        this.project = project;
        this.clock = clock;
        this.catalog = catalog;
    }

    @Override
    public synchronized Generation start(Request request) {
        Project current = project.get();
        Projects.model(current, request.model());
        FeatureGeneration.requireBudget(request.budget());
        Optional<Job> running = jobs.values().stream().filter(job -> job.now().state() == State.RUNNING).findFirst();
        if (running.isPresent()) {
            Generation other = running.get().now();
            if (other.request().equals(request)) {
                return other;
            }
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "Features are generated for the model (%s) already, %d of %d trials so far; one search runs at a time."
                            .formatted(other.request().model(), other.done(), other.of()),
                    "Maybe wait for its end, or cancel it: DELETE /api/v1/feature-generations/" + other.id());
        }
        Instant now = clock.instant();
        String id = "generation-" + request.model() + "-" + now;
        Job job = new Job(current, new Generation(id, request, State.RUNNING, now, 0, 0, null, null));
        jobs.put(id, job);
        job.thread.start();
        return job.now();
    }

    @Override
    public Optional<Generation> find(String id) {
        Job job = job(id);
        return job != null
                ? Optional.of(job.now())
                : catalog.read(tx -> tx.report(id)).filter(report -> report.kind().equals(KIND)).map(ProjectGenerations::of);
    }

    private synchronized @Nullable Job job(String id) {
        return jobs.get(id);
    }

    @Override
    public List<Generation> list() {
        Map<String, Generation> all = new LinkedHashMap<>();
        synchronized (this) {
            List.copyOf(jobs.values()).reversed().forEach(job -> all.put(job.now().id(), job.now()));
        }
        catalog.read(tx -> tx.reports(KIND, null, Integer.MAX_VALUE))
                .forEach(report -> all.putIfAbsent(report.id(), of(report)));
        return new ArrayList<>(all.values());
    }

    private static Generation of(StoredReport report) {
        JsonNode document = RunPipeline.parsed(report.document());
        int trials = document.path("trials").asInt();
        return new Generation(
                report.id(),
                new Request(report.subject(), document.path("budget").asInt(), document.path("seed").asLong()),
                State.DONE,
                report.at(),
                trials,
                trials,
                document,
                null);
    }

    @Override
    public Generation cancel(String id) {
        Job job = job(id);
        if (job != null) {
            job.cancelled = true;
            return job.now();
        }
        return find(id).orElseThrow(() -> new KeelsonException(
                ErrorCode.NOT_FOUND,
                "There is no generation of features (%s).".formatted(id),
                "Maybe look at /api/v1/feature-generations."));
    }

    /** Stops what runs, and waits for its end. */
    @Override
    public void close() {
        List<Job> all;
        synchronized (this) {
            all = List.copyOf(jobs.values());
        }
        all.forEach(job -> job.cancelled = true);
        all.forEach(Job::await);
    }

    /** A search with its thread. */
    private final class Job implements FeatureSearch.Watch {
        private final Project current;
        private final Thread thread;
        private final String settings;
        private volatile Generation generation;
        private volatile boolean cancelled;

        Job(Project current, Generation generation) {
            this.current = current;
            this.generation = generation;
            this.settings = FeatureGeneration.settings(Projects.model(current, generation.request().model()));
            this.thread = Thread.ofPlatform().daemon().name("feature-generation").unstarted(this::run);
        }

        Generation now() {
            return generation;
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
                LOG.log(Level.ERROR, "The generation of features failed.", e);
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
            Request request = generation.request();
            FeatureGeneration.Generated generated = FeatureGeneration.run(
                    current, request.model(), request.budget(), request.seed(), clock, this);
            ObjectNode document = generated.result().toJson();
            document.put("budget", request.budget());
            document.put("seed", request.seed());
            document.put("trials", generation.done());
            document.put("yaml", generated.yaml());
            Generation mine = generation;
            catalog.update(tx -> tx.putReport(new StoredReport(
                    mine.id(),
                    KIND,
                    request.model(),
                    mine.startedAt(),
                    generated.result().choices().isEmpty() ? "none" : "found",
                    document.toString())));
            return document;
        }

        private void become(State state, @Nullable JsonNode result, @Nullable Problem failure) {
            Generation was = generation;
            generation = new Generation(
                    was.id(), was.request(), state, was.startedAt(), was.done(), was.of(), result, failure);
        }

        private String step(String key) {
            return "generation/" + new Sha256().add(Environment.codeVersion()).add(settings).add(key).hex();
        }

        @Override
        public Optional<ClusteredMean> kept(String key) {
            return catalog.read(tx -> tx.step(step(key))).map(RunPipeline::parsed).map(gain -> new ClusteredMean(
                    Double.parseDouble(gain.path("mean").asText()),
                    Double.parseDouble(gain.path("standard_error").asText()),
                    gain.path("rows").asInt(),
                    gain.path("clusters").asInt()));
        }

        @Override
        public void ended(String key, ClusteredMean gain, int done, int of) {
            if (kept(key).isEmpty()) {
                ObjectNode output = JsonNodeFactory.instance.objectNode();
                output.put("mean", Double.toString(gain.mean()));
                output.put("standard_error", Double.toString(gain.standardError()));
                output.put("rows", gain.rows()).put("clusters", gain.clusters());
                catalog.update(tx -> tx.putStep(step(key), "generation", output.toString()));
            }
            Generation was = generation;
            generation = new Generation(
                    was.id(), was.request(), was.state(), was.startedAt(), done, of, null, null);
            if (cancelled) {
                throw new CancellationException();
            }
        }
    }
}
