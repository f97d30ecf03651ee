package dev.keelson.learn.ensemble;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stack's upper model reads of its members: their values, the logarithm of each of several probabilities, or the log
 * odds of the second of two classes. Probabilities are held away from 0 and 1 by 1e-6.
 *
 * @param names of the columns, those of a member side by side: {@code 0-xgboost.H}
 * @param members number of members
 * @param outputs numbers that a member tells
 * @param classifies whether they are probabilities
 */
record MetaFeatures(List<String> names, int members, int outputs, boolean classifies) {
    private static final double SMALLEST = 1e-6;

    static MetaFeatures of(List<String> learners, Task task) {
        boolean classifies = task instanceof Task.Classification;
        List<String> outputs = task.outputs();
        List<String> told = classifies && outputs.size() == 2 ? outputs.subList(1, 2) : outputs;
        List<String> names = new ArrayList<>();
        for (int m = 0; m < learners.size(); m++) {
            for (String output : told) {
                names.add("%d-%s.%s".formatted(m, learners.get(m), output));
            }
        }
        return new MetaFeatures(List.copyOf(names), learners.size(), outputs.size(), classifies);
    }

    /** Columns of one member. */
    int width() {
        return names.size() / members;
    }

    /**
     * The columns of one row.
     *
     * @param told predictions of the members, one after the other
     */
    void row(double[] told, double[] row) {
        for (int m = 0; m < members; m++) {
            fill(told, m * outputs, row, m * width());
        }
    }

    private void fill(double[] told, int from, double[] row, int to) {
        for (int c = 0; c < width(); c++) {
            row[to + c] = !classifies
                    ? told[from + c]
                    : width() < outputs ? log(told[from + 1]) - log(told[from]) : log(told[from + c]);
        }
    }

    private static double log(double probability) {
        return StrictMath.log(Math.min(1 - SMALLEST, Math.max(SMALLEST, probability)));
    }

    /**
     * The columns of many rows.
     *
     * @param predictions of each member, {@code rows * outputs}
     */
    FeatureMatrix matrix(List<double[]> predictions, int rows) {
        double[][] columns = new double[names.size()][rows];
        double[] row = new double[width()];
        for (int m = 0; m < members; m++) {
            for (int i = 0; i < rows; i++) {
                fill(predictions.get(m), i * outputs, row, 0);
                for (int c = 0; c < row.length; c++) {
                    columns[m * width() + c][i] = row[c];
                }
            }
        }
        return new FeatureMatrix(names, columns, rows);
    }
}
