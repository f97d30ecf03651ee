package dev.keelson.learn.neural;

/**
 * Functions of {@code exp} by additions and multiplications alone: the same bits on every machine, as {@code StrictMath}
 * gives them, in a fraction of its time. Errors are below 1e-10, far below half a unit of a float near 1.
 */
final class Exponential {
    private static final double LARGEST = 100;
    private static final double LOG2_E = 1 / StrictMath.log(2);
    private static final double LN_2 = StrictMath.log(2);
    private static final int BIAS = 1023;
    private static final int MANTISSA_BITS = 52;
    /** 1 / k! for k = 11 down to 0. */
    private static final double[] TAYLOR = new double[12];

    static {
        double factorial = 1;
        for (int k = 0; k < TAYLOR.length; k++) {
            factorial *= Math.max(1, k);
            TAYLOR[TAYLOR.length - 1 - k] = 1 / factorial;
        }
    }

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
        double rest = bounded - whole * LN_2; // at most ln 2 / 2 in size
        double sum = TAYLOR[0];
        for (int k = 1; k < TAYLOR.length; k++) {
            sum = sum * rest + TAYLOR[k];
        }
        return sum * Double.longBitsToDouble((long) (whole + BIAS) << MANTISSA_BITS);
    }
}
