package dev.keelson.train;

import dev.keelson.learn.tune.Direction;
import dev.keelson.learn.tune.EarlyStop;
import dev.keelson.learn.tune.Pruner;
import dev.keelson.learn.tune.Sampler;
import dev.keelson.learn.tune.SearchSpace;
import dev.keelson.learn.tune.StudyDefinition;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the settings of a model are searched. No part of the model: what is found counts once it stands in the project file.
 *
 * @param trials how many to run at most, at least 1
 * @param sampler what proposes settings
 * @param pruner what stops trials between folds
 * @param batch trials that know nothing of each other's results and may run side by side, at least 1
 * @param stopAfter trials without gain after which the search ends; 0 for never
 * @param timeLimit after which no further batch begins; null for none
 * @param everySteps a trial is judged within its folds, too, after every so many boosting rounds or epochs; null for between
 *     folds alone
 * @param metric the loss
 * @param space setting, or {@code member.setting}, to the values it may take
 */
public record TuneDefinition(
        int trials,
        Sampler sampler,
        Pruner pruner,
        int batch,
        int stopAfter,
        @Nullable Duration timeLimit,
        @Nullable Integer everySteps,
        TuneMetric metric,
        SearchSpace space) {

    /** Trials of a search that does not say how many. */
    public static final int TRIALS = 50;

    /** Trials in a batch of a search that does not say how many. */
    public static final int BATCH = 4;

    /** Checks the ranges. */
    public TuneDefinition {
        if (trials < 1 || batch < 1 || stopAfter < 0) {
            throw new IllegalArgumentException("trials (%d) and batch (%d) must be at least 1, stopAfter (%d) at least 0."
                    .formatted(trials, batch, stopAfter));
        }
    }

    /** The same with another number of trials and another sampler. */
    public TuneDefinition with(int otherTrials, Sampler otherSampler) {
        return new TuneDefinition(otherTrials, otherSampler, pruner, batch, stopAfter, timeLimit, everySteps, metric, space);
    }

    /** The search as a study. */
    public StudyDefinition study(String name, long seed) {
        EarlyStop stop = stopAfter == 0 ? EarlyStop.never() : EarlyStop.after(stopAfter);
        return new StudyDefinition(name, space, Direction.MINIMISE, sampler, pruner, seed, trials, batch, stop);
    }
}
