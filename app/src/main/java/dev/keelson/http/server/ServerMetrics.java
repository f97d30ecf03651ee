package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.http.FeatureGaps;
import dev.keelson.http.Measurement;
import dev.keelson.http.PredictMeter;
import dev.keelson.http.Prediction;
import dev.keelson.http.StageTimes;
import dev.keelson.learn.Advice;
import dev.keelson.learn.Disagreement;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** What the server measures of itself, in the text form of Prometheus. Safe for use by several threads. */
final class ServerMetrics implements PredictMeter, AutoCloseable {
    /** Meters whose names Prometheus does not want; {@code process.cpu.usage} tells the same. */
    private static final Set<String> MISNAMED = Set.of("process.cpu.time", "system.cpu.count");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final StageTimes stages;
    private final FeatureGaps gaps;
    private final Supplier<List<Measurement>> measured;
    private final Map<Series, ModelMeters> models = new ConcurrentHashMap<>();
    private final Map<ErrorCode, Counter> errors = new ConcurrentHashMap<>();

    private final ToIntFunction<String> champion;
    private final Supplier<String> known;

    private record Series(String model, int version) {}

    private record ModelMeters(Counter predictions, Timer latency) {}

    private final Map<String, RunningMean> disagreements = new ConcurrentHashMap<>();

    /**
     * Measures a server.
     *
     * @param measured what the running product tells in numbers beside
     * @param champion the version of a model that serves, 0 for none
     * @param known what is known of the models, in the text form
     */
    ServerMetrics(
            LongSupplier journalLag,
            StageTimes stages,
            FeatureGaps gaps,
            Supplier<List<Measurement>> measured,
            ToIntFunction<String> champion,
            Supplier<String> known) {
        this.champion = champion;
        this.known = known;
        this.stages = stages;
        this.gaps = gaps;
        this.measured = measured;
        registry.config().meterFilter(MeterFilter.deny(meter -> MISNAMED.contains(meter.getName())));
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
        Gauge.builder("keelson.serve.journal.lag.bytes", journalLag, LongSupplier::getAsLong)
                .description("Bytes of the prediction journal that its index has not seen yet")
                .strongReference(true)
                .register(registry);
    }

    /** Counts requests that were turned away: because a queue stood, and because their client sent too many. */
    void admission(LongSupplier shed, LongSupplier limited) {
        FunctionCounter.builder("keelson.http.shed", shed, LongSupplier::getAsLong)
                .description("Requests turned away because others waited too long")
                .register(registry);
        FunctionCounter.builder("keelson.http.limited", limited, LongSupplier::getAsLong)
                .description("Requests turned away because their client sent too many")
                .register(registry);
    }

    /** Measures who is connected. */
    void connections(Connections connections) {
        Gauge.builder("keelson.http.connections", connections, Connections::count)
                .description("Connections that are open")
                .strongReference(true)
                .register(registry);
        FunctionCounter.builder("keelson.http.connections.refused", connections, Connections::refused)
                .description("Connections turned away because their address had as many as it may")
                .register(registry);
        FunctionCounter.builder("keelson.http.connections.late", connections, Connections::late)
                .description("Connections hung up on because their peer was too slow")
                .register(registry);
    }

    /** Measures how old the newest event of a view is. */
    void freshness(String view, DoubleSupplier seconds) {
        Gauge.builder("keelson.feature.freshness.seconds", seconds::getAsDouble)
                .description("Age of the newest event that a feature view contains")
                .tag("view", view)
                .strongReference(true)
                .register(registry);
    }

    /** Measures how far the remote table of the prediction log is behind. */
    void remoteLog(DoubleSupplier bytes) {
        Gauge.builder("keelson.serve.remote.log.lag.bytes", bytes::getAsDouble)
                .description("Bytes of the prediction journal that the remote table has not got yet")
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void predicted(String model, List<Prediction> predictions, long nanos) {
        int version = predictions.getFirst().version();
        int rows = 0;
        Map<Integer, Integer> others = Map.of();
        for (Prediction each : predictions) {
            if (each.version() == version) {
                rows++;
            } else {
                others = others.isEmpty() ? new HashMap<>() : others;
                others.merge(each.version(), 1, Integer::sum);
            }
        }
        predicted(model, version, rows, nanos);
        disagreement(model, predictions);
        others.forEach((other, count) -> predicted(model, other, count, nanos));
    }

    private void disagreement(String model, List<Prediction> predictions) {
        for (Prediction each : predictions) {
            Advice advice = each.advice();
            Disagreement told = advice == null ? null : advice.disagreement();
            if (told != null) {
                disagreements.computeIfAbsent(model, this::disagreement).add(told.deviation());
            }
        }
    }

    private RunningMean disagreement(String model) {
        RunningMean mean = new RunningMean();
        Gauge.builder("ensemble.model.disagreement", mean, RunningMean::value)
                .description("Standard deviation of the members' predictions, on the mean of about the last thousand rows")
                .tag("model", model)
                .strongReference(true)
                .register(registry);
        return mean;
    }

    private void predicted(String model, int version, int rows, long nanos) {
        Series series = new Series(model, version);
        ModelMeters meters = models.get(series);
        if (meters == null) {
            meters = models.computeIfAbsent(series, this::meters);
        }
        meters.predictions.increment(rows);
        meters.latency.record(nanos, TimeUnit.NANOSECONDS);
    }

    private ModelMeters meters(Series series) {
        Tags tags = Tags.of("model", series.model(), "version", Integer.toString(series.version()));
        return new ModelMeters(
                Counter.builder("model.predictions")
                        .description("Rows answered, each by the version that did")
                        .tags(tags)
                        .register(registry),
                Timer.builder("model.prediction.latency")
                        .description("Time to answer a predict request, from its first byte to the last of the answer")
                        .tags(tags)
                        .serviceLevelObjectives(
                                Duration.ofNanos(100_000),
                                Duration.ofNanos(250_000),
                                Duration.ofNanos(500_000),
                                Duration.ofMillis(1),
                                Duration.ofMillis(2),
                                Duration.ofMillis(5),
                                Duration.ofMillis(10),
                                Duration.ofMillis(25),
                                Duration.ofMillis(100),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(2))
                        .register(registry));
    }

    /** A predict request for a model failed, at the version that serves. Models that do not exist are counted together. */
    @Override
    public void predictionFailed(String model, ErrorCode code) {
        String name = code == ErrorCode.MODEL_NOT_FOUND ? "unknown" : model;
        int version = code == ErrorCode.MODEL_NOT_FOUND ? 0 : champion.applyAsInt(model);
        Counter.builder("model.prediction.errors")
                .description("Predict requests that failed, at the version that serves")
                .tags("model", name, "version", version == 0 ? "none" : Integer.toString(version), "code", code.code())
                .register(registry)
                .increment();
    }

    /** So many outcomes were taken; of so many no prediction is known, so many replaced another outcome. */
    void outcomes(int taken, int unmatched, int corrected) {
        count("keelson.serve.outcomes", "Outcomes that were taken", taken);
        count("keelson.serve.outcomes.unmatched", "Outcomes of which no prediction is known", unmatched);
        count("keelson.serve.outcomes.corrected", "Outcomes that replaced another one", corrected);
    }

    private void count(String name, String help, int by) {
        Counter.builder(name).description(help).register(registry).increment(by);
    }

    /** A request failed with a code. */
    void error(ErrorCode code) {
        errors.computeIfAbsent(
                        code,
                        c -> Counter.builder("keelson.http.errors")
                                .description("Requests answered with an error")
                                .tag("code", c.code())
                                .register(registry))
                .increment();
    }

    /** Everything, in the text format of Prometheus 0.0.4. */
    String scrape() {
        return registry.scrape() + stages.scrape() + gaps.scrape() + Measurement.text(measured.get()) + known.get();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
