package dev.keelson.learn.conformal;

import java.util.Arrays;
import java.util.Locale;

/** How sets or intervals are made. */
public enum ConformalMethod {
    /** Sets by {@link SetRule.Lac}. */
    LAC,
    /** Sets by {@link SetRule.Aps}. */
    APS,
    /** Sets by {@link SetRule.Raps}. */
    RAPS,
    /** Intervals by {@link ConformalInterval.Kind#RESIDUAL}. */
    RESIDUAL,
    /** Intervals by {@link ConformalInterval.Kind#QUANTILES_SYMMETRIC}. */
    CQR;

    /** Whether it makes intervals of a number instead of sets of classes. */
    public boolean intervals() {
        return this == RESIDUAL || this == CQR;
    }

    /** The name in project files and stored models, such as {@code aps}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The method of a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    static ConformalMethod of(String key) {
        return Arrays.stream(values())
                .filter(method -> method.key().equals(key))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("There is no conformal method (%s).".formatted(key)));
    }
}
