/** Correction of probabilities after training: fitted by a {@code Calibrator}, kept as a {@code CalibrationMap}. */
@NullMarked
package dev.keelson.learn.calibration;

import org.jspecify.annotations.NullMarked;
