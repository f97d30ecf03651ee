package dev.keelson.control;

import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.stats.AsymptoticConfidenceSequence;
import dev.keelson.stats.GammaExponentialMixture;
import dev.keelson.stats.NormalMixture;
import java.util.ArrayList;
import java.util.List;

/**
 * How the evidence for and against a candidate grew, settlement epoch by settlement epoch. Every number may be read at every
 * epoch: the bounds hold at all of them at once. Immutable.
 *
 * <p>Evidence is that of {@link PromotionGate} for a change: a one-sided normal mixture with the variance so far, from
 * {@link PromotionGate#BURN_IN} epochs on, and a distribution-free gamma-exponential mixture beside it. Harm is the same with
 * the roles of the two versions swapped.
 *
 * @param metric the loss
 * @param points one for each epoch, oldest first
 * @param paired what it is made of
 */
public record GainPath(Metric metric, List<Point> points, PairedEpochs paired) {
    /** Level of bounds and of evidence as told. */
    public static final double ALPHA = 0.05;

    /** Of gains that are all the same: far below what matters, and no division by nothing. */
    private static final double LEAST_VARIANCE = 1e-12;

    public GainPath {
        points = List.copyOf(points);
    }

    /**
     * After one epoch.
     *
     * @param epoch from 1
     * @param gain of this epoch: mean loss of the baseline minus that of the candidate
     * @param mean mean gain so far
     * @param lower one-sided bound of it at {@link #ALPHA}; NaN before the burn-in ends
     * @param upper the same from above
     * @param logBetter evidence that the candidate is better, natural logarithm; NaN before the burn-in ends
     * @param logWorse the same that it is worse
     * @param logBetterFree distribution-free, from the first epoch on
     * @param logWorseFree the same that it is worse
     */
    public record Point(
            int epoch,
            double gain,
            double mean,
            double lower,
            double upper,
            double logBetter,
            double logWorse,
            double logBetterFree,
            double logWorseFree) {}

    /**
     * Evidence that the candidate is worse by more than a margin.
     *
     * @param logE the greater of both kinds, natural logarithm
     * @param needed half of alpha is each kind's
     */
    public record Harm(double logE, double needed) {
        /** Whether it is enough. */
        public boolean shown() {
            return logE >= needed;
        }
    }

    /** The path of what was settled. */
    public static GainPath of(PairedEpochs paired, Metric metric) {
        double range = PromotionGate.range(metric);
        List<Point> points = new ArrayList<>();
        Sums better = new Sums(0, 1);
        Sums worse = new Sums(0, -1);
        for (int i = 0; i < paired.gains().size(); i++) {
            double gain = paired.gains().get(i);
            better.add(gain);
            worse.add(gain);
            int n = i + 1;
            double mean = better.sum / n;
            boolean burnt = n >= PromotionGate.BURN_IN;
            double half = burnt
                    ? AsymptoticConfidenceSequence.oneSidedMargin(
                            n, better.deviation(), ALPHA, AsymptoticConfidenceSequence.rho(60, 2 * ALPHA))
                    : Double.NaN;
            points.add(new Point(
                    n,
                    gain,
                    mean,
                    mean - half,
                    mean + half,
                    burnt ? better.mixture(ALPHA) : Double.NaN,
                    burnt ? worse.mixture(ALPHA) : Double.NaN,
                    better.free(ALPHA, range),
                    worse.free(ALPHA, range)));
        }
        return new GainPath(metric, points, paired);
    }

    /** How many epochs there are. */
    public int epochs() {
        return points.size();
    }

    /** The mean gain; NaN without epochs. */
    public double mean() {
        return points.isEmpty() ? Double.NaN : points.getLast().mean();
    }

    /** One-sided lower bound of the mean gain; NaN before the burn-in ends. */
    public double lower() {
        return points.isEmpty() ? Double.NaN : points.getLast().lower();
    }

    /** One-sided upper bound of the mean gain; NaN before the burn-in ends. */
    public double upper() {
        return points.isEmpty() ? Double.NaN : points.getLast().upper();
    }

    /**
     * Evidence that the candidate is worse.
     *
     * @param margin loss per epoch that is still no harm, at least 0
     * @param alpha chance that it is ever shown though there is none, 0 to 0.5 exclusive
     */
    public Harm harm(double margin, double alpha) {
        Sums worse = new Sums(margin, -1);
        double half = alpha / 2;
        for (double gain : paired.gains()) {
            worse.add(gain);
        }
        double free = worse.free(half, PromotionGate.range(metric));
        return new Harm(
                epochs() >= PromotionGate.BURN_IN ? Math.max(free, worse.mixture(half)) : free, -Math.log(half));
    }

    /** Sums of gains of one sign beyond a margin. */
    private static final class Sums {
        private final double margin;
        private final int sign;
        private int n;
        private double sum;
        private double mean;
        private double squares;
        private double predictable;

        Sums(double margin, int sign) {
            this.margin = margin;
            this.sign = sign;
        }

        void add(double gain) {
            double d = sign * gain - margin;
            double before = n == 0 ? 0 : sum / n;
            predictable += (d - before) * (d - before);
            n++;
            double delta = d - mean;
            mean += delta / n;
            squares += delta * (d - mean);
            sum += d;
        }

        double deviation() {
            return n < 2 ? 0 : Math.sqrt(squares / (n - 1));
        }

        double mixture(double alpha) {
            double variance = Math.max(LEAST_VARIANCE, n < 2 ? 0 : squares / (n - 1));
            return NormalMixture.logOneSided(sum, n * variance, NormalMixture.rhoOneSided(100 * variance, alpha));
        }

        /** Its tuning must not depend on the data, so it plans for a spread of 1 % of the range, as the gate does. */
        double free(double alpha, double range) {
            double planned = 0.01 * range;
            return GammaExponentialMixture.log(
                    sum, predictable, NormalMixture.rhoOneSided(100 * planned * planned, alpha), range);
        }
    }
}
