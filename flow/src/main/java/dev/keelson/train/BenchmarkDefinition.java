package dev.keelson.train;

import dev.keelson.error.Location;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of models that are judged on the same rows.
 *
 * @param name of the set
 * @param models names, at least one
 * @param window only rows whose event lies so long before the newest one at most; null for all that a model has not seen
 * @param targets what each of the models must reach
 * @param worseBy relative change for the worse from which a value is a regression against the benchmark before
 * @param noise differences of latency below it are no regression
 * @param location where it stands in the project file; null when it stands nowhere
 */
public record BenchmarkDefinition(
        String name,
        List<String> models,
        @Nullable Duration window,
        List<BenchmarkTarget> targets,
        double worseBy,
        Duration noise,
        @Nullable Location location) {
    /** The set of all models, where the project file names none. */
    public static final String ALL = "all";

    /** Relative change that is a regression, unless said otherwise. */
    public static final double WORSE_BY = 0.05;

    /** Differences of latency that are no regression, unless said otherwise. */
    public static final Duration NOISE = Duration.ofMillis(1);

    /** Copies the lists. */
    public BenchmarkDefinition {
        models = List.copyOf(models);
        targets = List.copyOf(targets);
        if (models.isEmpty() || !(worseBy > 0)) {
            throw new IllegalArgumentException(
                    "The benchmark %s has %d models and counts a change of %s; at least one and more than 0 are needed."
                            .formatted(name, models.size(), worseBy));
        }
    }

    /** All models, with no target. */
    public static BenchmarkDefinition ofAll(List<String> models) {
        return new BenchmarkDefinition(ALL, models, null, List.of(), WORSE_BY, NOISE, null);
    }
}
