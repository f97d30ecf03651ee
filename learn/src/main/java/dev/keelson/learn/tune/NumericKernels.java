package dev.keelson.learn.tune;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Normal kernels truncated to the bounds of a numeric parameter, on its working scale; on a grid the density is integrated
 * over a value's cell. Densities are those of the working scale. Not thread-safe.
 */
final class NumericKernels implements Kernels {
    private static final double LEAST_SIGMA_DIVISOR = 100;
    private static final int MOST_KEPT_CELLS = 256;

    private final Axis axis;
    private final double[] centres;
    private final double[] sigmas;
    private final double[] precisions;
    /** Mass of each normal law below the lower bound, and within the bounds. */
    private final double[] below;

    private final double[] within;
    private final double[] logNorms;
    private final double[] @Nullable [] cells;

    /**
     * @param axis the parameter
     * @param centres of the kernels, within the bounds of the working scale
     * @param sigmas their standard deviations before truncation, positive
     */
    NumericKernels(Axis axis, double[] centres, double[] sigmas) {
        this.axis = axis;
        this.centres = centres;
        this.sigmas = sigmas;
        int n = centres.length;
        precisions = new double[n];
        below = new double[n];
        within = new double[n];
        logNorms = new double[n];
        double count = axis.step() > 0 ? Math.rint((axis.high() - axis.low()) / axis.step()) + 1 : 0;
        cells = new double[count <= MOST_KEPT_CELLS ? (int) count : 0][];
        double from = axis.from();
        double to = axis.to();
        double scale = 1; // many kernels have the least width, and the same logarithm
        double log = 0;
        for (int k = 0; k < n; k++) {
            precisions[k] = 1 / sigmas[k];
            below[k] = StandardNormal.roundedCdf((from - centres[k]) * precisions[k]);
            within[k] = StandardNormal.roundedCdf((to - centres[k]) * precisions[k]) - below[k];
            double next = axis.step() > 0 ? within[k] : sigmas[k] * within[k];
            log = next == scale ? log : StrictMath.log(next);
            scale = next;
            logNorms[k] = axis.step() > 0 ? -log : -log - StandardNormal.HALF_LOG_2PI;
        }
    }

    /**
     * Kernels at observations, and a last one for the prior: in the middle and as wide as the range. An observation's
     * kernel is as wide as the larger distance to its neighbours; at the ends, the distance to the only one, or to the
     * bounds when it is alone.
     *
     * @param observed on the parameter's own scale
     */
    static NumericKernels around(double[] observed, Axis axis) {
        int n = observed.length;
        double from = axis.from();
        double to = axis.to();
        double[] centres = new double[n + 1];
        double[] sigmas = new double[n + 1];
        for (int i = 0; i < n; i++) {
            centres[i] = axis.scale(observed[i]);
        }
        double least = (to - from) / Math.min(LEAST_SIGMA_DIVISOR, 2.0 + n);
        int[] order = order(centres, n);
        for (int rank = 0; rank < n; rank++) {
            double here = centres[order[rank]];
            double left = here - (rank == 0 ? from : centres[order[rank - 1]]);
            double right = (rank == n - 1 ? to : centres[order[rank + 1]]) - here;
            double width = Math.max(left, right);
            if (n > 1 && rank == 0) {
                width = right;
            } else if (n > 1 && rank == n - 1) {
                width = left;
            }
            sigmas[order[rank]] = Math.min(Math.max(width, least), to - from);
        }
        centres[n] = 0.5 * (from + to);
        sigmas[n] = to - from;
        return new NumericKernels(axis, centres, sigmas);
    }

    /** Places of the first {@code n} values from smallest to greatest, equal ones in order of place. */
    private static int[] order(double[] values, int n) {
        long places = (Long.highestOneBit(Math.max(n, 1)) << 1) - 1; // the lowest digits give way to the place
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            long bits = Double.doubleToLongBits(values[i]);
            long ordered = bits ^ ((bits >> 63) & Long.MAX_VALUE);
            keys[i] = (ordered & ~places) | i;
        }
        Arrays.sort(keys);
        int[] order = new int[n];
        for (int rank = 0; rank < n; rank++) {
            int place = (int) (keys[rank] & places);
            int at = rank;
            while (at > 0 && values[order[at - 1]] > values[place]) { // those that differ in the lowest digits only
                order[at] = order[at - 1];
                at--;
            }
            order[at] = place;
        }
        return order;
    }

    @Override
    public double draw(int k, Draws draws) {
        double z = StandardNormal.quantile(below[k] + draws.inside() * within[k]);
        double working = Math.min(Math.max(centres[k] + z * sigmas[k], axis.from()), axis.to());
        return axis.unscale(working);
    }

    @Override
    public void addLogDensity(double value, double[] sums) {
        if (axis.step() > 0) {
            double[] masses = logMasses(value);
            for (int k = 0; k < centres.length; k++) {
                sums[k] += masses[k];
            }
            return;
        }
        double at = axis.scale(value);
        for (int k = 0; k < centres.length; k++) {
            double z = (at - centres[k]) * precisions[k];
            sums[k] += logNorms[k] - 0.5 * z * z;
        }
    }

    /** Of the cell around a value under each kernel; kept when there are few cells. */
    private double[] logMasses(double value) {
        int cell = (int) Math.min(Math.rint((value - axis.low()) / axis.step()), Integer.MAX_VALUE);
        double[] masses = cell < cells.length ? cells[cell] : null;
        if (masses == null) {
            double left = axis.scale(value - axis.step() / 2);
            double right = axis.scale(value + axis.step() / 2);
            masses = new double[centres.length];
            for (int k = 0; k < masses.length; k++) {
                masses[k] = logNorms[k]
                        + StandardNormal.logMass((left - centres[k]) * precisions[k], (right - centres[k]) * precisions[k]);
            }
            if (cell < cells.length) {
                cells[cell] = masses;
            }
        }
        return masses;
    }
}
