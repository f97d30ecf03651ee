package dev.keelson.store.journal;

import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.SettledPairs;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What every prediction log reads from its index. */
abstract class IndexedPredictionLog implements PredictionLog {
    final PredictionIndex index;

    IndexedPredictionLog(PredictionIndex index) {
        this.index = index;
    }

    @Override
    public List<LoggedPrediction> find(PredictionQuery query) {
        return index.find(query);
    }

    @Override
    public long count(PredictionQuery query) {
        return index.count(query);
    }

    @Override
    public Optional<LoggedPrediction> find(UUID id) {
        return index.find(id);
    }

    @Override
    public List<Placed> predictions(long after, int limit) {
        return index.predictions(after, limit);
    }

    @Override
    public List<Placed> settled(long at, long place, int limit) {
        return index.settled(at, place, limit);
    }

    @Override
    public SettledPairs pairs() {
        return index.pairs();
    }

    @Override
    public List<ModelEvent> events(ModelEventQuery query) {
        return index.events(query);
    }

    @Override
    public Knowledge known(String model, String entity) {
        return index.known(model, entity);
    }
}
