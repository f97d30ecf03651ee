package dev.keelson.lineage;

import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Where predictions are looked up. Safe for use by several threads. */
public interface LoggedPredictions {
    /** One prediction. */
    Optional<LoggedPrediction> find(UUID id);

    /** Those that match. */
    List<LoggedPrediction> find(PredictionQuery query);

    /** Those of a log. */
    static LoggedPredictions of(PredictionLog log) {
        return new LoggedPredictions() {
            @Override
            public Optional<LoggedPrediction> find(UUID id) {
                return log.find(id);
            }

            @Override
            public List<LoggedPrediction> find(PredictionQuery query) {
                return log.find(query);
            }
        };
    }

    /** Where nothing was ever predicted. */
    static LoggedPredictions none() {
        return new LoggedPredictions() {
            @Override
            public Optional<LoggedPrediction> find(UUID id) {
                return Optional.empty();
            }

            @Override
            public List<LoggedPrediction> find(PredictionQuery query) {
                return List.of();
            }
        };
    }
}
