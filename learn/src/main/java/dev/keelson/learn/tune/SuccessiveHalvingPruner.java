package dev.keelson.learn.tune;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Successive halving without waiting: a trial that reaches a rung goes on only if it is among the best
 * {@code 1 / reductionFactor} of those that have reached it, itself included; while these are fewer than
 * {@code reductionFactor}, only if it is the best.
 *
 * <p>Rung {@code k} is at step {@code leastResource * reductionFactor^(leastRate + k)}; a trial's value there is its first
 * report at or beyond it. A NaN at a rung stops the trial. Source: Li, L. et al. (2020), A System for Massively Parallel
 * Hyperparameter Tuning, in the form of Optuna 5 (no pausing).
 *
 * @param leastResource step of the first rung, at least 1; 0: a hundredth of the longest complete trial, at least 1, and no
 *     trial is stopped before one is complete
 * @param reductionFactor at least 2
 * @param leastRate rungs left out at the start, at least 0
 * @param bootstrapTrials trials at a rung, at least 0, up to which each one is stopped there; needs a
 *     {@code leastResource}
 */
public record SuccessiveHalvingPruner(int leastResource, int reductionFactor, int leastRate, int bootstrapTrials)
        implements Pruner {
    private static final int SHARE_OF_LONGEST = 100;

    /** Checks the ranges. */
    public SuccessiveHalvingPruner {
        if (leastResource < 0 || leastRate < 0 || bootstrapTrials < 0) {
            throw new IllegalArgumentException(
                    "leastResource (%d), leastRate (%d) and bootstrapTrials (%d) must be at least 0."
                            .formatted(leastResource, leastRate, bootstrapTrials));
        }
        if (reductionFactor < 2) {
            throw new IllegalArgumentException("reductionFactor (%d) must be at least 2.".formatted(reductionFactor));
        }
        if (bootstrapTrials > 0 && leastResource == 0) {
            throw new IllegalArgumentException(
                    "bootstrapTrials (%d) needs a leastResource of at least 1.".formatted(bootstrapTrials));
        }
    }

    /** A quarter goes on; the first rung is found from the longest trial. */
    public static SuccessiveHalvingPruner defaults() {
        return new SuccessiveHalvingPruner(0, 4, 0, 0);
    }

    @Override
    public boolean prunes(String study, Direction direction, List<Trial> history, Trial trial) {
        int least = leastResource == 0 ? estimatedLeast(history) : leastResource;
        if (trial.reports().isEmpty() || least == 0) {
            return false;
        }
        int step = trial.reports().lastKey();
        double value = trial.reported(step);
        for (int rung = 0; step >= rungStep(least, rung); rung++) {
            long rungStep = rungStep(least, rung);
            boolean judged = isFirstReportAt(trial, rungStep);
            if (judged && (Double.isNaN(value) || !promoted(direction, history, value, rungStep))) {
                return true;
            }
        }
        return false;
    }

    private static int estimatedLeast(List<Trial> history) {
        return history.stream()
                .filter(each -> each.state() == TrialState.COMPLETE && !each.reports().isEmpty())
                .mapToInt(each -> Math.max(each.reports().lastKey() / SHARE_OF_LONGEST, 1))
                .max()
                .orElse(0);
    }

    private long rungStep(int least, int rung) {
        double step = least * StrictMath.pow(reductionFactor, (double) leastRate + rung);
        return step > Integer.MAX_VALUE ? Long.MAX_VALUE : (long) step;
    }

    /** Whether the last report is the first one at or beyond a rung. */
    private static boolean isFirstReportAt(Trial trial, long rungStep) {
        return trial.reports().tailMap((int) rungStep).size() == 1;
    }

    private boolean promoted(Direction direction, List<Trial> history, double value, long rungStep) {
        int competing = 1;
        int better = 0;
        double loss = direction.loss(value);
        for (Trial other : history) {
            Double reached = other.state().told() ? valueAt(other, rungStep) : null;
            if (reached != null) {
                competing++;
                better += direction.loss(reached) < loss ? 1 : 0;
            }
        }
        return competing > bootstrapTrials && better < Math.max(competing / reductionFactor, 1);
    }

    private static @Nullable Double valueAt(Trial trial, long rungStep) {
        Map<Integer, Double> beyond = trial.reports().tailMap((int) rungStep);
        if (beyond.isEmpty()) {
            return null;
        }
        double value = beyond.values().iterator().next();
        return Double.isNaN(value) ? null : value;
    }
}
