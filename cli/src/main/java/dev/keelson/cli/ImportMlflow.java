package dev.keelson.cli;

import dev.keelson.project.Project;
import dev.keelson.remote.ImportReport;
import dev.keelson.remote.ImportReport.What;
import dev.keelson.remote.MlflowImport;
import dev.keelson.wiring.ProjectRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson import mlflow}. */
@Command(
        name = "mlflow",
        description = {
            "Take over experiments, runs with their ids, all points of metrics, params, tags, data sets, files, logged models, and"
                    + " registered models with versions, stages and aliases.",
            "Importing again takes over what is new. Nothing that is here is overwritten: what differs is shown, and so is what"
                    + " cannot be read; the exit code is then 1, and the rest is imported."
        })
final class ImportMlflow extends KeelsonCommand {
    private static final int MOST_SHOWN = 50;

    @Parameters(
            paramLabel = "URL|DIR",
            description = {
                "The address of a server, or a folder `mlruns`.",
                "MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, of the environment or `.env` are"
                        + " sent to the server."
            })
    String source = "";

    @Option(
            names = "--experiment",
            paramLabel = "NAME",
            description = "These experiments only, without registered models; may be repeated.")
    List<String> experiments = new ArrayList<>();

    @Option(names = "--no-artifacts", description = "Leave files of runs out.")
    boolean noArtifacts;

    @Option(names = "--dry-run", description = "Show how much there is and how much of it is new; write nothing.")
    boolean dryRun;

    @Option(names = "--full", description = "Also read runs again that are as they were at the last import.")
    boolean full;

    @Override
    int run(Session session) {
        Project project = session.project();
        Console console = session.console();
        Map<String, String> environment = session.variables(session.projectPath());
        MlflowImport.Options options = new MlflowImport.Options(
                experiments, !noArtifacts, dryRun, full, ModelsChange.actor(environment));
        ImportReport report;
        long[] noted = {System.nanoTime()};
        try (Interruption _ =
                Interruption.saying(session, "Stopped. The same command goes on where it was; nothing is imported twice.")) {
            report = ProjectRegistry.importFrom(
                    project,
                    session.clock(),
                    source,
                    session.path(source),
                    environment,
                    options,
                    (what, runs, bytes) -> progress(console, noted, what, runs, bytes));
        }
        List<List<String>> rows = new ArrayList<>();
        for (What what : What.values()) {
            ImportReport.Count count = report.count(what);
            rows.add(List.of(what.key(), Long.toString(count.found()), Long.toString(count.imported())));
        }
        console.table(List.of("WHAT", "FOUND", dryRun ? "WOULD IMPORT" : "IMPORTED"), rows);
        shown(console, report.remarks());
        shown(
                console,
                report.bad().stream()
                        .map(bad -> "Left out: %s: %s.".formatted(bad.where(), bad.reason()))
                        .toList());
        shown(
                console,
                report.clashes().stream()
                        .map(clash -> "Differs: %s is %s here and %s there; it stays."
                                .formatted(clash.what(), clash.here(), clash.there()))
                        .toList());
        console.document(report.toJson());
        return report.complete() ? YES : NO;
    }

    private static void progress(Console console, long[] noted, String what, long runs, long bytes) {
        long now = System.nanoTime();
        if (now - noted[0] > 5_000_000_000L) {
            noted[0] = now;
            console.note(String.format(Locale.ROOT, "%,d runs, %,d MiB of files; now %s", runs, bytes >> 20, what));
        }
    }

    private static void shown(Console console, List<String> lines) {
        lines.stream().limit(MOST_SHOWN).forEach(console::note);
        if (lines.size() > MOST_SHOWN) {
            console.note("... and %,d more; --json tells all.".formatted(lines.size() - MOST_SHOWN));
        }
    }
}
