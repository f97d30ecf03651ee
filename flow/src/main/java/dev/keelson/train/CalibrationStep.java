package dev.keelson.train;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.learn.blend.LogLinearPool;
import dev.keelson.learn.calibration.CalibrationChoice;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.calibration.CalibrationRows;
import dev.keelson.learn.calibration.Calibrator;
import dev.keelson.learn.split.EventTimes;
import dev.keelson.learn.split.Fold;
import dev.keelson.learn.split.WalkForward;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.IntStream;

/** Fits the correction of a blend on its out-of-fold predictions. */
final class CalibrationStep {
    /** Folds, among the out-of-fold predictions, on which methods are compared. */
    private static final int FOLDS = 3;

    /** Share of the out-of-fold predictions before the first of those folds. */
    private static final double FIRST_SHARE = 0.4;

    private CalibrationStep() {}

    /**
     * The correction that a definition asks for.
     *
     * @param rows the table's row of each prediction
     * @param blended out-of-fold probabilities of the blend, {@code rows * classes}
     * @param labels class of each prediction
     * @param metrics receives what each method reached, when one is chosen
     * @throws dev.keelson.error.KeelsonException NOT_ENOUGH_ROWS when the method, or the choice, needs more rows
     */
    static CalibrationMap fit(
            ModelDefinition definition,
            TrainingTable table,
            int[] rows,
            double[] blended,
            int[] labels,
            SortedMap<String, Double> metrics) {
        int classes = definition.classes().size();
        CalibrationRows predictions = new CalibrationRows(blended, classes, labels, null);
        Optional<CalibrationMethod> method = definition.calibration().method();
        CalibrationMap map = method.isPresent()
                ? fitted(definition.calibration(), method.get(), predictions, metrics)
                : chosen(predictions, folds(definition, table, rows), metrics);
        boolean idle = map.method() == CalibrationMethod.TEMPERATURE
                && map.parameters().values().containsValue(List.of(1.0));
        return idle ? CalibrationMap.none(classes) : map;
    }

    private static CalibrationMap fitted(
            ModelDefinition.Calibration wanted,
            CalibrationMethod method,
            CalibrationRows predictions,
            SortedMap<String, Double> metrics) {
        try {
            return Calibrator.of(method).fit(predictions);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_ENOUGH_ROWS || wanted != ModelDefinition.Calibration.ISOTONIC_OR_TEMPERATURE) {
                throw e;
            }
            metrics.put(TrainingOutcome.TOO_FEW_FOR_CURVE, (double) predictions.rows());
            return Calibrator.of(CalibrationMethod.TEMPERATURE).fit(predictions);
        }
    }

    private static List<Fold> folds(ModelDefinition definition, TrainingTable table, int[] rows) {
        EventTimes times = new EventTimes(
                IntStream.of(rows).mapToLong(row -> table.eventTime()[row]).toArray(),
                IntStream.of(rows).mapToLong(row -> table.knownAt()[row]).toArray(),
                Scores.take(table.day(), rows));
        return new WalkForward(FOLDS, Micros.of(definition.embargo()), FIRST_SHARE)
                .split(times, IntStream.range(0, rows.length).toArray());
    }

    private static CalibrationMap chosen(
            CalibrationRows predictions, List<Fold> folds, SortedMap<String, Double> metrics) {
        CalibrationChoice choice = CalibrationChoice.of(predictions, folds, CalibrationChoice.candidates());
        for (CalibrationChoice.Score score : choice.scores()) {
            String prefix = "calibration/" + score.method().key() + "/";
            if (Double.isFinite(score.logLoss())) {
                metrics.put(prefix + "log_loss", score.logLoss());
            }
            metrics.put(prefix + "chosen", score.method() == choice.method() ? 1.0 : 0.0);
        }
        return choice.map();
    }

    /**
     * The blend of members, corrected as the model does it.
     *
     * @param temperature that of the correction, 1 when it has none
     */
    static double[] corrected(
            List<double[]> members, double[] weights, CalibrationMap calibration, double temperature) {
        double[] pooled = LogLinearPool.combine(members, weights, calibration.classes(), temperature);
        return switch (calibration.method()) {
            case NONE, TEMPERATURE -> pooled;
            case PLATT, BETA, ISOTONIC, VENN_ABERS -> calibration.applied(pooled);
        };
    }
}
