package dev.keelson.train;

import dev.keelson.learn.Task;
import java.util.List;

/**
 * How the loss of one member fell, step by step, on the last training rows by which it was stopped early.
 *
 * @param member its position and learner, such as {@code 0-xgboost}
 * @param loss {@code log_loss}, {@code mse} or {@code pinball}
 * @param steps steps that the model has, at least 1: those with the least loss
 * @param losses finite, after each step taken, at least one
 */
public record LearningCurve(String member, String loss, int steps, List<Double> losses) {

    public LearningCurve {
        losses = List.copyOf(losses);
        if (steps < 1 || losses.isEmpty() || losses.stream().anyMatch(value -> !Double.isFinite(value))) {
            throw new IllegalArgumentException(
                    "A curve of %d steps has the losses %s; at least one of both and finite ones are expected."
                            .formatted(steps, losses));
        }
    }

    /** The name of the loss of a task, as in {@link #loss}. */
    static String loss(Task task) {
        return switch (task) {
            case Task.Classification classification -> "log_loss";
            case Task.Regression regression -> "mse";
            case Task.Quantiles quantiles -> "pinball";
        };
    }
}
