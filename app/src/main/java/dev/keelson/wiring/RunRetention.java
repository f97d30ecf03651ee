package dev.keelson.wiring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.RetentionTransaction;
import dev.keelson.registry.spi.RetentionTransaction.Referrer;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.store.files.FileArtifactStore;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Removes for good what was deleted long enough ago: runs, experiments that are empty then, and the bytes that nothing names any
 * more. Whatever is still spoken of stays: by a registered version, a logged model, the audit trail, a report, a step, a
 * definition, another registry, or a run or experiment that stays; and by predictions of the journal, whose version may have been
 * deleted meanwhile.
 *
 * <p>Bytes are looked for among those that were last stored more than a day ago, so that none is taken that is about to get its
 * name. For the owner of the project alone. Safe for use by several threads.
 */
public final class RunRetention {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration GRACE = Duration.ofDays(1);
    private static final int RUNS_AT_ONCE = 20;
    private static final int TOLD = 1000;
    private static final String SCHEME = "mlflow-artifacts:/";

    private final Catalog catalog;
    private final FileArtifactStore artifacts;
    private final StateFolder state;
    private final InstantSource clock;
    private final @Nullable PredictionLog log;

    /** @param log of the project, or null where it is not open: its index is read */
    RunRetention(Workspace workspace, InstantSource clock, @Nullable PredictionLog log) {
        this(workspace.catalog(), workspace.artifactFiles(), workspace.state(), clock, log);
    }

    RunRetention(
            Catalog catalog, FileArtifactStore artifacts, StateFolder state, InstantSource clock, @Nullable PredictionLog log) {
        this.catalog = catalog;
        this.artifacts = artifacts;
        this.state = state;
        this.clock = clock;
        this.log = log;
    }

    /** What is to be done, by one look at the catalogue. */
    private static final class Plan {
        final List<RunInfo> runs = new ArrayList<>();
        final List<Experiment> experiments = new ArrayList<>();
        final Map<String, String> keptRuns = new LinkedHashMap<>();
        final Map<String, String> keptExperiments = new LinkedHashMap<>();
        final Set<String> unnamed = new TreeSet<>();
    }

    /**
     * Removes, or tells what would be.
     *
     * @param olderThan how long ago something was deleted at least
     * @return {@code runs}, {@code experiments} and {@code files} that were removed, and {@code kept} with reasons
     */
    public ObjectNode collect(Duration olderThan, boolean dryRun) {
        Instant now = clock.instant();
        Instant before = now.minus(olderThan);
        Instant stored = now.minus(GRACE);
        SortedMap<String, Long> there = artifacts.storedBefore(stored);
        Set<String> unnamed = new HashSet<>(there.keySet());
        replays(unnamed);
        List<Deleted> predicted = predicted();
        Plan plan = catalog.read(tx -> plan(tx, before, unnamed, predicted));
        List<String> runs = plan.runs.stream().map(RunInfo::id).toList();
        List<String> experiments = plan.experiments.stream().map(Experiment::id).toList();
        Collection<String> files = plan.unnamed;
        if (!dryRun) {
            runs = removeRuns(runs, before, plan);
            experiments = removeExperiments(experiments, before, plan);
            files = removeFiles(plan.unnamed, stored);
        }
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("older_than", Durations.format(olderThan))
                .put("before", before.toString())
                .put("dry_run", dryRun);
        told(document.putObject("runs"), runs);
        told(document.putObject("experiments"), experiments);
        document.putObject("files")
                .put("count", files.size())
                .put("bytes", files.stream().mapToLong(hash -> there.getOrDefault(hash, 0L)).sum());
        ArrayNode kept = document.putArray("kept");
        plan.keptRuns.forEach((id, why) -> kept.addObject().put("run", id).put("why", why));
        plan.keptExperiments.forEach((id, why) -> kept.addObject().put("experiment", id).put("why", why));
        return document;
    }

    private static void told(ObjectNode to, List<String> ids) {
        to.put("count", ids.size());
        ArrayNode told = to.putArray("ids");
        ids.stream().limit(TOLD).forEach(told::add);
    }

    /**
     * A version that was deleted, by what the trail says of it.
     *
     * @param label for people
     * @param text what it was made of
     */
    private record Deleted(String label, String text) {}

    /** Versions that were deleted and that predictions name. */
    private List<Deleted> predicted() {
        List<Deleted> found = new ArrayList<>();
        PredictionLog own = log;
        List<AuditEntry> deletions = catalog.<List<AuditEntry>>read(tx -> tx.audit(null, Integer.MAX_VALUE)).stream()
                .filter(entry -> entry.action().equals("delete"))
                .toList();
        if (deletions.isEmpty()) {
            return List.of();
        }
        if (own != null) {
            own.catchUp();
            predicted(deletions, own, found);
        } else if (Files.isRegularFile(state.predictions())) {
            try (PredictionLog index = JournaledPredictionLog.openReadOnly(state)) {
                predicted(deletions, index, found);
            }
        } else if (Files.isDirectory(state.journal())) {
            predicted(deletions, null, found);
        }
        return found;
    }

    /** @param log null where there is a journal and no index of it: any version may have predicted */
    private static void predicted(List<AuditEntry> deletions, @Nullable PredictionLog log, List<Deleted> found) {
        for (AuditEntry entry : deletions) {
            JsonNode evidence = parsed(entry.evidence());
            Integer number = entry.version();
            Iterable<JsonNode> versions = number == null ? evidence.path("versions") : List.of(evidence);
            for (JsonNode version : versions) {
                int which = number == null ? version.path("version").asInt() : number;
                if (log == null
                        || log.lag() > 0
                        || entry.model().startsWith(ProjectBandits.PREFIX)
                        || log.count(of(entry.model(), which)) > 0) {
                    found.add(new Deleted("%s v%d, which was deleted".formatted(entry.model(), which), version.toString()));
                }
            }
        }
    }

    private static JsonNode parsed(String evidence) {
        try {
            return MAPPER.readTree(evidence);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("The evidence of a decision is not JSON.", e);
        }
    }

    private static PredictionQuery of(String model, int version) {
        return new PredictionQuery(model, version, null, null, null, null, null, true, 1);
    }

    private static Plan plan(CatalogTransaction tx, Instant before, Set<String> unnamed, List<Deleted> predicted) {
        Plan plan = new Plan();
        RetentionTransaction retention = tx.retention();
        Map<String, RunInfo> runs = new LinkedHashMap<>();
        retention.deletedRuns(before).forEach(run -> runs.put(run.id(), run));
        unnamed.removeAll(tx.files().hashes(outside(roots(runs.values()))));
        Mentions mentions = new Mentions(runs.keySet(), unnamed);
        retention.models(mentions);
        predicted.forEach(each -> mentions.read(Referrer.PREDICTION, each.label(), each.text()));
        retention.others(runs.keySet(), mentions);
        Set<String> read = new HashSet<>();
        while (read.size() < mentions.mentioned().size()) { // what stays may speak of others
            List<String> next =
                    mentions.mentioned().keySet().stream().filter(id -> !read.contains(id)).toList();
            retention.runs(next, mentions);
            read.addAll(next);
        }
        plan.keptRuns.putAll(mentions.mentioned());
        plan.keptRuns.keySet().forEach(runs::remove);
        unnamed.removeAll(tx.files().hashes(outside(roots(runs.values()))));
        plan.runs.addAll(runs.values());
        plan.unnamed.addAll(unnamed);
        for (Experiment experiment : retention.deletedExperiments(before)) {
            String holds = retention.holds(experiment.id(), runs.keySet());
            if (holds == null) {
                plan.experiments.add(experiment);
            } else {
                plan.keptExperiments.put(experiment.id(), holds);
            }
        }
        return plan;
    }

    /** The folders of runs in the tree of files. */
    private static Set<String> roots(Collection<RunInfo> runs) {
        Set<String> roots = new HashSet<>();
        for (RunInfo run : runs) {
            String uri = run.artifactUri();
            int id = uri.indexOf("/" + run.id());
            if (uri.startsWith(SCHEME) && id >= 0) {
                roots.add(uri.substring(SCHEME.length(), id + 1 + run.id().length()).replaceFirst("^/+", ""));
            }
        }
        return roots;
    }

    private static Predicate<String> outside(Set<String> roots) {
        return folder -> {
            for (int slash = folder.indexOf('/'); slash >= 0; slash = folder.indexOf('/', slash + 1)) {
                if (roots.contains(folder.substring(0, slash))) {
                    return false;
                }
            }
            return !roots.contains(folder);
        };
    }

    /** Takes out the hashes that the catalogues of replays speak of: they share the bytes. */
    private void replays(Set<String> unnamed) {
        if (!Files.isDirectory(state.replays())) {
            return;
        }
        List<Path> found;
        try (Stream<Path> files = Files.walk(state.replays(), 5)) {
            found = files.filter(file -> state.catalog().getFileName().equals(file.getFileName())).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Path file : found) {
            try (SqliteCatalog replay = reading(file)) {
                Mentions mentions = new Mentions(Set.of(), unnamed);
                replay.read(tx -> {
                    unnamed.removeAll(tx.files().hashes(_ -> true));
                    tx.retention().models(mentions);
                    tx.retention().others(Set.of(), mentions);
                    return true;
                });
            }
        }
    }

    private static SqliteCatalog reading(Path file) {
        try {
            return SqliteCatalog.openReadOnly(file);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.STORE_VERSION) {
                throw e;
            }
            return SqliteCatalog.open(file); // of an older Keelson
        }
    }

    private List<String> removeRuns(List<String> runs, Instant before, Plan plan) {
        List<String> removed = new ArrayList<>();
        for (int from = 0; from < runs.size(); from += RUNS_AT_ONCE) {
            List<String> some = runs.subList(from, Math.min(runs.size(), from + RUNS_AT_ONCE));
            List<Deleted> predicted = predicted(); // deleted since the look
            List<String> gone = catalog.write(tx -> {
                Mentions mentions = new Mentions(some, new HashSet<>()); // registered since the look
                tx.retention().models(mentions);
                predicted.forEach(each -> mentions.read(Referrer.PREDICTION, each.label(), each.text()));
                plan.keptRuns.putAll(mentions.mentioned());
                return some.stream()
                        .filter(id -> !mentions.mentioned().containsKey(id) && tx.retention().removeRun(id, before))
                        .toList();
            });
            for (String run : some) {
                if (!gone.contains(run)) {
                    plan.keptRuns.putIfAbsent(run, "it was restored meanwhile");
                } else if (run.matches("[0-9A-Za-z]{1,200}")) {
                    artifacts.forgetRun(run);
                }
            }
            removed.addAll(gone);
        }
        return removed;
    }

    private List<String> removeExperiments(List<String> experiments, Instant before, Plan plan) {
        Set<String> removed = new LinkedHashSet<>();
        for (String experiment : experiments) {
            if (catalog.write(tx -> tx.retention().removeExperiment(experiment, before))) {
                removed.add(experiment);
            } else {
                plan.keptExperiments.put(experiment, "it was used or restored meanwhile");
            }
        }
        return List.copyOf(removed);
    }

    private List<String> removeFiles(Set<String> unnamed, Instant stored) {
        Set<String> still = new TreeSet<>(unnamed);
        catalog.read(tx -> {
            still.removeAll(tx.files().hashes(_ -> true));
            tx.retention().models(new Mentions(Set.of(), still));
            return true;
        });
        return still.stream().filter(hash -> artifacts.remove(hash, stored)).toList();
    }
}
