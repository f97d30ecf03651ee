package dev.keelson.train;

import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a champion goes on learning from recent rows.
 *
 * @param mode what changes in it
 * @param rounds further trees, epochs or steps, at least 1; of no meaning when leaves are refitted
 * @param rate learning rate, above 0 and at most 1; null for {@link #learningRate} to choose
 * @param recent rows that happened in this time before the training train
 * @param old rows that happened in this time before those judge what was forgotten
 * @param margin share of the champion's loss on the old rows by which an update may be worse there, at least 0
 */
public record UpdateDefinition(
        ContinuationMode mode, int rounds, @Nullable Double rate, Duration recent, Duration old, double margin) {
    /** What a model has that says nothing of it. */
    public static final UpdateDefinition DEFAULT = new UpdateDefinition(
            ContinuationMode.CONTINUE, 50, null, Duration.ofDays(180), Duration.ofDays(365), 0.02);

    private static final double CONTINUED = 0.02;
    private static final double REFITTED = 0.1;
    private static final String PREFIX = "update.";

    /** Checks the ranges. */
    public UpdateDefinition {
        if (rounds < 1
                || !(margin >= 0)
                || !recent.isPositive()
                || !old.isPositive()
                || (rate != null && !(rate > 0 && rate <= 1))) {
            throw new IllegalArgumentException(
                    "rounds (%d), learning rate (%s), recent (%s), old (%s) or margin (%s) is out of range."
                            .formatted(rounds, rate, recent, old, margin));
        }
    }

    /** The learning rate: as set, or 0.02 for further steps and 0.1 for leaves. */
    public double learningRate() {
        if (rate != null) {
            return rate;
        }
        return mode == ContinuationMode.CONTINUE ? CONTINUED : REFITTED;
    }

    /** How a learner goes on. */
    Continuation continuation() {
        return new Continuation(mode, rounds, learningRate());
    }

    /** The same in another mode, by another number of rounds and another rate; null leaves one as it is. */
    public UpdateDefinition with(
            @Nullable ContinuationMode otherMode, @Nullable Integer otherRounds, @Nullable Double otherRate) {
        return new UpdateDefinition(
                otherMode == null ? mode : otherMode,
                otherRounds == null ? rounds : otherRounds,
                otherRate == null ? rate : otherRate,
                recent,
                old,
                margin);
    }

    /** The settings in use, as a run records them. */
    public SortedMap<String, String> params() {
        SortedMap<String, String> params = new TreeMap<>();
        params.put(PREFIX + "mode", mode.name().toLowerCase(Locale.ROOT));
        params.put(PREFIX + "rounds", Integer.toString(rounds));
        params.put(PREFIX + "learning_rate", Double.toString(learningRate()));
        params.put(PREFIX + "recent", recent.toString());
        params.put(PREFIX + "old", old.toString());
        params.put(PREFIX + "margin", Double.toString(margin));
        return params;
    }

    /**
     * What {@link #params} told.
     *
     * @throws RuntimeException if something is missing or damaged
     */
    public static UpdateDefinition ofParams(Map<String, String> params) {
        return new UpdateDefinition(
                ContinuationMode.valueOf(get(params, "mode").toUpperCase(Locale.ROOT)),
                Integer.parseInt(get(params, "rounds")),
                Double.valueOf(get(params, "learning_rate")),
                Duration.parse(get(params, "recent")),
                Duration.parse(get(params, "old")),
                Double.parseDouble(get(params, "margin")));
    }

    private static String get(Map<String, String> params, String name) {
        return Objects.requireNonNull(params.get(PREFIX + name), name);
    }
}
