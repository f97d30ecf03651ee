package dev.keelson.learn.tune;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import java.util.List;

/**
 * Decides after a report whether a trial is worth going on with. Implementations are immutable: an answer depends on the
 * arguments alone. Thread-safe.
 *
 * <p>In a {@link Study} the history is that before the trial's batch, so that no answer depends on how fast the trials of
 * one batch happen to run.
 */
public sealed interface Pruner
        permits NoPruner, PercentilePruner, SuccessiveHalvingPruner, HyperbandPruner, WilcoxonPruner {
    /** Names of the pruners in project files. */
    List<String> NAMES = List.of("none", "median", "successive-halving", "hyperband", "wilcoxon");

    /**
     * Whether to stop the trial.
     *
     * @param study name of the study
     * @param direction which objectives are better
     * @param history other trials, by number; those that are running count for nothing
     * @param trial the trial with its reports so far; without one it is never stopped
     */
    boolean prunes(String study, Direction direction, List<Trial> history, Trial trial);

    /**
     * A pruner with its defaults.
     *
     * @throws KeelsonException BAD_VALUE for a name not in {@link #NAMES}
     */
    static Pruner named(String name) {
        return switch (name) {
            case "none" -> new NoPruner();
            case "median" -> PercentilePruner.median();
            case "successive-halving" -> SuccessiveHalvingPruner.defaults();
            case "hyperband" -> HyperbandPruner.defaults();
            case "wilcoxon" -> WilcoxonPruner.defaults();
            default ->
                throw new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        "There is no pruner (%s); there are %s.".formatted(name, NAMES),
                        Suggestion.sentence(name, NAMES).orElse(null));
        };
    }
}
