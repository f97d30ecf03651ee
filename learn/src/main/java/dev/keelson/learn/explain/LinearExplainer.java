package dev.keelson.learn.explain;

import dev.keelson.learn.preprocess.Preprocessing;
import java.util.List;

/**
 * Contributions in a linear model of standardised columns: coefficient times the column, whose mean over the training rows
 * is 0, so that the intercept is the expected margin. A feature's missing indicator counts for the feature. For features that
 * are independent these are the Shapley values.
 */
public final class LinearExplainer implements Explainer {
    /** The {@link #method}. */
    public static final String METHOD = "linear";

    private final List<String> margins;
    private final MarginScale scale;
    private final int features;
    private final Preprocessing preprocessing;
    private final double[] intercepts;
    private final double[] coefficients;

    /**
     * @param features number of features of a row
     * @param intercepts one for each margin
     * @param coefficients output column of the preprocessing by margin: {@code [column * margins + margin]}
     */
    public LinearExplainer(
            List<String> margins,
            MarginScale scale,
            int features,
            Preprocessing preprocessing,
            double[] intercepts,
            double[] coefficients) {
        this.margins = List.copyOf(margins);
        this.scale = scale;
        this.features = features;
        this.preprocessing = preprocessing;
        this.intercepts = intercepts.clone();
        this.coefficients = coefficients.clone();
        int count = margins.size();
        if (intercepts.length != count || coefficients.length != preprocessing.width() * count) {
            throw new IllegalArgumentException("There are %d intercepts and %d coefficients for %d margins of %d columns."
                    .formatted(intercepts.length, coefficients.length, count, preprocessing.width()));
        }
    }

    /**
     * Of a multinomial regression: one margin, the log odds of the second class, where there are two.
     *
     * @param intercepts one for each class
     * @param coefficients output column of the preprocessing by class
     */
    public static LinearExplainer ofClasses(
            List<String> classes, int features, Preprocessing preprocessing, double[] intercepts, double[] coefficients) {
        if (classes.size() != 2) {
            return new LinearExplainer(
                    classes, MarginScale.SCORES, features, preprocessing, intercepts, coefficients);
        }
        double[] differences = new double[coefficients.length / 2];
        for (int c = 0; c < differences.length; c++) {
            differences[c] = coefficients[2 * c + 1] - coefficients[2 * c];
        }
        double[] start = {intercepts[1] - intercepts[0]};
        return new LinearExplainer(
                classes.subList(1, 2), MarginScale.LOG_ODDS, features, preprocessing, start, differences);
    }

    @Override
    public List<String> margins() {
        return margins;
    }

    @Override
    public MarginScale scale() {
        return scale;
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public int features() {
        return features;
    }

    @Override
    public void explain(double[] row, double[] out) {
        int stride = features + 1;
        int count = margins.size();
        java.util.Arrays.fill(out, 0, length(), 0);
        for (int c = 0; c < preprocessing.width(); c++) {
            double value = preprocessing.column(row, c);
            int feature = preprocessing.feature(c);
            for (int k = 0; k < count; k++) {
                out[k * stride + feature] += coefficients[c * count + k] * value;
            }
        }
        for (int k = 0; k < count; k++) {
            out[k * stride + features] = intercepts[k];
        }
    }
}
