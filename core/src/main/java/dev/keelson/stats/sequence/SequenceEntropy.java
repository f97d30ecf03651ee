package dev.keelson.stats.sequence;

import org.jspecify.annotations.Nullable;

/**
 * How uncertain results are, in bits, and how much less uncertain the next one is for knowing the last.
 *
 * <p>Shares of a sample look more certain than they are; {@code corrected} adds (categories that occur - 1) / (2 n ln 2) for that.
 * The same order of results shows in {@code conditional} alone, so that its test shuffles them: p is the share of orders in
 * which the last result tells at least as much about the next.
 *
 * <p>Source: Shannon (1948); Miller, G. A. (1955), Note on the bias of information estimates, for the correction.
 *
 * @param plain entropy of the shares, 0 to {@code most}
 * @param corrected the same, corrected for its bias, at most {@code most}
 * @param most of as many categories: log2 of their number
 * @param conditional entropy of a result when the one before it is known, of the shares
 * @param gain {@code plain} over the results that follow one, less {@code conditional}: what knowing the last tells, at least 0
 * @param test of the gain, which is its statistic; null where all results are equal
 */
public record SequenceEntropy(
        double plain, double corrected, double most, double conditional, double gain, @Nullable ChanceTest test) {

    /**
     * Of a sequence.
     *
     * @param sequence at least two results
     * @param seed of the shuffles
     */
    public static SequenceEntropy of(ResultSequence sequence, long seed) {
        int k = sequence.categories().size();
        int[] values = sequence.values();
        if (values.length < 2) {
            throw new IllegalArgumentException("%d results have no order; expected at least 2.".formatted(values.length));
        }
        long[] counts = sequence.counts();
        double plain = entropy(counts, values.length);
        int occurring = 0;
        for (long count : counts) {
            occurring += count > 0 ? 1 : 0;
        }
        double most = Math.log(k) / Math.log(2);
        double corrected = Math.min(most, plain + (occurring - 1) / (2.0 * values.length * Math.log(2)));
        double gain = gain(values, k);
        ChanceTest test = occurring < 2
                ? null
                : ChanceTest.of(gain, Double.NaN, Orders.atLeast(values, k, order -> gain(order, k), seed));
        long[] following = counts.clone();
        following[values[0]]--;
        return new SequenceEntropy(
                plain, corrected, most, Math.max(0, entropy(following, values.length - 1) - gain), gain, test);
    }

    /** Mutual information of a result and the one before it. */
    private static double gain(int[] values, int k) {
        int n = values.length - 1;
        long[] pairs = new long[k * k];
        long[] before = new long[k];
        long[] after = new long[k];
        for (int i = 1; i <= n; i++) {
            pairs[values[i - 1] * k + values[i]]++;
            before[values[i - 1]]++;
            after[values[i]]++;
        }
        return Math.max(0, entropy(before, n) + entropy(after, n) - entropy(pairs, n));
    }

    private static double entropy(long[] counts, int n) {
        double sum = 0;
        for (long count : counts) {
            if (count > 0) {
                double share = (double) count / n;
                sum -= share * Math.log(share);
            }
        }
        return sum / Math.log(2);
    }
}
