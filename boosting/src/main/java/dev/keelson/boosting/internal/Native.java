package dev.keelson.boosting.internal;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Target;
import dev.keelson.learn.TrainingSet;

/** What native libraries are given, and what is said when they refuse it. */
public final class Native {
    private Native() {}

    /** Target of each row: the number of its class, or its value. */
    public static float[] targets(TrainingSet rows) {
        float[] targets = new float[rows.rows()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = switch (rows.target()) {
                case Target.Classes classes -> classes.labels()[i];
                case Target.Numbers numbers -> (float) numbers.values()[i];
            };
        }
        return targets;
    }

    /** Weight of each row. */
    public static float[] weights(TrainingSet rows) {
        float[] weights = new float[rows.rows()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) rows.weight(i);
        }
        return weights;
    }

    /** The error of a library that refused rows, with the first line of what it said. */
    public static KeelsonException refused(String library, TrainingSet rows, Exception cause) {
        return new KeelsonException(
                ErrorCode.INTERNAL,
                "%s refused %d rows of %d features: %s"
                        .formatted(
                                library,
                                rows.rows(),
                                rows.features().width(),
                                String.valueOf(cause.getMessage()).lines().findFirst().orElse("")),
                null,
                cause);
    }
}
