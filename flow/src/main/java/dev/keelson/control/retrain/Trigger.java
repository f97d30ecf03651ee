package dev.keelson.control.retrain;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What asks for a training. */
public enum Trigger {
    /** A drift check alarmed. */
    DRIFT,
    /** The champion became worse. */
    DECAY,
    /** Many rows came that it was not trained with. */
    NEW_DATA,
    /** It was due. */
    SCHEDULE,
    /** A program asks. */
    CALL,
    /** A person asks. */
    MANUAL;

    /** As in documents. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one of that word. */
    public static Optional<Trigger> of(String word) {
        return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }

    /** Whether it comes by itself and may come in a storm, so that the cool-down holds for it. */
    boolean alarm() {
        return this == DRIFT || this == DECAY || this == NEW_DATA;
    }

    /** Whether somebody wants it now, so that it is done whatever the mode is. */
    boolean wanted() {
        return this == CALL || this == MANUAL;
    }
}
