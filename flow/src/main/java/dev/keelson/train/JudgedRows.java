package dev.keelson.train;

import dev.keelson.expression.ArrayRow;
import dev.keelson.frame.Schema;
import dev.keelson.metrics.ConfusionMatrix;
import dev.keelson.metrics.LogLoss;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows of a test period with what was predicted and what came true. The arrays are not copied and must not change.
 *
 * @param predictions {@code rows * classes}, or one number a row
 * @param labels class of each row; empty of numbers
 * @param targets number of each row; empty of classes
 * @param days cluster of each row
 * @param classes number of classes; 0 of numbers
 */
record JudgedRows(List<String> rowIds, double[] predictions, int[] labels, double[] targets, int[] days, int classes) {

    static JudgedRows of(HoldoutForecast test) {
        return new JudgedRows(
                test.rowIds(), test.probabilities(), test.labels(), new double[0], test.day(), test.classes());
    }

    static JudgedRows of(HoldoutValues test) {
        return new JudgedRows(test.rowIds(), test.predictions(), new int[0], test.targets(), test.day(), 0);
    }

    int count() {
        return rowIds.size();
    }

    /** Some of the rows. */
    JudgedRows part(int[] members) {
        return new JudgedRows(
                IntStream.of(members).mapToObj(rowIds::get).toList(),
                Scores.take(predictions, Math.max(1, classes), members),
                classes == 0 ? labels : Scores.take(labels, members),
                classes == 0 ? Scores.take(targets, 1, members) : targets,
                Scores.take(days, members),
                classes);
    }

    String lossName() {
        return classes == 0 ? "squared_error" : "log_loss";
    }

    /** Log loss or squared error of each row. */
    double[] losses() {
        if (classes > 0) {
            return LogLoss.perRow(predictions, classes, labels);
        }
        double[] losses = new double[targets.length];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = (predictions[i] - targets[i]) * (predictions[i] - targets[i]);
        }
        return losses;
    }

    /** The mean log loss of each row if its probabilities are right; empty of numbers. */
    double[] expected() {
        double[] expected = new double[labels.length];
        for (int i = 0; i < expected.length; i++) {
            for (int c = 0; c < classes; c++) {
                double p = predictions[i * classes + c];
                expected[i] += p > 0 ? p * LogLoss.of(p) : 0;
            }
        }
        return expected;
    }

    ConfusionMatrix confusion() {
        return ConfusionMatrix.of(predictions, classes, labels);
    }

    /** Fills the cells of one row that tell what was predicted and what came true. */
    void fill(ArrayRow row, Schema schema, int i, List<String> names) {
        if (classes == 0) {
            row.setDouble(schema.indexOf(JudgedSchema.PREDICTED), predictions[i]);
            row.setDouble(schema.indexOf(JudgedSchema.ACTUAL), targets[i]);
            row.setDouble(schema.indexOf(JudgedSchema.LABEL), targets[i]);
            double error = predictions[i] - targets[i];
            row.setDouble(schema.indexOf(JudgedSchema.LOSS), error * error);
            return;
        }
        int best = 0;
        for (int c = 0; c < classes; c++) {
            double p = predictions[i * classes + c];
            row.setDouble(schema.indexOf(JudgedSchema.probability(names.get(c))), p);
            best = p > predictions[i * classes + best] ? c : best;
        }
        row.setText(schema.indexOf(JudgedSchema.PREDICTED), names.get(best));
        row.setDouble(schema.indexOf(JudgedSchema.CONFIDENCE), predictions[i * classes + best]);
        row.setText(schema.indexOf(JudgedSchema.ACTUAL), names.get(labels[i]));
        row.setText(schema.indexOf(JudgedSchema.LABEL), names.get(labels[i]));
        row.setDouble(schema.indexOf(JudgedSchema.LOSS), LogLoss.of(predictions[i * classes + labels[i]]));
    }

    /** How much groups of rows differ in what was predicted of them: the variance between their means, over all outputs. */
    double spread(int[] group, int groups) {
        int outputs = Math.max(1, classes);
        double[] sums = new double[groups * outputs];
        double[] counts = new double[groups];
        double[] all = new double[outputs];
        for (int i = 0; i < group.length; i++) {
            counts[group[i]]++;
            for (int c = 0; c < outputs; c++) {
                sums[group[i] * outputs + c] += predictions[i * outputs + c];
                all[c] += predictions[i * outputs + c] / group.length;
            }
        }
        double[] parts = new double[groups];
        for (int g = 0; g < groups; g++) {
            for (int c = 0; c < outputs && counts[g] > 0; c++) {
                double difference = sums[g * outputs + c] / counts[g] - all[c];
                parts[g] += counts[g] * difference * difference;
            }
        }
        return Arrays.stream(parts).sum() / Math.max(1, group.length);
    }
}
