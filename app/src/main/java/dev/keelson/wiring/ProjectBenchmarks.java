package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.http.Benchmarks;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.train.BenchmarkDefinition;
import dev.keelson.train.ModelDefinition;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Benchmarks over the real stores; their reports are those of the catalogue. For the owner of the project. */
final class ProjectBenchmarks implements Benchmarks, AutoCloseable {
    private static final Logger LOG = System.getLogger(ProjectBenchmarks.class.getName());

    private final Project project;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Catalog catalog;
    private final Supplier<BenchmarkRun.Parts> parts;
    private final int threads;
    private final Runnable stored;
    /** The benchmarks of this process, the oldest first. */
    private final Map<String, Job> jobs = new LinkedHashMap<>();

    /**
     * @param nanos a clock for latencies
     * @param parts what is benchmarked; throws NOT_READY while no data are known
     * @param threads models that are judged side by side at most
     * @param stored run when a report was stored
     */
    ProjectBenchmarks(
            Project project,
            InstantSource clock,
            LongSupplier nanos,
            Catalog catalog,
            Supplier<BenchmarkRun.Parts> parts,
            int threads,
            Runnable stored) {
        this.stored = stored;
        this.project = project;
        this.clock = clock;
        this.nanos = nanos;
        this.catalog = catalog;
        this.parts = parts;
        this.threads = threads;
    }

    /**
     * The set of that name.
     *
     * @param name null for the only one of the project, or for all models where it names none
     * @throws KeelsonException NOT_FOUND with the closest name; USAGE when there are several and none is named
     */
    static BenchmarkDefinition set(Project project, @Nullable String name) {
        List<String> names =
                project.benchmarks().stream().map(BenchmarkDefinition::name).toList();
        if (names.isEmpty() && (name == null || name.equals(BenchmarkDefinition.ALL))) {
            if (project.models().isEmpty()) {
                throw new KeelsonException(ErrorCode.NOT_FOUND, "The project has no model that could be judged.", null);
            }
            return BenchmarkDefinition.ofAll(
                    project.models().stream().map(ModelDefinition::name).toList());
        }
        if (name == null && names.size() > 1) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The project has several benchmarks: %s.".formatted(names), "Maybe name one of them.");
        }
        return project.benchmarks().stream()
                .filter(each -> name == null || each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        names.isEmpty()
                                ? "The project file has no `benchmarks`; without them there is the set `all`."
                                : "There is no benchmark (%s); there are %s.".formatted(name, names),
                        Suggestion.sentence(String.valueOf(name), names).orElse(null)));
    }

    @Override
    public synchronized Benchmark start(@Nullable String name) {
        BenchmarkDefinition set = set(project, name);
        Optional<Job> running =
                jobs.values().stream().filter(job -> job.now.state() == State.RUNNING).findFirst();
        if (running.isPresent()) {
            Benchmark other = running.get().now;
            if (other.set().equals(set.name())) {
                return other;
            }
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED,
                    "The benchmark (%s) runs already, %d of %d models so far; one runs at a time."
                            .formatted(other.set(), other.done(), other.of()),
                    "Maybe wait for its end.");
        }
        BenchmarkRun.Parts with = parts.get();
        Instant now = clock.instant();
        Job job = new Job(
                set,
                with,
                new Benchmark(
                        "benchmark-" + set.name() + "-" + now,
                        set.name(),
                        State.RUNNING,
                        now,
                        0,
                        set.models().size(),
                        null,
                        null));
        jobs.put(job.now.id(), job);
        job.thread.start();
        return job.now;
    }

    @Override
    public Optional<Benchmark> find(String id) {
        synchronized (this) {
            Job job = jobs.get(id);
            if (job != null) {
                return Optional.of(job.now);
            }
        }
        return catalog.read(tx -> tx.report(id))
                .filter(report -> report.kind().equals(BenchmarkReport.KIND))
                .map(ProjectBenchmarks::of);
    }

    @Override
    public List<Benchmark> list() {
        Map<String, Benchmark> all = new LinkedHashMap<>();
        synchronized (this) {
            List.copyOf(jobs.values()).reversed().forEach(job -> all.put(job.now.id(), job.now));
        }
        catalog.read(tx -> tx.reports(BenchmarkReport.KIND, null, Integer.MAX_VALUE))
                .forEach(report -> all.putIfAbsent(report.id(), of(report)));
        return new ArrayList<>(all.values());
    }

    static Benchmark of(StoredReport report) {
        JsonNode document = RunPipeline.parsed(report.document());
        int models = document.path("benchmarks").size();
        return new Benchmark(
                report.id(), report.subject(), State.DONE, report.at(), models, models, document, null);
    }

    /** Waits for the end of what runs. */
    @Override
    public void close() {
        List<Job> all;
        synchronized (this) {
            all = List.copyOf(jobs.values());
        }
        for (Job job : all) {
            try {
                job.thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A benchmark with its thread. */
    private final class Job {
        private final BenchmarkDefinition set;
        private final BenchmarkRun.Parts with;
        private final Thread thread;
        private volatile Benchmark now;

        Job(BenchmarkDefinition set, BenchmarkRun.Parts with, Benchmark now) {
            this.set = set;
            this.with = with;
            this.now = now;
            this.thread = Thread.ofPlatform().daemon().name("benchmark").unstarted(this::run);
        }

        private void run() {
            try {
                become(State.DONE, measured(), null);
            } catch (KeelsonException e) {
                become(State.FAILED, null, e.problems().getFirst());
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "The benchmark failed.", e);
                become(
                        State.FAILED,
                        null,
                        Problem.of(
                                ErrorCode.INTERNAL,
                                "Something went wrong inside Keelson (%s).".formatted(e.getClass().getSimpleName()),
                                null));
            }
        }

        private JsonNode measured() {
            Benchmark mine = now;
            Optional<StoredReport> before = catalog.read(tx -> tx.reports(BenchmarkReport.KIND, set.name(), 1)).stream()
                    .findFirst();
            ObjectNode report = BenchmarkReport.of(
                    mine.id(),
                    set,
                    mine.startedAt(),
                    new BenchmarkRun(with, set, clock, nanos, this::through).measure(threads),
                    before.map(each -> RunPipeline.parsed(each.document())).orElse(null),
                    before.map(StoredReport::id).orElse(""));
            ObjectNode versions = report.putObject("dataset_versions");
            with.versions().forEach((source, version) -> versions.put(source, version.id()));
            catalog.update(tx -> tx.putReport(new StoredReport(
                    mine.id(),
                    BenchmarkReport.KIND,
                    set.name(),
                    mine.startedAt(),
                    BenchmarkReport.verdict(report),
                    report.toString())));
            stored.run();
            return report;
        }

        private void through() {
            Benchmark was = now;
            now = new Benchmark(
                    was.id(), was.set(), was.state(), was.startedAt(), was.done() + 1, was.of(), null, null);
        }

        private void become(State state, @Nullable JsonNode result, @Nullable Problem failure) {
            Benchmark was = now;
            now = new Benchmark(was.id(), was.set(), state, was.startedAt(), was.done(), was.of(), result, failure);
        }
    }
}
