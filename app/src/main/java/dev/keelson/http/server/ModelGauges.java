package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.job.Planner;
import dev.keelson.http.Backend;
import dev.keelson.http.JobKind;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.Measurement;
import dev.keelson.http.Measurement.Kind;
import dev.keelson.http.Measurement.Sample;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.monitor.health.HealthReport;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.job.JobQuery;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the models, in the text format of Prometheus: drift and health by their newest reports, trainings, sizes. It
 * computes nothing of its own and is made anew at most twice a minute, so that scrapes cost next to nothing however many features
 * there are. Of each model at most {@value #MOST_FEATURES} features are told, the worst ones. Safe for use by several threads.
 */
final class ModelGauges {
    static final int MOST_FEATURES = 1_000;
    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final List<String> TRAINING_JOBS = List.of("retrain", "update", "reinforce");

    private final Backend backend;
    private String text = "";
    private @Nullable Instant madeAt;

    ModelGauges(Backend backend) {
        this.backend = backend;
    }

    /** Everything, not older than half a minute. */
    synchronized String scrape() {
        Instant now = backend.clock().instant();
        Instant made = madeAt;
        if (made == null || now.isBefore(made) || !now.isBefore(made.plus(KEPT))) {
            text = Measurement.text(measured());
            madeAt = now;
        }
        return text;
    }

    private List<Measurement> measured() {
        Gathered gathered = new Gathered();
        for (ModelDefinition model : backend.project().models()) {
            String name = model.name();
            backend.alias(name, ModelVersion.CHAMPION).ifPresent(champion -> {
                gathered.gauge("model_champion_version", "The version that serves", champion.version(), "model", name);
                drift(gathered, name, champion.version());
                health(gathered, name, champion.version());
                backend.run(champion.runId()).ifPresent(run -> sizes(gathered, name, champion, run));
            });
            trainings(gathered, name);
        }
        LoggedModel.all(backend.project()).stream().filter(LoggedModel::elsewhere).forEach(model -> {
            drift(gathered, model.name(), 0);
            health(gathered, model.name(), 0);
        });
        return gathered.all();
    }

    private void drift(Gathered gathered, String model, int version) {
        List<StoredReport> stored = backend.reports("drift", model, 1);
        if (stored.isEmpty()) {
            return;
        }
        DriftReport report = DriftReport.fromJson(stored.getFirst().document());
        if (report.version() != version || report.verdict() == DriftReport.Verdict.INSUFFICIENT) {
            return;
        }
        String help = "How far a feature moved: Kolmogorov-Smirnov D, of categories the Jensen-Shannon distance, or the change of its missing share where that is larger; overall is their mean";
        double sum = 0;
        int known = 0;
        int told = 0;
        for (FeatureDrift feature : report.features()) { // the worst first
            double score = feature.moved();
            if (!Double.isFinite(score)) {
                continue;
            }
            sum += score;
            known++;
            if (told++ < MOST_FEATURES) {
                gathered.gauge("model_drift_score", help, score, "model", model, "feature", feature.name());
            }
        }
        if (known > 0) {
            gathered.gauge("model_drift_score", help, sum / known, "model", model, "feature", "overall");
        }
        gathered.gauge(
                "model_drift_report_timestamp_seconds", "When drift was checked last", (double) report.at().getEpochSecond(), "model", model);
    }

    private void health(Gathered gathered, String model, int version) {
        List<StoredReport> stored = backend.reports(HealthReport.KIND, model, 1);
        if (stored.isEmpty()) {
            return;
        }
        JsonNode report = Json.stored(stored.getFirst().document());
        if (report.path("version").asInt() != version) {
            return;
        }
        gathered.gauge(
                "model_health_report_timestamp_seconds", "When health was judged last",
                (double) stored.getFirst().at().getEpochSecond(), "model", model);
        score(gathered, "model_performance_score", "Share of the tested advantage over a naive forecast that is left, 0 to 1",
                report.at("/scores/performance/score"), "model", model);
        score(gathered, "model_calibration_error", "Brier score on settled answers, 0 to 1", report.at("/figures/calibration/brier"), "model", model);
        String help = "Health by part, 0 to 1";
        score(gathered, "model_health_score", help, report.at("/overall/score"), "model", model, "part", "overall");
        report.path("scores").properties().forEach(part ->
                score(gathered, "model_health_score", help, part.getValue().path("score"), "model", model, "part", part.getKey()));
        if (report.path("requires_retraining").isBoolean()) {
            gathered.gauge(
                    "model_retraining_required", "1 when the version that serves should be trained anew",
                    report.path("requires_retraining").asBoolean() ? 1 : 0, "model", model);
        }
    }

    private static void score(Gathered gathered, String name, String help, JsonNode value, String... labels) {
        if (value.isNumber()) { // what is unknown is not told, so that no rule takes it for 0
            gathered.gauge(name, help, value.asDouble(), labels);
        }
    }

    private static void sizes(Gathered gathered, String model, ModelVersion champion, Run run) {
        long all = 0;
        for (var artifact : run.artifacts()) {
            all += artifact.bytes();
            if (artifact.sha256().equals(champion.sha256())) {
                gathered.gauge("model_size_bytes", "Size of the model that serves", (double) artifact.bytes(), "model", model);
            }
        }
        gathered.gauge("model_artifacts_size_bytes", "Size of all files of its run", (double) all, "model", model);
        Instant ended = run.endedAt();
        if (ended != null) {
            gathered.gauge(
                    "model_training_duration_seconds", "How long the version that serves took to train",
                    Duration.between(run.startedAt(), ended).toMillis() / 1_000.0, "model", model);
        }
    }

    private void trainings(Gathered gathered, String model) {
        Map<String, Integer> outcomes = new TreeMap<>(Map.of("registered", 0, "failed", 0));
        backend.reports(JobKind.TRAINING.report(), model, Integer.MAX_VALUE)
                .forEach(report -> outcomes.merge(report.verdict(), 1, Integer::sum));
        for (String kind : TRAINING_JOBS) {
            int failed = backend.catalog().read(tx -> tx.jobs()
                    .jobs(new JobQuery(Set.of(Job.State.FAILED), kind, Planner.subject(model), null, null, Integer.MAX_VALUE))
                    .size());
            outcomes.merge("failed", failed, Integer::sum);
        }
        outcomes.forEach((outcome, count) -> gathered.counter(
                "model_retrainings_total", "Trainings asked of the server, by what came of them", count, "model", model, "outcome", outcome));
    }

    /** Measurements while they are gathered, each name once. */
    private static final class Gathered {
        private final Map<String, Measurement> heads = new LinkedHashMap<>();
        private final Map<String, List<Sample>> samples = new LinkedHashMap<>();

        void gauge(String name, String help, double value, String... labels) {
            add(name, Kind.GAUGE, help, value, labels);
        }

        void counter(String name, String help, double value, String... labels) {
            add(name, Kind.COUNTER, help, value, labels);
        }

        private void add(String name, Kind kind, String help, double value, String... labels) {
            heads.computeIfAbsent(name, none -> new Measurement(name, kind, help, List.of()));
            Map<String, String> named = new LinkedHashMap<>();
            for (int i = 0; i + 1 < labels.length; i += 2) {
                named.put(labels[i], labels[i + 1]);
            }
            samples.computeIfAbsent(name, none -> new ArrayList<>()).add(new Sample(named, value));
        }

        List<Measurement> all() {
            return heads.values().stream()
                    .map(head -> new Measurement(head.name(), head.kind(), head.help(), samples.getOrDefault(head.name(), List.of())))
                    .toList();
        }
    }
}
