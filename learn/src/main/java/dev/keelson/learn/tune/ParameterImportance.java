package dev.keelson.learn.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much each parameter mattered for reaching the best trials (PED-ANOVA).
 *
 * <p>For each parameter the law of its values among the best trials is compared with that among all, by the Pearson
 * divergence of two kernel estimates on a grid of at most 50 cells. A conditional parameter is judged by the trials in which
 * it is active, weighted by {@code (share among the best)^2 / (share among all)}. A parameter whose good values lie anywhere
 * gets about 0. With fewer than five trials among the best the figures are rough.
 *
 * <p>Source: Watanabe, S., Bansal, A., Hutter, F. (2023), PED-ANOVA, IJCAI; the conditional case as in Optuna 5;
 * bandwidths by Scott's rule (1992).
 */
public final class ParameterImportance {
    private static final int CELLS = 50;
    private static final double PRIOR_WEIGHT = 1;
    private static final double FLOOR = 1e-12;
    private static final int LEAST_TRIALS = 2;
    /** 1.64 standard deviations (90 %) fit into half a cell. */
    private static final double LEAST_SIGMA = 0.5 / 1.64;

    private ParameterImportance() {}

    /**
     * The importance of each parameter with respect to the best tenth of the trials.
     *
     * @see #of(SearchSpace, Direction, List, double)
     */
    public static SortedMap<String, Double> of(SearchSpace space, Direction direction, List<Trial> trials) {
        return of(space, direction, trials, 0.1);
    }

    /**
     * The importance of each parameter.
     *
     * @param trials those that are complete with a finite objective are used
     * @param best share of trials that count as the best, rounded up, above 0 and below 1; trials equal to the worst of them
     *     count too
     * @return parameter to its share, sorted by name: at least 0, with the sum 1; all 0 when nothing can be told apart (fewer
     *     than two trials, or all equally good)
     */
    public static SortedMap<String, Double> of(
            SearchSpace space, Direction direction, List<Trial> trials, double best) {
        SortedMap<String, Double> raw = divergences(space, direction, trials, best);
        double total = raw.values().stream().mapToDouble(each -> each).sum();
        raw.replaceAll((name, value) -> total > 0 ? value / total : 0);
        return Collections.unmodifiableSortedMap(raw);
    }

    /** Before they are made to sum to 1. */
    static SortedMap<String, Double> divergences(
            SearchSpace space, Direction direction, List<Trial> trials, double best) {
        if (!(best > 0 && best < 1)) {
            throw new IllegalArgumentException("best (%s) must be above 0 and below 1.".formatted(best));
        }
        List<Trial> all = trials.stream()
                .filter(trial -> trial.state() == TrialState.COMPLETE && Double.isFinite(trial.objective()))
                .toList();
        SortedMap<String, Double> result = new TreeMap<>();
        List<Trial> good = good(all, direction, best);
        for (Parameter parameter : space.parameters()) {
            boolean distinct = all.size() > 1 && good.size() < all.size();
            result.put(parameter.name(), distinct ? divergence(parameter, good, all) : 0);
        }
        return result;
    }

    private static List<Trial> good(List<Trial> all, Direction direction, double best) {
        double[] losses = all.stream()
                .mapToDouble(trial -> direction.loss(trial.objective()))
                .sorted()
                .toArray();
        if (losses.length == 0) {
            return List.of();
        }
        double cut = losses[Math.max((int) Math.ceil(best * losses.length), 1) - 1];
        return all.stream()
                .filter(trial -> direction.loss(trial.objective()) <= cut)
                .toList();
    }

    private static double divergence(Parameter parameter, List<Trial> good, List<Trial> all) {
        List<Object> goodValues = values(parameter, good);
        List<Object> allValues = values(parameter, all);
        if (parameter.domain().single() || goodValues.isEmpty() || allValues.size() < LEAST_TRIALS) {
            return 0;
        }
        double[] top = density(parameter.domain(), goodValues);
        double[] region = density(parameter.domain(), allValues);
        double pearson = 0;
        for (int cell = 0; cell < top.length; cell++) {
            double ratio = (top[cell] + FLOOR) / (region[cell] + FLOOR) - 1;
            pearson += (region[cell] + FLOOR) * ratio * ratio;
        }
        double share = (double) good.size() / all.size();
        double activeGood = (double) goodValues.size() / good.size();
        double activeAll = (double) allValues.size() / all.size();
        return share * share * activeGood * activeGood / activeAll * pearson;
    }

    private static List<Object> values(Parameter parameter, List<Trial> trials) {
        return trials.stream()
                .map(trial -> Optional.ofNullable(trial.values().get(parameter.name())))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Mass of each cell of the grid under a kernel estimate. */
    private static double[] density(Domain domain, List<Object> values) {
        double[] encoded = values.stream().mapToDouble(domain::encode).toArray();
        return switch (domain) {
            case ChoiceDomain choices -> {
                int[] counts = new int[choices.choices().size()];
                for (double each : encoded) {
                    counts[(int) each]++;
                }
                int[] seen = occupied(counts);
                yield masses(new ChoiceKernels(seen, counts.length, PRIOR_WEIGHT), seen, counts);
            }
            case IntegerDomain numbers -> numeric(numbers.axis(), encoded, cells(numbers));
            case RealDomain numbers -> numeric(numbers.axis(), encoded, cells(numbers));
        };
    }

    private static int cells(IntegerDomain domain) {
        double points = (double) (domain.high() - domain.low()) / domain.step() + 1;
        if (domain.log()) {
            points = Math.ceil(StrictMath.log(points) / StrictMath.log(2)) + 1;
        }
        return (int) Math.min(points, CELLS);
    }

    private static int cells(RealDomain domain) {
        return domain.step() == 0
                ? CELLS
                : (int) Math.min(Math.rint((domain.high() - domain.low()) / domain.step()) + 1, CELLS);
    }

    private static double[] numeric(Axis axis, double[] values, int cells) {
        double from = axis.scale(axis.low());
        double width = (axis.scale(axis.high()) - from) / (cells - 1);
        int[] counts = new int[cells];
        for (double value : values) {
            int cell = (int) Math.ceil((axis.scale(value) - from) / width - 0.5);
            counts[Math.min(Math.max(cell, 0), cells - 1)]++;
        }
        int[] seen = occupied(counts);
        double[] centres = new double[seen.length + 1];
        double[] sigmas = new double[seen.length + 1];
        Arrays.fill(sigmas, Math.max(scott(seen, counts), LEAST_SIGMA));
        for (int i = 0; i < seen.length; i++) {
            centres[i] = seen[i];
        }
        centres[seen.length] = (cells - 1) / 2.0;
        sigmas[seen.length] = cells;
        return masses(new NumericKernels(new Axis(0, cells - 1, 1, false), centres, sigmas), seen, counts);
    }

    /** Scott's bandwidth of weighted cells; 0 when half of the weight is in one. */
    private static double scott(int[] seen, int[] counts) {
        long total = 0;
        double sum = 0;
        for (int cell : seen) {
            total += counts[cell];
            sum += (double) cell * counts[cell];
        }
        double mean = sum / total;
        double squares = 0;
        for (int cell : seen) {
            squares += counts[cell] * (cell - mean) * (cell - mean);
        }
        double deviation = Math.sqrt(squares / Math.max(1, total - 1));
        double range = quartile(seen, counts, total * 3 / 4, true) - quartile(seen, counts, total / 4, false);
        return 1.059 * Math.min(range / 1.34, deviation) * StrictMath.pow((double) total, -0.2);
    }

    /** First cell up to which there are at least so many values, or more than so many. */
    private static double quartile(int[] seen, int[] counts, long rank, boolean more) {
        long cumulative = 0;
        for (int cell : seen) {
            cumulative += counts[cell];
            if (more ? cumulative > rank : cumulative >= rank) {
                return cell;
            }
        }
        return seen[seen.length - 1];
    }

    private static int[] occupied(int[] counts) {
        List<Integer> cells = new ArrayList<>();
        for (int cell = 0; cell < counts.length; cell++) {
            if (counts[cell] > 0) {
                cells.add(cell);
            }
        }
        return cells.stream().mapToInt(Integer::intValue).toArray();
    }

    private static double[] masses(Kernels kernels, int[] seen, int[] counts) {
        double[] weights = new double[seen.length + 1];
        for (int i = 0; i < seen.length; i++) {
            weights[i] = counts[seen[i]];
        }
        weights[seen.length] = PRIOR_WEIGHT;
        ParzenEstimator estimator = new ParzenEstimator(List.of(kernels), weights);
        double[] masses = new double[counts.length];
        for (int cell = 0; cell < counts.length; cell++) {
            masses[cell] = StrictMath.exp(estimator.logDensity(new double[] {cell}));
        }
        return masses;
    }
}
