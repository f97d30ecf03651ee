package dev.keelson.serve.spi;

import dev.keelson.serve.ComparedVersions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What two versions of a model said of the same settled events, read from the index of a prediction log one by one, so that a
 * reader who keeps sums needs no memory for the events; and what has changed since, so that he need not read all of them again.
 *
 * <p>Of an entity that was predicted several times in a role the prediction logged last counts, and of its outcomes the one
 * logged last. Safe for use by several threads.
 */
public interface SettledPairs {

    /** How far the index has come. */
    Mark mark();

    /**
     * The settled events that both versions predicted, by event time, then entity. What is logged while it reads is left out.
     */
    void each(ComparedVersions wanted, Consumer<Pair> consumer);

    /**
     * When the first event happens that a champion predicted from an instant on and that has not settled.
     *
     * @param from event time at or after
     * @param outcomes those that settle; others leave their event open; none where every outcome settles
     */
    Optional<Instant> firstOpen(String model, Instant from, List<String> outcomes);

    /**
     * When a champion was first asked about an event from an instant on.
     *
     * @param from event time at or after
     */
    Optional<Instant> firstAsked(String model, Instant from);

    /** Where pairs may have come, gone or changed between two marks. */
    Touched touched(String model, Mark from, Mark to);

    /** How many predictions of a version, in any role, came to be settled between two marks. A correction is none. */
    long settled(String model, int version, Mark from, Mark to);

    /**
     * A moment of the index.
     *
     * @param place what stands before it in the journal is in the index; 0 for an empty index
     * @param repairs how often rows before it were mended; what was read before a repair may not hold any more
     */
    record Mark(long place, int repairs) {
        /** Before anything. */
        public static final Mark START = new Mark(0, 0);
    }

    /**
     * One event.
     *
     * @param entity which one
     * @param segment its group, or the empty text
     * @param asked when the champion answered
     * @param eventTime when it happened, by the champion's prediction
     * @param champion probabilities of the classes; handed over
     * @param challenger the same of the other version
     * @param outcome the class that happened, in the words of who told it
     */
    record Pair(
            String entity, String segment, Instant asked, Instant eventTime, double[] champion, double[] challenger, String outcome) {}

    /**
     * What to read again.
     *
     * @param earliest least event time of the predictions of champions that came; null when none did
     * @param minutes ascending minutes since 1970 with event times of champions' predictions whose entity was settled,
     *     corrected or, being settled, predicted again
     */
    record Touched(@Nullable Instant earliest, long[] minutes) {}
}
