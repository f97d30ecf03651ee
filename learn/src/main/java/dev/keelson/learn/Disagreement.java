package dev.keelson.learn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the members of a model differ over a row.
 *
 * @param mean plain mean of what they tell: the probability of one class, or the value
 * @param deviation standard deviation of it (divisor: the number of members)
 */
public record Disagreement(double mean, double deviation) {

    /**
     * The disagreement of a model's members. A model with one member that has several itself is asked for those.
     *
     * @param row values in the order of the model's features
     * @param output position of the class, or 0 of a value
     * @return null when there are not two members
     */
    public static @Nullable Disagreement of(Model model, double[] row, int output) {
        List<Model> parts = model.parts();
        while (parts.size() == 1) {
            parts = parts.getFirst().parts();
        }
        int n = parts.size();
        if (n < 2) {
            return null;
        }
        double[] told = new double[n];
        double[] out = new double[model.outputs().size()];
        double mean = 0;
        for (int m = 0; m < n; m++) {
            parts.get(m).predict(row, out);
            told[m] = out[output];
            mean += told[m] / n;
        }
        double squares = 0;
        for (double each : told) {
            squares += (each - mean) * (each - mean);
        }
        return new Disagreement(mean, Math.sqrt(squares / n));
    }
}
