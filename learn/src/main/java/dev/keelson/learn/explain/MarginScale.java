package dev.keelson.learn.explain;

import java.util.Locale;

/** What the margins of a model are, and how they become its prediction. */
public enum MarginScale {
    /** One margin, the log odds of the second of two classes. */
    LOG_ODDS,
    /** One score for each class; their softmax is the probabilities, so that they count up to a common number. */
    SCORES,
    /** The values themselves. */
    VALUE,
    /** Probabilities before they are brought to sum to 1: one for each class, or that of the second of two. */
    PROBABILITY;

    /** As documents spell it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The prediction that margins stand for, before any calibration.
     *
     * @param margins as many as the model has
     * @param out receives one number for each output of the model
     */
    public void predict(double[] margins, double[] out) {
        switch (this) {
            case LOG_ODDS -> {
                out[1] = 1 / (1 + StrictMath.exp(-margins[0]));
                out[0] = 1 - out[1];
            }
            case SCORES -> {
                double most = Double.NEGATIVE_INFINITY;
                for (double margin : margins) {
                    most = Math.max(most, margin);
                }
                for (int k = 0; k < margins.length; k++) {
                    out[k] = StrictMath.exp(margins[k] - most);
                }
                normalise(out, margins.length);
            }
            case VALUE -> System.arraycopy(margins, 0, out, 0, margins.length);
            case PROBABILITY -> {
                if (margins.length == 1) {
                    out[1] = Math.clamp(margins[0], 0, 1);
                    out[0] = 1 - out[1];
                    return;
                }
                for (int k = 0; k < margins.length; k++) {
                    out[k] = Math.max(0, margins[k]);
                }
                normalise(out, margins.length);
            }
        }
    }

    private static void normalise(double[] out, int count) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            sum += out[k];
        }
        for (int k = 0; k < count; k++) {
            out[k] /= sum;
        }
    }
}
