package dev.keelson.learn;

import java.util.List;

/**
 * A fitted model and how the fit went.
 *
 * @param model the model, of the best step when it stopped early
 * @param steps steps in the model (boosting rounds, epochs, members of an ensemble that were fitted); 1 for learners that do not go step
 *     by step
 * @param losses mean loss on the validation rows after each step taken; empty without validation rows
 */
public record Fit(Model model, int steps, List<Double> losses) {

    /** Copies the losses. */
    public Fit {
        losses = List.copyOf(losses);
    }

    /** A fit in one step. */
    public static Fit of(Model model) {
        return new Fit(model, 1, List.of());
    }
}
