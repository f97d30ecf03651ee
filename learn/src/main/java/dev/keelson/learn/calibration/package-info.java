/** Correction of probabilities after training. */
@NullMarked
package dev.keelson.learn.calibration;

import org.jspecify.annotations.NullMarked;
