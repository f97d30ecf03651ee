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

    /** Rows of true class {@code label} that were predicted as {@code predicted}. */
    public long count(int label, int predicted) {
        return counts.get(label).get(predicted);
    }

    /** Share of the rows predicted as this class that are of it; 0 when none was predicted so. */
    public double precision(int label) {
        long predicted = 0;
        for (List<Long> row : counts) {
            predicted += row.get(label);
        }
        return predicted == 0 ? 0 : (double) count(label, label) / predicted;
    }

    /** Share of the rows of this class that were predicted so; 0 when there are none. */
    public double recall(int label) {
        long actual = 0;
        for (long cell : counts.get(label)) {
            actual += cell;
        }
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
}
