package dev.keelson.control;

import dev.keelson.monitor.DecayMonitorDefinition.Metric;
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

    /** Evidence grows fastest near so many epochs. */
    private static final int TUNED_FOR = 100;

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
        GainEvidence better = evidence(0, 1, ALPHA, range);
        GainEvidence worse = evidence(0, -1, ALPHA, range);
        for (int i = 0; i < paired.gains().size(); i++) {
            double gain = paired.gains().get(i);
            better.add(gain);
            worse.add(gain);
            int n = i + 1;
            double mean = better.mean();
            boolean burnt = n >= PromotionGate.BURN_IN;
            double half = burnt ? better.half() : Double.NaN;
            points.add(new Point(
                    n,
                    gain,
                    mean,
                    mean - half,
                    mean + half,
                    burnt ? better.logE() : Double.NaN,
                    burnt ? worse.logE() : Double.NaN,
                    better.logFree(),
                    worse.logFree()));
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
        double half = alpha / 2;
        GainEvidence worse = evidence(margin, -1, half, PromotionGate.range(metric));
        for (double gain : paired.gains()) {
            worse.add(gain);
        }
        double free = worse.logFree();
        return new Harm(
                epochs() >= PromotionGate.BURN_IN ? Math.max(free, worse.logE()) : free, -Math.log(half));
    }

    private static GainEvidence evidence(double margin, int sign, double alpha, double range) {
        return new GainEvidence(new GainEvidence.Question(margin, sign, alpha, range, TUNED_FOR, 1));
    }
}
