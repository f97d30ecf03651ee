package dev.keelson.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts of rows by true and predicted class.
 *
 * @param counts one list per true class, in each one count per predicted class
 */
public record ConfusionMatrix(List<List<Long>> counts) {

    /** Copies the counts. */
    public ConfusionMatrix {
        counts = counts.stream().map(List::copyOf).toList();
    }

    /**
     * Matrix of the most probable classes; ties go to the lower class index.
     *
     * @param p probabilities, {@code n * classes}, row by row, each 0 to 1
     * @param classes number of classes, at least 2
     * @param labels class of each row, at least one row
     */
    public static ConfusionMatrix of(double[] p, int classes, int[] labels) {
        int n = Rows.check(p, classes, labels);
        long[][] cells = new long[classes][classes];
        for (int i = 0; i < n; i++) {
            cells[labels[i]][Rows.argMax(p, classes, i)]++;
        }
        List<List<Long>> rows = new ArrayList<>(classes);
        for (long[] row : cells) {
            List<Long> list = new ArrayList<>(classes);
            for (long cell : row) {
                list.add(cell);
            }
            rows.add(list);
        }
        return new ConfusionMatrix(rows);
    }

    /**
     * Matrix of two classes when a row is predicted as 1 from a threshold on.
     *
     * @param scores any order, no {@code NaN}, at least one
     * @param positive whether each row is of class 1, same length
     * @param threshold a row whose score is at least this is predicted as 1
     */
    public static ConfusionMatrix at(double[] scores, boolean[] positive, double threshold) {
        Rows.checkScores(scores, positive);
        long[][] cells = new long[2][2];
        for (int i = 0; i < scores.length; i++) {
            cells[positive[i] ? 1 : 0][scores[i] >= threshold ? 1 : 0]++;
        }
        return new ConfusionMatrix(List.of(List.of(cells[0][0], cells[0][1]), List.of(cells[1][0], cells[1][1])));
    }

    /** Rows of true class {@code label} that were predicted as {@code predicted}. */
    public long count(int label, int predicted) {
        return counts.get(label).get(predicted);
    }

    /** Share of the rows predicted as this class that are of it; 0 when none was predicted so. */
    public double precision(int label) {
        long predicted = predicted(label);
        return predicted == 0 ? 0 : (double) count(label, label) / predicted;
    }

    /** Share of the rows of this class that were predicted so; 0 when there are none. */
    public double recall(int label) {
        long actual = actual(label);
        return actual == 0 ? 0 : (double) count(label, label) / actual;
    }

    /** Harmonic mean of precision and recall; 0 when both are 0. */
    public double f1(int label) {
        double precision = precision(label);
        double recall = recall(label);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    /** Mean F1 over classes, each class counting the same. */
    public double macroF1() {
        double sum = 0;
        for (int c = 0; c < counts.size(); c++) {
            sum += f1(c);
        }
        return sum / counts.size();
    }

    /** Rows on the diagonal over all rows; 0 without rows. */
    public double accuracy() {
        long hits = 0;
        long all = 0;
        for (int c = 0; c < counts.size(); c++) {
            hits += count(c, c);
            all += actual(c);
        }
        return all == 0 ? 0 : (double) hits / all;
    }

    /** Mean recall over the classes that occur; 0 without rows. */
    public double balancedAccuracy() {
        double sum = 0;
        int occurring = 0;
        for (int c = 0; c < counts.size(); c++) {
            if (actual(c) > 0) {
                sum += recall(c);
                occurring++;
            }
        }
        return occurring == 0 ? 0 : sum / occurring;
    }

    /** Mean F1 over classes, each counting by its rows; 0 without rows. */
    public double weightedF1() {
        double sum = 0;
        long all = 0;
        for (int c = 0; c < counts.size(); c++) {
            sum += actual(c) * f1(c);
            all += actual(c);
        }
        return all == 0 ? 0 : sum / all;
    }

    /**
     * Matthews' correlation of true and predicted class, -1 to 1, for two or more classes; 0 when all rows are of one
     * class or predicted as one.
     *
     * <p>Source: Gorodkin, J. (2004), Comparing two K-category assignments by a K-category correlation coefficient,
     * Computational Biology and Chemistry 28.
     */
    public double matthews() {
        double hits = 0;
        double all = 0;
        double cross = 0;
        double actualSquares = 0;
        double predictedSquares = 0;
        for (int c = 0; c < counts.size(); c++) {
            double actual = actual(c);
            double predicted = predicted(c);
            hits += count(c, c);
            all += actual;
            cross += actual * predicted;
            actualSquares += actual * actual;
            predictedSquares += predicted * predicted;
        }
        double spread = (all * all - actualSquares) * (all * all - predictedSquares);
        return spread == 0 ? 0 : (hits * all - cross) / Math.sqrt(spread);
    }

    private long actual(int label) {
        long rows = 0;
        for (long cell : counts.get(label)) {
            rows += cell;
        }
        return rows;
    }

    private long predicted(int label) {
        long rows = 0;
        for (List<Long> row : counts) {
            rows += row.get(label);
        }
        return rows;
    }
}
