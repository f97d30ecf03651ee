package dev.keelson.stats;

/**
 * Hellinger distance between two sets of counts, 0 (equal shares) to 1 (nothing in common):
 * {@code sqrt(1 - sum(sqrt(p * q)))}.
 *
 * <p>Two samples of one law are never exactly alike: chance alone makes about {@code (k - 1) / 8 * (1/n + 1/m)} of the
 * squared distance, which the excess leaves out.
 *
 * <p>Source: Hellinger, E. (1909), Journal für die reine und angewandte Mathematik 136; the noise from the second-order
 * expansion, in which the squared distance is an eighth of the chi-square distance.
 */
public final class Hellinger {

    private Hellinger() {}

    /**
     * Distance, and what is left of it after the noise of sampling.
     *
     * @param distance 0 to 1
     * @param noise squared distance to be expected without any shift
     * @param excessDistance root of the squared distance less the noise; 0 when the noise explains it all
     * @param cells cells that are not empty on both sides
     */
    public record Result(double distance, double noise, double excessDistance, int cells) {}

    /**
     * Distance between two sets of counts.
     *
     * @param reference counts per cell, each at least 0, sum positive
     * @param current counts per cell, same length and order
     */
    public static Result ofCounts(long[] reference, long[] current) {
        return ofCounts(reference, current, (double) Samples.total(reference, "reference"), (double)
                Samples.total(current, "current"));
    }

    /**
     * Distance between two sets of counts whose rows are not independent.
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
        double squares = 0; // of the differences of roots: no cancellation where the shares are nearly equal
        int cells = 0;
        for (int i = 0; i < reference.length; i++) {
            if (reference[i] + current[i] > 0) {
                cells++;
                double difference = Math.sqrt(reference[i] / n) - Math.sqrt(current[i] / m);
                squares += difference * difference;
            }
        }
        double squared = Math.min(1, squares / 2);
        double noise = (cells - 1) / 8.0 * (1 / referenceSize + 1 / currentSize);
        return new Result(Math.sqrt(squared), noise, Math.sqrt(Math.max(0, squared - noise)), cells);
    }
}
