package dev.keelson.learn.tune;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One evaluation of a study.
 *
 * @param number its place in the study, from 0
 * @param values active parameter to its value, sorted by name
 * @param reports step (a boosting round or a fold, from 0) to the objective seen there; may be NaN
 * @param state how far it is
 * @param objective its result when complete, not NaN then; else NaN
 */
public record Trial(
        int number,
        SortedMap<String, Object> values,
        SortedMap<Integer, Double> reports,
        TrialState state,
        double objective) {

    /** Copies the maps and checks the ranges. */
    public Trial {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        reports = Collections.unmodifiableSortedMap(new TreeMap<>(reports));
        if (number < 0) {
            throw new IllegalArgumentException("number (%d) must be at least 0.".formatted(number));
        }
        if (!reports.isEmpty() && reports.firstKey() < 0) {
            throw new IllegalArgumentException("The step (%d) must be at least 0.".formatted(reports.firstKey()));
        }
        if ((state == TrialState.COMPLETE) == Double.isNaN(objective)) {
            throw new IllegalArgumentException(
                    "objective (%s) must be a number when complete, NaN else; the trial is %s.".formatted(objective, state));
        }
    }

    /** A trial that was just proposed. */
    public static Trial running(int number, Map<String, Object> values) {
        return new Trial(number, new TreeMap<>(values), new TreeMap<>(), TrialState.RUNNING, Double.NaN);
    }

    /** The same with one more report, or a later one of the same step. */
    public Trial report(int step, double value) {
        SortedMap<Integer, Double> more = new TreeMap<>(reports);
        more.put(step, value);
        return new Trial(number, values, more, state, objective);
    }

    /** The report of a step that has one. */
    double reported(int step) {
        Double value = reports.get(step);
        if (value == null) {
            throw new IllegalArgumentException("Trial %d has no report of step %d.".formatted(number, step));
        }
        return value;
    }

    /** The same, evaluated to its end; failed when the objective is NaN. */
    public Trial complete(double result) {
        return Double.isNaN(result)
                ? failed()
                : new Trial(number, values, reports, TrialState.COMPLETE, result);
    }

    /** The same, stopped early. */
    public Trial pruned() {
        return new Trial(number, values, reports, TrialState.PRUNED, Double.NaN);
    }

    /** The same, ended without a result. */
    public Trial failed() {
        return new Trial(number, values, reports, TrialState.FAILED, Double.NaN);
    }
}
