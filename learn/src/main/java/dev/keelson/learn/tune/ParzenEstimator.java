package dev.keelson.learn.tune;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A mixture of products of kernels over several parameters: one component for each trial, where all parameters of a trial
 * share the component, and one for the prior.
 */
final class ParzenEstimator {
    private static final double PRIOR_WEIGHT = 1;
    /** Trials whose weight is 1, the most recent ones. */
    private static final int RECENT = 25;
    /** A component whose density is less than e^-45 of the greatest leaves no trace in the sum's 53 bits. */
    private static final double NEGLIGIBLE = -45;

    private final List<Kernels> parts;
    private final double[] weights;
    private final double[] logWeights;

    /**
     * @param parts a parameter each, all with one kernel per weight
     * @param weights not negative, of any sum
     */
    ParzenEstimator(List<Kernels> parts, double[] weights) {
        double total = Arrays.stream(weights).sum();
        this.parts = parts;
        this.weights = Arrays.stream(weights).map(weight -> weight / total).toArray();
        logWeights = Arrays.stream(this.weights).map(StrictMath::log).toArray();
    }

    /**
     * Fits a mixture.
     *
     * @param parameters its dimensions
     * @param trials oldest first; those that lack a value of a parameter are left out
     */
    static ParzenEstimator fit(List<Parameter> parameters, List<Trial> trials) {
        double[][] columns = new double[parameters.size()][trials.size()];
        int n = 0;
        for (Trial trial : trials) {
            n += encode(parameters, trial, columns, n) ? 1 : 0;
        }
        List<Kernels> parts = new ArrayList<>(columns.length);
        for (int i = 0; i < columns.length; i++) {
            parts.add(kernels(parameters.get(i).domain(), Arrays.copyOf(columns[i], n)));
        }
        return new ParzenEstimator(parts, weights(n));
    }

    /** Writes a trial's values into a row; false when it lacks one. */
    private static boolean encode(List<Parameter> parameters, Trial trial, double[][] columns, int row) {
        for (int i = 0; i < columns.length; i++) {
            Object value = trial.values().get(parameters.get(i).name());
            if (value == null) {
                return false;
            }
            columns[i][row] = parameters.get(i).domain().encode(value);
        }
        return true;
    }

    static Kernels kernels(Domain domain, double[] observed) {
        return switch (domain) {
            case IntegerDomain numbers -> NumericKernels.around(observed, numbers.axis());
            case RealDomain numbers -> NumericKernels.around(observed, numbers.axis());
            case ChoiceDomain choices ->
                new ChoiceKernels(
                        Arrays.stream(observed).mapToInt(each -> (int) each).toArray(),
                        choices.choices().size(),
                        PRIOR_WEIGHT);
        };
    }

    /** Weights of n observations, oldest first, and of the prior: old ones fade linearly beyond the most recent 25. */
    static double[] weights(int n) {
        double[] weights = new double[n + 1];
        Arrays.fill(weights, 1);
        weights[n] = PRIOR_WEIGHT;
        int old = n - RECENT;
        for (int i = 0; i < old; i++) {
            weights[i] = old == 1 ? 1.0 / n : 1.0 / n + (1 - 1.0 / n) * i / (old - 1);
        }
        return weights;
    }

    /** One draw: an encoded value for each parameter. */
    double[] draw(Draws draws) {
        double rest = draws.uniform();
        int k = 0;
        while (k < weights.length - 1 && rest >= weights[k]) {
            rest -= weights[k];
            k++;
        }
        double[] point = new double[parts.size()];
        for (int i = 0; i < point.length; i++) {
            point[i] = parts.get(i).draw(k, draws);
        }
        return point;
    }

    /** Log density at an encoded point, on the working scales. */
    double logDensity(double[] point) {
        double[] sums = logWeights.clone();
        for (int i = 0; i < point.length; i++) {
            parts.get(i).addLogDensity(point[i], sums);
        }
        double most = Double.NEGATIVE_INFINITY;
        for (double sum : sums) {
            most = Math.max(most, sum);
        }
        if (most == Double.NEGATIVE_INFINITY) {
            return most;
        }
        double total = 0;
        for (double sum : sums) {
            if (sum - most > NEGLIGIBLE) {
                total += StrictMath.exp(sum - most);
            }
        }
        return most + StrictMath.log(total);
    }
}
