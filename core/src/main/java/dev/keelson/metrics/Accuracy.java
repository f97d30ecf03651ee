package dev.keelson.metrics;

/** Share of rows whose most probable class came true; ties go to the lower class index. */
public final class Accuracy {

    private Accuracy() {}

    /**
     * Share of hits.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @return 0 to 1
     */
    public static double of(double[] p, int classes, int[] labels) {
        return Rows.mean(perRow(p, classes, labels));
    }

    /**
     * 1 for every hit and 0 for every miss.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @return length n
     */
    public static double[] perRow(double[] p, int classes, int[] labels) {
        int n = Rows.check(p, classes, labels);
        double[] hits = new double[n];
        for (int i = 0; i < n; i++) {
            hits[i] = Rows.argMax(p, classes, i) == labels[i] ? 1 : 0;
        }
        return hits;
    }
}
