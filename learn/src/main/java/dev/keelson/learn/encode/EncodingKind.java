package dev.keelson.learn.encode;

import java.util.Arrays;
import java.util.Locale;

/** How a category becomes numbers. */
public enum EncodingKind {
    /**
     * Whole numbers from 0 that the learner reads as categories itself. Beyond {@value Encoding#MOST_CODES} levels, and for
     * levels with a single training row, one number stands for all others.
     */
    NATIVE,
    /**
     * A column of 0 and 1 for each level, at most {@value Encoding#MOST_COLUMNS}, one for all others, and one for missing
     * ones where training rows had any. Levels with a single training row count as others.
     */
    ONEHOT,
    /** The position of the level in alphabetical order; others are missing. */
    ORDINAL,
    /**
     * The mean target of the level, drawn to that of all rows; a column for each class but the last where there are more
     * than two. Training rows get means of other folds, others and rare ones the mean of all.
     */
    TARGET;

    /** The name in project files and stored models, such as {@code onehot}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The kind of a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static EncodingKind of(String key) {
        return Arrays.stream(values())
                .filter(kind -> kind.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no encoding (%s).".formatted(key)));
    }
}
