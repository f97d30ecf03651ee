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

    /** Whether it can learn what the task tells. */
    boolean supports(Task task);

    /** Whether it reads whole numbers from 0 as categories where the features say so; otherwise as quantities. */
    default boolean readsCategories() {
        return false;
    }

    /**
     * Fits a model under watch. Missing feature values, constant features, and classes without rows are handled.
     *
     * @param rows at least one, of a task that is {@linkplain #supports supported}
     * @param control validation rows and who hears of them
     * @param seed reaches everything random
     * @throws IllegalArgumentException if the task is not supported
     */
    Fit fit(TrainingSet rows, FitControl control, long seed);

    /**
     * Fits a model.
     *
     * @param rows at least one
     * @param seed reaches everything random
     */
    default Model fit(TrainingSet rows, long seed) {
        return fit(rows, FitControl.NONE, seed).model();
    }
}
