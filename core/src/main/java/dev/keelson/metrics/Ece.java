package dev.keelson.metrics;

/**
 * Expected calibration error of the top label over 15 bins, 0 to 1; lower is better. It is positive even for perfect
 * forecasts, more so with fewer rows; {@link ReliabilityBins} shows the bins with their intervals.
 *
 * <p>Source: Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. Q. (2017), On calibration of modern neural networks, ICML.
 */
public final class Ece {

    private Ece() {}

    /**
     * Error over bins of equal width.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     */
    public static double equalWidth(double[] p, int classes, int[] labels) {
        return ReliabilityBins.topLabel(
                        p, classes, labels, ReliabilityBins.Binning.EQUAL_WIDTH, ReliabilityBins.DEFAULT_COUNT)
                .ece();
    }

    /**
     * Error over bins of equal count, rows of equal probability kept together.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     */
    public static double equalCount(double[] p, int classes, int[] labels) {
        return ReliabilityBins.topLabel(
                        p, classes, labels, ReliabilityBins.Binning.EQUAL_COUNT, ReliabilityBins.DEFAULT_COUNT)
                .ece();
    }
}
