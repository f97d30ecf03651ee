package dev.keelson.learn.calibration;

import dev.keelson.error.KeelsonException;

/**
 * A way to correct probabilities, fitted on rows that the model was not fitted on.
 *
 * <p>Methods for two outcomes act on the probability of class 1 when there are two classes, and on each class against
 * the rest, normalised to sum 1, when there are more. Implementations are immutable, and the same rows give the same
 * map, bit by bit.
 */
public sealed interface Calibrator permits NoCalibration, Temperature, Platt, Beta, Isotonic, VennAbers {

    /** Which method it is. */
    CalibrationMethod method();

    /**
     * The correction fitted on some rows.
     *
     * @throws KeelsonException NOT_ENOUGH_ROWS when the method needs more rows, or rows of more classes
     */
    CalibrationMap fit(CalibrationRows rows);

    /** The method with its default settings. */
    static Calibrator of(CalibrationMethod method) {
        return switch (method) {
            case NONE -> new NoCalibration();
            case TEMPERATURE -> new Temperature();
            case PLATT -> new Platt();
            case BETA -> new Beta();
            case ISOTONIC -> Isotonic.defaults();
            case VENN_ABERS -> new VennAbers();
        };
    }
}
