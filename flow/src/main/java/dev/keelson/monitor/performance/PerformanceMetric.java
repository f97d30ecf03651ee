package dev.keelson.monitor.performance;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;

/** What served predictions are judged by; each as {@code docs/reference/metrics.md} defines it. */
public enum PerformanceMetric {
    /** Share of rows whose predicted class came true. */
    ACCURACY(true, false, "accuracy"),
    /** Mean of -ln p of what happened. */
    LOG_LOSS(false, false, "log_loss"),
    /** Mean sum of squared differences over the classes. */
    BRIER(false, false, "brier"),
    /** Ranked probability score of ordered classes. */
    RPS(false, false, "rps"),
    /** Harmonic mean of precision and recall: of the second of two classes, else the mean over the classes. */
    F1(true, false, "f1"),
    /** Area under the ROC curve: of the second of two classes, else the mean of each class against the rest. */
    ROC_AUC(true, false, "roc_auc"),
    /** Mean absolute error. */
    MAE(false, true, "mae"),
    /** Root of the mean squared error. */
    RMSE(false, true, "rmse");

    private final boolean higherIsBetter;
    private final boolean ofNumbers;
    private final String key;

    PerformanceMetric(boolean higherIsBetter, boolean ofNumbers, String key) {
        this.higherIsBetter = higherIsBetter;
        this.ofNumbers = ofNumbers;
        this.key = key;
    }

    /** Its name in files and JSON. */
    public String key() {
        return key;
    }

    /** Its name in a sentence. */
    public String words() {
        return switch (this) {
            case F1 -> "F1";
            case ROC_AUC -> "ROC-AUC";
            case RPS, MAE, RMSE -> key.toUpperCase(Locale.ROOT);
            case BRIER -> "Brier score";
            case ACCURACY, LOG_LOSS -> key.replace('_', ' ');
        };
    }

    /** Whether more of it is better. */
    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** Whether it judges numbers instead of classes. */
    public boolean ofNumbers() {
        return ofNumbers;
    }

    /** The greatest value that it can have. */
    public double most() {
        return higherIsBetter ? 1 : this == BRIER ? 2 : Double.POSITIVE_INFINITY;
    }

    /** All that judge models of that kind. */
    public static List<PerformanceMetric> all(boolean numbers) {
        return Arrays.stream(values()).filter(each -> each.ofNumbers == numbers).toList();
    }

    /** The one of that name. */
    public static Optional<PerformanceMetric> of(String key) {
        return Arrays.stream(values()).filter(each -> each.key.equals(key)).findFirst();
    }

    /**
     * The metric of some rows.
     *
     * @param rows at least one, all with outcomes
     */
    Figure of(PerformanceRows rows) {
        return switch (this) {
            case MAE -> mean(each(rows.count(), i -> Math.abs(rows.told()[i] - rows.happened()[i])));
            case RMSE -> root(mean(each(rows.count(), i -> Math.pow(rows.told()[i] - rows.happened()[i], 2))));
            case ACCURACY, LOG_LOSS, BRIER, RPS, F1, ROC_AUC -> new ClassRows(rows).certain(this);
        };
    }

    private static double[] each(int rows, IntToDoubleFunction value) {
        double[] values = new double[rows];
        Arrays.setAll(values, value);
        return values;
    }

    private static Figure mean(double[] values) {
        double n = values.length;
        double mean = Arrays.stream(values).sum() / n;
        return new Figure(mean, each(values.length, i -> (values[i] - mean) / n));
    }

    private static Figure root(Figure mean) {
        double root = Math.sqrt(mean.value());
        double slope = root > 0 ? 1 / (2 * root) : 0;
        return new Figure(root, Arrays.stream(mean.influence()).map(each -> slope * each).toArray());
    }
}
