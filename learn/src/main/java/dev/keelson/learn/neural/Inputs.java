package dev.keelson.learn.neural;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.preprocess.Preprocessing;

/**
 * What a network reads of a row: columns of the preprocessing, in single precision and at most {@link #MOST} standard
 * deviations from the mean.
 *
 * @param preprocessing fitted on training rows
 * @param columns for each input its column of the preprocessing; -1 for one that is always 0
 */
record Inputs(Preprocessing preprocessing, int[] columns) {
    /** Values further away count as this many standard deviations. */
    static final double MOST = 10;

    Inputs {
        for (int column : columns) {
            if (column < -1 || column >= preprocessing.width()) {
                throw new IllegalArgumentException("An input reads the column %d; there are %d columns."
                        .formatted(column, preprocessing.width()));
            }
        }
    }

    /** The inputs of a row of features. */
    void read(double[] row, float[] out, int from) {
        for (int i = 0; i < columns.length; i++) {
            double value = columns[i] < 0 ? 0 : preprocessing.column(row, columns[i]);
            out[from + i] = (float) Math.max(-MOST, Math.min(MOST, value));
        }
    }

    /** The inputs of the rows at some positions, row by row. */
    float[] read(FeatureMatrix features, int[] positions) {
        float[] all = new float[Math.multiplyExact(positions.length, columns.length)];
        double[] row = new double[features.width()];
        for (int i = 0; i < positions.length; i++) {
            features.row(positions[i], row);
            read(row, all, i * columns.length);
        }
        return all;
    }

    /** Shares of the features in what the inputs do: strengths of inputs summed by feature. */
    double[] shares(float[] strengths) {
        double[] shares = new double[preprocessing.medians().length];
        double total = 0;
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] >= 0 && preprocessing.scales()[columns[i]] > 0) { // a constant one moves nothing
                shares[preprocessing.feature(columns[i])] += strengths[i];
                total += strengths[i];
            }
        }
        for (int j = 0; j < shares.length && total > 0; j++) {
            shares[j] /= total;
        }
        return shares;
    }
}
