package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.monitor.DriftComparison;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.registry.StoredReport;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is kept of drift checks. */
final class DriftHistory {
    private static final String KIND = "drift";

    private DriftHistory() {}

    /** {@code keelson drift list}. */
    @Command(name = "list", description = "The reports that are kept, newest first.")
    static final class Listed extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "NAME", description = "Of this model, or comparison, only.")
        @Nullable String model;

        @Option(names = "--limit", paramLabel = "N", description = "So many at most (default: 50).")
        int limit = 50;

        @Override
        int run(Session session) {
            ObjectNode document = Catalogued.object();
            var list = document.putArray("drift_reports");
            List<List<String>> rows = new ArrayList<>();
            try (ProjectReading state = ProjectReading.open(session.project())) {
                for (StoredReport each : state.reports(KIND, model, Math.max(1, limit))) {
                    list.addObject()
                            .put("id", each.id())
                            .put("model", each.subject())
                            .put("at", each.at().toString())
                            .put("verdict", each.verdict());
                    rows.add(List.of(each.id(), each.subject(), each.at().toString(), each.verdict()));
                }
            }
            session.console().table(List.of("ID", "MODEL", "AT", "DRIFT"), rows);
            session.console().document(document);
            return YES;
        }
    }

    /** {@code keelson drift compare}. */
    @Command(name = "compare", description = "Reports side by side: how each column went from check to check, the most changed first.")
    static final class Compared extends KeelsonCommand {
        @Parameters(arity = "0..*", paramLabel = "ID", description = "At least two reports.")
        List<String> ids = new ArrayList<>();

        @Option(names = "--model", paramLabel = "NAME", description = "The newest reports of this model, or comparison.")
        @Nullable String model;

        @Option(names = "--last", paramLabel = "N", description = "So many of them (default: 5).")
        int last = 5;

        @Override
        int run(Session session) {
            if (model == null ? ids.size() < 2 : !ids.isEmpty() || last < 2) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "Two reports at least are compared: by their ids, or the last of --model.",
                        "Maybe `keelson drift list` shows the ids.");
            }
            DriftComparison comparison;
            try (ProjectReading state = ProjectReading.open(session.project())) {
                List<StoredReport> stored = model == null
                        ? ids.stream().map(id -> one(state, id)).toList()
                        : state.reports(KIND, model, last);
                comparison = DriftComparison.of(stored.stream()
                        .map(each -> new DriftComparison.Kept(each.id(), DriftReport.fromJson(each.document())))
                        .toList());
            }
            if (comparison.reports().isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no drift report of (%s).".formatted(model),
                        "Maybe `keelson drift list` shows whose there are.");
            }
            List<String> header = new ArrayList<>(List.of("COLUMN", "CHANGE"));
            comparison.reports().forEach(each -> {
                header.add(each.report().at().toString());
                session.console()
                        .note("%s: %s. %s"
                                .formatted(each.id(), each.report().verdict().word(), each.report().reason()));
            });
            session.console()
                    .table(
                            header,
                            comparison.columns().stream().map(Compared::row).collect(Collectors.toList()));
            session.console().document(comparison.toJson());
            return YES;
        }

        private static List<String> row(DriftComparison.Column column) {
            List<String> row = new ArrayList<>(List.of(column.name(), Texts.number(column.change())));
            for (FeatureDrift each : column.features()) {
                row.add(
                        each == null
                                ? "-"
                                : Texts.number(each.effect()) + " " + each.severity().name().toLowerCase(Locale.ROOT));
            }
            return row;
        }

        private static StoredReport one(ProjectReading state, String id) {
            return state.report(id)
                    .filter(report -> report.kind().equals(KIND))
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.NOT_FOUND,
                            "There is no drift report (%s).".formatted(id),
                            "Maybe `keelson drift list` shows the ids."));
        }
    }
}
