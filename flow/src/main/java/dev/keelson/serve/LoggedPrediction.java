package dev.keelson.serve;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A prediction of the log with its outcome, if that has arrived.
 *
 * @param event the prediction
 * @param outcome the class that happened, or null
 * @param outcomeKnownAt when it became known, or null
 */
public record LoggedPrediction(PredictionEvent event, @Nullable String outcome, @Nullable Instant outcomeKnownAt) {}
