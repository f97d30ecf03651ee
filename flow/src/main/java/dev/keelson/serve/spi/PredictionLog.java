package dev.keelson.serve.spi;

import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The journal of predictions, outcomes, trainings and evaluations, and its index. The journal is the truth; the index may lag and catches up.
 * Safe for use by several threads.
 */
public interface PredictionLog extends AutoCloseable {

    /** Appends predictions in order; waits until they are on disk when {@code durable}. */
    void append(List<PredictionEvent> events, boolean durable);

    /**
     * Appends outcomes in order; waits until they are on disk when {@code durable}. Of a prediction the last one of its id counts
     * ({@link OutcomeEvent#ofPrediction}), or, where there is none, the last one of its entity.
     */
    void appendOutcomes(List<OutcomeEvent> outcomes, boolean durable);

    /** Appends trainings and evaluations in order; waits until they are on disk when {@code durable}. */
    void appendEvents(List<ModelEvent> events, boolean durable);

    /** Brings the index up to everything appended before this call. */
    void catchUp();

    /** Bytes of the journal that the index has not seen yet. */
    long lag();

    /** Whether so much that was appended waits for the disk that the next append would soon wait, too. */
    default boolean isCrowded() {
        return false;
    }

    /** Indexed predictions. */
    List<LoggedPrediction> find(PredictionQuery query);

    /** How many indexed predictions match, without regard to the limit. */
    long count(PredictionQuery query);

    /** One prediction. */
    Optional<LoggedPrediction> find(UUID id);

    /**
     * Indexed predictions in the order in which they were logged.
     *
     * @param after {@link Placed#at} of the last one seen, or 0 for the beginning
     * @param limit at most so many, at least 1
     */
    List<Placed> predictions(long after, int limit);

    /**
     * Indexed predictions whose outcome is known, in the order in which the later of the two was logged. A prediction comes
     * again when its outcome was corrected.
     *
     * @param at {@link Placed#at} of the last one seen, or 0 for the beginning
     * @param place {@link Placed#place} of the last one seen, or 0 for the beginning
     * @param limit at most so many, at least 1
     */
    List<Placed> settled(long at, long place, int limit);

    /** What two versions said of the same settled events. */
    SettledPairs pairs();

    /** Indexed trainings and evaluations, newest first; of the same moment the one appended last. */
    List<ModelEvent> events(ModelEventQuery query);

    /** What is indexed of an entity of a model, or of one of its predictions by its id. */
    Knowledge known(String model, String entity);

    /** The end of the journal: everything before it is on disk. */
    JournalPosition position();

    /** A place after that of every record appended until now ({@link Placed#place}) and not after that of any later one. */
    long nextPlace();

    /** Cuts the journal and its index back to a position. Used when a replay resumes. */
    void truncateTo(JournalPosition position);

    @Override
    void close();

    /**
     * A prediction and where it stands in the journal.
     *
     * @param at where it came to be what was asked for: its own place, or that of the outcome that settled it
     * @param place its own place; unique, positive and ascending in the order of the journal
     * @param prediction with its outcome, if that has arrived
     */
    record Placed(long at, long place, LoggedPrediction prediction) {}

    /**
     * What the log knows of an entity.
     *
     * @param eventTime when its event happens, by the prediction appended last, or of that id; null when it was never predicted
     * @param outcome the one of this name appended last, or null
     * @param own the id of the prediction appended last, where an outcome of its own settles it; else null
     */
    record Knowledge(@Nullable Instant eventTime, @Nullable OutcomeEvent outcome, @Nullable UUID own) {}

    /**
     * A place in the journal.
     *
     * @param segment number of the file, from 1
     * @param offset bytes from its start
     */
    record JournalPosition(int segment, long offset) {
        /** The start of an empty journal. */
        public static final JournalPosition START = new JournalPosition(1, 0);
    }
}
