package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.ValidationPage;
import dev.keelson.data.CheckResult;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.ValidationReport;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ChecksJson;
import dev.keelson.project.Project;
import dev.keelson.registry.StoredReport;
import dev.keelson.wiring.Datasets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson data check} and {@code keelson data checks}. */
final class DataCheckCommand {
    private static final int SHOWN = 10;

    private DataCheckCommand() {}

    /** {@code keelson data check}. */
    @Command(
            name = "check",
            description =
                    "Judge every source, or one, as a load would, without loading, and keep the reports; exit code 1 when a"
                            + " load would be refused, 2 when it cannot be judged.")
    static final class Check extends KeelsonCommand {
        @Parameters(arity = "0..1", paramLabel = "SOURCE", description = "Its name (default: all; with --version the one of the models).")
        @Nullable String source;

        @Option(
                names = "--version",
                paramLabel = "VERSION",
                description = "Judge a stored version instead: its id, a tag, or `latest`.")
        @Nullable String version;

        @Option(names = "--html", paramLabel = "FILE", description = "Write the report as one HTML file as well.")
        @Nullable String html;

        @Override
        int run(Session session) {
            Project project = session.validated();
            boolean all = source == null && version == null && project.sources().size() > 1;
            if (all && html != null) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The file of --html holds the report of one source, and the project has %d."
                                .formatted(project.sources().size()),
                        "Maybe name one: %s."
                                .formatted(project.sources().stream()
                                        .map(each -> "`keelson data check " + each.name() + "`")
                                        .collect(Collectors.joining(", "))));
            }
            List<ValidationReport> reports = Datasets.change(
                    project,
                    session.clock(),
                    data -> all ? data.checkAll() : List.of(data.check(source, version)));
            if (html != null) {
                write(session.path(html), ValidationPage.html(reports.getFirst()));
            }
            tell(session.console(), reports);
            session.console().document(ChecksJson.of(reports));
            if (reports.stream().anyMatch(Check::unjudged)) {
                return ERROR;
            }
            return reports.stream().allMatch(ValidationReport::accepted) ? YES : NO;
        }

        /** Whether nothing was judged, as what is stored is damaged or something around did not answer. */
        private static boolean unjudged(ValidationReport report) {
            return report.problems().stream()
                    .anyMatch(problem -> problem.code() == ErrorCode.DATASET_TAMPERED
                            || problem.code().kind() != ErrorCode.Kind.USER);
        }

        /** Of several sources, each check with the name of its own. */
        private static void tell(Console console, List<ValidationReport> reports) {
            List<List<String>> rows = new ArrayList<>();
            for (ValidationReport report : reports) {
                for (CheckResult check : report.checks()) {
                    List<String> row = new ArrayList<>();
                    if (reports.size() > 1) {
                        row.add(report.source());
                    }
                    row.add(check.passed() ? "holds" : check.severity().name().toLowerCase(Locale.ROOT));
                    row.add(check.condition());
                    row.add(check.observedText());
                    row.add(Texts.orEmpty(check.detail()).replace('\n', ' '));
                    rows.add(row);
                }
            }
            console.table(
                    reports.size() > 1
                            ? List.of("SOURCE", "RESULT", "CHECK", "OBSERVED", "DETAIL")
                            : List.of("RESULT", "CHECK", "OBSERVED", "DETAIL"),
                    rows);
            for (ValidationReport report : reports) {
                report.problems().forEach(problem -> console.note(problem.toString()));
                report.examples().stream().limit(SHOWN).map(QuarantinedRow::toString).forEach(console::note);
                if (!report.changes().isEmpty()) {
                    console.note("%s: the next load makes the dataset anew: %s."
                            .formatted(report.source(), String.join("; ", report.changes())));
                }
                console.note("%s: %s. %s read, %s would go to quarantine, %s would be marked."
                        .formatted(
                                report.source(),
                                report.verdict().name().toLowerCase(Locale.ROOT),
                                Texts.count(report.read(), "row"),
                                report.quarantined(),
                                report.marked()));
            }
        }

        private static void write(Path file, String text) {
            try {
                Files.writeString(file, text, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new KeelsonException(
                        ErrorCode.NOT_WRITABLE, "The file (%s) cannot be written.".formatted(file), null, e);
            }
        }
    }

    /** {@code keelson data checks}. */
    @Command(name = "checks", description = "List the reports of `data check`, newest first.")
    static final class Checks extends KeelsonCommand {
        @Parameters(arity = "0..1", paramLabel = "SOURCE", description = "Only those of this source.")
        @Nullable String source;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "How many (default: ${DEFAULT-VALUE}).")
        int limit;

        @Override
        int run(Session session) {
            List<StoredReport> reports = Datasets.look(
                    session.project(), session.clock(), data -> data.checks(source, Math.max(1, limit)));
            ObjectNode document = Catalogued.object();
            var list = document.putArray("checks");
            List<List<String>> rows = new ArrayList<>();
            for (StoredReport report : reports) {
                JsonNode json = Catalogued.stored(report.document());
                list.add(json);
                long failed = 0;
                for (JsonNode check : json.path("checks")) {
                    failed += check.path("passed").asBoolean() ? 0 : 1;
                }
                rows.add(List.of(
                        report.at().toString(),
                        report.subject(),
                        report.verdict(),
                        json.path("rows_read").asText(),
                        json.path("rows_quarantined").asText(),
                        json.path("rows_marked").asText(),
                        Long.toString(failed)));
            }
            session.console()
                    .table(List.of("WHEN", "SOURCE", "VERDICT", "READ", "QUARANTINED", "MARKED", "NOT HOLDING"), rows);
            session.console().document(document);
            if (reports.isEmpty()) {
                session.console().note("Nothing was checked yet; `keelson data check` does it.");
            }
            return YES;
        }
    }
}
