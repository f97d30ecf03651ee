package dev.keelson.store.journal;

import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A record of the journal as a row of a copy of it.
 *
 * @param place {@link Journal.Standing#place} of the record
 * @param id of the record; an outcome's is made of its place and its content
 * @param kind {@code prediction}, {@code outcome}, {@code evaluation} or {@code training}
 * @param record what it says; null in a copy that holds what no record can say
 */
public record LogRow(long place, UUID id, String kind, @Nullable JournalRecord record) {
    private static final int OFFSET_BITS = 40;

    /** The row of a record. */
    public static LogRow of(long place, JournalRecord record) {
        return switch (record) {
            case JournalRecord.Predicted(PredictionEvent event) -> new LogRow(place, event.id(), "prediction", record);
            case JournalRecord.Settled(OutcomeEvent event) ->
                new LogRow(
                        place,
                        UUID.nameUUIDFromBytes("%d|%s|%s|%s|%s"
                                .formatted(place, event.model(), event.entity(), event.outcome(), event.knownAt())
                                .getBytes(StandardCharsets.UTF_8)),
                        "outcome",
                        record);
            case JournalRecord.Told(ModelEvent event) -> new LogRow(place, event.id(), event.kind().word(), record);
        };
    }

    /** By what it is found again where its place is another one: its id, or what an outcome says. */
    UUID key() {
        return record instanceof JournalRecord.Settled(OutcomeEvent event)
                ? UUID.nameUUIDFromBytes("%s|%s|%s|%s"
                        .formatted(event.model(), event.entity(), event.outcome(), event.knownAt())
                        .getBytes(StandardCharsets.UTF_8))
                : id;
    }

    /** A place as one number. */
    public static long place(JournalPosition position) {
        return ((long) position.segment() << OFFSET_BITS) + position.offset();
    }

    /** The place that a number stands for. */
    public static JournalPosition position(long place) {
        return new JournalPosition((int) (place >>> OFFSET_BITS), place & ((1L << OFFSET_BITS) - 1));
    }

    /** Whether two records say the same, number by number. */
    static boolean same(JournalRecord a, JournalRecord b) {
        if (a instanceof JournalRecord.Predicted(PredictionEvent one)
                && b instanceof JournalRecord.Predicted(PredictionEvent other)) {
            return one.id().equals(other.id())
                    && one.model().equals(other.model())
                    && one.version() == other.version()
                    && one.role().equals(other.role())
                    && one.entity().equals(other.entity())
                    && one.segment().equals(other.segment())
                    && one.eventTime().equals(other.eventTime())
                    && one.asOf().equals(other.asOf())
                    && one.at().equals(other.at())
                    && Arrays.equals(one.probabilities(), other.probabilities())
                    && Arrays.equals(one.features(), other.features())
                    && Arrays.equals(one.watched(), other.watched())
                    && one.keys().equals(other.keys())
                    && one.served() == other.served()
                    && one.client().equals(other.client())
                    && one.metadata().equals(other.metadata());
        }
        return a.equals(b);
    }

    /** What a record is about, in a line for a person. */
    static String about(@Nullable JournalRecord record) {
        return switch (record) {
            case null -> "it cannot be read";
            case JournalRecord.Predicted(PredictionEvent event) ->
                "%s version %d of %s at %s".formatted(event.model(), event.version(), event.entity(), event.at());
            case JournalRecord.Settled(OutcomeEvent event) ->
                "%s of %s of %s".formatted(event.outcome(), event.entity(), event.model());
            case JournalRecord.Told(ModelEvent event) ->
                "%s version %d at %s".formatted(event.model(), event.version(), event.at());
        };
    }

    /** The first thing in which two records differ, in a line for a person. */
    static String difference(JournalRecord truth, @Nullable JournalRecord copy) {
        if (copy == null) {
            return about(truth) + "; the copy cannot be read";
        }
        String[] one = fields(truth);
        String[] other = fields(copy);
        for (int i = 0; i < Math.min(one.length, other.length); i++) {
            if (!one[i].equals(other[i])) {
                return "the journal says %s, the copy %s".formatted(one[i], other[i]);
            }
        }
        return about(truth);
    }

    private static String[] fields(JournalRecord record) {
        return switch (record) {
            case JournalRecord.Predicted(PredictionEvent event) ->
                new String[] {
                    "id " + event.id(),
                    "model " + event.model(),
                    "version " + event.version(),
                    "role " + event.role(),
                    "entity " + event.entity(),
                    "segment " + event.segment(),
                    "event_time " + event.eventTime(),
                    "as_of " + event.asOf(),
                    "at " + event.at(),
                    "probabilities " + Arrays.toString(event.probabilities()),
                    "features " + Arrays.toString(event.features()),
                    "watched " + Arrays.toString(event.watched()),
                    "keys " + event.keys(),
                    "served " + event.served(),
                    "client " + event.client(),
                    "metadata " + event.metadata()
                };
            case JournalRecord.Settled(OutcomeEvent event) ->
                new String[] {
                    "model " + event.model(), "entity " + event.entity(), "outcome " + event.outcome(), "known_at " + event.knownAt()
                };
            case JournalRecord.Told(ModelEvent event) ->
                new String[] {
                    "kind " + event.kind().word(),
                    "id " + event.id(),
                    "at " + event.at(),
                    "model " + event.model(),
                    "version " + event.version(),
                    "run " + event.run(),
                    "metrics " + event.metrics(),
                    "metadata " + event.metadata()
                };
        };
    }
}
