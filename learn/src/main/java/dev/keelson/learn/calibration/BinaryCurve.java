package dev.keelson.learn.calibration;

/** A correction of the probability of one outcome against the rest. */
sealed interface BinaryCurve permits SigmoidCurve, BetaCurve, IsotonicCurve {

    /** The corrected probability. */
    double at(double p);
}
