package dev.keelson.learn.tune;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import java.util.List;
import java.util.SortedMap;

/**
 * Proposes the values of the next trial. Implementations are immutable: a proposal depends on the arguments alone.
 * Thread-safe.
 */
public sealed interface Sampler permits RandomSampler, QuasiRandomSampler, TpeSampler, CmaEsSampler {
    /** Names of the samplers in project files. */
    List<String> NAMES = List.of("tpe", "cma-es", "quasi-random", "random");

    /**
     * The values of a trial.
     *
     * @param space what may be proposed
     * @param direction which objectives are better
     * @param history the trials before this one, by number; those still running have no result yet
     * @param seed the study's
     * @param number the trial's, from 0
     * @return a value for each active parameter, sorted by name; unmodifiable
     */
    SortedMap<String, Object> ask(SearchSpace space, Direction direction, List<Trial> history, long seed, int number);

    /** Its name in project files. */
    String name();

    /**
     * A sampler with its defaults.
     *
     * @throws KeelsonException BAD_VALUE for a name not in {@link #NAMES}
     */
    static Sampler named(String name) {
        return switch (name) {
            case "tpe" -> TpeSampler.defaults();
            case "cma-es" -> new CmaEsSampler();
            case "quasi-random" -> new QuasiRandomSampler();
            case "random" -> new RandomSampler();
            default ->
                throw new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        "There is no sampler (%s); there are %s.".formatted(name, NAMES),
                        Suggestion.sentence(name, NAMES).orElse(null));
        };
    }
}
