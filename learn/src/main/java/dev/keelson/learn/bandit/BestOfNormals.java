package dev.keelson.learn.bandit;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * How likely each of several independent normal variables is the greatest, by quadrature: the integral of one density
 * times the distribution functions of the others, over pieces whose ends lie where one of them bends, 16 points of Gauss
 * and Legendre each. Before they are scaled to sum to 1 the results are within 1e-9 for standard errors whose ratio is
 * up to 1e6.
 */
final class BestOfNormals {
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    private static final int POINTS = 16;
    private static final double[] NODES = new double[POINTS];
    private static final double[] WEIGHTS = new double[POINTS];
    private static final double[] BENDS = {-9, -6, -4, -2.5, -1.25, 0, 1.25, 2.5, 4, 6, 9};

    static {
        for (int i = 0; i < POINTS; i++) {
            double x = StrictMath.cos(Math.PI * (i + 0.75) / (POINTS + 0.5));
            double slope = 1;
            for (int round = 0; round < 20; round++) {
                double before = 1;
                double value = x;
                for (int k = 2; k <= POINTS; k++) {
                    double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
                    before = value;
                    value = next;
                }
                slope = POINTS * (x * value - before) / (x * x - 1);
                x -= value / slope;
            }
            NODES[i] = x;
            WEIGHTS[i] = 2 / ((1 - x * x) * slope * slope);
        }
    }

    private BestOfNormals() {}

    /**
     * The chances. Of several variables without spread only the first of the greatest counts.
     *
     * @param means finite, at least one
     * @param spreads standard deviations, at least 0
     */
    static double[] chances(double[] means, double[] spreads) {
        int n = means.length;
        int fixed = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (int a = 0; a < n; a++) {
            if (spreads[a] == 0 && (fixed < 0 || means[a] > means[fixed])) {
                fixed = a;
            }
            highest = Math.max(highest, means[a] - 9 * spreads[a]);
        }
        // below this some variable almost surely lies higher
        double from = fixed < 0 ? highest : Math.max(highest, means[fixed]);
        double[] chances = new double[n];
        double sum = 0;
        for (int a = 0; a < n; a++) {
            if (spreads[a] > 0) {
                chances[a] = integral(a, from, means, spreads);
            } else if (a == fixed) {
                chances[a] = below(a, means[a], means, spreads);
            }
            sum += chances[a];
        }
        if (!(sum > 0.999 && sum < 1.001)) {
            throw new IllegalStateException("The chances %s of the means %s and spreads %s sum to %s."
                    .formatted(Arrays.toString(chances), Arrays.toString(means), Arrays.toString(spreads), sum));
        }
        for (int a = 0; a < n; a++) {
            chances[a] /= sum;
        }
        return chances;
    }

    private static double integral(int a, double from, double[] means, double[] spreads) {
        double low = Math.max(from, means[a] - 9 * spreads[a]);
        double high = means[a] + 9 * spreads[a];
        if (!(low < high)) {
            return 0;
        }
        double[] ends = new double[means.length * BENDS.length + 2];
        int count = 0;
        ends[count++] = low;
        ends[count++] = high;
        for (int b = 0; b < means.length; b++) {
            for (double bend : BENDS) {
                double end = means[b] + bend * spreads[b];
                if (end > low && end < high) {
                    ends[count++] = end;
                }
            }
        }
        Arrays.sort(ends, 0, count);
        double sum = 0;
        for (int k = 1; k < count; k++) {
            double half = (ends[k] - ends[k - 1]) / 2;
            double middle = ends[k - 1] + half;
            if (!(half > 0)) {
                continue;
            }
            for (int p = 0; p < POINTS; p++) {
                double s = middle + half * NODES[p];
                double density = NORMAL.density((s - means[a]) / spreads[a]) / spreads[a];
                sum += half * WEIGHTS[p] * density * below(a, s, means, spreads);
            }
        }
        return sum;
    }

    /** How likely all but one lie below a value. */
    private static double below(int except, double s, double[] means, double[] spreads) {
        double product = 1;
        for (int b = 0; b < means.length; b++) {
            if (b != except && spreads[b] > 0) {
                product *= NORMAL.cumulativeProbability((s - means[b]) / spreads[b]);
            }
        }
        return product;
    }
}
