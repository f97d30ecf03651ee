package dev.keelson.learn.neural;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a unit of a hidden layer makes of its sum. */
public enum Activation {
    /** {@code max(0, x)}. */
    RELU,
    /** {@code tanh(x)}. */
    TANH,
    /** {@code x / (1 + exp(-x))}. */
    SILU;

    static final List<String> NAMES =
            Arrays.stream(values()).map(Activation::id).toList();

    /** The name in project files and saved models. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The activation of that name; {@code IllegalArgumentException} if there is none. */
    static Activation of(String id) {
        if (!NAMES.contains(id)) {
            throw new IllegalArgumentException("The activation (%s) must be one of %s.".formatted(id, NAMES));
        }
        return valueOf(id.toUpperCase(Locale.ROOT));
    }

    /** Applies it to the first {@code count} values in place. */
    void apply(float[] values, int count) {
        switch (this) {
            case RELU -> {
                for (int i = 0; i < count; i++) {
                    values[i] = Math.max(0, values[i]);
                }
            }
            case TANH -> {
                for (int i = 0; i < count; i++) {
                    values[i] = Exponential.tanh(values[i]);
                }
            }
            case SILU -> {
                for (int i = 0; i < count; i++) {
                    values[i] *= Exponential.sigmoid(values[i]);
                }
            }
        }
    }
}
