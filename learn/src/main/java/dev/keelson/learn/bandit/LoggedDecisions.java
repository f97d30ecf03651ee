package dev.keelson.learn.bandit;

/**
 * Decisions that were taken, oldest first, with what came of them. The arrays are not copied, and nobody changes them.
 *
 * @param context values that each was taken by; NaN where one is missing
 * @param action position of the action that was taken
 * @param propensity how likely that action was when it was taken, above 0 and at most 1
 * @param reward what came of it, finite
 * @param cluster identity of the rows that are not independent of each other, such as the day of the event; rows of one
 *     need not lie side by side
 */
public record LoggedDecisions(double[][] context, int[] action, double[] propensity, double[] reward, int[] cluster) {
    /** Checks lengths and ranges. */
    public LoggedDecisions(
            double[][] context, int[] action, double[] propensity, double[] reward, int[] cluster) {
        int n = action.length;
        if (context.length != n || propensity.length != n || reward.length != n || cluster.length != n) {
            throw new IllegalArgumentException(
                    "There are %d contexts, %d actions, %d propensities, %d rewards and %d clusters; expected as many of each."
                            .formatted(context.length, n, propensity.length, reward.length, cluster.length));
        }
        for (int i = 0; i < n; i++) {
            if (action[i] < 0
                    || !(propensity[i] > 0 && propensity[i] <= 1 + 1e-9)
                    || !Double.isFinite(reward[i])) {
                throw new IllegalArgumentException(
                        ("Decision %d has action %d, propensity %s and reward %s; expected an action from 0, a propensity above 0"
                                        + " and at most 1, and a finite reward.")
                                .formatted(i, action[i], propensity[i], reward[i]));
            }
        }
        this.context = context;
        this.action = action;
        this.propensity = propensity;
        this.reward = reward;
        this.cluster = cluster;
    }

    /** Number of decisions. */
    public int rows() {
        return action.length;
    }
}
