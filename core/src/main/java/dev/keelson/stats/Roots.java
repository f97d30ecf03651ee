package dev.keelson.stats;

import java.util.function.DoubleUnaryOperator;

/** Bisection: slow, certain, and the same on every machine. */
final class Roots {

    private Roots() {}

    /**
     * Smallest double (up to one step) at which an increasing function is not negative.
     *
     * @param low where the function is negative, or the answer
     * @param high where it is not negative
     */
    static double increasing(DoubleUnaryOperator f, double low, double high) {
        if (f.applyAsDouble(low) >= 0) {
            return low;
        }
        double below = low;
        double above = high;
        while (true) {
            double middle = below + (above - below) / 2;
            if (middle <= below || middle >= above) {
                return above;
            }
            if (f.applyAsDouble(middle) >= 0) {
                above = middle;
            } else {
                below = middle;
            }
        }
    }
}
