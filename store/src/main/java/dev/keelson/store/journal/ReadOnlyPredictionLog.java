package dev.keelson.store.journal;

import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.util.List;

/** The index of a log that another process may own. */
final class ReadOnlyPredictionLog extends IndexedPredictionLog {
    private final Segments segments;

    ReadOnlyPredictionLog(PredictionIndex index, Segments segments) {
        super(index);
        this.segments = segments;
    }

    @Override
    public void append(List<PredictionEvent> events, boolean durable) {
        throw readOnly();
    }

    @Override
    public void appendOutcomes(List<OutcomeEvent> outcomes, boolean durable) {
        throw readOnly();
    }

    @Override
    public void appendEvents(List<ModelEvent> events, boolean durable) {
        throw readOnly();
    }

    /** Does nothing: the owner brings the index up to date. */
    @Override
    public void catchUp() {
        // the owner does it
    }

    @Override
    public long lag() {
        JournalPosition position = index.position();
        long bytes = -position.offset();
        for (int segment = position.segment(); segment <= segments.last(); segment++) {
            bytes += segments.size(segment);
        }
        return Math.max(0, bytes);
    }

    @Override
    public JournalPosition position() {
        throw readOnly();
    }

    @Override
    public long nextPlace() {
        throw readOnly();
    }

    @Override
    public void truncateTo(JournalPosition position) {
        throw readOnly();
    }

    @Override
    public void close() {
        index.close();
    }

    private static IllegalStateException readOnly() {
        return new IllegalStateException("The prediction log was opened for reading only.");
    }
}
