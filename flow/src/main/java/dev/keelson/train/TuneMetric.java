package dev.keelson.train;

import dev.keelson.metrics.Brier;
import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.Rps;
import java.util.Locale;

/** The loss that a search of settings makes small. */
public enum TuneMetric {
    /** Mean negative logarithm of the probability of what happened. */
    LOG_LOSS(false),
    /** Mean squared distance of the probabilities from what happened. */
    BRIER(false),
    /** Ranked probability score; for classes that have an order. */
    RPS(false),
    /** Root of the mean squared error of a number. */
    RMSE(true),
    /** Mean absolute error of a number. */
    MAE(true);

    private final boolean ofNumbers;

    TuneMetric(boolean ofNumbers) {
        this.ofNumbers = ofNumbers;
    }

    /** Whether it judges numbers instead of probabilities of classes. */
    public boolean ofNumbers() {
        return ofNumbers;
    }

    /** The name in project files, such as {@code log_loss}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** That of a model whose project file names none. */
    public static TuneMetric standard(boolean number) {
        return number ? RMSE : LOG_LOSS;
    }

    /**
     * The loss of each row; its mean is the {@link #loss} but for a root.
     *
     * @param p probabilities of the rows, {@code rows * classes}
     */
    double[] perRow(double[] p, int classes, int[] labels) {
        return switch (this) {
            case LOG_LOSS -> LogLoss.perRow(p, classes, labels);
            case BRIER -> Brier.perRow(p, classes, labels);
            case RPS -> Rps.perRow(p, classes, labels);
            case RMSE, MAE -> throw new IllegalArgumentException("The metric (%s) judges numbers.".formatted(key()));
        };
    }

    /** The loss of each row of predicted numbers. */
    double[] perRow(double[] predictions, double[] targets) {
        double[] losses = new double[targets.length];
        for (int i = 0; i < losses.length; i++) {
            double error = predictions[i] - targets[i];
            losses[i] = this == RMSE ? error * error : Math.abs(error);
        }
        return losses;
    }

    /** The loss of some rows together. */
    double loss(double[] rows) {
        double sum = 0;
        for (double row : rows) {
            sum += row;
        }
        double mean = sum / rows.length;
        return this == RMSE ? Math.sqrt(mean) : mean;
    }
}
