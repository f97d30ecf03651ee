package dev.keelson.control;

import dev.keelson.monitor.DecayMonitorDefinition;
import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.RetrainDefinition;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
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
 * @param retrain when it is trained again by itself, and how what comes of it gets to serve
 * @param zone the project's zone; match days are days in it
 */
public record LoopDefinition(
        ModelDefinition model,
        @Nullable DriftMonitorDefinition drift,
        @Nullable DecayMonitorDefinition decay,
        PromotionPolicyDefinition promotion,
        List<ScheduleDefinition> schedules,
        RetrainDefinition retrain,
        ZoneId zone) {
    /** A refresh of a model whose policy names no margin in its own loss may lose so much of the champion's more. */
    public static final double RELATIVE_MARGIN = 0.005;

    public LoopDefinition {
        schedules = List.copyOf(schedules);
    }

    /** One that is trained again as it is by default. */
    public LoopDefinition(
            ModelDefinition model,
            @Nullable DriftMonitorDefinition drift,
            @Nullable DecayMonitorDefinition decay,
            PromotionPolicyDefinition promotion,
            List<ScheduleDefinition> schedules,
            ZoneId zone) {
        this(model, drift, decay, promotion, schedules, RetrainDefinition.DEFAULT, zone);
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

    /** The loss by which its decay is judged. */
    public Metric decayMetric() {
        return decay == null ? model.isNumber() ? Metric.MSE : Metric.LOG_LOSS : decay.metric(model.isNumber());
    }

    /** The loss by which champion and challenger are compared: the policy's where it suits the model, else the decay monitor's. */
    public Metric gateMetric() {
        return ownMargin() ? promotion.refreshMetric() : decayMetric();
    }

    /** Whether the policy's margin is one of the model's own losses. */
    private boolean ownMargin() {
        return promotion.refreshMetric().ofNumbers() == model.isNumber();
    }

    /**
     * The promotion policy in the loss by which the model is compared. Where the policy states its margin in a loss that the model
     * does not have, it is {@link #RELATIVE_MARGIN} of what the champion lost on the test period of its training; 0 without one.
     *
     * @param champion metrics of the champion's run
     */
    public PromotionPolicyDefinition gate(Map<String, Double> champion) {
        return ownMargin()
                ? promotion
                : promotion.by(gateMetric(), RELATIVE_MARGIN * champion.getOrDefault("expected_" + gateMetric().word(), 0.0));
    }
}
