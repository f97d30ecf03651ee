package dev.keelson.store.journal;

import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;

/** What a line of the journal says. */
public sealed interface JournalRecord {

    /** A prediction was served. */
    record Predicted(PredictionEvent event) implements JournalRecord {}

    /** A model was trained or judged. */
    record Told(ModelEvent event) implements JournalRecord {}

    /** An outcome arrived. */
    record Settled(OutcomeEvent event) implements JournalRecord {}
}
