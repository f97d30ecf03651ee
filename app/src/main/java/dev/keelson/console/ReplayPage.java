package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Charts.Compared;
import dev.keelson.console.Charts.Strip;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.MetricRow;
import dev.keelson.console.view.ReplayView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Shell;
import dev.keelson.control.DriftCounts;
import dev.keelson.control.PromotionDecision;
import dev.keelson.control.StepRecord;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Jobs.Job;
import dev.keelson.http.Jobs.State;
import dev.keelson.http.ReplayRequest;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.ModelDefinition;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A replay of the loop: what it saw and did, and whether that was better than doing nothing. */
final class ReplayPage {
    private static final String KIND = "replay_step";
    private static final Set<String> BASELINES = Set.of("market", "frequencies", "mean");
    private static final String OWN = "this_policy";

    private final Backend backend;
    private final ModelDefinition model;

    ReplayPage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
    }

    ReplayView view(Shell shell, @Nullable String id, boolean all) {
        Optional<Job<ReplayRequest>> last = backend.replayRuns().list().stream()
                .filter(job -> job.request().allModels() || job.request().model().equals(model.name()))
                .findFirst();
        List<String> replays = replays();
        String replay = id == null ? latest(replays) : id;
        List<StepRecord> steps = replay == null ? List.of() : steps(replay);
        if (id != null && steps.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND, "There is no replay (%s) of %s.".formatted(id, model.name()), null);
        }
        JsonNode comparison = replay == null
                ? null
                : backend.report("comparison-%s-%s".formatted(replay, model.name()))
                        .map(report -> Documents.read(report.document()))
                        .orElse(null);
        List<Compared> chart = new ArrayList<>();
        List<ReplayView.Compared> rows = new ArrayList<>();
        if (comparison != null) {
            comparison.path("rows").properties().forEach(entry -> add(entry.getKey(), entry.getValue(), chart, rows));
        }
        List<ReplayView.Step> listed = steps.reversed().stream()
                .filter(step -> all || eventful(step))
                .map(ReplayPage::step)
                .toList();
        return new ReplayView(
                shell,
                replay == null || steps.isEmpty() ? "" : replay,
                replay == null || steps.isEmpty()
                        ? ""
                        : "%s to %s, %d steps: %s"
                                .formatted(
                                        begin(replay),
                                        steps.getLast().date(),
                                        steps.size(),
                                        DriftCounts.of(steps).sentence()),
                comparison == null ? "" : comparison.path("verdict").asText(""),
                chart.isEmpty() ? Markup.EMPTY : Charts.intervals(chart, RunMetrics.name(metrics().getFirst()) + " (lower is better)", 4),
                metrics().stream().map(RunMetrics::name).toList(),
                rows,
                steps.isEmpty() ? Markup.EMPTY : Charts.strip(steps.stream().map(ReplayPage::strip).toList()),
                listed,
                all,
                steps.size(),
                replays.stream().filter(each -> !each.equals(replay)).toList(),
                last.filter(job -> job.state() != State.DONE).map(this::state).stream().toList(),
                HistoryForms.replay(backend.project(), "/models/" + model.name() + "/replay"),
                last.filter(JobText::running).isPresent());
    }

    /** Of the replay that was asked for last: how far it is, or why it ended before its end. */
    private Section state(Job<ReplayRequest> job) {
        boolean stopping = JobText.stopping(job);
        String day = stopping ? null : job.progress().stage();
        SectionDraft section = new SectionDraft("Replay").badge(JobText.badge(job.state()));
        return switch (job.state()) {
            case RUNNING, DONE -> section.lead(job.progress().of() == 0
                            ? "Begun %s: the history is read.".formatted(Text.minute(job.startedAt(), backend.project().zone()))
                            : "Since %s: %d of %d steps%s%s."
                                    .formatted(
                                            Text.minute(job.startedAt(), backend.project().zone()),
                                            job.progress().done(),
                                            job.progress().of(),
                                            day == null ? "" : ", to " + day,
                                            stopping ? ", stopping" : ""))
                    .done();
            case CANCELLED -> section.lead("It was stopped at step %d of %d; asked for again it goes on from there."
                            .formatted(job.progress().done(), job.progress().of()))
                    .done();
            case FAILED -> section.lead(JobText.failure(job)).done();
        };
    }

    /** The latest in which this model took part: a comparison of policies replays one model alone. */
    private @Nullable String latest(List<String> replays) {
        return replays.stream()
                .filter(replay -> backend.reports(KIND, replay, 1).stream()
                        .anyMatch(report -> Documents.read(report.document())
                                .path("models")
                                .path(model.name())
                                .isObject()))
                .findFirst()
                .orElse(replays.isEmpty() ? null : replays.getFirst());
    }

    /** The replays with steps, the one that ran last first. */
    private List<String> replays() {
        return backend.reports(KIND, null, Integer.MAX_VALUE).stream()
                .map(StoredReport::subject)
                .distinct()
                .toList();
    }

    private List<StepRecord> steps(String replay) {
        List<StepRecord> steps = new ArrayList<>();
        for (StoredReport report : backend.reports(KIND, replay, Integer.MAX_VALUE)) {
            JsonNode record = Documents.read(report.document()).path("models").path(model.name());
            if (record.isObject()) {
                steps.addFirst(StepRecord.fromJson(record));
            }
        }
        return steps;
    }

    /** The first day of a replay: its first report is made when its first step begins, the others when one ends. */
    private LocalDate begin(String replay) {
        return backend.reports(KIND, replay, Integer.MAX_VALUE)
                .getLast()
                .at()
                .atZone(backend.project().zone())
                .toLocalDate();
    }

    /** What policies are compared by, the first of which is drawn. */
    private List<String> metrics() {
        return model.isNumber() ? List.of("rmse", "mae") : List.of("log_loss", "brier", "rps", "accuracy");
    }

    private void add(String name, JsonNode row, List<Compared> chart, List<ReplayView.Compared> rows) {
        String drawn = metrics().getFirst();
        JsonNode bounds = row.path(drawn + "_interval");
        String words = Text.words(name);
        chart.add(new Compared(
                words,
                row.path(drawn).asDouble(Double.NaN),
                bounds.path(0).asDouble(Double.NaN),
                bounds.path(1).asDouble(Double.NaN),
                name.equals(OWN),
                BASELINES.contains(name)));
        List<MetricRow.Cell> scores = new ArrayList<>();
        for (String metric : metrics()) {
            JsonNode interval = row.path(metric + "_interval");
            scores.add(RunMetrics.cell(
                    metric,
                    row.path(metric).asDouble(Double.NaN),
                    interval.path(0).asDouble(Double.NaN),
                    interval.path(1).asDouble(Double.NaN)));
        }
        double profit = row.path("profit").asDouble(Double.NaN);
        rows.add(new ReplayView.Compared(
                words,
                name.equals(OWN),
                Text.count(row.path("n").asLong()),
                scores,
                Double.isFinite(profit) ? String.format(Locale.ROOT, "%+,.1f", profit) : Text.NONE,
                row.has("bets") ? Text.count(row.path("bets").asLong()) : Text.NONE));
    }

    private static boolean eventful(StepRecord step) {
        return step.retrained() != null
                || step.drift().equals("alarm")
                || step.decay().equals("decayed")
                || step.decision().equals("canary")
                || step.decision().equals("promote")
                || step.decision().equals("reject")
                || step.decision().equals("expired");
    }

    private static Strip strip(StepRecord step) {
        return new Strip(
                step.date(),
                step.drift(),
                step.decay(),
                labels(step),
                step.retrained() == null ? 0 : step.retrained(),
                step.decision(),
                step.champion());
    }

    private static String labels(StepRecord step) {
        return step.labelShift() == null ? "off" : step.labelShift().path("verdict").asText("off");
    }

    private static ReplayView.Step step(StepRecord step) {
        List<String> reasons = new ArrayList<>();
        if (step.drift().equals("alarm") || step.drift().equals("warning")) {
            reasons.add("Drift: " + step.driftReason());
        }
        if (!step.decay().equals("none") && !step.decay().equals("off")) {
            reasons.add("Decay: " + step.decayReason());
        }
        if (step.labelShift() != null && labels(step).equals("shifted")) {
            reasons.add("Outcomes: " + step.labelShift().path("sentence").asText(""));
        }
        if (!step.retrainReason().isEmpty()) {
            reasons.add((step.retrained() == null ? "Not retrained: " : "Retrained: ") + step.retrainReason());
        }
        if (!step.decisionReason().isEmpty()) {
            reasons.add(PromotionDecision.verdictOf(step.decision()) + ": " + step.decisionReason());
        }
        return new ReplayView.Step(
                step.date().toString(),
                Badges.verdict(step.drift()),
                Badges.verdict(step.decay()),
                Badges.verdict(labels(step)),
                step.retrained() == null ? "" : "v" + step.retrained(),
                step.decision().equals("none") ? "" : PromotionDecision.verdictOf(step.decision()),
                "v" + step.champion(),
                reasons);
    }
}
