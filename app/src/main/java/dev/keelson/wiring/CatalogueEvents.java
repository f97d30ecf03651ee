package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.store.journal.JournaledPredictionLog;
import dev.keelson.train.ModelDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Trainings and benchmarks that the catalogue has and the log of predictions has not yet. A run is stored in one place and
 * logged in another: what a kill, or a process without the log, left out between the two is brought in here. Their ids come of
 * those of run and report, so that nothing is logged twice.
 */
final class CatalogueEvents {
    /** So many of a model are looked at; those before were logged long ago. */
    private static final int NEWEST = 200;

    private CatalogueEvents() {}

    /** Logs what is missing; the process owns the project and nobody else has its log open. */
    static void write(Workspace workspace) {
        try (PredictionLog log = JournaledPredictionLog.open(workspace.state())) {
            write(workspace.project(), workspace.catalog(), log);
        }
    }

    /** Logs what is missing. */
    static void write(Project project, Catalog catalog, PredictionLog log) {
        log.catchUp();
        List<ModelEvent> missing = new ArrayList<>();
        for (ModelDefinition model : project.models()) {
            Set<UUID> known = known(log, ModelEventKind.TRAINING, model.name());
            List<ModelVersion> versions = catalog.read(tx -> tx.versions(model.name()));
            for (Run run : catalog.read(tx -> tx.runs(model.name(), NEWEST))) {
                if (isTraining(run) && !known.contains(training(run.id()))) {
                    int version = versions.stream()
                            .filter(each -> each.runId().equals(run.id()))
                            .findFirst()
                            .map(ModelVersion::version)
                            .orElse(0);
                    Instant ended = run.endedAt();
                    missing.add(event(
                            ModelEventKind.TRAINING, training(run.id()), ended == null ? run.startedAt() : ended, model.name(), version, run.id(),
                            run.metrics(), metadata(run.params().get(BundleTrainer.MODE), null)));
                }
            }
        }
        benchmarks(project, catalog, log, missing);
        if (!missing.isEmpty()) {
            missing.sort(Comparator.comparing(ModelEvent::at));
            log.appendEvents(missing, true);
            log.catchUp();
        }
    }

    private static void benchmarks(Project project, Catalog catalog, PredictionLog log, List<ModelEvent> missing) {
        Map<String, Set<UUID>> known = new LinkedHashMap<>();
        for (StoredReport report : catalog.read(tx -> tx.reports(BenchmarkReport.KIND, null, NEWEST))) {
            for (JsonNode each : RunPipeline.parsed(report.document()).path("benchmarks")) {
                String model = each.path("model").asText();
                boolean judged = each.path("status").asText().equals("ok")
                        && project.models().stream().anyMatch(own -> own.name().equals(model));
                UUID id = id("benchmark", report.id() + "|" + model);
                if (judged
                        && !known.computeIfAbsent(model, name -> known(log, ModelEventKind.EVALUATION, name)).contains(id)) {
                    Map<String, Double> metrics = new LinkedHashMap<>();
                    each.path("metrics").properties().forEach(one -> metrics.put(one.getKey(), one.getValue().asDouble(Double.NaN)));
                    missing.add(event(
                            ModelEventKind.EVALUATION, id, report.at(), model, each.path("version").asInt(), each.path("run").asText(), metrics,
                            metadata("benchmark", report.id())));
                }
            }
        }
    }

    private static Set<UUID> known(PredictionLog log, ModelEventKind kind, String model) {
        Set<UUID> ids = new HashSet<>();
        log.events(new ModelEventQuery(kind, model, null, null, null, null, 10 * NEWEST)).forEach(event -> ids.add(event.id()));
        return ids;
    }

    /** Whether it trained a model, and came to its end. */
    private static boolean isTraining(Run run) {
        String mode = run.params().get(BundleTrainer.MODE);
        return run.status() == Run.Status.FINISHED && mode != null && !mode.equals(BundleTrainer.IMPORTED);
    }

    /** An event; what is not finite of the metrics is left out. */
    static ModelEvent event(
            ModelEventKind kind, UUID id, Instant at, String model, int version, String run, Map<String, Double> metrics, String metadata) {
        Map<String, Double> finite = new LinkedHashMap<>();
        metrics.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                finite.put(name, value);
            }
        });
        return new ModelEvent(kind, id, at, model, version, run, finite, metadata);
    }

    private static String metadata(@Nullable String kind, @Nullable String report) {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode().put("kind", kind);
        if (report != null) {
            metadata.put("report", report);
        }
        return metadata.toString();
    }

    /** The id of the event of a training. */
    static UUID training(String run) {
        return id("training", run);
    }

    private static UUID id(String kind, String of) {
        return UUID.nameUUIDFromBytes((kind + "|" + of).getBytes(StandardCharsets.UTF_8));
    }
}
