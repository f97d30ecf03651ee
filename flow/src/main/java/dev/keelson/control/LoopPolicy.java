package dev.keelson.control;

import java.util.Locale;
import java.util.Optional;

/** How a replayed loop decides about retraining and promotion. */
public enum LoopPolicy {
    /** As the project file says: monitors, schedules, gates. */
    THIS_POLICY,
    /** The first champion serves for ever. */
    NEVER_RETRAIN,
    /** A new model after every step, promoted without a question. */
    ALWAYS_RETRAIN;

    /** Lower-case word, as in JSON and folders. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The policy of that word. */
    public static Optional<LoopPolicy> of(String word) {
        for (LoopPolicy policy : values()) {
            if (policy.word().equals(word)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
