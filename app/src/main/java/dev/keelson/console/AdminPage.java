package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.ScheduleOutcome;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.Search;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is administered, on one page: what serves and how good it is, what is tracked, drift, retraining, settings, registry, schedules. */
final class AdminPage {
    private static final int COUNTED = 1_000;

    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;

    AdminPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
    }

    BlocksView view(Shell shell) {
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.of(production()));
        blocks.add(Block.of(drift(), visit.may(Role.ADMIN) ? checks() : List.of()));
        blocks.add(Block.of(retraining(), visit.may(Role.ADMIN) ? new RetrainingPage(backend, visit).actions() : List.of()));
        blocks.add(Block.of(tracking()));
        blocks.add(Block.of(settings()));
        blocks.add(Block.of(schedules()));
        return new BlocksView(shell, "", List.of(), blocks);
    }

    private List<String> models() {
        return backend.project().models().stream().map(ModelDefinition::name).toList();
    }

    private Section production() {
        SheetDraft sheet = new SheetDraft("Production models")
                .words("Model", "Serves", "Trained to")
                .numbers("Accuracy", "F1", "ROC-AUC", "Log loss")
                .words("Challenger");
        for (String model : models()) {
            ModelVersion champion = backend.alias(model, ModelVersion.CHAMPION).orElse(null);
            Cell name = Cell.link(model, "/models/" + Paging.encoded(model));
            if (champion == null) {
                Cell none = Cell.of(Text.NONE);
                sheet.row(List.of(name, Cell.of("none yet"), none, none, none, none, none, none));
                continue;
            }
            RunMetrics metrics = backend.run(champion.runId()).map(RunMetrics::new).orElse(null);
            sheet.row(List.of(
                    name,
                    Cell.link("v" + champion.version(), Promotions.address(model, champion.version())),
                    Cell.of(Text.day(champion.trainedTo(), zone)),
                    metric(metrics, "accuracy"),
                    metric(metrics, "f1", "macro_f1"),
                    metric(metrics, "roc_auc"),
                    metric(metrics, "log_loss"),
                    Cell.of(backend.alias(model, ModelVersion.CHALLENGER).map(each -> "v" + each.version()).orElse(Text.NONE))));
        }
        SectionDraft draft = new SectionDraft("Production models").sheet(sheet);
        return sheet.isEmpty()
                ? draft.empty("Switched off: the project file has no model.", "").done()
                : draft.note("On the untouched test period of the run that made the version; of more than two classes F1 is the mean over classes.")
                        .done();
    }

    /** The first of the metrics that was measured. */
    private static Cell metric(@Nullable RunMetrics metrics, String... names) {
        for (String name : names) {
            double value = metrics == null ? Double.NaN : metrics.own(name);
            if (Double.isFinite(value)) {
                return Cell.of(Text.fixed(value, 4));
            }
        }
        return Cell.of(Text.NONE);
    }

    private Section drift() {
        SheetDraft sheet = new SheetDraft("Drift").words("Model", "Last check", "Verdict", "Why");
        for (String model : models()) {
            Cell name = Cell.link(model, "/models/" + Paging.encoded(model) + "/drift");
            List<StoredReport> last = backend.reports("drift", model, 1);
            if (last.isEmpty()) {
                sheet.row(List.of(name, Cell.of("never yet"), Cell.of(Badges.NEVER), Cell.of(Text.NONE)));
                continue;
            }
            StoredReport report = last.getFirst();
            sheet.row(List.of(
                    name,
                    Cell.of(Text.minute(report.at(), zone)),
                    Cell.of(Badges.verdict(report.verdict())),
                    Cell.of(Documents.read(report.document()).path("reason").asText())));
        }
        return new SectionDraft("Drift").sheet(sheet).done();
    }

    private List<Action> checks() {
        List<Action> checks = new ArrayList<>();
        for (String model : models()) {
            boolean watched = backend.project().drift().stream().anyMatch(each -> each.models().contains(model));
            checks.add(new ActionDraft("Check %s for drift".formatted(model), "/models/%s/drift".formatted(Paging.encoded(model)))
                    .effect("The newest predictions are held against the baseline of the champion; the report is kept.")
                    .refused(
                            !watched
                                    ? "No drift monitor of the project file watches it."
                                    : backend.alias(model, ModelVersion.CHAMPION).isEmpty() ? "No version serves yet." : null)
                    .done());
        }
        return checks;
    }

    private static Section retraining() {
        return new SectionDraft("Retraining").link("Progress, and single models", "/retraining").done();
    }

    private Section tracking() {
        JsonNode experiments = new TrackedRuns(backend.catalog(), backend.clock())
                .experiments(null, Lifecycle.View.ACTIVE_ONLY, COUNTED, 1)
                .path("experiments");
        long runs = 0;
        for (JsonNode each : experiments) {
            runs += each.path("runs").asLong();
        }
        Search all = new Search(List.of(), List.of(), Lifecycle.View.ACTIVE_ONLY, COUNTED, 0);
        int registered = backend.catalog().read(tx -> tx.registry().searchModels(all).items().size());
        int waiting = backend.governance().pending().size();
        SectionDraft draft = new SectionDraft("Tracking and registry")
                .fact("Experiments", count(experiments.size()))
                .fact("Runs", Text.count(runs))
                .fact("Registered models", count(registered))
                .fact("Waiting for a person", Text.count(waiting));
        backend.runs(null, 1).stream()
                .findFirst()
                .ifPresent(run -> draft.fact("Last run", Text.minute(run.startedAt(), zone)));
        return draft.link("Experiments", "/experiments")
                .link("Runs", "/runs")
                .link("Registry and promotion", "/registry")
                .link("Rollouts", "/rollouts")
                .link("Audit trail", "/audit")
                .done();
    }

    private static String count(int size) {
        return size == COUNTED ? Text.count(COUNTED) + " or more" : Text.count(size);
    }

    private Section settings() {
        SectionDraft draft = new SectionDraft("Threshold settings");
        JsonNode settings;
        try {
            settings = backend.settings().list().path("settings");
        } catch (KeelsonException e) {
            return draft.empty("They cannot be read: " + Text.problems(e), "keelson validate").done();
        }
        SheetDraft sheet = new SheetDraft("Threshold settings").words("Setting", "Value", "From");
        for (JsonNode each : settings) {
            if (!each.path("path").asText().startsWith("schedules.")) {
                sheet.row(List.of(
                        Cell.of(each.path("path").asText()),
                        Cell.of(each.path("value").asText().isEmpty() ? Text.NONE : each.path("value").asText()),
                        Cell.of(SettingsPage.from(each))));
            }
        }
        return (sheet.isEmpty() ? draft.empty("The project file has no monitors and no policies.", "") : draft.sheet(sheet))
                .link("Change them", "/settings")
                .done();
    }

    private Section schedules() {
        SheetDraft sheet = new SheetDraft("Schedules").words("Schedule", "When", "Last run", "Next run");
        for (JsonNode each : backend.schedules().list().path("schedules")) {
            JsonNode last = ScheduleOutcome.worst(each.path("last"));
            sheet.row(List.of(
                    Cell.link(each.path("name").asText(), "/schedules"),
                    Cell.of(Text.sentence(each.path("sentence").asText())),
                    last.isMissingNode()
                            ? Cell.of("never yet")
                            : new Cell(
                                    Moments.of(last.path("due_at"), zone).text(),
                                    "",
                                    JobRows.address(last.path("id").asText()),
                                    JobRows.badge(last)),
                    each.path("paused").asBoolean()
                            ? Cell.of(new Badge(Badge.Level.MODERATE, "paused"))
                            : Cell.of(Moments.of(each.path("next").path(0), zone).text())));
        }
        SectionDraft draft = new SectionDraft("Schedules").sheet(sheet);
        return (sheet.isEmpty() ? draft.empty("Switched off: the project file has nothing under `schedules`.", "") : draft)
                .link("Run, pause, resume", "/schedules")
                .done();
    }
}
