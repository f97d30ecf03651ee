package dev.keelson.stats;

/**
 * Bounds of a test that is looked at a few times on the way to a known end: more power than bounds that hold at any time, in
 * exchange for a fixed plan.
 *
 * <p>A bound is what the standardised sum {@code mean / sd * sqrt(n)} must reach at a look. Gains are taken to be normal, so a look
 * needs enough of them. Looks are planned as shares of the information at the end, of which the last is 1.
 *
 * <p>Sources: O'Brien, P. C. and Fleming, T. R. (1979), Biometrics 35(3), and Pocock, S. J. (1977), Biometrika 64(2), for equal
 * shares; Lan, K. K. G. and DeMets, D. L. (1983), Biometrika 70(3), for any shares; Armitage, McPherson and Rowe (1969), JRSS A
 * 132(2), for the recursion.
 */
public final class GroupSequential {
    /** Points of the grid over which a density is integrated. */
    private static final int GRID = 400;
    /** Below it a path has gone so far down that it does not come back. */
    private static final double FLOOR = 8;

    private static final int HALVINGS = 60;

    private GroupSequential() {}

    /**
     * O'Brien and Fleming's bounds: {@code c * sqrt(K / k)} at look {@code k} of {@code K} equally spaced ones.
     *
     * @param looks at least 1
     * @param alpha chance that either bound is ever reached though the mean is 0; 0 to 1 exclusive
     * @return bounds by look; the test is two-sided
     */
    public static double[] obrienFleming(int looks, double alpha) {
        return scaled(looks, alpha, 0.5);
    }

    /**
     * Pocock's bounds: the same at each of equally spaced looks.
     *
     * @param looks at least 1
     * @param alpha two-sided level, 0 to 1 exclusive
     */
    public static double[] pocock(int looks, double alpha) {
        return scaled(looks, alpha, 0);
    }

    private static double[] scaled(int looks, double alpha, double power) {
        if (looks < 1) {
            throw new IllegalArgumentException("The number of looks (%d) must be at least 1.".formatted(looks));
        }
        Samples.requireOpenShare(alpha, "alpha");
        double[] shares = new double[looks];
        double[] shape = new double[looks];
        for (int k = 0; k < looks; k++) {
            shares[k] = (k + 1.0) / looks;
            shape[k] = Math.pow((double) looks / (k + 1), power);
        }
        double low = 0;
        double high = 20;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (everReached(shares, times(shape, middle)) > alpha) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return times(shape, high);
    }

    private static double everReached(double[] shares, double[] bounds) {
        Density density = new Density(true);
        double reached = 0;
        for (int k = 0; k < shares.length; k++) {
            reached += density.beyond(shares[k], bounds[k]);
            density.advance(shares[k], bounds[k]);
        }
        return reached;
    }

    private static double[] times(double[] shape, double factor) {
        double[] product = new double[shape.length];
        for (int k = 0; k < shape.length; k++) {
            product[k] = factor * shape[k];
        }
        return product;
    }

    /**
     * One-sided bounds by a spending function like O'Brien and Fleming's: until the share {@code t} of the information,
     * {@code 2 - 2 Phi(z(alpha / 2) / sqrt(t))} of alpha is spent. The looks need not be equally spaced.
     *
     * @param shares of the information at each look, ascending, above 0 and at most 1
     * @param alpha chance that the bound is ever reached though the mean is 0 (or below); 0 to 0.5 exclusive
     * @return what the standardised sum must reach at each look; infinity at a look that has too little to spend
     */
    public static double[] lanDeMets(double[] shares, double alpha) {
        if (!(alpha > 0 && alpha < 0.5)) {
            throw new IllegalArgumentException("alpha (%s) must lie between 0 and 0.5.".formatted(alpha));
        }
        double before = 0;
        for (double share : shares) {
            if (!(share > before && share <= 1)) {
                throw new IllegalArgumentException(
                        "The share of information (%s) must be above the one before (%s) and at most 1.".formatted(share, before));
            }
            before = share;
        }
        double quantile = Normal.quantile(1 - alpha / 2);
        double[] bounds = new double[shares.length];
        Density density = new Density(false);
        double spent = 0;
        for (int k = 0; k < shares.length; k++) {
            double until = 2 * Normal.cdf(-quantile / Math.sqrt(shares[k]));
            bounds[k] = bound(density, shares[k], until - spent);
            density.advance(shares[k], bounds[k]);
            spent = until;
        }
        return bounds;
    }

    private static double bound(Density density, double share, double toSpend) {
        if (toSpend < 1e-15) {
            return Double.POSITIVE_INFINITY;
        }
        double low = -FLOOR;
        double high = FLOOR + 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (density.beyond(share, middle) > toSpend) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Density of the sum at the last look, of paths that have reached no bound; sums have the variance of their share. */
    private static final class Density {
        private final boolean twoSided;
        private double share;
        private double[] at = {0};
        /** Weight of each point: its density times its part of the integral. */
        private double[] weight = {1};

        Density(boolean twoSided) {
            this.twoSided = twoSided;
        }

        /** Chance to reach the bound at the next look for the first time. */
        double beyond(double next, double bound) {
            double scale = Math.sqrt(next - share);
            double limit = bound * Math.sqrt(next);
            double sum = 0;
            for (int i = 0; i < at.length; i++) {
                double tail = Normal.cdf((at[i] - limit) / scale);
                if (twoSided) {
                    tail += Normal.cdf((-limit - at[i]) / scale);
                }
                sum += weight[i] * tail;
            }
            return sum;
        }

        /** Goes on to the next look with the paths that did not reach the bound there. */
        void advance(double next, double bound) {
            double reach = FLOOR * Math.sqrt(next);
            double upper = Math.min(bound * Math.sqrt(next), reach);
            double lower = twoSided ? -upper : -reach;
            double step = (upper - lower) / GRID;
            double variance = next - share;
            double[] points = new double[GRID + 1];
            double[] weights = new double[GRID + 1];
            for (int j = 0; j <= GRID; j++) {
                double x = lower + j * step;
                double density = 0;
                for (int i = 0; i < at.length; i++) {
                    double distance = x - at[i];
                    density += weight[i] * Math.exp(-distance * distance / (2 * variance));
                }
                double simpson = j == 0 || j == GRID ? 1 : j % 2 == 1 ? 4 : 2;
                points[j] = x;
                weights[j] = density / Math.sqrt(2 * Math.PI * variance) * simpson * step / 3;
            }
            share = next;
            at = points;
            weight = weights;
        }
    }
}
