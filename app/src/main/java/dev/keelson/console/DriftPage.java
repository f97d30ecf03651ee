package dev.keelson.console;

import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.DriftView;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.DriftReport;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latest drift report of a model, or an earlier one, with the checks before it, its baselines and its streams.
 */
final class DriftPage {
    private static final String KIND = "drift";
    private static final int TREND = 14;

    private final Backend backend;
    private final LoggedModel model;
    private final Visit visit;
    private final BaselineSections baselines;
    private final ZoneId zone;

    DriftPage(Backend backend, LoggedModel model, Visit visit) {
        this.backend = backend;
        this.model = model;
        this.visit = visit;
        this.baselines = new BaselineSections(backend, visit, model.name());
        this.zone = backend.project().zone();
    }

    DriftView view(Shell shell, @Nullable String id) {
        boolean watched =
                backend.project().drift().stream().anyMatch(monitor -> monitor.models().contains(model.name()));
        boolean serving = model.elsewhere() || backend.alias(model.name(), ModelVersion.CHAMPION).isPresent();
        List<StoredReport> latest = backend.reports(KIND, model.name(), TREND);
        StoredReport shown = id == null ? (latest.isEmpty() ? null : latest.getFirst()) : find(id);
        DriftReport report = shown == null ? null : DriftReport.fromJson(shown.document());
        return new DriftView(
                shell,
                model.name(),
                List.of(),
                report == null ? null : Reports.view(report, history(latest, report), zone),
                shown == null ? "" : shown.id(),
                shown == null ? empty(watched, serving) : "",
                shown == null ? command(watched, serving) : "",
                watched && serving,
                report == null ? null : baselines.sideBySide(report),
                shown == null ? List.of() : checks(latest, shown.id()),
                List.of(baselines.kept(), StreamsSection.of(backend, visit, model.name())),
                watched && serving && !model.elsewhere() ? simulate() : null);
    }

    private String empty(boolean watched, boolean serving) {
        return !watched
                ? "Switched off: no drift monitor of the project file watches this model."
                : serving
                        ? "Nothing yet: this model has not been checked for drift."
                        : "Nothing yet: no version serves, so there is nothing to compare with.";
    }

    private String command(boolean watched, boolean serving) {
        return !watched ? "keelson validate" : serving ? "keelson drift check --model " + model.name() : "keelson run";
    }

    /** Those up to the one that is shown, oldest first. */
    private static List<DriftReport> history(List<StoredReport> latest, DriftReport shown) {
        List<DriftReport> history = new ArrayList<>();
        for (StoredReport report : latest) {
            if (!report.at().isAfter(shown.at())) {
                history.addFirst(DriftReport.fromJson(report.document()));
            }
        }
        return history;
    }

    private List<DriftView.Check> checks(List<StoredReport> latest, String shown) {
        return latest.stream()
                .map(report -> new DriftView.Check(
                        report.id(),
                        Text.day(report.at(), zone),
                        Badges.verdict(report.verdict()),
                        report.id().equals(shown)))
                .toList();
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
