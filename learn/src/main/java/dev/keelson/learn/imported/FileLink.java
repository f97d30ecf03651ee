package dev.keelson.learn.imported;

import java.util.Arrays;
import java.util.Locale;

/** How the numbers that a file tells become a prediction. */
public enum FileLink {
    /** They are one already. */
    NONE,
    /** One score becomes the probability of the second of two classes. */
    LOGISTIC,
    /** Scores of the classes become their probabilities. */
    SOFTMAX;

    /** The name in commands and files: {@code softmax}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one with that {@link #id}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static FileLink of(String id) {
        for (FileLink link : values()) {
            if (link.id().equals(id)) {
                return link;
            }
        }
        throw new IllegalArgumentException("The link (%s) must be one of %s."
                .formatted(id, Arrays.stream(values()).map(FileLink::id).toList()));
    }

    /** Applies it, in place. */
    void apply(double[] scores) {
        switch (this) {
            case NONE -> {}
            case LOGISTIC -> {
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = 1 / (1 + Math.exp(-scores[i]));
                }
            }
            case SOFTMAX -> {
                double most = Arrays.stream(scores).max().orElse(0);
                double sum = 0;
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = Math.exp(scores[i] - most);
                    sum += scores[i];
                }
                for (int i = 0; i < scores.length; i++) {
                    scores[i] /= sum;
                }
            }
        }
    }
}
