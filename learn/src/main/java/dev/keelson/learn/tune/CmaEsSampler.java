package dev.keelson.learn.tune;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Covariance matrix adaptation evolution strategy over the numeric parameters that are always active; the others are drawn
 * at random. It starts in the middle of the space with a sixth of each range as standard deviation and learns from complete
 * trials, one generation of {@code 4 + floor(3 ln n)} after another in order of number.
 *
 * <p>Points outside the space are drawn again, and confined to it after too many attempts. On a grid (whole numbers, steps)
 * each coordinate keeps so much spread that some point of a generation is likely to leave the mean's cell, after the idea of
 * the margin (Hamano, R. et al., 2022, CMA-ES with Margin).
 *
 * <p>Source: Hansen, N. (2016), The CMA Evolution Strategy: A Tutorial, arXiv:1604.00772. Every proposal replays the
 * generations before it; that takes time in proportion to the number of trials.
 */
public record CmaEsSampler() implements Sampler {
    private static final long STREAM = 4;
    private static final int ATTEMPTS_PER_DIMENSION = 10;

    @Override
    public SortedMap<String, Object> ask(
            SearchSpace space, Direction direction, List<Trial> history, long seed, int number) {
        Draws draws = Draws.of(seed, STREAM, number);
        List<Parameter> adapted = adapted(space);
        Map<String, Object> proposed = new TreeMap<>();
        if (!adapted.isEmpty()) {
            double[] point = draw(replay(adapted, direction, history), adapted, draws);
            for (int i = 0; i < point.length; i++) {
                proposed.put(adapted.get(i).name(), value(adapted.get(i).domain(), point[i]));
            }
        }
        SortedMap<String, Object> values = new TreeMap<>();
        for (SearchSpace.Group group : space.groups()) {
            if (group.active(values)) {
                for (Parameter parameter : group.parameters()) {
                    Object value = proposed.get(parameter.name());
                    values.put(parameter.name(), value == null ? parameter.domain().at(draws.uniform()) : value);
                }
            }
        }
        return Collections.unmodifiableSortedMap(values);
    }

    private static List<Parameter> adapted(SearchSpace space) {
        return space.parameters().stream()
                .filter(parameter -> parameter.condition() == null)
                .filter(parameter -> !(parameter.domain() instanceof ChoiceDomain))
                .filter(parameter -> !parameter.domain().single())
                .toList();
    }

    private static CmaEs replay(List<Parameter> adapted, Direction direction, List<Trial> history) {
        List<Trial> complete = history.stream()
                .filter(trial -> trial.state() == TrialState.COMPLETE)
                .toList();
        CmaEs strategy = new CmaEs(adapted.size());
        int size = CmaEs.populationSize(adapted.size());
        for (int from = 0; from + size <= complete.size(); from += size) {
            List<Trial> generation = new ArrayList<>(complete.subList(from, from + size));
            generation.sort(Comparator.comparingDouble(trial -> direction.loss(trial.objective())));
            strategy.tell(generation.stream().map(trial -> point(adapted, trial)).toArray(double[][]::new));
        }
        return strategy;
    }

    private static double[] point(List<Parameter> adapted, Trial trial) {
        return adapted.stream()
                .mapToDouble(parameter -> {
                    Object value = trial.values().get(parameter.name());
                    if (value == null) {
                        throw new IllegalArgumentException(
                                "Trial %d has no value of %s.".formatted(trial.number(), parameter.name()));
                    }
                    return axis(parameter.domain()).position(parameter.domain().encode(value));
                })
                .toArray();
    }

    private static double[] draw(CmaEs strategy, List<Parameter> adapted, Draws draws) {
        int n = adapted.size();
        double[] least = new double[n];
        double leave = 1.0 / (n * CmaEs.populationSize(n));
        double reach = StandardNormal.quantile(1 - leave / 2);
        for (int i = 0; i < n; i++) {
            least[i] = cell(axis(adapted.get(i).domain()), strategy.mean(i)) / 2 / reach;
        }
        double[] point = strategy.draw(draws, least);
        for (int attempt = 1; attempt < ATTEMPTS_PER_DIMENSION * n && !inside(point); attempt++) {
            point = strategy.draw(draws, least);
        }
        for (int i = 0; i < n; i++) {
            point[i] = Math.min(Math.max(point[i], 0), 1);
        }
        return point;
    }

    private static boolean inside(double[] point) {
        for (double coordinate : point) {
            if (!(coordinate >= 0 && coordinate <= 1)) {
                return false;
            }
        }
        return true;
    }

    /** Width of the cell around a place in the unit interval; 0 in a continuum. */
    private static double cell(Axis axis, double position) {
        if (axis.step() == 0) {
            return 0;
        }
        double value = axis.unscale(working(axis, position));
        return axis.position(value + axis.step() / 2) - axis.position(value - axis.step() / 2);
    }

    private static double working(Axis axis, double position) {
        return axis.from() + Math.min(Math.max(position, 0), 1) * (axis.to() - axis.from());
    }

    private static Axis axis(Domain domain) {
        return switch (domain) {
            case IntegerDomain numbers -> numbers.axis();
            case RealDomain numbers -> numbers.axis();
            case ChoiceDomain choices ->
                throw new IllegalArgumentException("The choices (%s) have no axis.".formatted(choices.text()));
        };
    }

    private static Object value(Domain domain, double position) {
        Axis axis = axis(domain);
        double number = axis.unscale(working(axis, position));
        return domain instanceof RealDomain real ? (Object) real.nearest(number) : (Object) (long) number;
    }

    @Override
    public String name() {
        return "cma-es";
    }
}
