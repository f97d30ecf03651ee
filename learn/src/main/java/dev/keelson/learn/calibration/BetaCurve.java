package dev.keelson.learn.calibration;

/** {@code 1 / (1 + exp(-(a ln p - b ln(1 - p) + c)))}, of a probability clipped to 1e-12 from 0 and 1. */
record BetaCurve(double a, double b, double c) implements BinaryCurve {

    @Override
    public double at(double p) {
        double clipped = Logistic.clip(p);
        return Logistic.sigmoid(a * StrictMath.log(clipped) - b * StrictMath.log1p(-clipped) + c);
    }
}
