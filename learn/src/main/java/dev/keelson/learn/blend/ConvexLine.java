package dev.keelson.learn.blend;

/** Minimises a smooth convex function of one variable between two bounds, the same way on every machine. */
public final class ConvexLine {
    private static final int MAX_STEPS = 200;

    private ConvexLine() {}

    /** First and second derivative at a point. */
    @FunctionalInterface
    public interface Slope {
        /** Writes the first derivative to {@code out[0]} and the second, at least 0, to {@code out[1]}. */
        void at(double x, double[] out);
    }

    /**
     * The minimum by Newton's method held inside a shrinking bracket (Press et al., Numerical Recipes, 9.4).
     *
     * @param low lower bound, finite
     * @param high upper bound, at least {@code low}
     * @param start first guess, clipped to the bounds
     * @param tolerance width of a step at which it stops
     * @return the minimum, exactly a bound when it lies there
     */
    public static double minimise(Slope slope, double low, double high, double start, double tolerance) {
        double[] derivative = new double[2];
        slope.at(low, derivative);
        if (derivative[0] >= 0) {
            return low;
        }
        slope.at(high, derivative);
        if (derivative[0] <= 0) {
            return high;
        }
        double below = low;
        double above = high;
        double x = Math.min(high, Math.max(low, start));
        for (int step = 0; step < MAX_STEPS; step++) {
            slope.at(x, derivative);
            if (derivative[0] == 0) {
                return x;
            }
            if (derivative[0] < 0) {
                below = x;
            } else {
                above = x;
            }
            double next = x - derivative[0] / derivative[1];
            if (!(next > below && next < above)) { // also when the second derivative is 0
                next = below + (above - below) / 2;
            }
            if (Math.abs(next - x) <= tolerance) {
                return next;
            }
            x = next;
        }
        return x;
    }
}
