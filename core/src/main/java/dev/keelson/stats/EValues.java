package dev.keelson.stats;

import java.util.stream.IntStream;

/**
 * Several e-values at once, whatever depends on what. An e-value is at least 0 and, where its hypothesis is true, at most 1 in
 * the mean: 20 speaks against it as a p-value of 0.05 does. It may be taken of a process that is looked at at any time.
 *
 * <p>Sources: Vovk, V. and Wang, R. (2021), E-values: calibration, combination and applications, Annals of Statistics 49(3), for
 * closed means (their algorithm 1); Wang, R. and Ramdas, A. (2022), False discovery rate control with e-values, Journal of the
 * Royal Statistical Society B 84(3), for e-BH. Stateless.
 */
public final class EValues {
    private EValues() {}

    /**
     * E-values that allow for the others by the closed test of arithmetic means. Where those that reach {@code 1 / alpha} are
     * rejected, a true hypothesis is among them with a chance of at most alpha. Never below {@code e / K}, which is what dividing
     * alpha by their number K comes to.
     *
     * @param e each at least 0, infinity included; may be empty
     * @return same order and length: the smallest mean over all subsets that an e-value is in
     */
    public static double[] closedMeans(double[] e) {
        Integer[] ascending = order(e);
        double[] adjusted = new double[e.length];
        for (int i = 0; i < e.length; i++) {
            double sum = e[i];
            double smallest = e[i];
            int taken = 1;
            for (int other : ascending) {
                if (other == i) {
                    continue;
                }
                sum += e[other];
                taken++;
                smallest = Math.min(smallest, sum / taken);
            }
            adjusted[i] = smallest;
        }
        return adjusted;
    }

    /**
     * E-values that allow for the others by e-BH: where those that reach {@code 1 / alpha} are rejected, the expected share of true
     * hypotheses among the rejected is at most alpha. Says nothing of a single one of them.
     *
     * @param e each at least 0, infinity included; may be empty
     * @return same order and length: {@code max over j >= rank of (j * e(j) / K)}, descending order
     */
    public static double[] benjaminiHochberg(double[] e) {
        Integer[] ascending = order(e);
        double[] adjusted = new double[e.length];
        double largest = 0;
        for (int i = 0; i < e.length; i++) { // from the last rank to the first
            int rank = e.length - i;
            largest = Math.max(largest, e[ascending[i]] / e.length * rank);
            adjusted[ascending[i]] = largest;
        }
        return adjusted;
    }

    private static Integer[] order(double[] e) {
        for (int i = 0; i < e.length; i++) {
            if (!(e[i] >= 0)) {
                throw new IllegalArgumentException("The e-value at index %d (%s) must be at least 0.".formatted(i, e[i]));
            }
        }
        return IntStream.range(0, e.length)
                .boxed()
                .sorted((a, b) -> Double.compare(e[a], e[b]))
                .toArray(Integer[]::new);
    }
}
