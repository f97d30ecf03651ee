package dev.keelson.control.alert;

import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where alerts are told: a chat, a mailbox, a webhook. It hands over one message at a time and waits a bounded time for the
 * answer. Safe for use by several threads.
 */
public interface AlertChannel extends AutoCloseable {
    /** Its name in the project file. */
    String name();

    /** The kinds of alerts that it is told; everything when it is empty. */
    Set<String> kinds();

    /** Hands over a message. The same one may come again when its answer was lost: its id is the same then. */
    Answer send(Alert alert, Delivery delivery);

    @Override
    void close();

    /** Whether it is told alerts of that kind. */
    default boolean wants(String kind) {
        return kinds().isEmpty() || kinds().contains(kind);
    }

    /**
     * What the other side said.
     *
     * @param taken whether it has the message now
     * @param hopeless whether asking again cannot help
     * @param problem why not, in one sentence without a secret; null when it was taken
     */
    record Answer(boolean taken, boolean hopeless, @Nullable String problem) {
        /** It has it. */
        public static final Answer TAKEN = new Answer(true, false, null);

        /** It may take it later. */
        public static Answer later(String problem) {
            return new Answer(false, false, problem);
        }

        /** It will not take it. */
        public static Answer refused(String problem) {
            return new Answer(false, true, problem);
        }
    }
}
