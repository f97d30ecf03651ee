package dev.keelson.learn.tune;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tree-structured Parzen estimator with constant liar.
 *
 * <p>The best tenth of the finished trials (at most 25) and the others are each described by a {@linkplain ParzenEstimator
 * mixture}; of some draws from the first, that with the greatest ratio of both densities is proposed. Running trials count
 * among the others, so that parallel trials keep apart. Complete trials come before pruned ones, which are ordered by their
 * last step (later is better) and its value.
 *
 * <p>All parameters under one condition are drawn jointly, from the trials that have them; a conditional group follows
 * the group of its parent.
 *
 * <p>Source: Bergstra, J. et al. (2011), Algorithms for Hyper-Parameter Optimization; bandwidths and weights as in Optuna 5
 * (group, constant_liar; multivariate, or not).
 *
 * @param startupTrials trials, complete or pruned, before which values are random; at least 1
 * @param candidates draws to choose from, at least 1
 * @param multivariate whether the parameters of a group are drawn jointly; else each by itself, which loses sight of
 *     parameters that only matter together
 */
public record TpeSampler(int startupTrials, int candidates, boolean multivariate) implements Sampler {
    private static final long STREAM = 3;
    private static final int MOST_BELOW = 25;

    /** Checks the ranges. */
    public TpeSampler {
        if (startupTrials < 1) {
            throw new IllegalArgumentException("startupTrials (%d) must be at least 1.".formatted(startupTrials));
        }
        if (candidates < 1) {
            throw new IllegalArgumentException("candidates (%d) must be at least 1.".formatted(candidates));
        }
    }

    /** 10 random trials, then the best of 24 draws, multivariate. */
    public static TpeSampler defaults() {
        return new TpeSampler(10, 24, true);
    }

    /** The same, each parameter by itself. */
    public TpeSampler univariate() {
        return new TpeSampler(startupTrials, candidates, false);
    }

    /**
     * Trials parted into good and other ones, both by number.
     *
     * @param below the good ones
     * @param above the others, and those still running
     */
    record Parted(List<Trial> below, List<Trial> above) {}

    @Override
    public SortedMap<String, Object> ask(
            SearchSpace space, Direction direction, List<Trial> history, long seed, int number) {
        Draws draws = Draws.of(seed, STREAM, number);
        if (history.stream().filter(trial -> trial.state().told()).count() < startupTrials) {
            return RandomSampler.draw(space, draws);
        }
        Parted parted = part(history, direction);
        SortedMap<String, Object> values = new TreeMap<>();
        for (SearchSpace.Group group : space.groups()) {
            if (!group.active(values)) {
                continue;
            }
            if (multivariate) {
                draw(group.parameters(), parted, draws, values);
            } else {
                group.parameters().forEach(parameter -> draw(List.of(parameter), parted, draws, values));
            }
        }
        return Collections.unmodifiableSortedMap(values);
    }

    /** Parts the trials; failed ones are left out. */
    static Parted part(List<Trial> history, Direction direction) {
        List<Trial> finished = history.stream()
                .filter(trial -> trial.state().told())
                .sorted(ranking(direction))
                .toList();
        int good = Math.min((finished.size() + 9) / 10, MOST_BELOW);
        List<Trial> above = new ArrayList<>(finished.subList(good, finished.size()));
        history.stream().filter(trial -> trial.state() == TrialState.RUNNING).forEach(above::add);
        Comparator<Trial> byNumber = Comparator.comparingInt(Trial::number);
        above.sort(byNumber);
        return new Parted(finished.subList(0, good).stream().sorted(byNumber).toList(), above);
    }

    private static Comparator<Trial> ranking(Direction direction) {
        return (a, b) -> {
            int byState = a.state().compareTo(b.state()); // complete before pruned
            int bySteps = byState == 0 ? Integer.compare(stepsToGo(a), stepsToGo(b)) : byState;
            int byLoss = bySteps == 0 ? Double.compare(loss(a, direction), loss(b, direction)) : bySteps;
            return byLoss == 0 ? Integer.compare(a.number(), b.number()) : byLoss;
        };
    }

    /** Smaller for pruned trials that got further; those without a report come last. */
    private static int stepsToGo(Trial trial) {
        if (trial.state() != TrialState.PRUNED) {
            return 0;
        }
        return trial.reports().isEmpty() ? 1 : -trial.reports().lastKey();
    }

    private static double loss(Trial trial, Direction direction) {
        if (trial.state() != TrialState.PRUNED) {
            return direction.loss(trial.objective());
        }
        double last = trial.reports().isEmpty() ? 0 : trial.reports().lastEntry().getValue();
        return Double.isNaN(last) ? Double.POSITIVE_INFINITY : direction.loss(last);
    }

    private void draw(List<Parameter> group, Parted parted, Draws draws, SortedMap<String, Object> values) {
        List<Parameter> open = new ArrayList<>();
        for (Parameter parameter : group) {
            if (parameter.domain().single()) {
                values.put(parameter.name(), parameter.domain().at(0));
            } else {
                open.add(parameter);
            }
        }
        if (open.isEmpty()) {
            return;
        }
        ParzenEstimator good = ParzenEstimator.fit(open, parted.below());
        ParzenEstimator other = ParzenEstimator.fit(open, parted.above());
        double[] best = good.draw(draws);
        double most = good.logDensity(best) - other.logDensity(best);
        for (int i = 1; i < candidates; i++) {
            double[] candidate = good.draw(draws);
            double ratio = good.logDensity(candidate) - other.logDensity(candidate);
            if (ratio > most) {
                best = candidate;
                most = ratio;
            }
        }
        for (int i = 0; i < best.length; i++) {
            Parameter parameter = open.get(i);
            values.put(parameter.name(), decoded(parameter.domain(), best[i]));
        }
    }

    private static Object decoded(Domain domain, double value) {
        return switch (domain) {
            case IntegerDomain whole -> (Object) (long) value;
            case RealDomain real -> (Object) real.nearest(value);
            case ChoiceDomain choices -> choices.choices().get((int) value);
        };
    }

    @Override
    public String name() {
        return "tpe";
    }
}
