package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.ProjectDatasets;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.UnfinishedWork;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
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
            document.putArray("models");
            document.put("ready", false);
            document.put("reason", "Nothing has been run yet.");
            console.document(document);
            console.note("Nothing has been run yet in %s; `keelson run` loads the data and trains."
                    .formatted(project.name()));
            return YES;
        }
        Optional<DatasetVersion> dataset = ProjectDatasets.latest(project);
        dataset.ifPresentOrElse(
                version -> document.putObject("dataset")
                        .put("version", version.id())
                        .put("rows", version.rows())
                        .put("last_event", version.lastEvent().toString())
                        .put("watermark", version.watermark().toString()),
                () -> document.putNull("dataset"));
        List<List<String>> rows = new ArrayList<>();
        try (ProjectReading state = ProjectReading.open(project)) {
            var list = document.putArray("models");
            for (ModelDefinition model : project.models()) {
                ObjectNode node = list.addObject();
                rows.add(model(state, model.name(), node));
            }
            String reason = notReady(state, project, dataset.isPresent());
            Optional<ProjectDatasets.SetAside> aside = ProjectDatasets.setAside(project);
            document.put("rows_quarantined", aside.map(ProjectDatasets.SetAside::rows).orElse(0L));
            document.put("ready", reason == null);
            document.put("reason", reason);
            dataset.ifPresent(version -> console.note("%s: %s up to %s, version %s"
                    .formatted(
                            project.name(),
                            Texts.count(version.rows(), "row"),
                            version.lastEvent(),
                            version.shortId())));
            aside.filter(ProjectDatasets.SetAside::many).ifPresent(each -> console.note(each.sentence()));
            console.table(
                    List.of("MODEL", "CHAMPION", "CHALLENGER", "TRAINED TO", "LOG LOSS", "DRIFT", "DECAY", "OUTCOMES", "LOGGED"),
                    rows);
            Optional<UnfinishedWork> unfinished = state.unfinished()
                    .filter(work -> reason != null || !work.command().equals("demo") || state.running(work));
            Optional<Long> process = unfinished.filter(state::running).map(UnfinishedWork::process);
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

    private static @Nullable String notReady(ProjectReading state, Project project, boolean loaded) {
        if (!loaded) {
            return "No data has been loaded yet; `keelson run` loads it and trains.";
        }
        return project.models().stream()
                .map(ModelDefinition::name)
                .filter(name -> state.alias(name, ModelVersion.CHAMPION).isEmpty())
                .findFirst()
                .map("The model (%s) has no champion yet; `keelson run` trains one."::formatted)
                .orElse(null);
    }

    private static List<String> model(ProjectReading state, String name, ObjectNode node) {
        Optional<ModelVersion> champion = state.alias(name, ModelVersion.CHAMPION);
        Optional<ModelVersion> challenger = state.alias(name, ModelVersion.CHALLENGER);
        Optional<Double> loss = champion.flatMap(version -> state.run(version.runId()))
                .map(Run::metrics)
                .map(metrics -> metrics.get("test_log_loss"));
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
