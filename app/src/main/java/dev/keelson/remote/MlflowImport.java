package dev.keelson.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.Run;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction.StoredFile;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.MetricSummary;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.registry.tracking.TrackedRun;
import dev.keelson.remote.ImportReport.Clash;
import dev.keelson.remote.ImportReport.What;
import dev.keelson.remote.Source.FoundFile;
import dev.keelson.remote.Source.FoundLoggedModel;
import dev.keelson.remote.Source.FoundModel;
import dev.keelson.remote.Source.FoundRun;
import dev.keelson.remote.Source.RunFacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes over what a tracking server or a folder of MLflow holds: runs with their ids, all points, params, tags, data sets and
 * files, logged models with params, tags, metrics and files, registered models with the numbers of their versions, stages and
 * aliases.
 *
 * <p>What was taken over is remembered run by run, so that a second import reads what is new, and one that was killed goes on.
 * What was changed in the source alone is changed here; what was changed here stays; what was changed on both sides is told
 * and stays. Nothing of the source is run or opened: files of models are bytes.
 *
 * <p>Not safe for use by several threads.
 */
public final class MlflowImport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int POINTS_AT_ONCE = 10_000;
    private static final int FILES_AT_ONCE = 200;

    private final Catalog catalog;
    private final Governance governance;
    private final Blobs blobs;
    private final InstantSource clock;
    private final Options options;
    private final Progress progress;

    private final Map<What, long[]> counts = new EnumMap<>(What.class);
    private final List<ImportReport.Bad> bad = new ArrayList<>();
    private final List<Clash> clashes = new ArrayList<>();
    private String identity = "";

    /**
     * What is imported.
     *
     * @param experiments names; none for all, with the registered models
     * @param files whether files of runs are
     * @param dryRun whether nothing is written
     * @param again whether runs that are as they were are read all the same
     * @param actor who asks, for the audit trail
     */
    public record Options(List<String> experiments, boolean files, boolean dryRun, boolean again, String actor) {
        public Options {
            experiments = List.copyOf(experiments);
        }
    }

    /** Told how far it got. */
    @FunctionalInterface
    public interface Progress {
        /** Now at {@code what}, an experiment or a file; {@code runs} and {@code bytes} are done so far. */
        void at(String what, long runs, long bytes);
    }

    /** @param governance changes stages and aliases */
    public MlflowImport(
            Catalog catalog, Governance governance, Blobs blobs, InstantSource clock, Options options, Progress progress) {
        this.catalog = catalog;
        this.governance = governance;
        this.blobs = blobs;
        this.clock = clock;
        this.options = options;
        this.progress = progress;
        for (What what : What.values()) {
            counts.put(what, new long[2]);
        }
    }

    /**
     * Imports from a server.
     *
     * @throws KeelsonException REGISTRY_UNREACHABLE when it stops answering; what was imported stays, and the next import goes
     *     on there
     */
    public ImportReport from(MlflowClient server) {
        return run(new ServerSource(server));
    }

    /**
     * Imports from a folder {@code mlruns}.
     *
     * @throws KeelsonException NOT_FOUND when it is none
     */
    public ImportReport from(Path folder) {
        return run(FolderSource.of(folder));
    }

    private ImportReport run(Source given) {
        try (Source source = given) {
            identity = source.identity();
            List<Experiment> experiments = source.experiments(this::bad);
            for (String name : options.experiments()) {
                if (experiments.stream().noneMatch(each -> each.name().equals(name))) {
                    throw new KeelsonException(
                            ErrorCode.NOT_FOUND,
                            "There is no experiment (%s) at (%s); there are %s."
                                    .formatted(name, identity, experiments.stream().map(Experiment::name).limit(20).toList()),
                            null);
                }
            }
            for (Experiment experiment : experiments) {
                if (options.experiments().isEmpty() || options.experiments().contains(experiment.name())) {
                    experiment(source, experiment);
                }
            }
            if (options.experiments().isEmpty()) {
                source.models(this::bad).forEach(this::model);
            }
            return new ImportReport(
                    identity,
                    options.dryRun(),
                    counts.entrySet().stream()
                            .map(each -> new ImportReport.Count(each.getKey(), each.getValue()[0], each.getValue()[1]))
                            .toList(),
                    bad,
                    clashes,
                    source.remarks());
        }
    }

    private void bad(String where, String reason) {
        bad.add(new ImportReport.Bad(where, reason));
    }

    private void clash(String what, String here, String there) {
        clashes.add(new Clash(what, here, there));
    }

    private void count(What what, long found, long imported) {
        long[] count = Objects.requireNonNull(counts.get(what));
        count[0] += found;
        count[1] += imported;
    }

    // ---- experiments

    private void experiment(Source source, Experiment there) {
        Optional<Experiment> known = catalog.read(tx -> tx.tracking().experimentNamed(there.name()));
        count(What.EXPERIMENTS, 1, known.isPresent() ? 0 : 1);
        Experiment here = known.orElse(there);
        boolean wasImported = memory("experiment " + there.id()).isPresent();
        if (!options.dryRun()) {
            here = known.orElseGet(() -> catalog.write(tx -> {
                remember(tx, "experiment " + there.id(), JsonNodeFactory.instance.objectNode().put("name", there.name()));
                return tx.tracking().createExperiment(there.name(), null, there.tags(), there.createdAt());
            }));
        }
        if (known.isPresent() && here.lifecycle() == Lifecycle.DELETED && there.lifecycle() == Lifecycle.ACTIVE) {
            clash("experiment %s".formatted(there.name()), "deleted; its runs are not imported", "active");
            return;
        }
        if (known.isPresent()) {
            tags("experiment " + there.name(), here.tags(), there.tags(), here.id());
        }
        Experiment into = here;
        boolean closed = into.lifecycle() == Lifecycle.DELETED && known.isPresent();
        source.runs(there, this::bad, run -> {
            if (!closed) {
                run(there, into, run);
            } else {
                count(What.RUNS, 1, 0);
                if (catalog.read(tx -> tx.tracking().runInfo(run.id())).isEmpty()) {
                    clash("run " + run.id(), "its experiment %s is deleted".formatted(there.name()), "not imported before");
                }
            }
        });
        source.loggedModels(there, this::bad, model -> {
            if (!closed) {
                loggedModel(there, into, model);
            } else {
                count(What.LOGGED_MODELS, 1, 0);
            }
        });
        if (!options.dryRun() && !closed && there.lifecycle() == Lifecycle.DELETED) {
            if (known.isEmpty() || wasImported) {
                catalog.update(tx -> tx.tracking().setExperimentLifecycle(into.id(), Lifecycle.DELETED, clock.instant()));
            } else {
                clash("experiment " + there.name(), "active", "deleted");
            }
        }
    }

    /** Tags of an experiment that is here already: new ones are added, others stay. */
    private void tags(String what, Map<String, String> here, Map<String, String> there, String experiment) {
        there.forEach((key, value) -> {
            String ours = here.get(key);
            if (ours == null) {
                if (!options.dryRun()) {
                    catalog.update(tx -> tx.tracking().setExperimentTag(experiment, key, value, clock.instant()));
                }
            } else if (!ours.equals(value)) {
                clash("%s tag %s".formatted(what, key), ours, value);
            }
        });
    }

    // ---- runs

    private void run(Experiment there, Experiment experiment, FoundRun found) {
        long started = Objects.requireNonNull(counts.get(What.RUNS))[0] + 1;
        progress.at(there.name(), started, Objects.requireNonNull(counts.get(What.BYTES))[1]);
        try {
            ObjectNode memory = memory("run " + found.id()).orElse(null);
            String fingerprint = found.fingerprint(options.files());
            boolean done = memory != null && memory.path("complete").asBoolean();
            if (done && !options.again() && !fingerprint.isEmpty()
                    && fingerprint.equals(Objects.requireNonNull(memory).path("fingerprint").asText())) {
                count(What.RUNS, 1, 0);
                return;
            }
            RunFacts facts = found.read(this::bad);
            count(What.RUNS, 1, 0);
            new OneRun(experiment, found, facts, memory, fingerprint).take();
        } catch (IOException e) {
            count(What.RUNS, 1, 0);
            bad("%s/%s".formatted(there.id(), MetaFile.shortened(found.id())), SafeFolder.reason(e));
        }
    }

    /** One run on its way. */
    private final class OneRun {
        private final Experiment experiment;
        private final FoundRun found;
        private final RunFacts there;
        private final @Nullable ObjectNode memory;
        private final String fingerprint;
        private final int badBefore = bad.size();

        OneRun(Experiment experiment, FoundRun found, RunFacts there, @Nullable ObjectNode memory, String fingerprint) {
            this.experiment = experiment;
            this.found = found;
            this.there = there;
            this.memory = memory;
            this.fingerprint = fingerprint;
        }

        private String id() {
            return there.info().id();
        }

        void take() throws IOException {
            TrackedRun here = catalog.read(tx -> tx.tracking().runs(List.of(id()), Detail.ALL)).stream()
                    .findFirst()
                    .orElse(null);
            count(What.PARAMS, there.params().size(), 0);
            count(What.TAGS, there.tags().size(), 0);
            count(What.DATASETS, there.inputs().size(), 0);
            if (here != null && !mayChange(here)) {
                return;
            }
            Map<String, String> params = new TreeMap<>();
            there.params().forEach((key, value) -> {
                String ours = here == null ? null : here.params().get(key);
                if (ours == null) {
                    params.put(key, value);
                } else if (!ours.equals(value)) {
                    clash("run %s param %s".formatted(id(), key), ours, value);
                }
            });
            Map<String, String> tags = changedTags(here);
            int datasets = here == null
                    ? there.inputs().size()
                    : (int) there.inputs().stream()
                            .filter(input -> here.inputs().stream().noneMatch(each ->
                                    each.name().equals(input.name()) && each.digest().equals(input.digest())))
                            .count();
            count(What.RUNS, 0, here == null ? 1 : 0);
            count(What.PARAMS, 0, params.size());
            count(What.TAGS, 0, tags.size());
            count(What.DATASETS, 0, datasets);
            if (!options.dryRun()) {
                begin(here, params, tags);
            }
            points(here);
            if (options.files()) {
                files();
            }
            if (!options.dryRun()) {
                catalog.update(tx -> end(tx, here));
            }
        }

        /** Whether the run that is here under this id is this one, and takes anything. */
        private boolean mayChange(TrackedRun here) {
            String shown = "run " + id();
            boolean same = memory != null
                    || here.params().entrySet().stream().allMatch(each ->
                            each.getValue().equals(there.params().getOrDefault(each.getKey(), each.getValue())));
            if (!same) {
                clash(shown, "another run has this id", there.info().name());
                return false;
            }
            if (here.info().lifecycle() == Lifecycle.DELETED) {
                if (there.info().lifecycle() == Lifecycle.ACTIVE) {
                    clash(shown, "deleted", "active");
                }
                return false;
            }
            return true;
        }

        private Map<String, String> changedTags(@Nullable TrackedRun here) {
            if (here == null) {
                return there.tags();
            }
            Map<String, String> changed = new TreeMap<>();
            JsonNode base = memory == null ? JSON.createObjectNode() : memory.path("tags");
            there.tags().forEach((key, value) -> {
                String ours = here.tags().get(key);
                String before = base.has(key) ? base.path(key).asText() : null;
                if (value.equals(ours) || value.equals(before)) {
                    return; // as it is here, or as it was: what a person did here since stays
                }
                if (Objects.equals(ours, before)) {
                    changed.put(key, value);
                } else {
                    clash("run %s tag %s".formatted(id(), key), ours == null ? "removed" : ours, value);
                }
            });
            return changed;
        }

        private void begin(@Nullable TrackedRun here, Map<String, String> params, Map<String, String> tags) {
            catalog.update(tx -> {
                RunInfo info = there.info();
                if (here == null) {
                    Map<String, String> first = new TreeMap<>(tags);
                    first.putIfAbsent("mlflow.runName", info.name());
                    tx.tracking().createRun(info.id(), experiment.id(), info.name(), info.user(), info.startedAt(), first);
                    tx.tracking().log(info.id(), List.of(), params, Map.of());
                } else {
                    tx.tracking().log(info.id(), List.of(), params, tags);
                }
                tx.tracking().addInputs(info.id(), there.inputs(), there.modelInputs());
                tx.tracking().addOutputs(info.id(), there.modelOutputs());
                remember(tx, "run " + id(), memory(false, ""));
            });
        }

        private void points(@Nullable TrackedRun here) throws IOException {
            for (String key : there.metrics()) {
                long[] read = new long[1];
                List<MetricPoint> waiting = new ArrayList<>();
                try {
                    found.points(key, MlflowImport.this::bad, part -> {
                        read[0] += part.size();
                        waiting.addAll(part);
                        if (waiting.size() >= POINTS_AT_ONCE) {
                            log(waiting);
                        }
                    });
                } catch (IOException e) {
                    bad("run %s metric %s".formatted(id(), key), SafeFolder.reason(e));
                }
                log(waiting);
                MetricSummary before = here == null ? null : here.metrics().get(key);
                long known = before == null ? 0 : before.count();
                count(What.POINTS, read[0], options.dryRun() ? Math.max(0, read[0] - known) : summed(key) - known);
            }
        }

        private long summed(String key) {
            return catalog
                    .read(tx -> tx.tracking()
                            .runs(List.of(id()), new Detail(java.util.Set.of(key), java.util.Set.of(), java.util.Set.of(), false)))
                    .stream()
                    .mapToLong(run -> run.metrics().values().stream().mapToLong(MetricSummary::count).sum())
                    .sum();
        }

        private void log(List<MetricPoint> points) {
            if (!options.dryRun() && !points.isEmpty()) {
                catalog.update(tx -> tx.tracking().log(id(), points, Map.of(), Map.of()));
            }
            points.clear();
        }

        private void files() throws IOException {
            String uri = options.dryRun()
                    ? "mlflow-artifacts:/%s/%s/artifacts".formatted(experiment.id(), id())
                    : catalog.read(tx -> tx.tracking().runInfo(id())).orElseThrow().artifactUri();
            MlflowImport.this.files("run " + id(), uri, each -> found.files(MlflowImport.this::bad, each));
        }

        private void end(CatalogTransaction tx, @Nullable TrackedRun here) {
            RunInfo info = there.info();
            String before = memory == null ? null : memory.path("status").asText();
            Run.Status ours = here == null ? null : here.info().status();
            if (ours == null
                    || ours == Run.Status.RUNNING
                    || ours == Run.Status.SCHEDULED
                    || ours.name().equals(before)) {
                tx.tracking().updateRun(id(), info.status(), info.endedAt(), null);
            }
            if (info.lifecycle() == Lifecycle.DELETED) {
                tx.tracking().setRunLifecycle(id(), Lifecycle.DELETED, clock.instant());
            }
            // what had something bad is read again
            remember(tx, "run " + id(), memory(true, bad.size() == badBefore ? fingerprint : ""));
        }

        private ObjectNode memory(boolean complete, String print) {
            ObjectNode node = JSON.createObjectNode()
                    .put("complete", complete)
                    .put("fingerprint", print)
                    .put("status", there.info().status().name());
            ObjectNode tags = node.putObject("tags");
            there.tags().forEach(tags::put);
            return node;
        }
    }

    // ---- files

    /** Tells all files of a run or a logged model. */
    @FunctionalInterface
    private interface Files {
        void each(Source.FileReader reader) throws IOException;
    }

    /** @param owner whose they are, for reports */
    private void files(String owner, String uri, Files files) throws IOException {
        String root = ServerSource.proxied(uri);
        if (root == null) {
            clash("files of " + owner, "its experiment keeps files at %s".formatted(uri), "not imported");
            return;
        }
        List<StoredFile> stored = new ArrayList<>();
        try {
            files.each(file -> {
                file(owner, root + "/" + file.path(), file, stored);
                if (stored.size() >= FILES_AT_ONCE) {
                    name(stored);
                }
            });
        } finally {
            name(stored);
        }
    }

    private void file(String owner, String path, FoundFile file, List<StoredFile> stored) {
        StoredFile known = catalog.read(tx -> tx.files().file(path)).orElse(null);
        count(What.FILES, 1, 0);
        count(What.BYTES, Math.max(0, file.bytes()), 0);
        if (known != null
                && !options.again()
                && known.bytes() == file.bytes()
                && (file.modifiedMillis() < 0 || known.modifiedAt().toEpochMilli() == file.modifiedMillis())) {
            return;
        }
        Instant modified = file.modifiedMillis() < 0 ? clock.instant() : Instant.ofEpochMilli(file.modifiedMillis());
        if (options.dryRun()) {
            count(What.FILES, 0, 1);
            count(What.BYTES, 0, Math.max(0, file.bytes()));
            return;
        }
        try (InputStream in = file.opener().open()) {
            Blobs.Stored blob = blobs.put(in);
            if (file.bytes() >= 0 && blob.bytes() != file.bytes()) {
                throw new IOException("%,d bytes came of %,d".formatted(blob.bytes(), file.bytes()));
            }
            if (known == null || !blob.is(known)) {
                count(What.FILES, 0, 1);
                count(What.BYTES, 0, blob.bytes());
            }
            stored.add(new StoredFile(path, blob.sha256(), blob.bytes(), modified));
            progress.at(
                    file.path(),
                    Objects.requireNonNull(counts.get(What.RUNS))[0],
                    Objects.requireNonNull(counts.get(What.BYTES))[1]);
        } catch (IOException e) {
            bad("%s file %s".formatted(owner, file.path()), SafeFolder.reason(e));
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
            bad("%s file %s".formatted(owner, file.path()), e.problems().getFirst().message());
        }
    }

    private void name(List<StoredFile> stored) {
        if (!stored.isEmpty()) {
            catalog.update(tx -> stored.forEach(
                    file -> tx.files().put(file.path(), file.sha256(), file.bytes(), file.modifiedAt())));
            stored.clear();
        }
    }

    // ---- logged models

    private void loggedModel(Experiment there, Experiment experiment, FoundLoggedModel found) {
        count(What.LOGGED_MODELS, 1, 0);
        String label = "logged model " + MetaFile.shortened(found.id());
        try {
            LoggedModel read = found.read(this::bad);
            ObjectNode memory = memory(label).orElse(null);
            LoggedModel here = catalog.read(tx -> tx.tracking().loggedModel(read.id())).orElse(null);
            if (here != null && !mayChange(label, here, read, memory)) {
                return;
            }
            String location = options.dryRun() && here == null
                    ? "mlflow-artifacts:/" + experiment.id()
                    : experiment.artifactLocation();
            String uri = here != null
                    ? here.artifactUri()
                    : "%s%smodels/%s/artifacts".formatted(location, location.endsWith("/") ? "" : "/", read.id());
            LoggedModel merged = merged(label, experiment, uri, here, read, memory);
            count(What.LOGGED_MODELS, 0, here == null ? 1 : 0);
            if (!options.dryRun()) {
                catalog.update(tx -> {
                    if (!merged.equals(here)) {
                        tx.tracking().putLoggedModel(merged);
                    }
                    remember(tx, label, memory(read));
                });
                metrics(label, read, here == null);
            }
            if (options.files() && merged.lifecycle() == Lifecycle.ACTIVE) {
                files(label, uri, each -> found.files(this::bad, each));
            }
        } catch (IOException e) {
            bad("%s/%s".formatted(there.id(), MetaFile.shortened(found.id())), SafeFolder.reason(e));
        }
    }

    /** Whether the logged model that is here under this id is this one, and takes anything. */
    private boolean mayChange(String label, LoggedModel here, LoggedModel there, @Nullable ObjectNode memory) {
        if (memory == null && !(here.name().equals(there.name()) && Objects.equals(here.sourceRunId(), there.sourceRunId()))) {
            clash(label, "another logged model has this id", there.name());
            return false;
        }
        if (here.lifecycle() == Lifecycle.DELETED) {
            if (there.lifecycle() == Lifecycle.ACTIVE) {
                clash(label, "deleted", "active");
            }
            return false;
        }
        return true;
    }

    private LoggedModel merged(
            String label,
            Experiment experiment,
            String uri,
            @Nullable LoggedModel here,
            LoggedModel there,
            @Nullable ObjectNode memory) {
        Map<String, String> ours = here == null ? Map.of() : here.params();
        TreeMap<String, String> params = new TreeMap<>(there.params());
        ours.forEach((key, value) -> {
            String other = params.put(key, value);
            if (other != null && !other.equals(value)) {
                clash("%s param %s".formatted(label, key), value, other);
            }
        });
        TreeMap<String, String> tags = new TreeMap<>(here == null ? Map.of() : here.tags());
        JsonNode base = memory == null ? JSON.createObjectNode() : memory.path("tags");
        there.tags().forEach((key, value) -> {
            String our = tags.get(key);
            String before = base.has(key) ? base.path(key).asText() : null;
            if (value.equals(our) || value.equals(before)) {
                return; // as it is here, or as it was: what a person did here since stays
            }
            if (Objects.equals(our, before)) {
                tags.put(key, value);
            } else {
                clash("%s tag %s".formatted(label, key), our == null ? "removed" : our, value);
            }
        });
        Lifecycle lifecycle = there.lifecycle();
        if (here != null && memory == null && lifecycle == Lifecycle.DELETED) {
            clash(label, "active", "deleted");
            lifecycle = here.lifecycle();
        }
        LoggedModel.Status status =
                here != null && here.status() != LoggedModel.Status.PENDING ? here.status() : there.status();
        return new LoggedModel(
                there.id(),
                experiment.id(),
                there.name(),
                uri,
                status,
                there.modelType(),
                there.sourceRunId(),
                lifecycle,
                there.createdAt(),
                here != null && here.updatedAt().isAfter(there.updatedAt()) ? here.updatedAt() : there.updatedAt(),
                params,
                tags,
                here == null ? List.of() : here.metrics(),
                here == null ? List.of() : here.registrations());
    }

    private static ObjectNode memory(LoggedModel there) {
        ObjectNode node = JSON.createObjectNode();
        ObjectNode tags = node.putObject("tags");
        there.tags().forEach(tags::put);
        return node;
    }

    /** Its metrics are points of the runs that measured them; those of runs that are not here cannot be kept. */
    private void metrics(String label, LoggedModel there, boolean first) {
        Map<String, List<MetricPoint>> byRun = new TreeMap<>();
        there.metrics()
                .forEach(each -> byRun.computeIfAbsent(each.runId(), run -> new ArrayList<>()).add(each.point()));
        byRun.forEach((run, points) -> {
            RunInfo info = catalog.read(tx -> tx.tracking().runInfo(run)).orElse(null);
            if (info == null) {
                bad(
                        "%s metrics %s".formatted(
                                label, points.stream().map(MetricPoint::key).distinct().sorted().limit(20).toList()),
                        "their run %s is not here".formatted(run));
            } else if (info.lifecycle() == Lifecycle.ACTIVE) {
                catalog.update(tx -> tx.tracking().log(run, points, Map.of(), Map.of()));
            } else if (first) { // a deleted run takes nothing, so it is one that is there for this moment
                catalog.update(tx -> {
                    tx.tracking().setRunLifecycle(run, Lifecycle.ACTIVE, clock.instant());
                    tx.tracking().log(run, points, Map.of(), Map.of());
                    tx.tracking().setRunLifecycle(run, Lifecycle.DELETED, clock.instant());
                });
            }
        });
    }

    // ---- registered models

    private void model(FoundModel found) {
        String name = found.model().name();
        boolean known = catalog.read(tx -> tx.registry().model(name)).isPresent();
        ObjectNode memory = memory("model " + name).orElse(null);
        count(What.MODELS, 1, known ? 0 : 1);
        count(What.VERSIONS, found.versions().size(), 0);
        count(What.ALIASES, found.model().aliases().size(), 0);
        if (name.isEmpty() || name.contains("/") || name.contains(":")) {
            bad(found.where(), "its name (%s) is none".formatted(MetaFile.shortened(name)));
            return;
        }
        if (known && memory == null && catalog.read(tx -> !tx.versions(name).isEmpty())) {
            clash("model " + name, "it is trained or imported here", "%d versions".formatted(found.versions().size()));
            return;
        }
        if (!known && !options.dryRun()) {
            catalog.update(tx -> {
                tx.registry()
                        .createModel(name, found.model().description(), found.model().tags(), found.model().createdAt());
                remember(tx, "model " + name, JSON.createObjectNode());
            });
        }
        ObjectNode base = memory == null ? JSON.createObjectNode() : memory;
        for (RegisteredVersion version : found.versions()) {
            version(version, base);
        }
        for (RegisteredVersion version : found.versions()) {
            stage(version, base);
        }
        found.model().aliases().forEach((alias, version) -> alias(name, alias, version, base));
        if (!options.dryRun()) {
            catalog.update(tx -> remember(tx, "model " + name, base));
        }
    }

    private void version(RegisteredVersion there, ObjectNode memory) {
        String label = "%s version %d".formatted(there.model(), there.version());
        Optional<RegisteredVersion> here = catalog.read(tx -> tx.registry().registered(there.model(), there.version()));
        if (here.isPresent()) {
            if (!Objects.equals(here.get().runId(), there.runId())) {
                clash(label, "of run " + here.get().runId(), "of run " + there.runId());
            }
            return;
        }
        String key = "version " + there.version();
        if (memory.has(key)) {
            clash(label, "deleted", "there");
            return;
        }
        String source = source(there);
        if (source == null) {
            bad(label, "its source (%s) is a path of another machine".formatted(MetaFile.shortened(there.source())));
            return;
        }
        count(What.VERSIONS, 0, 1);
        if (options.dryRun()) {
            return;
        }
        memory.put(key, true);
        catalog.update(tx -> {
            tx.registry().addRegistered(new RegisteredVersion(
                    there.model(),
                    there.version(),
                    Stage.NONE,
                    source,
                    there.runId(),
                    there.runLink(),
                    there.modelId(),
                    there.user(),
                    there.description(),
                    there.createdAt(),
                    there.updatedAt(),
                    there.tags(),
                    List.of(),
                    null));
            tx.addAudit(new AuditEntry(
                    0, clock.instant(), options.actor(), "register", there.model(), there.version(), reason(), "{}"));
            remember(tx, "model " + there.model(), memory);
        });
    }

    /** Where the files of a version are from here; null for a path of the machine it comes from. */
    private @Nullable String source(RegisteredVersion there) {
        String source = there.source();
        String run = there.runId();
        String proxied = ServerSource.proxied(source);
        if (run != null && proxied != null) {
            int at = proxied.indexOf(run + "/artifacts/");
            if (at >= 0) {
                return "runs:/%s/%s".formatted(run, proxied.substring(at + run.length() + "/artifacts/".length()));
            }
        }
        String logged = there.modelId();
        if (logged != null && proxied != null) {
            String place = "models/%s/artifacts".formatted(logged);
            int at = proxied.indexOf(place);
            if (at >= 0) {
                return "models:/" + logged + proxied.substring(at + place.length());
            }
        }
        boolean local = !source.matches("[A-Za-z][A-Za-z0-9+.-]+:.*") || source.startsWith("file:");
        return source.isEmpty() || local ? null : source;
    }

    private void stage(RegisteredVersion there, ObjectNode memory) {
        String key = "stage " + there.version();
        String label = "%s version %d stage".formatted(there.model(), there.version());
        Stage here = catalog.read(tx -> tx.registry().registered(there.model(), there.version()))
                .map(RegisteredVersion::stage)
                .orElse(Stage.NONE);
        String before = memory.path(key).asText(Stage.NONE.word());
        if (there.stage() != Stage.NONE) {
            count(What.STAGES, 1, 0);
        }
        if (here == there.stage() || there.stage().word().equals(before)) {
            memory.put(key, there.stage().word());
            return;
        }
        if (!here.word().equals(before)) {
            clash(label, here.word(), there.stage().word());
            return;
        }
        change(label, here.word(), there.stage().word(), What.STAGES, () -> {
            governance.transition(there.model(), there.version(), there.stage(), false, options.actor(), reason());
            memory.put(key, there.stage().word());
        });
    }

    private void alias(String model, String alias, int version, ObjectNode memory) {
        String key = "alias " + alias;
        String label = "%s alias %s".formatted(model, alias);
        Integer here = catalog.read(tx -> tx.registry().model(model))
                .map(each -> each.aliases().get(alias))
                .orElse(null);
        Integer before = memory.has(key) ? Integer.valueOf(memory.path(key).asInt()) : null;
        if (Objects.equals(here, version) || Objects.equals(before, version)) {
            memory.put(key, version);
            return;
        }
        if (!Objects.equals(here, before)) {
            clash(label, here == null ? "removed" : "version " + here, "version " + version);
            return;
        }
        change(label, here == null ? "none" : "version " + here, "version " + version, What.ALIASES, () -> {
            governance.alias(model, alias, version, options.actor(), reason());
            memory.put(key, version);
        });
    }

    private void change(String label, String here, String there, What what, Runnable work) {
        count(what, 0, 1);
        if (options.dryRun()) {
            return;
        }
        try {
            work.run();
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.TRANSITION_REFUSED && e.code() != ErrorCode.VERSION_NOT_FOUND) {
                throw e;
            }
            count(what, 0, -1);
            clash(label, "%s (%s)".formatted(here, e.problems().getFirst().message()), there);
        }
    }

    private String reason() {
        return "Imported from %s.".formatted(identity);
    }

    // ---- what is remembered

    private Optional<ObjectNode> memory(String what) {
        return catalog.read(tx -> tx.step(key(what))).map(MlflowImport::parsed).map(ObjectNode.class::cast);
    }

    private void remember(CatalogTransaction tx, String what, ObjectNode document) {
        tx.putStep(key(what), "mlflow-import", document.toString());
    }

    private String key(String what) {
        return "mlflow-import %s %s".formatted(identity, what);
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored step is not JSON.", e);
        }
    }
}
