package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.DriftReportPage;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson drift}. */
@Command(
        name = "drift",
        description = "Has the data moved away from what the champion was trained on?",
        subcommands = {DriftCommand.Check.class, DriftCommand.Show.class})
final class DriftCommand extends CommandGroup {

    /** {@code keelson drift check}. */
    @Command(name = "check", description = "Check now: exit code 0 no drift, 1 drift, 2 error.")
    static final class Check extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "NAME", description = "This model only (default: all that are watched).")
        @Nullable String model;

        @Override
        int run(Session session) {
            Project project = session.project();
            List<String> watched = model == null
                    ? project.models().stream()
                            .map(ModelDefinition::name)
                            .filter(name -> Projects.drift(project, name).isPresent())
                            .toList()
                    : List.of(Projects.model(project, model).name());
            if (watched.isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "No drift monitor watches a model.",
                        "Maybe add one to `monitors` of the project file.");
            }
            List<DriftReport> reports = new ArrayList<>();
            try (LiveBackend backend = LiveBackend.open(project, session.clock())) {
                watched.forEach(name -> reports.add(backend.checkDrift(name)));
            }
            show(session, reports);
            return exitCode(reports);
        }

        /** Only an alarm is a no; a warning, or too little data, is said on standard error. */
        static int exitCode(List<DriftReport> reports) {
            return reports.stream().anyMatch(report -> report.verdict() == DriftReport.Verdict.ALARM) ? NO : YES;
        }

        private static void show(Session session, List<DriftReport> reports) {
            ObjectNode document = Catalogued.object();
            boolean judged = reports.stream().noneMatch(each -> each.verdict() == DriftReport.Verdict.INSUFFICIENT);
            if (exitCode(reports) == NO || judged) {
                document.put("drift", exitCode(reports) == NO);
            } else {
                document.putNull("drift"); // too little data is not the same as no drift
            }
            var list = document.putArray("reports");
            List<List<String>> rows = new ArrayList<>();
            for (DriftReport report : reports) {
                list.add(report.toJson());
                rows.add(List.of(
                        report.model(),
                        report.verdict().word(),
                        Integer.toString(report.rows()),
                        Integer.toString(report.alarming().size()),
                        report.reason()));
                switch (report.verdict()) {
                    case INSUFFICIENT, WARNING ->
                        session.console().note("%s: %s".formatted(report.model(), report.reason()));
                    case NONE, ALARM -> {}
                }
            }
            session.console().table(List.of("MODEL", "DRIFT", "ROWS", "COLUMNS", "WHY"), rows);
            session.console().document(document);
        }
    }

    /** {@code keelson drift report}. */
    @Command(name = "report", description = "Show a drift report column by column, worst first.")
    static final class Show extends KeelsonCommand {
        @Parameters(arity = "0..1", paramLabel = "ID", description = "Which report (default: the latest).")
        @Nullable String id;

        @Option(names = "--model", paramLabel = "NAME", description = "The latest of this model.")
        @Nullable String model;

        @Option(names = "--html", paramLabel = "FILE", description = "Write it as one HTML file that needs nothing else.")
        @Nullable String html;

        @Override
        int run(Session session) {
            Project project = session.project();
            if (model != null) {
                Projects.model(project, model);
            }
            StoredReport stored;
            try (ProjectReading state = ProjectReading.open(project)) {
                stored = find(state);
            }
            DriftReport report = DriftReport.fromJson(stored.document());
            String file = html;
            if (file != null) {
                write(session.path(file), DriftReportPage.html(report, project.zone()));
                session.console().note("Written to %s.".formatted(file));
            }
            List<List<String>> rows = new ArrayList<>();
            for (FeatureDrift feature : report.features()) {
                rows.add(List.of(
                        feature.name(),
                        feature.severity().name().toLowerCase(Locale.ROOT),
                        Texts.number(feature.effect()),
                        Texts.number(feature.band()),
                        Texts.number(feature.psi()),
                        Texts.number(feature.ks()),
                        Texts.number(feature.adjusted()),
                        Texts.number(feature.importance())));
            }
            session.console()
                    .note("%s v%d at %s: %s. %s"
                            .formatted(
                                    report.model(),
                                    report.version(),
                                    report.at(),
                                    report.verdict().word(),
                                    report.reason()));
            session.console()
                    .table(List.of("COLUMN", "SEVERITY", "EFFECT", "BAND", "PSI", "KS", "P", "IMPORTANCE"), rows);
            ObjectNode document = report.toJson();
            document.put("id", stored.id());
            session.console().document(document);
            return YES;
        }

        private StoredReport find(ProjectReading state) {
            String wanted = id;
            if (wanted != null) {
                return state.report(wanted)
                        .filter(report -> report.kind().equals("drift"))
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.NOT_FOUND,
                                "There is no drift report (%s).".formatted(wanted),
                                "Maybe leave the id away for the latest."));
            }
            return state.reports("drift", model, 1).stream()
                    .findFirst()
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.NOT_FOUND,
                            "There is no drift report yet.",
                            "Maybe `keelson drift check` makes one."));
        }

        private static void write(Path file, String text) {
            try {
                Path parent = file.toAbsolutePath().getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.writeString(file, text);
            } catch (IOException e) {
                throw Failures.writing(file, e);
            }
        }
    }
}
