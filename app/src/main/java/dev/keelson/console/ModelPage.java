package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Charts.Level;
import dev.keelson.console.Charts.ReliabilityPoint;
import dev.keelson.console.view.Fact;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.ModelView;
import dev.keelson.console.view.Shell;
import dev.keelson.registry.ServiceHistory;
import dev.keelson.http.Backend;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingOutcome;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model: versions, metrics against baselines, reliability, decisions. */
final class ModelPage {
    private static final int SHOWN = 50;

    private final Backend backend;
    private final ModelDefinition model;
    private final ZoneId zone;

    ModelPage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
    }

    ModelView view(Shell shell) {
        String name = model.name();
        ModelVersion champion = backend.alias(name, ModelVersion.CHAMPION).orElse(null);
        ModelVersion challenger = backend.alias(name, ModelVersion.CHALLENGER).orElse(null);
        Run run = champion == null ? null : backend.run(champion.runId()).orElse(null);
        RunMetrics metrics = run == null ? null : new RunMetrics(run);
        LiveLoss live = LiveLoss.of(backend, model, zone);
        List<StoredReport> decay = backend.reports("decay", name, 1);
        List<String> columns = new ArrayList<>();
        if (champion != null && metrics != null) {
            columns.add("v" + champion.version());
            columns.addAll(metrics.baselines());
        }
        List<AuditEntry> audit = backend.audit(name, Integer.MAX_VALUE);
        return new ModelView(
                shell,
                champion == null ? null : "v" + champion.version(),
                facts(champion, challenger),
                Reports.latest(backend.reports("drift", name, 1)),
                Reports.latest(backend.reports("label_shift", name, 1)),
                OverviewPage.health(champion, decay, live),
                columns,
                metrics == null ? List.of() : metrics.table(),
                metrics == null
                        ? ""
                        : "On the untouched test period of the run"
                                + (Double.isFinite(metrics.own("n"))
                                        ? ", " + Text.count(Math.round(metrics.own("n"))) + " rows"
                                        : "")
                                + "; 95 % intervals, clustered by day.",
                losses(live, metrics),
                live.n() == 0
                        ? ""
                        : "Log loss of the last %s settled predictions: %s (95 %% interval %s). Dots are single weeks; the line takes %d weeks together, with its 95 %% interval, clustered by day."
                                .formatted(
                                        Text.count(live.n()),
                                        Text.fixed(live.mean(), 4),
                                        Text.interval(live.lower(), live.upper(), 4),
                                        LiveLoss.SMOOTHED),
                run == null ? List.of() : reliability(run),
                backend.versions(name).stream()
                        .limit(SHOWN)
                        .map(version -> version(version, champion, challenger))
                        .toList(),
                audit.stream().limit(SHOWN).map(this::decision).toList(),
                before(champion, audit));
    }

    private List<Fact> facts(@Nullable ModelVersion champion, @Nullable ModelVersion challenger) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Predicts", model.label().address()
                        + (model.isNumber() ? ", a number" : " (" + String.join(", ", model.classes()) + ")")));
        if (champion != null) {
            facts.add(Fact.of("Champion", "v" + champion.version() + ", " + champion.kind().name().toLowerCase(Locale.ROOT)));
            facts.add(Fact.of("Trained with outcomes to", Text.day(champion.trainedTo(), zone)));
            facts.add(new Fact("Model", champion.sha256().substring(0, Math.min(12, champion.sha256().length())), true));
        }
        facts.add(Fact.of("Challenger", challenger == null ? "none" : "v" + challenger.version() + ", in shadow"));
        return facts;
    }

    private static Markup losses(LiveLoss live, @Nullable RunMetrics metrics) {
        if (live.n() == 0) {
            return Markup.EMPTY;
        }
        List<Level> levels = new ArrayList<>();
        if (metrics != null) {
            if (Double.isFinite(metrics.own("log_loss"))) {
                levels.add(new Level("tested", metrics.own("log_loss"), "dashed"));
            }
            if (Double.isFinite(metrics.baseline("frequencies", "log_loss"))) {
                levels.add(new Level("frequencies", metrics.baseline("frequencies", "log_loss"), "dotted"));
            }
        }
        return Charts.losses(live.weeks(), levels, "log loss");
    }

    private List<Markup> reliability(Run run) {
        Optional<byte[]> bytes = run.artifacts().stream()
                .filter(artifact -> artifact.path().endsWith("reliability.json"))
                .findFirst()
                .flatMap(artifact -> backend.artifact(artifact.sha256()));
        if (bytes.isEmpty()) {
            return List.of();
        }
        JsonNode document = Documents.read(new String(bytes.get(), StandardCharsets.UTF_8));
        List<Markup> charts = new ArrayList<>();
        if (document.isArray()) {
            document.forEach(entry -> chart(entry.path("name").asText(), entry.path("bins"), charts));
        } else {
            document.properties().forEach(entry -> chart(
                    entry.getKey(),
                    entry.getValue().isArray() ? entry.getValue() : entry.getValue().path("bins"),
                    charts));
        }
        return charts;
    }

    private static void chart(String label, JsonNode bins, List<Markup> charts) {
        List<ReliabilityPoint> points = new ArrayList<>();
        bins.forEach(bin -> points.add(new ReliabilityPoint(
                bin.path("mean_forecast").asDouble(),
                bin.path("observed").asDouble(),
                bin.path("observed_lower").asDouble(),
                bin.path("observed_upper").asDouble(),
                bin.path("count").asLong())));
        if (!points.isEmpty()) {
            charts.add(Charts.reliability(label.equals(TrainingOutcome.TOP) ? "most probable class" : label, points));
        }
    }

    private ModelView.Version version(
            ModelVersion version, @Nullable ModelVersion champion, @Nullable ModelVersion challenger) {
        RunMetrics metrics = backend.run(version.runId()).map(RunMetrics::new).orElse(null);
        String role = champion != null && champion.version() == version.version()
                ? ModelVersion.CHAMPION
                : challenger != null && challenger.version() == version.version() ? ModelVersion.CHALLENGER : "";
        return new ModelView.Version(
                "v" + version.version(),
                role,
                version.kind().name().toLowerCase(Locale.ROOT),
                Text.day(version.trainedTo(), zone),
                metrics == null ? Text.NONE : Text.fixed(metrics.own("log_loss"), 4),
                metrics == null ? Text.NONE : Text.percent(metrics.own("accuracy")),
                version.runId(),
                version.runId().substring(0, Math.min(8, version.runId().length())),
                version.sha256().substring(0, Math.min(12, version.sha256().length())));
    }

    private ModelView.Decision decision(AuditEntry entry) {
        return new ModelView.Decision(
                Text.minute(entry.at(), zone),
                entry.actor(),
                Badges.action(entry.action()),
                entry.version() == null ? Text.NONE : "v" + entry.version(),
                entry.reason(),
                Documents.facts(entry.evidence(), zone));
    }

    /** The version that a rollback would lead to. */
    private static @Nullable String before(@Nullable ModelVersion champion, List<AuditEntry> audit) {
        return champion == null
                ? null
                : ServiceHistory.of(audit, champion.version()).before().map(number -> "v" + number).orElse(null);
    }
}
