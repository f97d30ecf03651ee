package dev.keelson.wiring;

import dev.keelson.http.PredictionJournal;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.PredictionLog;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The log of a project as {@link PredictionJournal} needs it.
 *
 * @param beforeEvents run before trainings and evaluations are listed
 */
record LogEntries(PredictionLog log, Runnable beforeEvents) implements PredictionJournal.Entries {
    @Override
    public void catchUp() {
        log.catchUp();
    }

    @Override
    public Optional<LoggedPrediction> find(UUID id) {
        return log.find(id);
    }

    @Override
    public List<ModelEvent> events(ModelEventQuery query) {
        beforeEvents.run();
        return log.events(query);
    }

    @Override
    public void append(List<PredictionEvent> predictions) {
        log.append(predictions, true);
    }

    @Override
    public void appendEvents(List<ModelEvent> events) {
        log.appendEvents(events, true);
    }
}
