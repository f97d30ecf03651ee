package dev.keelson.learn.linear;

import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.preprocess.Preprocessing;
import java.util.Map;

/**
 * Linear regression with an elastic net, fitted by cyclic coordinate descent on the covariances of standardised
 * features. Missing values are imputed by the median, with an indicator where that pays.
 *
 * <p>Descent ends when no coefficient moves the predictions by more than 1e-10 of the target's standard deviation.
 *
 * <p>Source: Friedman, J., Hastie, T. and Tibshirani, R. (2010), Regularization paths for generalized linear models via
 * coordinate descent, Journal of Statistical Software 33(1).
 */
public final class LinearLearner implements Continuing {
    static final String NAME = "linear";

    private static final double TOLERANCE = 1e-10;

    private final LinearConfig config;

    /** A learner with settings. */
    public LinearLearner(LinearConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("alpha", config.alpha(), "l1_ratio", config.l1Ratio(), "max_sweeps", (long) config.maxSweeps());
    }

    @Override
    public boolean supports(Task task) {
        return task instanceof Task.Regression;
    }

    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        if (!supports(rows.task())) {
            throw new IllegalArgumentException(
                    "A linear regression tells one value, not %s.".formatted(rows.task().outputs()));
        }
        Preprocessing preprocessing = Preprocessing.fit(rows.features()).requirePairs(NAME);
        Covariances covariances = new Covariances(rows, preprocessing);
        double[] coefficients = descend(covariances);
        double intercept = covariances.targetMean;
        for (int c = 0; c < coefficients.length; c++) {
            intercept -= coefficients[c] * covariances.means[c];
        }
        return Fit.of(new LinearModel(rows.features().names(), preprocessing, intercept, coefficients));
    }

    @Override
    public boolean continues(ContinuationMode mode) {
        return mode == ContinuationMode.CONTINUE;
    }

    /**
     * {@inheritDoc} It goes down the gradient of half the mean squared error of the new rows, without the penalty: what
     * holds it is where it starts and how few steps it takes. A step is at most as long as is sure to lower the error.
     */
    @Override
    public Model goOn(Model base, TrainingSet rows, Continuation how, long seed) {
        LinearModel from = Continuing.require(LinearModel.class, base, rows);
        Covariances data = new Covariances(rows, from.preprocessing());
        double[] coefficients = from.coefficients();
        double intercept = from.intercept();
        int width = coefficients.length;
        double[] change = new double[width];
        double curvature = 1;
        for (int c = 0; c < width; c++) {
            curvature += data.gram[c * width + c] + data.means[c] * data.means[c];
        }
        double step = Math.min(how.learningRate(), 1 / curvature);
        for (int round = 0; round < how.rounds(); round++) {
            double rest = data.targetMean - intercept; // mean of what is not explained
            for (int c = 0; c < width; c++) {
                rest -= coefficients[c] * data.means[c];
            }
            for (int c = 0; c < width; c++) {
                double pull = data.cross[c] + data.means[c] * rest;
                for (int d = 0; d < width; d++) {
                    pull -= data.gram[c * width + d] * coefficients[d];
                }
                change[c] = pull;
            }
            for (int c = 0; c < width; c++) {
                coefficients[c] += step * change[c];
            }
            intercept += step * rest;
        }
        return new LinearModel(rows.features().names(), from.preprocessing(), intercept, coefficients);
    }

    private double[] descend(Covariances data) {
        int width = data.means.length;
        double[] coefficients = new double[width];
        double[] residual = data.cross.clone(); // covariance of each column with what is not yet explained
        double lasso = config.alpha() * config.l1Ratio();
        double ridge = config.alpha() * (1 - config.l1Ratio());
        double enough = TOLERANCE * Math.sqrt(data.targetVariance);
        for (int sweep = 0; sweep < config.maxSweeps(); sweep++) {
            double moved = 0;
            for (int c = 0; c < width; c++) {
                double variance = data.gram[c * width + c];
                if (!(variance > 0)) {
                    continue;
                }
                double pull = residual[c] + variance * coefficients[c];
                double shrunk = Math.signum(pull) * Math.max(0, Math.abs(pull) - lasso);
                double change = shrunk / (variance + ridge) - coefficients[c];
                if (change != 0) {
                    coefficients[c] += change;
                    for (int d = 0; d < width; d++) {
                        residual[d] -= data.gram[c * width + d] * change;
                    }
                    moved = Math.max(moved, Math.abs(change) * Math.sqrt(variance));
                }
            }
            if (moved <= enough) {
                break;
            }
        }
        return coefficients;
    }

    /** Weighted means and covariances of the standardised columns and the target, divided by the total weight. */
    private static final class Covariances {
        private final double[] means;
        private final double[] gram;
        private final double[] cross;
        private final double targetMean;
        private final double targetVariance;

        Covariances(TrainingSet rows, Preprocessing preprocessing) {
            int width = preprocessing.width();
            double[] values = rows.values();
            means = new double[width];
            gram = new double[Math.multiplyExact(width, width)];
            cross = new double[width];
            double total = 0;
            double[] row = new double[rows.features().width()];
            double[] columns = new double[width];
            for (int i = 0; i < rows.rows(); i++) {
                standardised(rows, preprocessing, i, row, columns);
                double weight = rows.weight(i);
                total += weight;
                for (int c = 0; c < width; c++) {
                    means[c] += weight * columns[c];
                }
            }
            targetMean = rows.mean();
            for (int c = 0; c < width; c++) {
                means[c] /= total;
            }
            double squares = 0;
            for (int i = 0; i < rows.rows(); i++) {
                standardised(rows, preprocessing, i, row, columns);
                double weight = rows.weight(i) / total;
                double y = values[i] - targetMean;
                squares += weight * y * y;
                for (int c = 0; c < width; c++) {
                    double x = weight * (columns[c] - means[c]);
                    cross[c] += x * y;
                    for (int d = 0; d <= c; d++) {
                        gram[c * width + d] += x * (columns[d] - means[d]);
                    }
                }
            }
            for (int c = 0; c < width; c++) {
                for (int d = 0; d < c; d++) {
                    gram[d * width + c] = gram[c * width + d];
                }
            }
            targetVariance = squares;
        }

        private static void standardised(
                TrainingSet rows, Preprocessing preprocessing, int i, double[] row, double[] columns) {
            rows.features().row(i, row);
            for (int c = 0; c < columns.length; c++) {
                columns[c] = preprocessing.column(row, c);
            }
        }
    }
}
