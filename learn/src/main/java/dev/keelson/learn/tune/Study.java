package dev.keelson.learn.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A search as plain data: what it is to do and the trials so far. Every step gives a new study; nothing else is kept, so
 * that a study read back from a store goes on as if it had never stopped.
 *
 * <pre>{@code
 * Study study = Study.start(definition);
 * while (study.stopReason().isEmpty()) {
 *     study = study.ask();
 *     for (Trial trial : study.running()) { // in parallel, in any order
 *         study = study.tell(trial.complete(evaluate(trial.values())));
 *     }
 * }
 * }</pre>
 *
 * <p>A batch is trials {@code k * batch} to {@code (k + 1) * batch - 1}. Its values depend on the trials of earlier batches
 * alone and on the values of those before in the batch, which count as running. Whoever has a time limit stops asking
 * after a batch; the number of finished trials is then part of the state ({@link #finished}), and a study
 * {@linkplain StudyDefinition#withTrials limited to as many} gives the same.
 *
 * <p>Immutable and thread-safe.
 *
 * @param definition what it is to do
 * @param trials by number from 0 without a gap; all batches but the last are finished
 */
public record Study(StudyDefinition definition, List<Trial> trials) {

    /** Checks the numbers, the batches and that all values lie in the space. */
    public Study {
        trials = List.copyOf(trials);
        for (int i = 0; i < trials.size(); i++) {
            if (trials.get(i).number() != i) {
                throw new IllegalArgumentException(
                        "The trials must be numbered from 0 without a gap; number %d stands at place %d."
                                .formatted(trials.get(i).number(), i));
            }
        }
        if (trials.size() > definition.trials()) {
            throw new IllegalArgumentException(
                    "There are %d trials, more than the study may have (%d).".formatted(trials.size(), definition.trials()));
        }
        int last = trials.isEmpty() ? 0 : batchStart(trials.size() - 1, definition);
        if (trials.subList(0, last).stream().anyMatch(trial -> !trial.state().finished())) {
            throw new IllegalArgumentException("A trial before the last batch (from number %d) is running.".formatted(last));
        }
    }

    /** A study without trials. */
    public static Study start(StudyDefinition definition) {
        return new Study(definition, List.of());
    }

    /**
     * A study that was stored, perhaps in the middle of a batch: trials that were proposed but have no result run again.
     *
     * @param stored finished and running trials, in any order; of the last batch some may be missing
     * @throws dev.keelson.error.KeelsonException when the values of a trial are not of the space
     * @throws IllegalArgumentException when a trial of an earlier batch is missing, or one is there twice
     */
    public static Study resume(StudyDefinition definition, List<Trial> stored) {
        List<Trial> sorted = stored.stream()
                .map(trial -> new Trial(
                        trial.number(),
                        definition.space().read(trial.values()),
                        trial.reports(),
                        trial.state(),
                        trial.objective()))
                .sorted(Comparator.comparingInt(Trial::number))
                .toList();
        int last = sorted.isEmpty() ? 0 : batchStart(sorted.getLast().number(), definition);
        List<Trial> whole = sorted.stream().filter(trial -> trial.number() < last).toList();
        Study study = new Study(definition, whole);
        if (sorted.isEmpty()) {
            return study;
        }
        study = study.batchAt(last);
        for (Trial trial : sorted.subList(whole.size(), sorted.size())) {
            study = trial.state().finished() ? study.tell(trial) : study;
        }
        return study;
    }

    private static int batchStart(int number, StudyDefinition definition) {
        return number / definition.batch() * definition.batch();
    }

    /** Trials that are proposed and have no result yet. */
    public List<Trial> running() {
        return trials.stream().filter(trial -> !trial.state().finished()).toList();
    }

    /** Number of finished trials. */
    public int finished() {
        return trials.size() - running().size();
    }

    /**
     * Proposes the next batch.
     *
     * @return this study with the batch's trials running
     * @throws IllegalStateException while a trial is running, or when the study has ended
     */
    public Study ask() {
        if (!running().isEmpty()) {
            throw new IllegalStateException("Trial %d has no result yet; a batch must be finished before the next."
                    .formatted(running().getFirst().number()));
        }
        Optional<StopReason> reason = stopReason();
        if (reason.isPresent()) {
            throw new IllegalStateException("The study has ended (%s).".formatted(reason.get()));
        }
        return batchAt(trials.size());
    }

    private Study batchAt(int start) {
        List<Trial> all = new ArrayList<>(trials);
        int end = Math.min(start + definition.batch(), definition.trials());
        for (int number = start; number < end; number++) {
            SortedMap<String, Object> values = definition
                    .sampler()
                    .ask(definition.space(), definition.direction(), all, definition.seed(), number);
            all.add(Trial.running(number, values));
        }
        return new Study(definition, all);
    }

    /**
     * Takes a result, in any order within a batch.
     *
     * @param trial a running trial of this study, now finished, with its reports
     * @return this study with the result
     * @throws IllegalArgumentException when no such trial is running, its values differ, or it is not finished
     */
    public Study tell(Trial trial) {
        if (trial.number() >= trials.size() || trials.get(trial.number()).state().finished()) {
            throw new IllegalArgumentException("Trial %d is not running.".formatted(trial.number()));
        }
        Trial asked = trials.get(trial.number());
        if (!asked.values().equals(trial.values())) {
            throw new IllegalArgumentException("Trial %d was proposed with %s, not %s."
                    .formatted(trial.number(), asked.values(), trial.values()));
        }
        if (!trial.state().finished()) {
            throw new IllegalArgumentException("Trial %d has no result.".formatted(trial.number()));
        }
        List<Trial> all = new ArrayList<>(trials);
        all.set(trial.number(), trial);
        return new Study(definition, all);
    }

    /**
     * Whether a running trial should be stopped, in view of the trials of earlier batches.
     *
     * @param trial one of this study with its reports so far
     */
    public boolean prunes(Trial trial) {
        List<Trial> earlier = trials.subList(0, Math.min(batchStart(trial.number(), definition), trials.size()));
        return definition.pruner().prunes(definition.name(), definition.direction(), earlier, trial);
    }

    /** The best complete trial, the earliest of equal ones; empty when none is complete. */
    public Optional<Trial> best() {
        return trials.stream()
                .filter(trial -> trial.state() == TrialState.COMPLETE)
                .min(Comparator.comparingDouble(trial -> definition.direction().loss(trial.objective())));
    }

    /** Why no more trials are proposed; empty while there are more to come or some are running. */
    public Optional<StopReason> stopReason() {
        if (!running().isEmpty()) {
            return Optional.empty();
        }
        if (trials.size() == definition.trials()) {
            return Optional.of(StopReason.TRIALS);
        }
        int patience = definition.earlyStop().patience();
        return patience > 0 && sinceImprovement() >= patience
                ? Optional.of(StopReason.NO_IMPROVEMENT)
                : Optional.empty();
    }

    /** Trials since the last one that was better than all before by the least gain; 0 before one is complete. */
    private int sinceImprovement() {
        double best = Double.NaN;
        int since = 0;
        for (Trial trial : trials) {
            double loss = definition.direction().loss(trial.objective());
            if (!Double.isNaN(loss) && (Double.isNaN(best) || best - loss > definition.earlyStop().leastGain())) {
                best = loss;
                since = 0;
            } else if (!Double.isNaN(best)) {
                since++;
            }
        }
        return since;
    }
}
