package dev.keelson.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Bias-corrected and accelerated bootstrap interval of a mean or of a ratio of sums, resampling whole clusters.
 *
 * <p>The shares of the bootstrap law that give the ends are {@code Phi(z0 + (z0 + z) / (1 - a (z0 + z)))}; {@code z0}
 * comes from the share of resamples below the estimate (ties half), {@code a} from the jackknife over clusters. If the
 * formula is not defined (all resamples equal, or {@code 1 - a (z0 + z)} not positive) the result says which fallback
 * was taken.
 *
 * <p>Deterministic: the same input and seed give the same interval.
 *
 * <p>Source: Efron, B. (1987), Better bootstrap confidence intervals, Journal of the American Statistical Association
 * 82(397); quantiles by linear interpolation, as {@code scipy.stats.bootstrap(method="BCa")}.
 */
public final class BcaBootstrap {

    /** Enough for the ends of a 95 % interval to be stable in their second digit. */
    public static final int DEFAULT_RESAMPLES = 2_000;

    private BcaBootstrap() {}

    /** How the ends were found. */
    public enum Method {
        /** Bias-corrected and accelerated. */
        BCA,
        /** Plain percentiles, because the correction was not defined. */
        PERCENTILE,
        /** The estimate itself, because every resample gave it (one cluster, or no variation). */
        POINT,
        /** Student's t around the estimate with the standard error of the jackknife over clusters. */
        JACKKNIFE
    }

    /** Several figures of the same clustered rows, whatever their formula. */
    public interface Figures {

        /** How many figures there are. */
        int count();

        /**
         * The figures of a sample of clusters.
         *
         * @param times how often each cluster is in the sample; not all 0
         * @param to where they are put, {@code NaN} where one is not defined
         */
        void of(int[] times, double[] to);
    }

    /**
     * An interval and how it was found.
     *
     * @param interval the interval
     * @param method how its ends were found
     */
    public record Result(Interval interval, Method method) {}

    /**
     * Intervals of several figures from the same resamples.
     *
     * <p>A resample in which a figure is not defined does not count for it. The interval is absent when the figure is not
     * defined for all rows, for more than a tenth of the resamples, or when there is one cluster.
     *
     * @param figures of the rows
     * @param clusters number of clusters, at least 1
     * @param resamples number of bootstrap samples, at least 100
     * @param confidence coverage, e.g. 0.95
     * @param seed seed of the resampling
     * @return in the order of the figures
     */
    public static List<Optional<Result>> figures(
            Figures figures, int clusters, int resamples, double confidence, long seed) {
        check(clusters, resamples, confidence);
        int count = figures.count();
        double[] estimates = whole(figures, clusters);
        double[][] draws = new double[count][resamples];
        SplittableRandom random = new SplittableRandom(seed);
        int[] times = new int[clusters];
        double[] drawn = new double[count];
        for (int b = 0; b < resamples && clusters > 1; b++) {
            Arrays.fill(times, 0);
            for (int g = 0; g < clusters; g++) {
                times[random.nextInt(clusters)]++;
            }
            figures.of(times, drawn);
            for (int f = 0; f < count; f++) {
                draws[f][b] = drawn[f];
            }
        }
        double[][] left = clusters > 1 ? leftOut(figures, clusters) : new double[count][0];
        List<Optional<Result>> results = new ArrayList<>(count);
        for (int f = 0; f < count; f++) {
            double[] defined = Samples.present(draws[f]);
            if (clusters == 1 || Double.isNaN(estimates[f]) || defined.length < 0.9 * resamples) {
                results.add(Optional.empty());
            } else {
                Arrays.sort(defined);
                results.add(Optional.of(interval(defined, estimates[f], Samples.present(left[f]), confidence)));
            }
        }
        return results;
    }

    /**
     * Intervals by the jackknife over clusters, where resampling would take too long: estimate and Student's t (clusters
     * less one degrees of freedom) times the standard error.
     *
     * @param figures of the rows
     * @param clusters number of clusters, at least 1
     * @param confidence coverage, e.g. 0.95
     * @return in the order of the figures; absent where a figure is not defined, with any cluster left out included
     */
    public static List<Optional<Result>> jackknife(Figures figures, int clusters, double confidence) {
        check(clusters, 100, confidence);
        double[] estimates = whole(figures, clusters);
        double[][] left = clusters > 1 ? leftOut(figures, clusters) : new double[figures.count()][0];
        List<Optional<Result>> results = new ArrayList<>(figures.count());
        for (int f = 0; f < figures.count(); f++) {
            if (clusters == 1 || Double.isNaN(estimates[f]) || Samples.present(left[f]).length < clusters) {
                results.add(Optional.empty());
                continue;
            }
            double mean = sum(left[f]) / clusters;
            double squares = 0;
            for (double value : left[f]) {
                squares += (value - mean) * (value - mean);
            }
            double error = Math.sqrt((clusters - 1.0) / clusters * squares);
            double half = TDistribution.of(clusters - 1).inverseSurvivalProbability((1 - confidence) / 2) * error;
            results.add(Optional.of(new Result(
                    new Interval(estimates[f] - half, estimates[f], estimates[f] + half, confidence),
                    Method.JACKKNIFE)));
        }
        return results;
    }

    /** The figures of all rows. */
    public static double[] whole(Figures figures, int clusters) {
        int[] once = new int[clusters];
        Arrays.fill(once, 1);
        double[] estimates = new double[figures.count()];
        figures.of(once, estimates);
        return estimates;
    }

    private static double[][] leftOut(Figures figures, int clusters) {
        int[] times = new int[clusters];
        Arrays.fill(times, 1);
        double[] without = new double[figures.count()];
        double[][] left = new double[figures.count()][clusters];
        for (int g = 0; g < clusters; g++) {
            times[g] = 0;
            figures.of(times, without);
            for (int f = 0; f < without.length; f++) {
                left[f][g] = without[f];
            }
            times[g] = 1;
        }
        return left;
    }

    private static void check(int clusters, int resamples, double confidence) {
        Samples.requireOpenShare(confidence, "confidence");
        if (clusters < 1 || resamples < 100) {
            throw new IllegalArgumentException(
                    "There are %d clusters and %d resamples; at least 1 and 100 are needed.".formatted(clusters, resamples));
        }
    }

    /**
     * Interval of the mean of rows.
     *
     * @param values finite, at least one
     * @param cluster identity of each row's cluster
     * @param resamples number of bootstrap samples, at least 100
     * @param confidence coverage, e.g. 0.95
     * @param seed seed of the resampling
     */
    public static Result mean(double[] values, int[] cluster, int resamples, double confidence, long seed) {
        double[] ones = new double[values.length];
        Arrays.fill(ones, 1);
        return ratio(values, ones, cluster, resamples, confidence, seed);
    }

    /**
     * Interval of {@code sum(numerator) / sum(denominator)}, for instance of profit per unit staked.
     *
     * @param numerator finite, at least one
     * @param denominator finite, not negative, positive in sum; same length
     * @param cluster identity of each row's cluster; rows of clusters whose denominators are all 0 must have numerators
     *     0 and are left out
     * @param resamples number of bootstrap samples, at least 100
     * @param confidence coverage, e.g. 0.95
     * @param seed seed of the resampling
     */
    public static Result ratio(
            double[] numerator, double[] denominator, int[] cluster, int resamples, double confidence, long seed) {
        Samples.requireOpenShare(confidence, "confidence");
        if (resamples < 100) {
            throw new IllegalArgumentException(
                    "The number of resamples (%d) must be at least 100.".formatted(resamples));
        }
        if (numerator.length == 0 || numerator.length != denominator.length || numerator.length != cluster.length) {
            throw new IllegalArgumentException(
                    "There are %d numerators, %d denominators and %d cluster ids; expected as many of each, 1 or more."
                            .formatted(numerator.length, denominator.length, cluster.length));
        }
        int[] index = Clusters.index(cluster);
        int all = Arrays.stream(index).max().getAsInt() + 1;
        double[] top = new double[all];
        double[] bottom = new double[all];
        for (int i = 0; i < index.length; i++) {
            if (!Double.isFinite(numerator[i]) || !(denominator[i] >= 0 && denominator[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "Row %d has numerator %s and denominator %s; both must be finite, the denominator not negative."
                                .formatted(i, numerator[i], denominator[i]));
            }
            top[index[i]] += numerator[i];
            bottom[index[i]] += denominator[i];
        }
        int clusters = 0;
        for (int g = 0; g < all; g++) {
            if (bottom[g] > 0) {
                top[clusters] = top[g];
                bottom[clusters] = bottom[g];
                clusters++;
            } else if (top[g] != 0) {
                throw new IllegalArgumentException(
                        "A cluster has a denominator of 0 and a numerator of %s; its ratio is not defined."
                                .formatted(top[g]));
            }
        }
        if (clusters == 0) {
            throw new IllegalArgumentException("All denominators are 0, so the ratio is not defined.");
        }
        return interval(Arrays.copyOf(top, clusters), Arrays.copyOf(bottom, clusters), resamples, confidence, seed);
    }

    private static Result interval(double[] top, double[] bottom, int resamples, double confidence, long seed) {
        int clusters = top.length;
        double sumTop = sum(top);
        double sumBottom = sum(bottom);
        double estimate = sumTop / sumBottom;
        SplittableRandom random = new SplittableRandom(seed);
        double[] draws = new double[resamples];
        for (int b = 0; b < resamples; b++) {
            double drawnTop = 0;
            double drawnBottom = 0;
            for (int g = 0; g < clusters; g++) {
                int drawn = random.nextInt(clusters);
                drawnTop += top[drawn];
                drawnBottom += bottom[drawn];
            }
            draws[b] = drawnTop / drawnBottom;
        }
        Arrays.sort(draws);
        if (clusters == 1) {
            return new Result(new Interval(estimate, estimate, estimate, confidence), Method.POINT);
        }
        return interval(draws, estimate, leftOut(top, bottom, sumTop, sumBottom), confidence);
    }

    /**
     * The interval of a figure whose resamples are known.
     *
     * @param draws the figure of each resample, ascending
     * @param left the figure without each cluster
     */
    static Result interval(double[] draws, double estimate, double[] left, double confidence) {
        int resamples = draws.length;
        if (draws[0] == draws[resamples - 1]) {
            return new Result(new Interval(estimate, estimate, estimate, confidence), Method.POINT);
        }
        double below = 0;
        for (double draw : draws) {
            below += draw < estimate ? 1 : draw == estimate ? 0.5 : 0;
        }
        double tail = (1 - confidence) / 2;
        double bias = Normal.quantile(below / resamples);
        double acceleration = acceleration(left);
        double low = corrected(bias, acceleration, Normal.quantile(tail));
        double high = corrected(bias, acceleration, -Normal.quantile(tail));
        Method method = Method.BCA;
        if (!(low >= 0 && high <= 1 && low < high)) {
            low = tail;
            high = 1 - tail;
            method = Method.PERCENTILE;
        }
        double lower = Samples.quantile(draws, low);
        double upper = Samples.quantile(draws, high);
        return new Result(new Interval(lower, estimate, upper, confidence), method);
    }

    /** Corrected share of the bootstrap law; NaN where it is not defined. */
    private static double corrected(double bias, double acceleration, double z) {
        double shift = bias + z;
        double shrink = 1 - acceleration * shift;
        return shrink > 1e-9 ? Normal.cdf(bias + shift / shrink) : Double.NaN;
    }

    private static double[] leftOut(double[] top, double[] bottom, double sumTop, double sumBottom) {
        double[] left = new double[top.length];
        for (int g = 0; g < left.length; g++) {
            left[g] = (sumTop - top[g]) / (sumBottom - bottom[g]);
        }
        return left;
    }

    private static double acceleration(double[] left) {
        double mean = 0;
        for (double value : left) {
            mean += value / left.length;
        }
        double squares = 0;
        double cubes = 0;
        for (double value : left) {
            double u = mean - value;
            squares += u * u;
            cubes += u * u * u;
        }
        return squares > 0 ? cubes / (6 * Math.pow(squares, 1.5)) : 0;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
