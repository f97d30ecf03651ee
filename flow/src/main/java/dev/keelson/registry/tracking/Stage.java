package dev.keelson.registry.tracking;

import java.util.Locale;
import java.util.Optional;

/** Where a version stands. At most one version of a model is in PRODUCTION unless a client asks otherwise. */
public enum Stage {
    NONE("None"),
    STAGING("Staging"),
    PRODUCTION("Production"),
    ARCHIVED("Archived");

    private final String word;

    Stage(String word) {
        this.word = word;
    }

    /** As documents spell it: {@code Production}. */
    public String word() {
        return word;
    }

    /** The stage of a word in any case. */
    public static Optional<Stage> of(String word) {
        for (Stage stage : values()) {
            if (stage.word.toLowerCase(Locale.ROOT).equals(word.toLowerCase(Locale.ROOT))) {
                return Optional.of(stage);
            }
        }
        return Optional.empty();
    }
}
