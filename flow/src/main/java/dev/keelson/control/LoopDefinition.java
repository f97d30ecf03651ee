package dev.keelson.control;

import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that the project file says about the life of one model.
 *
 * @param model the model
 * @param drift its drift monitor, or null
 * @param decay its performance monitor, or null
 * @param promotion its promotion policy
 * @param schedules the project's jobs
 * @param zone the project's zone; match days are days in it
 */
public record LoopDefinition(
        ModelDefinition model,
        @Nullable DriftMonitorDefinition drift,
        @Nullable DecayMonitorDefinition decay,
        PromotionPolicyDefinition promotion,
        List<ScheduleDefinition> schedules,
        ZoneId zone) {
    /** After a training no alarm trains again before this time has passed. */
    public static final Duration COOL_DOWN = Duration.ofDays(28);

    public LoopDefinition {
        schedules = List.copyOf(schedules);
    }

    /** Whether an alarm of the drift job trains a challenger. */
    public boolean retrainsOnDrift() {
        return schedules.stream()
                .anyMatch(s -> s.job() == ScheduleDefinition.Job.DRIFT
                        && s.onFinding() == ScheduleDefinition.OnFinding.RETRAIN);
    }

    /** The scheduled retraining, if there is one. */
    public Optional<ScheduleDefinition> retraining() {
        return schedules.stream()
                .filter(s -> s.job() == ScheduleDefinition.Job.RETRAIN)
                .findFirst();
    }
}
