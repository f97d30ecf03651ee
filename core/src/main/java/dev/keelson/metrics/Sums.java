package dev.keelson.metrics;

/** Sums over a sample of clusters. */
final class Sums {

    private Sums() {}

    /**
     * The sums of the clusters, each as often as it is in the sample.
     *
     * @param sums of each cluster, {@code clusters * width}
     */
    static double[] of(double[] sums, int width, int[] times) {
        double[] total = new double[width];
        for (int g = 0; g < times.length; g++) {
            int often = times[g];
            if (often == 0) {
                continue;
            }
            int at = g * width;
            for (int k = 0; k < width; k++) {
                total[k] += often * sums[at + k];
            }
        }
        return total;
    }
}
