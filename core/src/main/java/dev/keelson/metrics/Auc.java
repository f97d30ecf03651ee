package dev.keelson.metrics;

import java.util.OptionalDouble;

/**
 * Area under the ROC curve: the chance that a random positive row scores above a random negative one, ties half.
 *
 * <p>Source: Hanley, J. A. and McNeil, B. J. (1982), Radiology 143(1), by mid-ranks (Mann and Whitney 1947).
 */
public final class Auc {

    private Auc() {}

    /**
     * Area of one score.
     *
     * @param scores any order, no {@code NaN}, at least one
     * @param positive whether each row is positive, same length
     * @return absent when all rows are positive or none is
     */
    public static OptionalDouble binary(double[] scores, boolean[] positive) {
        return ScoreCurve.of(scores, positive).rocArea();
    }

    /**
     * Mean over classes of the area of each class against the rest; classes that all or no rows have are left out.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     * @return absent when all rows are of one class
     */
    public static OptionalDouble oneVersusRest(double[] p, int classes, int[] labels) {
        int n = Rows.check(p, classes, labels);
        double sum = 0;
        int used = 0;
        for (int c = 0; c < classes; c++) {
            double[] scores = new double[n];
            boolean[] positive = new boolean[n];
            for (int i = 0; i < n; i++) {
                scores[i] = p[i * classes + c];
                positive[i] = labels[i] == c;
            }
            OptionalDouble area = binary(scores, positive);
            if (area.isPresent()) {
                sum += area.getAsDouble();
                used++;
            }
        }
        return used == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / used);
    }
}
