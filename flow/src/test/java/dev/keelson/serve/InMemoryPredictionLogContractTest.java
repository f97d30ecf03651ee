package dev.keelson.serve;

import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.PredictionLogContract;
import java.util.Optional;

final class InMemoryPredictionLogContractTest extends PredictionLogContract {
    @Override
    protected PredictionLog newLog() {
        return new InMemoryPredictionLog();
    }

    @Override
    protected Optional<PredictionLog> reopen(PredictionLog open) {
        return Optional.empty();
    }
}
