package dev.keelson.learn.bandit;

import java.util.Locale;

/**
 * How a bandit chooses and learns.
 *
 * @param algorithm what weighs exploring against earning
 * @param explore share of decisions that are drawn evenly from all actions, above 0 and at most 1: no action is less
 *     likely than this divided by the number of actions, so that each decision can be judged later
 * @param width for LinUCB, how many standard errors are added to an action's mean; at least 0. Thompson sampling does not
 *     read it
 * @param ridge strength of the prior that coefficients are 0, in rows of unit context; above 0
 */
public record BanditSettings(Algorithm algorithm, double explore, double width, double ridge) {

    /** The algorithms. */
    public enum Algorithm {
        /** The action with the highest upper confidence bound. */
        LINUCB,
        /** Each action as often as it is the best one by the posterior. */
        THOMPSON;

        /** As in project files and documents. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Checks the ranges. */
    public BanditSettings {
        if (!(explore > 0 && explore <= 1)) {
            throw new IllegalArgumentException("explore (%s) must be above 0 and at most 1.".formatted(explore));
        }
        if (!(width >= 0 && width < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("width (%s) must be finite and at least 0.".formatted(width));
        }
        if (!(ridge > 0 && ridge < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("ridge (%s) must be finite and above 0.".formatted(ridge));
        }
    }

    /** One in ten decisions explores, a width of 1 and a ridge of 1. */
    public static BanditSettings of(Algorithm algorithm) {
        return new BanditSettings(algorithm, 0.1, 1, 1);
    }
}
