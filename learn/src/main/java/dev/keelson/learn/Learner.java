package dev.keelson.learn;

import java.util.Map;

/**
 * An algorithm with its settings. The model depends on the rows, the settings and the seed alone: the same three give
 * the same bytes. Implementations are immutable and may fit in several threads at once.
 */
public interface Learner {

    /** Name under which it is registered, such as {@code logistic}. */
    String name();

    /** Every setting with the value in use, defaults included; values are Double, Long, Boolean or String. */
    Map<String, Object> settings();

    /**
     * Fits a model. Missing feature values, constant features, and classes without rows are handled.
     *
     * @param rows at least one
     * @param seed reaches everything random
     */
    Model fit(TrainingSet rows, long seed);
}
