package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson runs}. */
@Command(
        name = "runs",
        description = "Trainings, with parameters, metrics and provenance.",
        subcommands = {
            RunsCommand.Listing.class,
            RunsCommand.Show.class,
            RunsDiff.class,
            RunsExport.class,
            RunsFiles.class,
            RunsDownload.class,
            RunsUpload.class
        })
final class RunsCommand extends CommandGroup {

    /** {@code keelson runs list}. */
    @Command(name = "list", description = "List runs, newest first.")
    static final class Listing extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "NAME", description = "Of this model only.")
        @Nullable String model;

        @Option(
                names = "--parent",
                paramLabel = "RUN",
                description = "The runs that belong to this one, as trials belong to a search.")
        @Nullable String parent;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "At most so many (default: 50).")
        int limit = 50;

        @Override
        int run(Session session) {
            Project project = session.project();
            if (model != null) {
                Projects.model(project, model);
            }
            Limits.check(limit);
            ObjectNode document = Catalogued.object();
            var list = document.putArray("runs");
            List<List<String>> rows = new ArrayList<>();
            List<String> header = new ArrayList<>(
                    List.of("RUN", "MODEL", "STATUS", "STARTED", "LOG LOSS", "BRIER", "ACCURACY"));
            boolean numbers =
                    project.models().stream().anyMatch(each -> each.isNumber() && (model == null || each.name().equals(model)));
            if (numbers) {
                header.addAll(List.of("RMSE", "R2"));
            }
            try (ProjectReading state = ProjectReading.open(project)) {
                for (Run run : parent == null ? state.runs(model, limit) : state.nested(parent, limit)) {
                    list.add(Catalogued.run(run, false));
                    List<String> row = new ArrayList<>(List.of(
                            session.console().terminal() ? run.id().substring(0, 12) : run.id(),
                            run.experiment(),
                            run.status().name().toLowerCase(Locale.ROOT),
                            run.startedAt().toString(),
                            metric(run, "test_log_loss"),
                            metric(run, "test_brier"),
                            metric(run, "test_accuracy")));
                    if (numbers) {
                        row.addAll(List.of(metric(run, "test_rmse"), metric(run, "test_r2")));
                    }
                    rows.add(row);
                }
            }
            session.console().table(header, rows);
            session.console().document(document);
            if (rows.isEmpty()) {
                session.console().note("There are no runs yet; `keelson run` trains.");
            }
            return YES;
        }

        private static String metric(Run run, String name) {
            Double value = run.metrics().get(name);
            return value == null ? "" : Texts.number(value);
        }
    }

    /** {@code keelson runs show}. */
    @Command(name = "show", description = "Show one run: parameters, metrics, files, provenance, and what it takes to make it again.")
    static final class Show extends KeelsonCommand {
        @Parameters(
                paramLabel = "RUN",
                description = "Its id or at least 4 characters of its beginning, MODEL@VERSION, or models:/MODEL/VERSION.")
        String id = "";

        @Override
        int run(Session session) {
            Run run;
            RunChecklist checklist;
            try (ProjectReading state = ProjectReading.open(session.project())) {
                run = state.named(id);
                checklist = state.checklist(run);
            }
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("id", run.id()));
            rows.add(List.of("model", run.experiment()));
            rows.add(List.of("status", run.status().name().toLowerCase(Locale.ROOT)));
            rows.add(List.of("started_at", run.startedAt().toString()));
            rows.add(List.of("ended_at", Texts.orEmpty(run.endedAt())));
            run.params().forEach((name, value) -> rows.add(List.of("param " + name, value)));
            run.metrics().forEach((name, value) -> rows.add(List.of("metric " + name, value.toString())));
            run.tags().forEach((name, value) -> rows.add(List.of("tag " + name, value)));
            run.artifacts()
                    .forEach(artifact -> rows.add(
                            List.of("file " + artifact.path(), artifact.sha256() + " " + artifact.bytes())));
            checklist.items()
                    .forEach(item -> rows.add(
                            List.of("check " + item.name(), (item.passed() ? "pass: " : "fail: ") + item.text())));
            session.console().table(List.of("WHAT", "VALUE"), rows);
            ObjectNode document = Catalogued.run(run, true);
            document.set("checklist", checklist.toJson());
            session.console().document(document);
            return YES;
        }
    }
}
