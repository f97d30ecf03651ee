/** Training: rows, validation, blending, calibration, metrics and provenance. */
@NullMarked
package dev.keelson.train;

import org.jspecify.annotations.NullMarked;
