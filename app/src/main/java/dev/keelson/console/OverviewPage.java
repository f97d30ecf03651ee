package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.console.view.Attention;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.OverviewView;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.health.HealthReport;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One row for each model, and what needs a person. */
final class OverviewPage {
    private static final int WEEKS = 26;

    private final Backend backend;
    private final NeedsYou needs;
    private final ZoneId zone;

    OverviewPage(Backend backend) {
        this.backend = backend;
        this.needs = new NeedsYou(backend);
        this.zone = backend.project().zone();
    }

    OverviewView view(Shell shell) {
        List<Attention> first = new ArrayList<>();
        String notReady = backend.notReadyReason();
        if (notReady != null) {
            first.add(new Attention(new Badge(Level.HIGH, "not ready"), notReady, "/", "keelson run"));
        }
        first.addAll(needs.newest());
        List<Attention> attention = new ArrayList<>();
        List<OverviewView.Row> rows = new ArrayList<>();
        for (ModelDefinition model : backend.project().models()) {
            rows.add(row(model, attention));
        }
        List<OverviewView.Elsewhere> elsewhere = new ArrayList<>();
        for (LoggedModel model : LoggedModel.all(backend.project())) {
            if (model.elsewhere()) {
                elsewhere.add(elsewhere(model.name(), attention));
            }
        }
        loads(attention);
        attention.sort(Comparator.comparing(item -> item.badge().level()));
        first.addAll(attention);
        return new OverviewView(shell, first, needs.more(), rows, elsewhere);
    }

    /** A model that others serve: what was handed in, and what checks said of it. */
    private OverviewView.Elsewhere elsewhere(String name, List<Attention> attention) {
        List<StoredReport> drift = backend.reports("drift", name, 1);
        List<StoredReport> decay = backend.reports("decay", name, 1);
        List<StoredReport> health = backend.reports(HealthReport.KIND, name, 1);
        String page = "/models/" + Paging.encoded(name);
        attend(attention, name, drift, "alarm", "reason", "drift", page + "/drift", "keelson drift check --model " + name);
        attend(attention, name, decay, "decayed", "reason", "decayed", page + "/performance", "keelson performance show " + name);
        long predictions = backend.countPredictions(new PredictionQuery(name, null, null, null, null, null, null, true, 1));
        return new OverviewView.Elsewhere(
                name,
                Text.count(predictions),
                Reports.latest(drift),
                drift.isEmpty() ? "" : Text.day(drift.getFirst().at(), zone),
                Reports.latest(decay),
                decay.isEmpty() ? "" : Text.day(decay.getFirst().at(), zone),
                HealthSections.badge(health.isEmpty() ? JsonNodeFactory.instance.objectNode() : Documents.read(health.getFirst().document())),
                health.isEmpty() ? "" : Text.day(health.getFirst().at(), zone));
    }

    private OverviewView.Row row(ModelDefinition model, List<Attention> attention) {
        String name = model.name();
        ModelVersion champion = backend.alias(name, ModelVersion.CHAMPION).orElse(null);
        ModelVersion challenger = backend.alias(name, ModelVersion.CHALLENGER).orElse(null);
        List<StoredReport> drift = backend.reports("drift", name, 1);
        List<StoredReport> decay = backend.reports("decay", name, 1);
        List<StoredReport> labels = backend.reports("label_shift", name, 1);
        LiveLoss live = LiveLoss.of(backend, model, zone);
        attend(attention, name, drift, "alarm", "reason", "drift", "/models/" + name + "/drift", "keelson drift check --model " + name);
        attend(attention, name, decay, "decayed", "reason", "decayed", "/models/" + name, null);
        attend(attention, name, labels, "shifted", "sentence", "outcomes", "/models/" + name, null);
        if (champion == null) {
            attention.add(new Attention(
                    new Badge(Level.MODERATE, "no model"),
                    name + " has no version that serves.",
                    "/models/" + name,
                    "keelson run"));
        }
        RunMetrics metrics = champion == null
                ? null
                : backend.run(champion.runId()).map(RunMetrics::new).orElse(null);
        String baselines = "";
        double tested = Double.NaN;
        if (metrics != null) {
            tested = metrics.own("log_loss");
            baselines = metrics.baselines().stream()
                    .filter(other -> Double.isFinite(metrics.baseline(other, "log_loss")))
                    .map(other -> other + " " + Text.fixed(metrics.baseline(other, "log_loss"), 4))
                    .collect(Collectors.joining(", "));
        }
        List<ModelVersion> versions = backend.versions(name);
        return new OverviewView.Row(
                name,
                champion == null ? null : "v" + champion.version(),
                challenger == null ? null : "v" + challenger.version(),
                health(champion, decay, live),
                Text.fixed(live.mean(), 4),
                live.n() == 0 ? "no outcome yet" : detail(live),
                baselines,
                Double.isFinite(tested) ? "dashed: tested " + Text.fixed(tested, 4) : "",
                Charts.sparkline(
                        live.lastWeeks(WEEKS),
                        tested,
                        "Log loss of %s over the last %d weeks, dashed: when it was tested".formatted(name, WEEKS)),
                Reports.latest(drift),
                drift.isEmpty() ? "" : Text.day(drift.getFirst().at(), zone),
                Reports.latest(labels),
                versions.isEmpty() ? Text.NONE : Text.day(versions.getFirst().trainedTo(), zone));
    }

    private static String detail(LiveLoss live) {
        String interval = Text.interval(live.lower(), live.upper(), 3);
        return Text.count(live.n()) + " outcomes" + (interval.equals(Text.NONE) ? "" : ", " + interval);
    }

    /** One sentence on how the model does. */
    static String health(@Nullable ModelVersion champion, List<StoredReport> decay, LiveLoss live) {
        if (champion == null) {
            return "Nothing serves yet: no version has been trained.";
        }
        if (!decay.isEmpty()) {
            String reason = Documents.read(decay.getFirst().document()).path("reason").asText("");
            if (!reason.isEmpty()) {
                return reason;
            }
        }
        return live.n() == 0
                ? "Serving; no outcome has arrived yet, so its performance is not known."
                : "Serving; its decay has not been checked yet.";
    }

    private void attend(
            List<Attention> attention,
            String model,
            List<StoredReport> reports,
            String verdict,
            String field,
            String word,
            String link,
            @Nullable String command) {
        if (!reports.isEmpty() && reports.getFirst().verdict().equals(verdict) && !needs.tells(reports.getFirst().kind() + "/" + model)) {
            String reason = Documents.read(reports.getFirst().document()).path(field).asText("");
            attention.add(new Attention(new Badge(Level.HIGH, word), model + ": " + reason, link, command));
        }
    }

    /** Rows set aside by the latest load of each source. */
    private void loads(List<Attention> attention) {
        backend.project().sources().forEach(source -> {
            for (StoredReport load : backend.reports("load", source.name(), 1)) {
                JsonNode document = Documents.read(load.document());
                JsonNode node = document.has("rows_quarantined") ? document.get("rows_quarantined") : document.path("quarantined");
                long rows = node.isArray() ? node.size() : node.asLong(0);
                if (rows > 0) {
                    attention.add(new Attention(
                            new Badge(Level.MODERATE, "data"),
                            "%s rows of %s were set aside by the load of %s."
                                    .formatted(Text.count(rows), source.name(), Text.minute(load.at(), zone)),
                            "/review?source=" + source.name(),
                            "keelson data review list --source " + source.name()));
                }
            }
        });
    }
}
