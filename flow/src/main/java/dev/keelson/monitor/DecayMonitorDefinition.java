package dev.keelson.monitor;

import dev.keelson.error.Location;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A performance monitor as the project file declares it.
 *
 * @param name its name in the project
 * @param models the models it watches
 * @param metric the loss judged
 * @param worseBy relative worsening that matters, e.g. 0.05
 */
public record DecayMonitorDefinition(
        String name, List<String> models, Metric metric, double worseBy, @Nullable Location location) {
    public DecayMonitorDefinition {
        models = List.copyOf(models);
        if (!(worseBy > 0)) {
            throw new IllegalArgumentException("worseBy (%s) must be above 0.".formatted(worseBy));
        }
    }

    /** A loss of probabilities: lower is better. */
    public enum Metric {
        /** Mean of -ln p of what happened. */
        LOG_LOSS,
        /** Mean sum of squared differences over the classes. */
        BRIER,
        /** Ranked probability score of ordered classes. */
        RPS
    }
}
