package dev.keelson.learn.tune;

import java.util.List;

/**
 * Decides after a report whether a trial is worth going on with. Implementations are immutable: an answer depends on the
 * arguments alone. Thread-safe.
 *
 * <p>In a {@link Study} the history is that before the trial's batch, so that no answer depends on how fast the trials of
 * one batch happen to run.
 */
public sealed interface Pruner permits NoPruner, PercentilePruner, SuccessiveHalvingPruner, HyperbandPruner, WilcoxonPruner {

    /**
     * Whether to stop the trial.
     *
     * @param study name of the study
     * @param direction which objectives are better
     * @param history other trials, by number; those that are running count for nothing
     * @param trial the trial with its reports so far; without one it is never stopped
     */
    boolean prunes(String study, Direction direction, List<Trial> history, Trial trial);
}
