package dev.keelson.learn.tune;

/**
 * What a study is to do; with the results of its trials it decides everything that follows.
 *
 * @param name the study's
 * @param space what is searched
 * @param direction which objectives are better
 * @param sampler what proposes trials
 * @param pruner what stops them
 * @param seed of everything random
 * @param trials how many to run at most, at least 1
 * @param batch trials that are proposed together and may run in parallel, at least 1. The trials of a batch know nothing of
 *     each other's results, so this number, not that of the workers, belongs to what the result depends on
 * @param earlyStop when to end before all trials are run
 */
public record StudyDefinition(
        String name,
        SearchSpace space,
        Direction direction,
        Sampler sampler,
        Pruner pruner,
        long seed,
        int trials,
        int batch,
        EarlyStop earlyStop) {

    /** Checks the ranges. */
    public StudyDefinition {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name (%s) must not be blank.".formatted(name));
        }
        if (trials < 1) {
            throw new IllegalArgumentException("trials (%d) must be at least 1.".formatted(trials));
        }
        if (batch < 1) {
            throw new IllegalArgumentException("batch (%d) must be at least 1.".formatted(batch));
        }
    }

    /** One trial at a time by {@link TpeSampler}, none stopped early. */
    public static StudyDefinition of(String name, SearchSpace space, Direction direction, long seed, int trials) {
        return new StudyDefinition(
                name, space, direction, TpeSampler.defaults(), new NoPruner(), seed, trials, 1, EarlyStop.never());
    }

    /** The same with another sampler. */
    public StudyDefinition withSampler(Sampler other) {
        return new StudyDefinition(name, space, direction, other, pruner, seed, trials, batch, earlyStop);
    }

    /** The same with another pruner. */
    public StudyDefinition withPruner(Pruner other) {
        return new StudyDefinition(name, space, direction, sampler, other, seed, trials, batch, earlyStop);
    }

    /** The same with another batch size. */
    public StudyDefinition withBatch(int other) {
        return new StudyDefinition(name, space, direction, sampler, pruner, seed, trials, other, earlyStop);
    }

    /** The same with another number of trials, such as the count that a study with a time limit had reached. */
    public StudyDefinition withTrials(int other) {
        return new StudyDefinition(name, space, direction, sampler, pruner, seed, other, batch, earlyStop);
    }

    /** The same with another rule for ending early. */
    public StudyDefinition withEarlyStop(EarlyStop other) {
        return new StudyDefinition(name, space, direction, sampler, pruner, seed, trials, batch, other);
    }
}
