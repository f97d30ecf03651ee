package dev.keelson.learn.tune;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One-sided Wilcoxon signed-rank test.
 *
 * <p>Zeros count half to either side (the zsplit rule). Up to 50 differences without zero and without ties in magnitude the
 * p-value is exact, else by the normal approximation with correction for ties and without one for continuity. Source:
 * Wilcoxon, F. (1945); conventions of scipy.stats.wilcoxon.
 */
final class SignedRank {
    private static final int MOST_EXACT = 50;

    private SignedRank() {}

    /**
     * The p-value against the alternative that the differences tend to be positive.
     *
     * @param differences at least one, all finite
     */
    static double pValueGreater(double[] differences) {
        int n = differences.length;
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(Math.abs(differences[a]), Math.abs(differences[b])))
                .mapToInt(Integer::intValue)
                .toArray();
        double positive = 0;
        double tied = 0;
        for (int from = 0; from < n; ) {
            int to = from;
            double magnitude = Math.abs(differences[order[from]]);
            while (to < n && Math.abs(differences[order[to]]) == magnitude) {
                to++;
            }
            double rank = (from + 1 + to) / 2.0;
            double count = to - from;
            tied += count * count * count - count;
            for (int i = from; i < to; i++) {
                double difference = differences[order[i]];
                positive += difference > 0 ? rank : difference == 0 ? rank / 2 : 0;
            }
            from = to;
        }
        boolean anyZero = Arrays.stream(differences).anyMatch(each -> each == 0);
        if (n <= MOST_EXACT && tied == 0 && !anyZero) {
            return exact(n, (int) positive);
        }
        double mean = n * (n + 1.0) / 4;
        double variance = n * (n + 1.0) * (2.0 * n + 1) / 24 - tied / 48;
        return variance > 0 ? StandardNormal.cdf(-(positive - mean) / Math.sqrt(variance)) : 1;
    }

    /** Probability that the ranks of positive differences sum to at least so much when each sign is a coin's. */
    private static double exact(int n, int atLeast) {
        int most = n * (n + 1) / 2;
        double[] share = new double[most + 1];
        share[0] = 1;
        for (int rank = 1; rank <= n; rank++) {
            for (int sum = rank * (rank + 1) / 2; sum >= 0; sum--) {
                share[sum] = 0.5 * (share[sum] + (sum >= rank ? share[sum - rank] : 0));
            }
        }
        double tail = 0;
        for (int sum = most; sum >= atLeast; sum--) {
            tail += share[sum];
        }
        return Math.min(tail, 1);
    }
}
