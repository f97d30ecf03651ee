package dev.keelson.control;

import org.jspecify.annotations.Nullable;

/** The prices at which one could bet on the events of models. Safe for use by several threads. */
@FunctionalInterface
public interface Prices {
    /** None are known. */
    Prices NONE = (model, entity) -> null;

    /**
     * Decimal odds of an event.
     *
     * @param entity its key values joined by {@code |}, as predictions name them
     * @return odds by class, NaN where there is none; null when there are none
     */
    double @Nullable [] odds(String model, String entity);
}
