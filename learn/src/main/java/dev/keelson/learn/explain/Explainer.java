package dev.keelson.learn.explain;

import java.util.List;

/**
 * Exact additive explanations of a model: what each feature contributes to its margins, the numbers from which its
 * prediction is made before any calibration. The contributions of a row and the expected margin sum to the row's margin up
 * to rounding (of trees that add in single precision, up to theirs).
 *
 * <p>Implementations are immutable and safe for use by several threads.
 */
public interface Explainer {

    /** Names of the margins, in order: classes, the one class whose log odds it is, the value, or quantiles. */
    List<String> margins();

    /** What the margins are. */
    MarginScale scale();

    /** By what the contributions are found: {@code tree_shap}, {@code linear}, or a sum of them over members. */
    String method();

    /** Number of features of a row. */
    int features();

    /** Length of what {@link #explain} fills: for each margin one number for each feature, then the expected margin. */
    default int length() {
        return margins().size() * (features() + 1);
    }

    /**
     * Contributions to each margin of a row.
     *
     * @param row one value for each feature; {@code NaN} is missing
     * @param out receives {@link #length} numbers, margin by margin
     */
    void explain(double[] row, double[] out);
}
