package dev.keelson.learn.calibration;

import java.util.Collections;

/** Changes nothing. */
record IdentityMap(int classes) implements CalibrationMap {

    @Override
    public void apply(double[] p, int offset, double[] work) {
        // nothing to correct
    }

    @Override
    public CalibrationParameters parameters() {
        return new CalibrationParameters(CalibrationMethod.NONE, classes, Collections.emptySortedMap());
    }
}
