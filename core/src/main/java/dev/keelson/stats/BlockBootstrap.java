package dev.keelson.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Several series of paired differences over the same epochs, judged together: mean difference for each event, with
 * intervals that hold for all series at once and p-values adjusted for their number.
 *
 * <p>Circular blocks of neighbouring epochs are drawn, the same for every series, so that what hangs together in time and
 * between series stays together. The standard error is that of the bootstrap; intervals are {@code estimate +- q * error}, q the
 * 95 % quantile of the greatest of all studentised deviations; p-values are two-sided and step down from the greatest
 * statistic. A series without any variation has the error 0, its interval is its estimate and its p-value 1 when that is 0.
 *
 * <p>Sources: Politis, D. N. and Romano, J. P. (1992), "A circular block-resampling procedure for stationary data"; Romano, J. P.
 * and Wolf, M. (2005), Econometrica 73(4), for the maximum of the statistics and the steps. Stateless.
 */
public final class BlockBootstrap {
    private static final double CONFIDENCE = 0.95;

    private BlockBootstrap() {}

    /**
     * One series.
     *
     * @param interval mean difference for each event, its interval simultaneous over the series
     * @param error standard error
     * @param pValue adjusted, two-sided
     * @param intervalPValue two-sided and adjusted without steps, never below {@code pValue}: at most 0.05 where the interval
     *     leaves out 0
     */
    public record Result(Interval interval, double error, double pValue, double intervalPValue) {}

    /** A block length that suits a number of epochs: its cube root, rounded up. */
    public static int blockLength(int epochs) {
        return Math.max(1, (int) Math.ceil(Math.cbrt(epochs) - 1e-9));
    }

    /**
     * Judges.
     *
     * @param differences by series and epoch: sum over the events of the epoch, finite
     * @param events how many events each epoch has, at least one in all
     * @param block epochs in a block, at least 1
     * @param resamples how often, at least 1
     * @param seed same seed, same numbers
     * @return one for each series, in order
     * @throws IllegalArgumentException if lengths differ or there is no event
     */
    public static List<Result> means(double[][] differences, int[] events, int block, int resamples, long seed) {
        int epochs = events.length;
        long total = Arrays.stream(events).asLongStream().sum();
        if (total <= 0 || block < 1 || resamples < 1) {
            throw new IllegalArgumentException("There are %d events, blocks of %d and %d resamples; each must be at least 1."
                    .formatted(total, block, resamples));
        }
        int n = differences.length;
        double[] estimates = new double[n];
        for (int s = 0; s < n; s++) {
            if (differences[s].length != epochs) {
                throw new IllegalArgumentException("Series %d has %d epochs; %d were expected."
                        .formatted(s, differences[s].length, epochs));
            }
            estimates[s] = Arrays.stream(differences[s]).sum() / total;
        }
        double[][] means = resampled(differences, events, Math.min(block, epochs), resamples, seed);
        double[] errors = new double[n];
        for (int s = 0; s < n; s++) {
            double mean = Arrays.stream(means[s]).average().orElse(0);
            double squares = 0;
            for (double each : means[s]) {
                squares += (each - mean) * (each - mean);
            }
            errors[s] = Math.sqrt(squares / Math.max(1, resamples - 1));
        }
        double[][] deviations = new double[n][resamples];
        for (int s = 0; s < n; s++) {
            for (int b = 0; b < resamples; b++) {
                deviations[s][b] = errors[s] > 0 ? Math.abs(means[s][b] - estimates[s]) / errors[s] : 0;
            }
        }
        double[] statistics = statistics(estimates, errors);
        double[] p = stepDown(statistics, deviations);
        double[] greatest = greatest(deviations, IntStream.range(0, n).toArray(), resamples);
        Arrays.sort(greatest);
        double quantile = greatest[Math.min(resamples - 1, (int) Math.ceil(CONFIDENCE * resamples) - 1)];
        List<Result> results = new ArrayList<>(n);
        for (int s = 0; s < n; s++) {
            double half = quantile * errors[s];
            results.add(new Result(
                    new Interval(estimates[s] - half, estimates[s], estimates[s] + half, CONFIDENCE),
                    errors[s],
                    p[s],
                    beyond(greatest, statistics[s])));
        }
        return results;
    }

    private static double[][] resampled(double[][] differences, int[] events, int block, int resamples, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int epochs = events.length;
        double[][] means = new double[differences.length][resamples];
        int[] drawn = new int[epochs];
        for (int b = 0; b < resamples; b++) {
            long count = 0;
            while (count == 0) { // a resample of epochs without events says nothing
                for (int at = 0; at < epochs; at++) {
                    drawn[at] = at % block == 0 ? random.nextInt(epochs) : (drawn[at - 1] + 1) % epochs;
                    count += events[drawn[at]];
                }
            }
            for (int s = 0; s < differences.length; s++) {
                double sum = 0;
                for (int epoch : drawn) {
                    sum += differences[s][epoch];
                }
                means[s][b] = sum / count;
            }
        }
        return means;
    }

    private static double[] greatest(double[][] deviations, int[] series, int resamples) {
        double[] greatest = new double[resamples];
        for (int s : series) {
            for (int b = 0; b < resamples; b++) {
                greatest[b] = Math.max(greatest[b], deviations[s][b]);
            }
        }
        return greatest;
    }

    private static double[] statistics(double[] estimates, double[] errors) {
        double[] statistics = new double[estimates.length];
        for (int s = 0; s < statistics.length; s++) {
            statistics[s] = errors[s] > 0 ? Math.abs(estimates[s]) / errors[s] : estimates[s] == 0 ? 0 : Double.MAX_VALUE;
        }
        return statistics;
    }

    /** The share of the greatest deviations that reach a statistic. */
    private static double beyond(double[] greatest, double statistic) {
        long beyond = Arrays.stream(greatest).filter(each -> each >= statistic).count();
        return (beyond + 1.0) / (greatest.length + 1.0);
    }

    private static double[] stepDown(double[] statistics, double[][] deviations) {
        int n = statistics.length;
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted((a, b) -> Double.compare(statistics[b], statistics[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] p = new double[n];
        double least = 0;
        for (int i = 0; i < n; i++) {
            int s = order[i];
            double[] greatest = greatest(deviations, Arrays.copyOfRange(order, i, n), deviations[s].length);
            least = Math.max(least, beyond(greatest, statistics[s]));
            p[s] = least;
        }
        return p;
    }
}
