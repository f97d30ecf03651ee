package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.ProjectDatasets;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.ServingState;
import dev.keelson.wiring.UnfinishedWork;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code keelson status}. */
@Command(name = "status", description = "One screen: data, models, health.")
final class StatusCommand extends KeelsonCommand {
    @Override
    int run(Session session) {
        Project project = session.project();
        Console console = session.console();
        ObjectNode document = Catalogued.object().put("project", project.name());
        if (!Files.isDirectory(project.folder().resolve(".keelson"))) {
            document.putNull("dataset");
            document.putArray("sources");
            document.putArray("models");
            document.putArray("approvals");
            document.putArray("rollouts");
            document.putArray("stale");
            document.put("ready", false);
            document.put("reason", "Nothing has been run yet.");
            console.document(document);
            console.note("Nothing has been run yet in %s; `keelson run` loads the data and trains."
                    .formatted(project.name()));
            return YES;
        }
        Map<String, DatasetVersion> datasets = ProjectDatasets.latest(project);
        Map<String, ProjectDatasets.SetAside> asides = ProjectDatasets.setAside(project);
        Optional<DatasetVersion> dataset = project.sources().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(datasets.get(ProjectDatasets.mainSource(project)));
        dataset.ifPresentOrElse(
                version -> fill(document.putObject("dataset"), version), () -> document.putNull("dataset"));
        ArrayNode sources = document.putArray("sources");
        project.sources().forEach(source -> {
            ObjectNode node = sources.addObject().put("name", source.name());
            Optional.ofNullable(datasets.get(source.name()))
                    .ifPresentOrElse(
                            version -> fill(node.putObject("dataset"), version), () -> node.putNull("dataset"));
            ProjectDatasets.SetAside aside = asides.get(source.name());
            node.put("rows_quarantined", aside == null ? 0 : aside.rows());
        });
        List<List<String>> rows = new ArrayList<>();
        try (ProjectReading state = ProjectReading.open(project)) {
            var list = document.putArray("models");
            for (ModelDefinition model : project.models()) {
                ObjectNode node = list.addObject();
                rows.add(model(state, model.name(), node));
            }
            String reason = notReady(state, project, datasets);
            document.put(
                    "rows_quarantined",
                    asides.values().stream()
                            .mapToLong(ProjectDatasets.SetAside::rows)
                            .sum());
            document.put("ready", reason == null);
            document.put("reason", reason);
            boolean several = project.sources().size() > 1;
            datasets.values().forEach(version -> console.note("%s: %s up to %s, version %s"
                    .formatted(
                            several ? project.name() + ", " + version.source() : project.name(),
                            Texts.count(version.rows(), "row"),
                            version.lastEvent(),
                            version.shortId())));
            asides.forEach((source, aside) -> {
                if (aside.many()) {
                    console.note((several ? source + ": " : "") + aside.sentence());
                }
            });
            console.table(
                    List.of("MODEL", "CHAMPION", "CHALLENGER", "TRAINED TO", "LOG LOSS", "DRIFT", "DECAY", "OUTCOMES", "LOGGED"),
                    rows);
            Optional<UnfinishedWork> unfinished = state.unfinished()
                    .filter(work -> reason != null || !work.command().equals("demo") || state.running(work));
            Optional<Long> process = unfinished.filter(state::running).map(UnfinishedWork::process);
            pending(session, state, document);
            rollouts(session, project, state, document);
            document.put("unfinished", unfinished.map(UnfinishedWork::command).orElse(null));
            document.put("unfinished_process", process.orElse(null));
            if (process.isPresent()) {
                console.note("A %s is running, process %d."
                        .formatted(unfinished.map(UnfinishedWork::command).orElse(""), process.get()));
            } else if (unfinished.isPresent()) {
                UnfinishedWork work = unfinished.get();
                console.note("A %s was stopped before its end; this goes on with it:\n  %s"
                        .formatted(work.command(), command(session, project, work)));
            } else if (reason != null) {
                console.note("Not ready to predict: " + reason);
            }
        }
        console.document(document);
        return YES;
    }

    /** What is being rolled out, and what does not serve though it should. */
    private static void rollouts(Session session, Project project, ProjectReading state, ObjectNode document) {
        ArrayNode open = document.putArray("rollouts");
        for (Rollout rollout : state.rollouts()) {
            open.add(rollout.toJson());
            session.console().note("%s: v%d is rolled out over v%d (%s, %s); `keelson rollout status %s` tells more."
                    .formatted(
                            rollout.model(),
                            rollout.candidate(),
                            rollout.baseline(),
                            rollout.kind().word(),
                            rollout.state().word(),
                            rollout.model()));
        }
        ArrayNode stale = document.putArray("stale");
        for (String sentence : ServingState.stale(project)) {
            stale.add(sentence);
            session.console().note(sentence);
        }
    }

    private static void pending(Session session, ProjectReading state, ObjectNode document) {
        ArrayNode list = document.putArray("approvals");
        for (Approval approval : state.pending(session.clock())) {
            list.add(approval.toJson());
            session.console().note("%s v%d waits for a person since %s (%s: %s); `keelson models approve %s %d` or `reject` answers."
                    .formatted(
                            approval.model(),
                            approval.version(),
                            approval.requestedAt(),
                            approval.requester(),
                            approval.reason(),
                            approval.model(),
                            approval.version()));
        }
    }

    /** The command that goes on, to be pasted. */
    private static String command(Session session, Project project, UnfinishedWork work) {
        StringBuilder words = new StringBuilder("keelson");
        String folder = Texts.quoted(session.shown(project.folder()));
        if (work.command().equals("demo")) {
            words.append(" demo --dir ").append(folder);
        } else {
            words.append(folder.equals(".") ? "" : " -C " + folder).append(" replay");
        }
        work.options().forEach(word -> words.append(' ').append(Texts.quoted(word)));
        return words.toString();
    }

    private static void fill(ObjectNode node, DatasetVersion version) {
        node.put("version", version.id())
                .put("rows", version.rows())
                .put("last_event", version.lastEvent().toString())
                .put("watermark", version.watermark().toString());
    }

    private static @Nullable String notReady(
            ProjectReading state, Project project, Map<String, DatasetVersion> datasets) {
        if (datasets.isEmpty()) {
            return "No data has been loaded yet; `keelson run` loads it and trains.";
        }
        Optional<String> missing = ProjectDatasets.read(project).stream()
                .filter(source -> !datasets.containsKey(source))
                .findFirst();
        if (missing.isPresent()) {
            return "No data of the source (%s) has been loaded yet; `keelson run` loads it and trains."
                    .formatted(missing.get());
        }
        return project.models().stream()
                .map(ModelDefinition::name)
                .filter(name -> state.alias(name, ModelVersion.CHAMPION).isEmpty())
                .findFirst()
                .map("The model (%s) has no champion yet; `keelson run` trains one."::formatted)
                .or(() -> project.models().stream()
                        .flatMap(model -> damaged(state, model.name()).stream())
                        .findFirst())
                .orElse(null);
    }

    /** Why the champion of a model cannot serve: files of it are missing or others. */
    private static Optional<String> damaged(ProjectReading state, String model) {
        return state.alias(model, ModelVersion.CHAMPION)
                .flatMap(version -> state.run(version.runId())
                        .flatMap(run -> state.faults(run).stream().findFirst())
                        .map(fault -> "The champion (%s) is damaged. %s `keelson models rollback %s VERSION` serves another version."
                                .formatted(version.label(), fault, model)));
    }

    private static List<String> model(ProjectReading state, String name, ObjectNode node) {
        Optional<ModelVersion> champion = state.alias(name, ModelVersion.CHAMPION);
        Optional<ModelVersion> challenger = state.alias(name, ModelVersion.CHALLENGER);
        Optional<Double> loss = champion.flatMap(version -> state.run(version.runId()))
                .map(Run::metrics)
                .map(metrics -> metrics.get("test_log_loss"));
        champion.flatMap(version -> state.run(version.runId()))
                .map(run -> run.metrics().get("test_rmse"))
                .ifPresent(error -> node.put("test_rmse", error));
        long predictions =
                state.countPredictions(new PredictionQuery(name, null, null, null, null, null, null, true, 1));
        node.put("name", name);
        node.set("champion", champion.map(Catalogued::version).orElse(null));
        node.set("challenger", challenger.map(Catalogued::version).orElse(null));
        node.put("test_log_loss", loss.orElse(null));
        node.put("predictions", predictions);
        List<String> row = new ArrayList<>(List.of(
                name,
                champion.map(version -> "v" + version.version()).orElse(""),
                challenger.map(version -> "v" + version.version()).orElse(""),
                champion.map(version -> version.trainedTo().toString()).orElse(""),
                loss.map(Texts::number).orElse("")));
        for (String kind : List.of("drift", "decay", "label_shift")) {
            Optional<StoredReport> latest = state.reports(kind, name, 1).stream().findFirst();
            latest.ifPresentOrElse(
                    report -> node.putObject(kind)
                            .put("verdict", report.verdict())
                            .put("at", report.at().toString())
                            .put("report", report.id()),
                    () -> node.putNull(kind));
            row.add(latest.map(StoredReport::verdict).orElse(""));
        }
        row.add(Long.toString(predictions));
        return row;
    }
}
