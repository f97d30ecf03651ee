package dev.keelson.learn.neural;

/**
 * Functions of {@code exp} by additions and multiplications alone: the same bits on every machine, as {@code StrictMath}
 * gives them, in a fraction of its time. Relative errors are below 1e-10, far below half a unit of a float near 1.
 */
final class Exponential {
    private static final double LARGEST = 100;
    private static final double LOG2_E = 1 / StrictMath.log(2);
    private static final double LN_2 = StrictMath.log(2);
    private static final int BIAS = 1023;
    private static final int MANTISSA_BITS = 52;

    private Exponential() {}

    /** {@code 1 / (1 + exp(-x))}. */
    static float sigmoid(float x) {
        return (float) (1 / (1 + exp(-x)));
    }

    /** Hyperbolic tangent. */
    static float tanh(float x) {
        return (float) (1 - 2 / (exp(2.0 * x) + 1));
    }

    /** {@code exp(x)}; beyond 100 in size that of 100 or -100. */
    static double exp(double x) {
        double bounded = Math.max(-LARGEST, Math.min(LARGEST, x));
        double whole = Math.rint(bounded * LOG2_E);
        double rest = bounded - whole * LN_2; // at most ln 2 / 2 in size: ten terms of the series suffice
        double square = rest * rest;
        double even = 1 + square * (1 / 2.0 + square * (1 / 24.0 + square * (1 / 720.0 + square / 40_320.0)));
        double odd = 1 + square * (1 / 6.0 + square * (1 / 120.0 + square * (1 / 5_040.0 + square / 362_880.0)));
        return (even + rest * odd) * Double.longBitsToDouble((long) (whole + BIAS) << MANTISSA_BITS);
    }
}
