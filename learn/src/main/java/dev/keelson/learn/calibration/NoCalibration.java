package dev.keelson.learn.calibration;

/** Leaves probabilities as they are; the candidate that every other one must beat. */
public record NoCalibration() implements Calibrator {

    @Override
    public CalibrationMethod method() {
        return CalibrationMethod.NONE;
    }

    @Override
    public CalibrationMap fit(CalibrationRows rows) {
        return new IdentityMap(rows.classes());
    }
}
