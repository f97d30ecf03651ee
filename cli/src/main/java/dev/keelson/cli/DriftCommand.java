package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.DriftReportPage;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.BaselineVerdict;
import dev.keelson.monitor.DriftReport;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson drift}. */
@Command(
        name = "drift",
        description = "Has the data moved away from what the champion was trained on?",
        subcommands = {
            DriftCommand.Check.class,
            DriftCommand.Show.class,
            DriftHistory.Listed.class,
            DriftHistory.Compared.class,
            DriftSimulate.class,
            DriftStreams.class
        })
final class DriftCommand extends CommandGroup {

    /** What each baseline says, where there are several. */
    private static void baselines(Session session, DriftReport report) {
        if (report.baselines().size() > 1) {
            for (BaselineVerdict each : report.baselines()) {
                session.console()
                        .note("%s against `%s` (%s%,d rows%s): %s. %s"
                                .formatted(
                                        report.model(),
                                        each.source(),
                                        each.baseline().isBlank() ? "" : each.baseline() + ", ",
                                        each.rows(),
                                        each.leftOut() == 0 ? "" : ", %,d that lie in the window left out".formatted(each.leftOut()),
                                        each.verdict().word(),
                                        each.reason()));
            }
        }
    }

    /** {@code keelson drift check}. */
    @Command(name = "check", description = {
                "Check now: exit code 0 no drift, 1 drift, 2 error.",
                "Without --reference and --current each watched model; with them any two tables: a file (.csv, .csv.gz, .parquet),"
                        + " champion, served, baseline:ID, a source, a dataset version, each with @7d or @2024-01-01..2024-02-01 for a time of it,"
                        + " or such a time alone."
            },
            footer = "Too little data to tell is exit code 0 with a sentence on standard error; 2 with --require-evidence.")
    static final class Check extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "NAME", description = "This model only (default: all that are watched).")
        @Nullable String model;

        @Option(
                names = "--require-evidence",
                description = "Exit code 2 when there is too little data to tell and no alarm.")
        boolean requireEvidence;

        @Option(names = "--reference", paramLabel = "DATA", description = "What is compared with (default: the champion's training data).")
        @Nullable String reference;

        @Option(names = "--current", paramLabel = "DATA", description = "What is judged (default: what the model was asked).")
        @Nullable String current;

        @Option(names = "--html", paramLabel = "FILE", description = "Also write the report of two tables as one HTML file.")
        @Nullable String html;

        @Mixin
        DriftOptions options = new DriftOptions();

        @Override
        int run(Session session) {
            if (reference != null || current != null || html != null || options.any()) {
                return compare(session);
            }
            Project project = session.project();
            List<String> watched = model == null
                    ? LoggedModel.all(project).stream()
                            .map(LoggedModel::name)
                            .filter(name -> Projects.drift(project, name).isPresent())
                            .toList()
                    : List.of(LoggedModel.of(project, model).name());
            if (watched.isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "No drift monitor watches a model.",
                        "Maybe add one to `monitors` of the project file.");
            }
            List<DriftReport> reports = new ArrayList<>();
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                watched.forEach(name -> reports.add(live.checkDrift(name)));
            }
            show(session, reports);
            int code = exitCode(reports);
            return code == YES && requireEvidence && !judged(reports) ? ERROR : code;
        }

        private int compare(Session session) {
            List<@Nullable String> sides = new ArrayList<>();
            sides.add(reference);
            sides.add(current);
            JsonNode document = DriftTables.with(
                    session, sides, null, true, drift -> drift.compare(options.request(model, reference, current)));
            DriftReport report = DriftReport.fromJson(document.toString());
            baselines(session, report);
            DriftTables.show(session, report);
            String file = html;
            if (file != null) {
                Show.write(session, session.path(file), report, ZoneOffset.UTC);
            }
            session.console().document(document);
            return DriftTables.exitCode(session, report, requireEvidence);
        }

        private static boolean judged(List<DriftReport> reports) {
            return reports.stream().noneMatch(each -> each.verdict() == DriftReport.Verdict.INSUFFICIENT);
        }

        /** Only an alarm is a no; a warning, or too little data, is said on standard error. */
        static int exitCode(List<DriftReport> reports) {
            return reports.stream().anyMatch(report -> report.verdict() == DriftReport.Verdict.ALARM) ? NO : YES;
        }

        private static void show(Session session, List<DriftReport> reports) {
            ObjectNode document = Catalogued.object();
            if (exitCode(reports) == NO || judged(reports)) {
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
                baselines(session, report);
                switch (report.verdict()) {
                    case INSUFFICIENT, WARNING ->
                        session.console().note("%s: %s".formatted(report.model(), report.reason()));
                    case NONE, ALARM -> {}
                }
                report.details().findings().forEach(each -> session.console().note("  " + each.sentence()));
            }
            session.console().table(List.of("MODEL", "DRIFT", "ROWS", "COLUMNS", "WHY"), rows);
            session.console().document(document);
        }
    }

    /** {@code keelson drift report}. */
    @Command(name = "report", description = "Show a drift report of each model column by column, worst first.")
    static final class Show extends KeelsonCommand {
        /** Checks without enough data that are passed over, at most. */
        private static final int LOOKED_AT = 1_000;

        @Parameters(arity = "0..1", paramLabel = "ID", description = "Which report (default: of each model the newest that has enough data to tell).")
        @Nullable String id;

        @Option(names = "--model", paramLabel = "NAME", description = "Of this model only.")
        @Nullable String model;

        @Option(
                names = "--html",
                paramLabel = "FILE",
                description = "Write it as one HTML file that needs nothing else, instead of showing it; of one model.")
        @Nullable String html;

        @Override
        int run(Session session) {
            Project project = session.project();
            if (model != null) {
                LoggedModel.of(project, model);
            }
            List<StoredReport> stored;
            try (ProjectReading state = ProjectReading.open(project)) {
                stored = find(project, state);
                if (id == null) {
                    stored.forEach(each -> tellNewer(session, state, each));
                }
            }
            ObjectNode document = Catalogued.object();
            var list = document.putArray("reports");
            List<DriftReport> reports = new ArrayList<>();
            for (StoredReport each : stored) {
                DriftReport report = DriftReport.fromJson(each.document());
                reports.add(report);
                list.add(report.toJson().put("id", each.id()));
            }
            String file = html;
            if (file != null) {
                document.put("file", file);
                write(session, session.path(file), project, reports);
            } else {
                reports.forEach(report -> DriftTables.show(session, report));
            }
            session.console().document(document);
            return YES;
        }

        private List<StoredReport> find(Project project, ProjectReading state) {
            String wanted = id;
            if (wanted != null) {
                return List.of(state.report(wanted)
                        .filter(report -> report.kind().equals("drift"))
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.NOT_FOUND,
                                "There is no drift report (%s).".formatted(wanted),
                                "Maybe leave the id away for the latest.")));
            }
            List<String> models = model != null
                    ? List.of(model)
                    : LoggedModel.all(project).stream().map(LoggedModel::name).toList();
            List<StoredReport> latest = models.stream()
                    .flatMap(name -> telling(state.reports("drift", name, LOOKED_AT)).stream())
                    .toList();
            if (latest.isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        model == null
                                ? "There is no drift report yet."
                                : "There is no drift report of the model (%s) yet.".formatted(model),
                        "Maybe `keelson drift check` makes one.");
            }
            return latest;
        }

        /** Of the reports of a model, newest first: the newest with a verdict, else one with columns, else the newest. */
        private static Optional<StoredReport> telling(List<StoredReport> reports) {
            return reports.stream()
                    .filter(report -> !report.verdict().equals(DriftReport.Verdict.INSUFFICIENT.word()))
                    .findFirst()
                    .or(() -> reports.stream()
                            .filter(report -> !DriftReport.fromJson(report.document()).features().isEmpty())
                            .findFirst())
                    .or(() -> reports.stream().findFirst());
        }

        /** Says when later checks than the one shown had too little data. */
        private static void tellNewer(Session session, ProjectReading state, StoredReport shown) {
            state.reports("drift", shown.subject(), 1).stream()
                    .filter(newest -> !newest.id().equals(shown.id()))
                    .forEach(newest -> session.console()
                            .note("%s: the check of %s had too little data (%s); this is the newest that tells more."
                                    .formatted(shown.subject(), newest.at(), newest.id())));
        }

        private static void write(Session session, Path file, Project project, List<DriftReport> reports) {
            if (reports.size() > 1) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "--html writes the report of one model; there are reports of %s."
                                .formatted(String.join(", ", reports.stream().map(DriftReport::model).toList())),
                        "Maybe add --model %s.".formatted(reports.getFirst().model()));
            }
            write(session, file, reports.getFirst(), project.zone());
        }

        static void write(Session session, Path file, DriftReport report, ZoneId zone) {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null && !Files.isDirectory(parent)) {
                throw new KeelsonException(
                        ErrorCode.NOT_WRITABLE,
                        "The file (%s) cannot be written: there is no folder (%s)."
                                .formatted(session.shown(file), session.shown(parent)),
                        "Maybe its name is misspelt, or make it first.");
            }
            try {
                Files.writeString(file, DriftReportPage.html(report, zone));
            } catch (IOException e) {
                throw Failures.writing(file, e);
            }
            session.console().note("Written to %s.".formatted(session.shown(file)));
        }
    }
}
