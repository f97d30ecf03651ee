package dev.keelson.learn.tune;

/**
 * A numeric domain on the scale on which samplers work: the logarithm for log domains; a grid point stands for its
 * whole cell, so the bounds are half a step wider than the domain.
 *
 * @param low least value, before any logarithm
 * @param high greatest value
 * @param step distance of grid points; 0 for a continuum
 * @param log whether the working scale is logarithmic
 */
record Axis(double low, double high, double step, boolean log) {

    /** Lower bound on the working scale. */
    double from() {
        return scale(low - step / 2);
    }

    /** Upper bound on the working scale. */
    double to() {
        return scale(high + step / 2);
    }

    /** To the working scale. */
    double scale(double value) {
        return log ? StrictMath.log(value) : value;
    }

    /** Back from the working scale, on the grid and within the bounds. */
    double unscale(double working) {
        double value = log ? StrictMath.exp(working) : working;
        if (step > 0) {
            value = low + Math.rint((value - low) / step) * step;
        }
        return Math.min(Math.max(value, low), high);
    }

    /** From the unit interval; each grid point has an interval as long as its cell on the working scale. */
    double at(double position) {
        if (step > 0 && !log) {
            double last = Math.rint((high - low) / step);
            return low + Math.min(Math.floor(position * (last + 1)), last) * step;
        }
        return unscale(from() + position * (to() - from()));
    }

    /** Place of a value in the unit interval; the middle of its cell on a grid. */
    double position(double value) {
        return (scale(value) - from()) / (to() - from());
    }
}
