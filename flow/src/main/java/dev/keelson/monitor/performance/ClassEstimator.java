package dev.keelson.monitor.performance;

import dev.keelson.learn.calibration.CalibrationRows;
import dev.keelson.learn.estimate.ConfidenceBasedEstimator;
import dev.keelson.metrics.CalibrationFigures;
import dev.keelson.stats.Interval;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Expected performance of a classifier by its own probabilities, calibrated on settled rows of earlier events (CBPE). The
 * interval holds the scatter of outcomes, as many times wider as the days of the reference make its metrics scatter, and that
 * of the calibration.
 */
final class ClassEstimator implements Estimator {
    private static final int RESAMPLES = 12;
    private static final double CONFIDENCE = 0.95;
    /** Chance of a calibration error as large, without any, from which on the probabilities are not believed. */
    private static final double UNCALIBRATED = 0.01;

    /** Draws for each class that is judged: with fewer no p-value could be below the share of the level that it has. */
    private static final int DRAWS = 200;

    private final ConfidenceBasedEstimator chances;
    private final PerformanceRows reference;
    private final Map<PerformanceMetric, Double> designEffects = new EnumMap<>(PerformanceMetric.class);
    private final long seed;

    /** @param reference rows with outcomes that the model was not fitted to, at least one */
    ClassEstimator(PerformanceRows reference, long seed) {
        this.reference = reference;
        this.seed = seed;
        this.chances = fit(reference, seed);
    }

    private static ConfidenceBasedEstimator fit(PerformanceRows rows, long seed) {
        return ConfidenceBasedEstimator.fit(
                new CalibrationRows(rows.told(), rows.classes(), rows.labels(), null),
                new ConfidenceBasedEstimator.Config(RESAMPLES, CONFIDENCE, seed));
    }

    @Override
    public int rows() {
        return reference.count();
    }

    @Override
    public Map<PerformanceMetric, Interval> of(PerformanceRows window, List<PerformanceMetric> metrics) {
        ClassRows rows = new ClassRows(window);
        double[] expected = chances.chances(window.told());
        double[][] resampled = resampled(window);
        Map<PerformanceMetric, Interval> told = new EnumMap<>(PerformanceMetric.class);
        for (PerformanceMetric metric : metrics) {
            ClassRows.Expected value = rows.expected(metric, expected);
            if (Double.isNaN(value.value())) {
                continue;
            }
            double[] values = Arrays.stream(resampled)
                    .mapToDouble(each -> rows.expected(metric, each).value())
                    .toArray();
            double mean = Arrays.stream(values).average().orElse(0);
            double calibration = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / Math.max(1, values.length - 1);
            double sampling = value.variance(expected, window.classes()) * designEffect(metric);
            double half = Interval.normalQuantile(CONFIDENCE) * Math.sqrt(sampling + calibration);
            told.put(
                    metric,
                    new Interval(
                            Math.max(0, value.value() - half),
                            value.value(),
                            Math.min(metric.most(), value.value() + half),
                            CONFIDENCE));
        }
        return told;
    }

    private double[][] resampled(PerformanceRows window) {
        return IntStream.range(0, chances.calibrates() ? RESAMPLES : 0)
                .mapToObj(r -> chances.chances(window.told(), r))
                .toArray(double[][]::new);
    }

    @Override
    public MoneyFigures.@Nullable Expected money(PerformanceRows window) {
        return window.hasBets()
                ? MoneyFigures.expected(
                        window, chances.chances(window.told()), resampled(window), MoneyFigures.settled(reference).designEffect())
                : null;
    }

    private double designEffect(PerformanceMetric metric) {
        return designEffects.computeIfAbsent(metric, each -> each.of(reference).designEffect(reference.day()));
    }

    /** The older two thirds calibrate, the newer third tells whether that held. */
    @Override
    public String doubt() {
        int n = reference.count();
        int cut = 2 * n / 3;
        PerformanceRows later = reference.take(IntStream.range(cut, n).toArray());
        double[] told = fit(reference.take(IntStream.range(0, cut).toArray()), seed).chances(later.told());
        int classes = later.classes();
        int judged = classes == 2 ? 1 : classes;
        for (int c = classes - judged; c < classes; c++) {
            int of = c;
            double[] p = new double[later.count()];
            boolean[] positive = new boolean[p.length];
            Arrays.setAll(p, i -> told[i * classes + of]);
            for (int i = 0; i < p.length; i++) {
                positive[i] = later.happened()[i] == c;
            }
            CalibrationFigures figures = CalibrationFigures.of(p, positive, later.day(), DRAWS * judged, CONFIDENCE, seed);
            if (figures.ecePValue() < UNCALIBRATED / judged && (away(figures.inTheLarge(), 0) || away(figures.slope(), 1))) {
                return String.format(
                        Locale.ROOT,
                        "The calibration of earlier rows did not hold on the %,d newest settled ones: an error of %.3f where chance makes %.3f, on the whole %+.3f (%+.3f to %+.3f).",
                        p.length,
                        figures.ece(),
                        figures.eceFloor(),
                        figures.inTheLarge().estimate(),
                        figures.inTheLarge().lower(),
                        figures.inTheLarge().upper());
            }
        }
        return "";
    }

    /** Whether an interval by days is clear of a value: the calibration error alone takes rows for independent. */
    private static boolean away(@Nullable Interval interval, double value) {
        return interval != null && (interval.lower() > value || interval.upper() < value);
    }
}
