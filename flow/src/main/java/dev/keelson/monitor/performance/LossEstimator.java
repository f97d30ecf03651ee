package dev.keelson.monitor.performance;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.estimate.DirectLossEstimator;
import dev.keelson.learn.estimate.DirectLossEstimator.Loss;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Expected error of a model of numbers: another model learns how far it is off from settled rows of earlier events (DLE). The
 * older two thirds teach a trial, and how much the newer third scatters around it makes the interval, with the days taken
 * together.
 */
final class LossEstimator implements Estimator {
    private static final double CONFIDENCE = 0.95;
    private static final int PARTS = 5;

    private final Learner learner;
    private final PerformanceRows reference;
    private final long seed;
    private final Map<Loss, Fitted> fitted = new EnumMap<>(Loss.class);

    /** An estimator, with the standard deviation of one row's loss around it and how the days multiply its variance. */
    private record Fitted(DirectLossEstimator estimator, double sd, double designEffect) {}

    /**
     * @param learner of numbers
     * @param reference rows with outcomes that the model was not fitted to, at least three
     */
    LossEstimator(Learner learner, PerformanceRows reference, long seed) {
        this.learner = learner;
        this.reference = reference;
        this.seed = seed;
    }

    @Override
    public int rows() {
        return reference.count();
    }

    @Override
    public Map<PerformanceMetric, Interval> of(PerformanceRows window, List<PerformanceMetric> metrics) {
        Map<PerformanceMetric, Interval> told = new EnumMap<>(PerformanceMetric.class);
        for (PerformanceMetric metric : metrics) {
            Fitted by = fitted.computeIfAbsent(loss(metric), this::fit);
            double mean = by.estimator().mean(matrix(window), window.told());
            double half = Interval.normalQuantile(CONFIDENCE) * by.sd() * Math.sqrt(by.designEffect() / window.count());
            double lower = Math.max(0, mean - half);
            told.put(
                    metric,
                    metric == PerformanceMetric.RMSE
                            ? new Interval(Math.sqrt(lower), Math.sqrt(mean), Math.sqrt(mean + half), CONFIDENCE)
                            : new Interval(lower, mean, mean + half, CONFIDENCE));
        }
        return told;
    }

    private static Loss loss(PerformanceMetric metric) {
        return switch (metric) {
            case MAE -> Loss.ABSOLUTE;
            case RMSE -> Loss.SQUARED;
            case ACCURACY, LOG_LOSS, BRIER, RPS, F1, ROC_AUC -> throw new IllegalArgumentException(metric + " judges classes.");
        };
    }

    private Fitted fit(Loss loss) {
        int n = reference.count();
        PerformanceRows older = reference.take(IntStream.range(0, 2 * n / 3).toArray());
        PerformanceRows newer = reference.take(IntStream.range(2 * n / 3, n).toArray());
        double[] told = fit(older, loss).perRow(matrix(newer), newer.told());
        double[] off = new double[newer.count()];
        for (int i = 0; i < off.length; i++) {
            double error = Math.abs(newer.told()[i] - newer.happened()[i]);
            off[i] = (loss == Loss.SQUARED ? error * error : error) - told[i];
        }
        double mean = Arrays.stream(off).average().orElse(0);
        double squares = Arrays.stream(off).map(each -> each * each).average().orElse(0); // its bias counts, too
        Figure scatter = new Figure(mean, Arrays.stream(off).map(each -> (each - mean) / off.length).toArray());
        return new Fitted(fit(reference, loss), Math.sqrt(squares), scatter.designEffect(newer.day()));
    }

    private DirectLossEstimator fit(PerformanceRows rows, Loss loss) {
        return DirectLossEstimator.fit(learner, matrix(rows), rows.told(), rows.happened(), loss, seed);
    }

    /** The features under made-up names; without any, what was predicted is all there is. */
    static FeatureMatrix matrix(PerformanceRows rows) {
        int width = rows.count() == 0 ? 0 : rows.features().getFirst().length;
        double[][] columns = new double[width][rows.count()];
        List<String> names = new ArrayList<>();
        for (int c = 0; c < width; c++) {
            names.add("f" + c);
            for (int i = 0; i < rows.count(); i++) {
                double value = rows.features().get(i)[c];
                columns[c][i] = Double.isInfinite(value) ? Double.NaN : value;
            }
        }
        return new FeatureMatrix(names, columns, rows.count());
    }

    @Override
    public String doubt() {
        DirectLossEstimator.Validity validity = DirectLossEstimator.check(
                learner, matrix(reference), reference.told(), reference.happened(), Loss.ABSOLUTE, PARTS, seed);
        return validity.useful()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "On parts of the %,d settled rows that it had not seen the estimate was off by %.4g, the plain mean of the others by %.4g: it tells no more than the mean does.",
                        reference.count(),
                        validity.error(),
                        validity.errorOfMean());
    }
}
