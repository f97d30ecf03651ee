package dev.keelson.console;

import dev.keelson.console.view.Action;
import dev.keelson.console.view.DriftView;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latest drift report of a model, or an earlier one, with the checks before it. */
final class DriftPage {
    private static final String KIND = "drift";
    private static final int TREND = 14;

    private final Backend backend;
    private final ModelDefinition model;
    private final ZoneId zone;

    DriftPage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
    }

    DriftView view(Shell shell, @Nullable String id) {
        boolean watched =
                backend.project().drift().stream().anyMatch(monitor -> monitor.models().contains(model.name()));
        boolean serving = backend.alias(model.name(), ModelVersion.CHAMPION).isPresent();
        List<StoredReport> latest = backend.reports(KIND, model.name(), TREND);
        StoredReport shown = id == null ? (latest.isEmpty() ? null : latest.getFirst()) : find(id);
        if (shown == null) {
            String empty = !watched
                    ? "Switched off: no drift monitor of the project file watches this model."
                    : serving
                            ? "Nothing yet: this model has not been checked for drift."
                            : "Nothing yet: no version serves, so there is nothing to compare with.";
            String command = !watched ? "keelson validate" : serving ? "keelson drift check " + model.name() : "keelson run";
            return new DriftView(shell, null, "", empty, command, watched && serving, List.of(), simulate());
        }
        List<DriftReport> history = new ArrayList<>();
        for (StoredReport report : latest) {
            if (!report.at().isAfter(shown.at())) {
                history.addFirst(DriftReport.fromJson(report.document()));
            }
        }
        List<DriftView.Check> checks = latest.stream()
                .map(report -> new DriftView.Check(
                        report.id(),
                        Text.day(report.at(), zone),
                        Badges.verdict(report.verdict()),
                        report.id().equals(shown.id())))
                .toList();
        return new DriftView(
                shell,
                Reports.view(DriftReport.fromJson(shown.document()), history, zone),
                shown.id(),
                "",
                "",
                watched && serving,
                checks,
                simulate());
    }

    private Action simulate() {
        return new DriftChecksPage(backend).simulate(model.name());
    }

    private StoredReport find(String id) {
        return backend.report(id)
                .filter(report -> report.kind().equals(KIND) && report.subject().equals(model.name()))
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no drift report (%s) of %s.".formatted(id, model.name()),
                        null));
    }
}
