package dev.keelson.http;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.CalibrationFigures;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.monitor.health.HealthCheck;
import dev.keelson.monitor.health.HealthInputs;
import dev.keelson.monitor.health.HealthInputs.Calibration;
import dev.keelson.monitor.health.HealthInputs.Drift;
import dev.keelson.monitor.health.HealthInputs.Performance;
import dev.keelson.monitor.health.HealthInputs.ViewAge;
import dev.keelson.monitor.health.HealthReport;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Health reports of the models of a running product: gathers what is known, judges, and keeps reports. */
public final class HealthReports {
    /** Of so many settled answers the newest are judged. */
    private static final int MOST = 20_000;
    /** Of so many the probabilities are held against what came true. */
    private static final int MOST_CALIBRATED = 5_000;

    private static final int MOST_ALERTS = 100;
    private static final int DRAWS = 100;
    private static final long SEED = 42;
    private static final double CONFIDENCE = 0.95;
    private static final double SMALLEST = 1e-15;
    private static final double TOLERANCE = 0.05;
    private static final Duration MONTH = Duration.ofDays(30);
    private static final double Z = 1.959963984540054;

    private final Backend backend;

    public HealthReports(Backend backend) {
        this.backend = backend;
    }

    /**
     * Judges the champion of a model, as things are now.
     *
     * @throws KeelsonException MODEL_NOT_FOUND; NOT_READY while there is no champion
     */
    public HealthReport judge(String name) {
        ModelDefinition model = model(name);
        ModelVersion champion = backend.alias(name, ModelVersion.CHAMPION)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_READY,
                        "The model (%s) has no champion yet, so there is nothing to judge.".formatted(name),
                        "Maybe run `keelson run`."));
        Instant now = backend.clock().instant();
        List<LoggedPrediction> settled = settled(model, champion);
        return HealthCheck.of(
                new HealthInputs(
                        name,
                        champion.version(),
                        now,
                        champion.trainedTo(),
                        !model.isNumber(),
                        performance(model, champion, settled),
                        model.isNumber() ? null : calibration(model, settled),
                        drift(name),
                        views(name),
                        backend.countPredictions(new PredictionQuery(
                                name, null, null, true, now.minus(MONTH), null, null, null, null, null, null, null, true, 1)),
                        streams(name)),
                backend.project().costs(name));
    }

    /**
     * Judges and keeps the report.
     *
     * @throws KeelsonException as {@link #judge}
     */
    public HealthReport check(String name) {
        HealthReport report = judge(name);
        backend.catalog().update(tx -> tx.putReport(new StoredReport(
                "health-%s-v%d-%s".formatted(name, report.version(), report.at()),
                HealthReport.KIND,
                name,
                report.at(),
                report.verdict(),
                report.toJson().toString())));
        return report;
    }

    /** Kept reports of a model, newest first. */
    public List<StoredReport> history(String name, int limit) {
        return backend.reports(HealthReport.KIND, model(name).name(), limit);
    }

    private ModelDefinition model(String name) {
        LoggedModel.of(backend.project(), name);
        KeelsonException elsewhere = LoggedModel.elsewhere(backend.project(), name);
        if (elsewhere != null) {
            throw elsewhere;
        }
        return backend.project().models().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    private List<LoggedPrediction> settled(ModelDefinition model, ModelVersion champion) {
        return backend.predictions(new PredictionQuery(
                        model.name(), champion.version(), null, true, null, null, true, null, null, null, null, null, true, MOST))
                .stream()
                .filter(each -> truth(model, each) != null)
                .toList();
    }

    /** Position of the class that happened, or the number; null where it is none that the model knows. */
    private static @Nullable Double truth(ModelDefinition model, LoggedPrediction each) {
        String outcome = Objects.requireNonNull(each.outcome(), "settled");
        int size = model.isNumber() ? 1 : model.classes().size();
        if (each.event().probabilities().length != size) {
            return null;
        }
        if (!model.isNumber()) {
            int happened = model.classes().indexOf(outcome);
            return happened < 0 ? null : (Double) (double) happened;
        }
        try {
            double number = Double.parseDouble(outcome);
            return Double.isFinite(number) ? (Double) number : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private @Nullable Performance performance(ModelDefinition model, ModelVersion champion, List<LoggedPrediction> settled) {
        if (settled.isEmpty()) {
            return null;
        }
        String metric = model.isNumber() ? "mse" : "log_loss";
        ToDoubleFunction<LoggedPrediction> loss = each -> {
            double truth = Objects.requireNonNull(truth(model, each));
            double[] told = each.event().probabilities();
            return model.isNumber() ? (told[0] - truth) * (told[0] - truth) : -Math.log(Math.max(SMALLEST, told[(int) truth]));
        };
        Map<LocalDate, List<Double>> byDay = new TreeMap<>();
        settled.forEach(each -> byDay.computeIfAbsent(
                        LocalDate.ofInstant(each.event().eventTime(), backend.project().zone()), none -> new ArrayList<>())
                .add(loss.applyAsDouble(each)));
        double[] losses = new double[settled.size()];
        int[] days = new int[losses.length];
        List<Double> means = new ArrayList<>();
        int row = 0;
        for (List<Double> day : byDay.values()) {
            for (double each : day) {
                losses[row] = each;
                days[row++] = means.size();
            }
            means.add(day.stream().mapToDouble(each -> each).average().orElseThrow());
        }
        Map<String, Double> metrics = backend.run(champion.runId()).map(run -> run.metrics()).orElse(Map.of());
        double tested = metrics.getOrDefault("test_" + metric, Double.NaN);
        double naive = metrics.getOrDefault(
                "baseline/%s/test_%s".formatted(model.isNumber() ? "mean" : "frequencies", metric), Double.NaN);
        double spread = metrics.getOrDefault("test_" + metric + "_upper", Double.NaN) - metrics.getOrDefault("test_" + metric + "_lower", Double.NaN);
        Interval interval = ClusteredMean.of(losses, days).interval(CONFIDENCE);
        return new Performance(
                metric,
                interval.estimate(),
                interval.lower(),
                interval.upper(),
                losses.length,
                means.size(),
                tested,
                naive,
                DecayCheck.check(
                        means.stream().mapToDouble(each -> each).toArray(),
                        tested,
                        Double.isFinite(spread) ? Math.max(0, spread / (2 * Z)) : 0,
                        tolerance(model.name())));
    }

    private double tolerance(String model) {
        return backend.project().decay().stream()
                .filter(monitor -> monitor.models().contains(model))
                .mapToDouble(DecayMonitorDefinition::worseBy)
                .findFirst()
                .orElse(TOLERANCE);
    }

    private @Nullable Calibration calibration(ModelDefinition model, List<LoggedPrediction> settled) {
        List<LoggedPrediction> newest = settled.subList(0, Math.min(MOST_CALIBRATED, settled.size()));
        if (newest.isEmpty()) {
            return null;
        }
        int n = newest.size();
        int k = model.classes().size();
        double[] all = new double[n * k];
        int[] labels = new int[n];
        double[] confidence = new double[n];
        boolean[] right = new boolean[n];
        int[] days = new int[n];
        for (int i = 0; i < n; i++) {
            double[] told = newest.get(i).event().probabilities();
            double sum = Arrays.stream(told).sum();
            for (int c = 0; c < k; c++) {
                all[i * k + c] = told[c] / sum;
            }
            labels[i] = (int) (double) Objects.requireNonNull(truth(model, newest.get(i)));
            int judged = k == 2 ? 1 : newest.get(i).event().predicted(); // of two classes the second, over its whole range
            confidence[i] = all[i * k + judged];
            right[i] = labels[i] == judged;
            days[i] = (int) (newest.get(i).event().eventTime().getEpochSecond() / Duration.ofDays(1).toSeconds());
        }
        CalibrationFigures figures = CalibrationFigures.of(confidence, right, days, DRAWS, CONFIDENCE, SEED);
        return new Calibration(Brier.of(all, k, labels) / 2, figures.ece(), figures.eceFloor(), figures.ecePValue(), n);
    }

    /** Alerts of its streams that are not resolved. */
    private List<String> streams(String model) {
        Set<Alert.State> standing = EnumSet.complementOf(EnumSet.of(Alert.State.RESOLVED));
        return backend.catalog().read(tx -> tx.alerts().alerts(new AlertQuery(standing, "drift", model, null, MOST_ALERTS))).stream()
                .filter(each -> each.cause().startsWith("stream/"))
                .map(Alert::title)
                .toList();
    }

    private @Nullable Drift drift(String model) {
        List<StoredReport> stored = backend.reports("drift", model, 1);
        if (stored.isEmpty()) {
            return null;
        }
        DriftReport report = DriftReport.fromJson(stored.getFirst().document());
        double all = report.features().stream().mapToDouble(FeatureDrift::importance).filter(Double::isFinite).sum();
        ToDoubleFunction<FeatureDrift> weight =
                each -> all > 0 ? each.importance() / all : 1.0 / report.features().size();
        return new Drift(
                report.version(),
                report.at(),
                report.verdict(),
                report.reason(),
                report.features().size(),
                report.alarming().stream().map(FeatureDrift::name).toList(),
                share(report, weight, FeatureDrift::alarms),
                share(report, weight, each -> each.severity() == FeatureDrift.Severity.WARNING));
    }

    private static double share(
            DriftReport report, ToDoubleFunction<FeatureDrift> weight, Predicate<FeatureDrift> which) {
        return report.features().stream().filter(which).mapToDouble(weight).filter(Double::isFinite).sum();
    }

    private List<ViewAge> views(String model) {
        FeatureServing features = backend.features();
        if (features == null) {
            return List.of();
        }
        Map<String, Duration> limits = new HashMap<>();
        for (FeatureViewDefinition view : backend.project().views()) {
            limits.put(view.name(), view.ttl() == null ? Duration.ZERO : view.ttl());
        }
        for (SqlViewDefinition view : backend.project().sqlViews()) {
            limits.put(view.name(), view.ttl() == null ? Duration.ZERO : view.ttl());
        }
        Set<String> used = new LinkedHashSet<>();
        backend.usedFeatures(model).forEach(address -> used.add(address.substring(0, Math.max(0, address.indexOf(':')))));
        return used.stream()
                .filter(limits::containsKey)
                .sorted(Comparator.naturalOrder())
                .map(view -> {
                    Duration limit = limits.getOrDefault(view, Duration.ZERO);
                    return new ViewAge(view, features.freshnessSeconds(view), limit.isZero() ? Double.NaN : limit.toSeconds());
                })
                .toList();
    }
}
