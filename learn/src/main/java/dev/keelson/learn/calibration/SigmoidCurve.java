package dev.keelson.learn.calibration;

/**
 * {@code 1 / (1 + exp(a * s + b))}, of the logit of a probability clipped to 1e-12 from 0 and 1.
 *
 * @param a slope; negative where larger scores mean larger probabilities
 * @param b offset
 */
record SigmoidCurve(double a, double b) implements BinaryCurve {

    @Override
    public double at(double p) {
        return atScore(Logistic.logit(p));
    }

    double atScore(double score) {
        return Logistic.sigmoid(-(a * score + b));
    }
}
