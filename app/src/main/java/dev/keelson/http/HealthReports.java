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
import java.util.SortedMap;
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
     * Judges the champion of a model, as things are now, or all answers of one that others serve.
     *
     * @throws KeelsonException MODEL_NOT_FOUND; NOT_READY while there is no champion
     */
    public HealthReport judge(String name) {
        LoggedModel model = LoggedModel.of(backend.project(), name);
        ModelVersion champion = model.elsewhere() ? null : champion(name);
        Instant now = backend.clock().instant();
        List<LoggedPrediction> settled = settled(model, champion);
        return HealthCheck.of(
                new HealthInputs(
                        name,
                        champion == null ? 0 : champion.version(),
                        now,
                        champion == null ? null : champion.trainedTo(),
                        !model.isNumber(),
                        champion == null ? performance(model, settled) : performance(model, champion, settled),
                        model.isNumber() ? null : calibration(model, settled),
                        drift(name),
                        champion == null ? List.of() : views(name),
                        backend.countPredictions(new PredictionQuery(
                                name, null, null, true, now.minus(MONTH), null, null, null, null, null, null, null, true, 1)),
                        streams(name)),
                backend.project().costs(name));
    }

    private ModelVersion champion(String name) {
        return backend.alias(name, ModelVersion.CHAMPION)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_READY,
                        "The model (%s) has no champion yet, so there is nothing to judge.".formatted(name),
                        "Maybe run `keelson run`."));
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
        return backend.reports(HealthReport.KIND, LoggedModel.of(backend.project(), name).name(), limit);
    }

    private List<LoggedPrediction> settled(LoggedModel model, @Nullable ModelVersion champion) {
        return settled(model, champion == null ? null : (Integer) champion.version(), null, true);
    }

    private List<LoggedPrediction> settled(
            LoggedModel model, @Nullable Integer version, @Nullable Instant from, boolean newestFirst) {
        return backend.predictions(new PredictionQuery(
                        model.name(), version, null, true, from, null, true, null, null, null, null, null, newestFirst, MOST))
                .stream()
                .filter(each -> truth(model, each) != null)
                .toList();
    }

    /** Position of the class that happened, or the number; null where it is none that the model knows. */
    private static @Nullable Double truth(LoggedModel model, LoggedPrediction each) {
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

    /** Losses by day, in the order of the days. */
    private record Losses(SortedMap<LocalDate, List<Double>> byDay) {
        private ClusteredMean mean() {
            double[] losses = byDay.values().stream().flatMap(List::stream).mapToDouble(each -> each).toArray();
            int[] days = new int[losses.length];
            int row = 0;
            int day = 0;
            for (List<Double> each : byDay.values()) {
                Arrays.fill(days, row, row + each.size(), day++);
                row += each.size();
            }
            return ClusteredMean.of(losses, days);
        }

        private double[] means() {
            return byDay.values().stream()
                    .mapToDouble(day -> day.stream().mapToDouble(each -> each).average().orElseThrow())
                    .toArray();
        }
    }

    private Losses losses(LoggedModel model, List<LoggedPrediction> settled) {
        return byDay(settled, each -> loss(model, each.event().probabilities(), known(model, each)));
    }

    /** How much less it lost than telling how frequent classes are among the same answers, or their mean. */
    private Losses advantages(LoggedModel model, List<LoggedPrediction> settled) {
        double[] naive = naive(model, settled);
        return byDay(settled, each -> {
            double truth = known(model, each);
            return loss(model, naive, truth) - loss(model, each.event().probabilities(), truth);
        });
    }

    private Losses byDay(List<LoggedPrediction> settled, ToDoubleFunction<LoggedPrediction> figure) {
        SortedMap<LocalDate, List<Double>> byDay = new TreeMap<>();
        for (LoggedPrediction each : settled) {
            byDay.computeIfAbsent(day(each), none -> new ArrayList<>()).add(figure.applyAsDouble(each));
        }
        return new Losses(byDay);
    }

    private static double loss(LoggedModel model, double[] told, double truth) {
        return model.isNumber() ? (told[0] - truth) * (told[0] - truth) : -Math.log(Math.max(SMALLEST, told[(int) truth]));
    }

    private static double known(LoggedModel model, LoggedPrediction settled) {
        return Objects.requireNonNull(truth(model, settled));
    }

    private LocalDate day(LoggedPrediction each) {
        return LocalDate.ofInstant(each.event().eventTime(), backend.project().zone());
    }

    private static String metric(LoggedModel model) {
        return model.isNumber() ? "mse" : "log_loss";
    }

    /** Against the test period of the champion's run. */
    private @Nullable Performance performance(LoggedModel model, ModelVersion champion, List<LoggedPrediction> settled) {
        if (settled.isEmpty()) {
            return null;
        }
        String metric = metric(model);
        Map<String, Double> metrics = backend.run(champion.runId()).map(run -> run.metrics()).orElse(Map.of());
        double spread = metrics.getOrDefault("test_" + metric + "_upper", Double.NaN) - metrics.getOrDefault("test_" + metric + "_lower", Double.NaN);
        return performance(
                model,
                settled,
                metrics.getOrDefault("test_" + metric, Double.NaN),
                metrics.getOrDefault("baseline/%s/test_%s".formatted(model.isNumber() ? "mean" : "frequencies", metric), Double.NaN),
                Double.isFinite(spread) ? Math.max(0, spread / (2 * Z)) : 0,
                "when it was tested");
    }

    /** Of a model that others serve: against its first settled days; null while there are no later ones. */
    private @Nullable Performance performance(LoggedModel model, List<LoggedPrediction> newest) {
        List<LoggedPrediction> oldest = settled(model, null, null, false);
        List<LocalDate> days = oldest.stream().map(this::day).distinct().limit(DecayCheck.LEAST + 1L).toList();
        LocalDate last = oldest.size() == MOST ? day(oldest.getLast()) : LocalDate.MAX; // of that day some are missing
        LocalDate cut = days.size() > DecayCheck.LEAST ? days.getLast() : last;
        List<LoggedPrediction> first = oldest.stream().filter(each -> day(each).isBefore(cut)).toList();
        List<LoggedPrediction> since = newest.stream().filter(each -> !day(each).isBefore(cut)).toList();
        if (first.isEmpty() || since.isEmpty()) {
            return null;
        }
        Interval early = losses(model, first).mean().interval(CONFIDENCE);
        double error = (early.upper() - early.lower()) / (2 * Z);
        return performance(
                model,
                since,
                early.estimate(),
                early.estimate() + advantages(model, first).mean().interval(CONFIDENCE).estimate(),
                Double.isFinite(error) ? error : 0,
                "on its first settled days");
    }

    /** How frequent classes are among settled answers, or the mean. */
    private static double[] naive(LoggedModel model, List<LoggedPrediction> rows) {
        double[] truth = rows.stream().mapToDouble(each -> known(model, each)).toArray();
        if (model.isNumber()) {
            return new double[] {Arrays.stream(truth).average().orElseThrow()};
        }
        double[] shares = new double[model.classes().size()];
        Arrays.stream(truth).forEach(each -> shares[(int) each] += 1.0 / truth.length);
        return shares;
    }

    private Performance performance(
            LoggedModel model, List<LoggedPrediction> settled, double before, double naive, double error, String when) {
        Losses losses = losses(model, settled);
        double[] means = losses.means();
        Interval interval = losses.mean().interval(CONFIDENCE);
        return new Performance(
                metric(model),
                interval.estimate(),
                interval.lower(),
                interval.upper(),
                losses.byDay().values().stream().mapToInt(List::size).sum(),
                means.length,
                before,
                naive,
                advantages(model, settled).mean().interval(CONFIDENCE),
                DecayCheck.check(means, before, error, tolerance(model.name()), when));
    }

    private double tolerance(String model) {
        return backend.project().decay().stream()
                .filter(monitor -> monitor.models().contains(model))
                .mapToDouble(DecayMonitorDefinition::worseBy)
                .findFirst()
                .orElse(TOLERANCE);
    }

    private @Nullable Calibration calibration(LoggedModel model, List<LoggedPrediction> settled) {
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
                share(report, weight, each -> each.severity() == FeatureDrift.Severity.WARNING),
                all > 0);
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
