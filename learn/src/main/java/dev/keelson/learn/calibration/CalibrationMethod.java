package dev.keelson.learn.calibration;

import java.util.Locale;

/** The ways to correct probabilities after training. */
public enum CalibrationMethod {
    /** No correction. */
    NONE,
    /** One temperature for all classes: {@link Temperature}. */
    TEMPERATURE,
    /** A sigmoid of the logit: {@link Platt}. */
    PLATT,
    /** A sigmoid of two logarithms: {@link Beta}. */
    BETA,
    /** A monotone curve through the data: {@link Isotonic}. */
    ISOTONIC,
    /** Two isotonic curves that enclose the probability: {@link VennAbers}. */
    VENN_ABERS;

    /** The name in project files and stored parameters, such as {@code venn_abers}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The method of a name.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static CalibrationMethod of(String key) {
        for (CalibrationMethod method : values()) {
            if (method.key().equals(key)) {
                return method;
            }
        }
        throw new IllegalArgumentException(
                "There is no calibration method (%s); it must be none, temperature, platt, beta, isotonic or venn_abers."
                        .formatted(key));
    }
}
