package dev.keelson.monitor;

import dev.keelson.error.Location;
import dev.keelson.monitor.performance.PerformanceMetric;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A performance monitor as the project file declares it.
 *
 * @param name its name in the project
 * @param models the models it watches, also such that others serve
 * @param metrics what is judged, at least one; those that do not suit a model are left out for it
 * @param worseBy relative worsening that matters, e.g. 0.05
 * @param limits the worst value of a metric that is good enough, whatever it was when it was tested
 */
public record DecayMonitorDefinition(
        String name,
        List<String> models,
        List<PerformanceMetric> metrics,
        double worseBy,
        Map<PerformanceMetric, Double> limits,
        @Nullable Location location) {
    public DecayMonitorDefinition {
        models = List.copyOf(models);
        metrics = List.copyOf(metrics);
        Map<PerformanceMetric, Double> ordered = new EnumMap<>(PerformanceMetric.class);
        ordered.putAll(limits);
        limits = Collections.unmodifiableMap(ordered);
        if (metrics.isEmpty()) {
            throw new IllegalArgumentException("There are no metrics; at least one is needed.");
        }
        if (!(worseBy > 0)) {
            throw new IllegalArgumentException("worseBy (%s) must be above 0.".formatted(worseBy));
        }
    }

    /** Whether one of the metrics suits models of numbers, or of classes. */
    public boolean judges(boolean numbers) {
        return metrics.stream().anyMatch(metric -> metric.ofNumbers() == numbers);
    }

    /**
     * What a replay judges: the first of the metrics that is a loss, else log loss, or the mean squared error of numbers, which also
     * stands for its root.
     *
     * @param numbers whether of a model of numbers
     */
    public Metric metric(boolean numbers) {
        return metrics.stream()
                .flatMap(each -> Arrays.stream(Metric.values()).filter(loss -> loss.name().equals(each.name())))
                .filter(each -> each.ofNumbers() == numbers)
                .findFirst()
                .orElse(numbers ? Metric.MSE : Metric.LOG_LOSS);
    }

    /** A loss: lower is better. */
    public enum Metric {
        /** Mean of -ln p of what happened. */
        LOG_LOSS,
        /** Mean sum of squared differences over the classes. */
        BRIER,
        /** Ranked probability score of ordered classes. */
        RPS,
        /** Mean squared error of a number. */
        MSE,
        /** Mean absolute error of a number. */
        MAE;

        /** Whether it judges numbers instead of probabilities. */
        public boolean ofNumbers() {
            return this == MSE || this == MAE;
        }

        /** Lower-case word, as in project files and JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
