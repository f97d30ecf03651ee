package dev.keelson.stats;

/**
 * Jensen-Shannon divergence between two sets of counts, base 2, so that it runs from 0 (equal shares) to 1 (nothing in
 * common).
 *
 * <p>{@code JS = (KL(p || m) + KL(q || m)) / 2} with {@code m = (p + q) / 2}; the distance is its root. Two samples of
 * one law are never exactly alike: chance alone makes about {@code (k - 1) / (8 ln 2) * (1/n + 1/m)}, which the excess
 * leaves out.
 *
 * <p>Source: Lin, J. (1991), Divergence measures based on the Shannon entropy, IEEE Transactions on Information Theory
 * 37(1); Endres and Schindelin (2003) for the distance.
 */
public final class JensenShannon {

    private static final double LN_2 = Math.log(2);

    private JensenShannon() {}

    /**
     * Divergence, its root, and what is left of both after the noise of sampling.
     *
     * @param distance root of the divergence, 0 to 1
     * @param divergence in bits, 0 to 1
     * @param noise divergence to be expected without any shift
     * @param excessDistance root of the divergence less the noise; 0 when the noise explains it all
     * @param cells cells that are not empty on both sides
     */
    public record Result(double distance, double divergence, double noise, double excessDistance, int cells) {}

    /**
     * Divergence between two sets of counts.
     *
     * @param reference counts per cell, each at least 0, sum positive
     * @param current counts per cell, same length and order
     */
    public static Result ofCounts(long[] reference, long[] current) {
        return ofCounts(reference, current, (double) Samples.total(reference, "reference"), (double)
                Samples.total(current, "current"));
    }

    /**
     * Divergence between two sets of counts whose rows are not independent.
     *
     * @param reference counts per cell, each at least 0, sum positive
     * @param current counts per cell, same length and order
     * @param referenceSize effective number of independent rows, positive (see {@link DesignEffect})
     * @param currentSize likewise
     */
    public static Result ofCounts(long[] reference, long[] current, double referenceSize, double currentSize) {
        Samples.requireSameLength(reference.length, current.length);
        double n = Samples.total(reference, "reference");
        double m = Samples.total(current, "current");
        Samples.requirePositive(referenceSize, "The effective reference size");
        Samples.requirePositive(currentSize, "The effective current size");
        double sum = 0;
        int cells = 0;
        for (int i = 0; i < reference.length; i++) {
            if (reference[i] + current[i] > 0) {
                cells++;
                double p = reference[i] / n;
                double q = current[i] / m;
                double middle = (p + q) / 2;
                sum += (p > 0 ? p * Math.log(p / middle) : 0) + (q > 0 ? q * Math.log(q / middle) : 0);
            }
        }
        double divergence = Math.max(0, Math.min(1, sum / 2 / LN_2));
        double noise = (cells - 1) / (8 * LN_2) * (1 / referenceSize + 1 / currentSize);
        return new Result(Math.sqrt(divergence), divergence, noise, Math.sqrt(Math.max(0, divergence - noise)), cells);
    }
}
