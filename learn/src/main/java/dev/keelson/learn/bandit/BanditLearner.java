package dev.keelson.learn.bandit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Learns one linear model of the reward for each action, of the decisions in which the action was taken. An action of 0
 * stands for doing nothing: its reward is 0, and nothing is learnt of it. Not safe for use by several threads.
 *
 * <p>Deterministic: the same rows in the same order give the same policy.
 */
public final class BanditLearner {
    private final BanditSettings settings;
    private final double[] actions;
    private final ContextScale scale;
    private final double unit;
    private final List<@Nullable RidgePosterior> posteriors = new ArrayList<>();
    private final List<@Nullable Arm> arms = new ArrayList<>();

    private BanditLearner(BanditSettings settings, double[] actions, ContextScale scale, double unit) {
        this.settings = settings;
        this.actions = actions.clone();
        this.scale = scale;
        this.unit = unit;
        for (double action : actions) {
            RidgePosterior posterior =
                    action == 0 ? null : new RidgePosterior(scale.names().size() + 1, settings.ridge());
            posteriors.add(posterior);
            arms.add(posterior == null ? null : posterior.arm());
        }
    }

    /**
     * One that has seen nothing and takes the context as it is: its values should be about 1 in size.
     *
     * @param context names of the values
     * @param unit size of a usual reward, above 0
     */
    public static BanditLearner empty(BanditSettings settings, double[] actions, List<String> context, double unit) {
        return new BanditLearner(settings, actions, ContextScale.none(context), unit);
    }

    /**
     * Learns from logged decisions, oldest first.
     *
     * @param context names of the values
     */
    public static BanditLearner of(
            BanditSettings settings, double[] actions, List<String> context, LoggedDecisions log) {
        double squares = 0;
        int paid = 0;
        for (int i = 0; i < log.rows(); i++) {
            if (actions[log.action()[i]] != 0) {
                squares += log.reward()[i] * log.reward()[i];
                paid++;
            }
        }
        double unit = squares > 0 ? Math.sqrt(squares / paid) : 1;
        BanditLearner learner = new BanditLearner(settings, actions, ContextScale.of(context, log.context()), unit);
        for (int i = 0; i < log.rows(); i++) {
            learner.take(log.context()[i], log.action()[i], log.reward()[i]);
        }
        learner.refresh();
        return learner;
    }

    /** Learns from one more decision. */
    public void update(double[] context, int action, double reward) {
        take(context, action, reward);
        RidgePosterior posterior = posteriors.get(action);
        if (posterior != null) {
            arms.set(action, posterior.arm());
        }
    }

    private void take(double[] context, int action, double reward) {
        if (!Double.isFinite(reward)) {
            throw new IllegalArgumentException("The reward (%s) must be finite.".formatted(reward));
        }
        RidgePosterior posterior = posteriors.get(action);
        if (posterior != null) {
            posterior.add(scale.apply(context), reward / unit);
        }
    }

    private void refresh() {
        for (int a = 0; a < actions.length; a++) {
            RidgePosterior posterior = posteriors.get(a);
            if (posterior != null) {
                arms.set(a, posterior.arm());
            }
        }
    }

    /** The policy so far. */
    public BanditPolicy policy() {
        return new BanditPolicy(settings, actions, scale, unit, arms);
    }
}
