package dev.keelson.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.numbers.gamma.LogBeta;
import org.apache.commons.numbers.gamma.LogGamma;
import org.jspecify.annotations.Nullable;

/**
 * Watches the shares of a categorical outcome (home win, draw, away win) for a change at an unknown time, with a look
 * after every epoch and a stated rate of false alarms.
 *
 * <p>The statistic is an e-detector of the Shiryaev-Roberts kind: for every epoch s seen so far, the likelihood ratio
 * of the outcomes since s under "shifted from s on" against "nothing shifted", summed over s (where epochs are small,
 * only over epochs {@code startSpacing} outcomes apart). Without a shift it grows by at most 1 an epoch in expectation,
 * so reaching {@code 1 / alpha} takes at least {@code 1 / alpha} epochs on average, and happens within T epochs with
 * probability at most {@code T * alpha}.
 *
 * <p><b>Uncertainty of the reference.</b> The reference shares are themselves estimated from counts. "Nothing shifted"
 * is therefore not one set of shares but the Dirichlet posterior predictive law given the reference (prior 1/2 per
 * class) <em>and</em> all outcomes so far. A small reference makes that law wide and the evidence small. The guarantee
 * above holds on average over shares drawn from that posterior, not for every set of shares separately.
 *
 * <p>"Shifted" is a Dirichlet mixture around the shares believed just before s, with standard deviation
 * {@code shiftScale} per share. One such statistic looks at all classes together and one at each class against the rest
 * (Beta mixture); the detector is their average, which keeps the guarantee. Start points beyond {@code maxStarts} are
 * dropped least likely first; dropping terms of a sum of non-negative ones keeps it too.
 *
 * <p>A shift is suspected, but "not enough evidence" is said, when the average over start points exceeds
 * {@code suspicion} and some class's share since the likeliest start differs from the reference by {@code materialShift}
 * or more. The number of outcomes missing extrapolates the same likelihood ratio, with future outcomes at the shares
 * believed since that start (shrunk towards the shares before, because the likeliest start exaggerates).
 *
 * <p>No sign of a shift is no evidence of stability. "Stable" is an equivalence: for every class the interval of its
 * change, the share in all outcomes seen minus the share in the reference, lies within {@code tolerance}. The interval
 * joins the Wilson interval of the reference and the confidence sequence of all outcomes (Newcombe's square-and-add).
 * Until then "not enough evidence" is said, with the outcomes missing if those to come have the shares of the reference.
 *
 * <p>Not thread-safe. Feeding the same counts in the same order gives the same result, so a detector needs no stored
 * state.
 *
 * <p>Source: Shin, J., Ramdas, A. and Rinaldo, A. (2022), E-detectors: a nonparametric framework for sequential change
 * detection (arXiv 2203.03532); Waudby-Smith, I. and Ramdas, A. (2020), Confidence sequences for sampling without
 * replacement, for the prior-posterior ratio; Newcombe, R. G. (1998), Interval estimation for the difference between
 * independent proportions, Statistics in Medicine 17, 873-890.
 */
public final class LabelShiftDetector {

    private static final double PRIOR = 0.5;
    private static final long MAX_MISSING = 1L << 32;
    /** So many factors are multiplied. */
    private static final int FEW = 8;

    private static final double STIRLING_FROM = 16;

    private final LabelShiftConfig config;
    private final long[] reference;
    private final long referenceTotal;
    private final int classes;
    private final int statistics;

    /** Dirichlet parameters of "nothing shifted": prior, reference and everything seen. */
    private final double[] believed;

    private final List<Start> starts = new ArrayList<>();
    /** All outcomes; null before the first. */
    private @Nullable Start whole;

    private int epochs;
    private int startsMade; // dropped ones included
    private long outcomesSinceNewestStart;
    private long outcomes;
    private int alarmEpoch = -1;

    /** Evidence per statistic at the last epoch: all classes first, then each class. */
    private final double[] logEvidence;

    private double logTotal = Double.NEGATIVE_INFINITY;

    /**
     * A detector that has seen nothing yet.
     *
     * @param reference counts per class, at least 2 classes, each count at least 0, sum positive
     * @param config settings
     */
    public LabelShiftDetector(long[] reference, LabelShiftConfig config) {
        if (reference.length < 2) {
            throw new IllegalArgumentException(
                    "There are %d classes, at least 2 are needed.".formatted(reference.length));
        }
        this.config = config;
        this.reference = reference.clone();
        this.referenceTotal = Samples.total(reference, "reference");
        this.classes = reference.length;
        // With two classes each class against the rest is the whole: one statistic says it all.
        this.statistics = classes == 2 ? 1 : classes + 1;
        this.believed = new double[classes];
        for (int c = 0; c < classes; c++) {
            believed[c] = reference[c] + PRIOR;
        }
        this.logEvidence = new double[statistics];
        Arrays.fill(logEvidence, Double.NEGATIVE_INFINITY);
    }

    /**
     * Feeds all epochs at once.
     *
     * @param reference counts per class
     * @param epochs counts per class of each epoch, in order of time
     * @param config settings
     * @return the result after the last epoch
     */
    public static LabelShift detect(long[] reference, long[][] epochs, LabelShiftConfig config) {
        LabelShiftDetector detector = new LabelShiftDetector(reference, config);
        for (long[] epoch : epochs) {
            detector.add(epoch);
        }
        return detector.result();
    }

    /**
     * Feeds the outcomes of one epoch (a match day, a week). An epoch without outcomes counts as a look but changes
     * nothing.
     *
     * @param counts outcomes per class, same order as the reference, each at least 0
     */
    public void add(long[] counts) {
        if (counts.length != classes) {
            throw new IllegalArgumentException(
                    "There are counts of %d classes, %d are expected.".formatted(counts.length, classes));
        }
        long n = 0;
        for (int c = 0; c < classes; c++) {
            if (counts[c] < 0) {
                throw new IllegalArgumentException(
                        "The count of class %d (%d) must not be negative.".formatted(c, counts[c]));
            }
            n += counts[c];
        }
        epochs++;
        if (n == 0) {
            return;
        }
        if (startsMade == 0 || outcomesSinceNewestStart >= config.startSpacing()) {
            if (starts.size() == config.maxStarts()) {
                dropLeastLikely();
            }
            starts.add(new Start(epochs - 1));
            startsMade++;
            outcomesSinceNewestStart = 0;
        }
        outcomesSinceNewestStart += n;
        if (whole == null) {
            whole = new Start(epochs - 1);
        }
        double[] nothing = logNothingShifted(counts, n);
        whole.add(counts, n, nothing);
        for (Start start : starts) {
            start.add(counts, n, nothing);
        }
        outcomes += n;
        for (int c = 0; c < classes; c++) {
            believed[c] += counts[c];
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (Start start : starts) {
            for (double log : start.log) {
                largest = Math.max(largest, log);
            }
        }
        double total = 0;
        for (int i = 0; i < statistics; i++) {
            double sum = 0;
            for (Start start : starts) {
                sum += Math.exp(start.log[i] - largest);
            }
            logEvidence[i] = largest + Math.log(sum);
            total += sum;
        }
        logTotal = largest + Math.log(total / statistics);
        if (alarmEpoch < 0 && logTotal >= logThreshold()) {
            alarmEpoch = epochs - 1;
        }
    }

    /** What is known after the epochs fed so far. */
    public LabelShift result() {
        Start best = mostLikely();
        boolean named = best != null && (alarmEpoch >= 0 || suspected(best));
        Start shown = named ? best : whole;
        List<LabelShift.ClassShare> shares = new ArrayList<>(classes);
        for (int c = 0; c < classes; c++) {
            Interval since = shown == null ? null : shown.interval(c);
            // Both classes of a two-class outcome share the one statistic.
            double evidence = statistics == 1 ? logEvidence[0] : logEvidence[c + 1];
            shares.add(new LabelShift.ClassShare(before(c), since, evidence));
        }
        return new LabelShift(
                verdict(best, named),
                epochs,
                outcomes,
                logTotal,
                logThreshold(),
                named && best != null ? best.epoch : null,
                shown == null ? 0 : shown.total,
                shares);
    }

    private Interval before(int c) {
        return Proportion.wilson(reference[c], referenceTotal, config.confidence());
    }

    private double logThreshold() {
        return -Math.log(config.alpha());
    }

    private LabelShift.Verdict verdict(@Nullable Start best, boolean named) {
        if (alarmEpoch >= 0) {
            return new LabelShift.Verdict.Shifted(alarmEpoch);
        }
        if (best == null || whole == null) {
            return new LabelShift.Verdict.NotEnoughEvidence(null);
        }
        if (named) {
            return new LabelShift.Verdict.NotEnoughEvidence(missing(best));
        }
        long more = missingToBeStable(whole);
        if (more > 0) {
            return new LabelShift.Verdict.NotEnoughEvidence(more > MAX_MISSING ? null : more);
        }
        return new LabelShift.Verdict.Stable();
    }

    /** Whether there are signs of a shift that matters since that start, in enough outcomes to judge. */
    private boolean suspected(Start best) {
        if (outcomes < config.minOutcomes() || logTotal - Math.log(startsMade) < Math.log(config.suspicion())) {
            return false;
        }
        double largest = 0;
        for (int c = 0; c < classes; c++) {
            double share = (double) best.counts[c] / best.total;
            largest = Math.max(largest, Math.abs(share - (double) reference[c] / referenceTotal));
        }
        return largest >= config.materialShift();
    }

    /**
     * Outcomes still needed until the change of every share is shown to be within the tolerance, if those to come have
     * the shares of the reference: 0 when it is shown already, above {@link #MAX_MISSING} when no number would do.
     */
    private long missingToBeStable(Start all) {
        long enough = Math.max(0, config.minOutcomes() - outcomes);
        for (int c = 0; c < classes; c++) {
            while (enough <= MAX_MISSING && !within(all, c, enough)) {
                enough = Math.max(1, enough * 2);
            }
        }
        if (enough <= 1 || enough > MAX_MISSING) {
            return enough;
        }
        long few = Math.max(enough / 2, config.minOutcomes() - outcomes - 1);
        while (enough - few > 1) {
            long middle = few + (enough - few) / 2;
            boolean every = true;
            for (int c = 0; c < classes && every; c++) {
                every = within(all, c, middle);
            }
            if (every) {
                enough = middle;
            } else {
                few = middle;
            }
        }
        return enough;
    }

    /** Whether the interval of the change of a share would lie within the tolerance after {@code more} outcomes. */
    private boolean within(Start all, int c, long more) {
        Interval before = before(c);
        Interval since = all.intervalAfter(c, more, before.estimate());
        double change = since.estimate() - before.estimate();
        double lower = change - Math.hypot(since.estimate() - since.lower(), before.upper() - before.estimate());
        double upper = change + Math.hypot(since.upper() - since.estimate(), before.estimate() - before.lower());
        return lower > -config.tolerance() && upper < config.tolerance();
    }

    /**
     * Outcomes still needed if the likeliest start is right and the shares stay as believed since; null if no number
     * would do.
     */
    private @Nullable Long missing(Start best) {
        // The start's neighbours contribute to the total too; their part is taken to stay in proportion.
        double needed = best.logMean() + logThreshold() - logTotal;
        long enough = 1;
        while (best.logMeanAfter(enough) < needed) {
            enough *= 2;
            if (enough > MAX_MISSING) {
                return null;
            }
        }
        long few = enough / 2;
        while (enough - few > 1) {
            long middle = few + (enough - few) / 2;
            if (best.logMeanAfter(middle) >= needed) {
                enough = middle;
            } else {
                few = middle;
            }
        }
        return enough;
    }

    private @Nullable Start mostLikely() {
        Start best = null;
        double log = Double.NEGATIVE_INFINITY;
        for (Start start : starts) {
            double candidate = start.logMean();
            if (candidate > log) {
                best = start;
                log = candidate;
            }
        }
        return best;
    }

    private void dropLeastLikely() {
        int least = 0;
        double log = Double.POSITIVE_INFINITY;
        for (int i = 0; i < starts.size(); i++) {
            double candidate = starts.get(i).logMean();
            if (candidate < log) {
                least = i;
                log = candidate;
            }
        }
        starts.remove(least);
    }

    /** log probability of an epoch (in the order it came, which cancels) if nothing shifted, per statistic. */
    private double[] logNothingShifted(long[] counts, long n) {
        double[] log = new double[statistics];
        double total = sum(believed);
        double all = logRising(total, n);
        for (int c = 0; c < classes; c++) {
            double own = logRising(believed[c], counts[c]);
            log[0] += own;
            if (statistics > 1) {
                log[c + 1] = own + logRising(total - believed[c], n - counts[c]) - all;
            }
        }
        log[0] -= all;
        return log;
    }

    /** log of {@code a (a + 1) ... (a + n - 1)}, {@code a} above 0. */
    static double logRising(double a, long n) {
        double product = 1;
        long i = 0;
        while (i < n && (n <= FEW || a + i < STIRLING_FROM)) {
            product *= a + i;
            i++;
        }
        double from = a + i;
        double to = a + n;
        return i == n
                ? Math.log(product)
                : Math.log(product)
                        + (from - 0.5) * Math.log1p((n - i) / from)
                        + (n - i) * (Math.log(to) - 1)
                        + stirlingRest(to)
                        - stirlingRest(from);
    }

    /** What Stirling's formula lacks of log gamma, to 1e-15 from {@link #STIRLING_FROM} on (Abramowitz and Stegun 6.1.41). */
    private static double stirlingRest(double x) {
        double x2 = x * x;
        return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / x2) / x2) / x2) / x2) / x;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    /** "Shifted from this epoch on". */
    private final class Start {

        private final int epoch;
        private final double[] believedBefore;
        /** Mixture around the shares believed before: concentration for all classes, then for each class. */
        private final double[] concentration = new double[statistics];

        private final long[] counts = new long[classes];
        private long total;
        private final double[] log = new double[statistics];

        Start(int epoch) {
            this.epoch = epoch;
            this.believedBefore = believed.clone();
            double all = sum(believedBefore);
            double scale2 = config.shiftScale() * config.shiftScale();
            double spread = 0;
            for (int c = 0; c < classes; c++) {
                double variance = believedBefore[c] / all * (1 - believedBefore[c] / all);
                spread += variance;
                if (statistics > 1) {
                    concentration[c + 1] = Math.max(1, variance / scale2 - 1);
                }
            }
            concentration[0] = Math.max(1, spread / classes / scale2 - 1);
        }

        private double share(int c) {
            return believedBefore[c] / sum(believedBefore);
        }

        void add(long[] epochCounts, long n, double[] nothing) {
            double all = sum(believedBefore);
            double joint = -logRising(concentration[0] + total, n);
            for (int c = 0; c < classes; c++) {
                double share = believedBefore[c] / all;
                joint += logRising(concentration[0] * share + counts[c], epochCounts[c]);
                if (statistics > 1) {
                    double k = concentration[c + 1];
                    log[c + 1] += logRising(k * share + counts[c], epochCounts[c])
                            + logRising(k * (1 - share) + total - counts[c], n - epochCounts[c])
                            - logRising(k + total, n)
                            - nothing[c + 1];
                }
            }
            log[0] += joint - nothing[0];
            for (int c = 0; c < classes; c++) {
                counts[c] += epochCounts[c];
            }
            total += n;
        }

        /** log of the mean of this start's likelihood ratios over the statistics. */
        double logMean() {
            return logMean(log);
        }

        private double logMean(double[] logs) {
            double largest = Double.NEGATIVE_INFINITY;
            for (double value : logs) {
                largest = Math.max(largest, value);
            }
            double sum = 0;
            for (double value : logs) {
                sum += Math.exp(value - largest);
            }
            return largest + Math.log(sum / logs.length);
        }

        /** The same after {@code more} further outcomes in proportion to the shares believed since this start. */
        double logMeanAfter(long more) {
            double all = sum(believedBefore);
            double weight = concentration[0] + total;
            double[] future = new double[classes];
            for (int c = 0; c < classes; c++) {
                future[c] = more * (concentration[0] * share(c) + counts[c]) / weight;
            }
            double[] logs = new double[statistics];
            for (int c = 0; c < classes; c++) {
                double share = share(c);
                double own = counts[c] + future[c];
                logs[0] += rising(concentration[0] * share, own) - rising(believedBefore[c], own);
                if (statistics > 1) {
                    double k = concentration[c + 1];
                    double rest = total + more - own;
                    logs[c + 1] = rising(k * share, own)
                            + rising(k * (1 - share), rest)
                            - rising(k, own + rest)
                            - rising(believedBefore[c], own)
                            - rising(all - believedBefore[c], rest)
                            + rising(all, own + rest);
                }
            }
            double ever = (double) total + more;
            logs[0] += rising(all, ever) - rising(concentration[0], ever);
            return logMean(logs);
        }

        private static double rising(double a, double x) {
            return LogGamma.value(a + x) - LogGamma.value(a);
        }

        /**
         * Confidence sequence: shares whose likelihood is not {@code 1 / (1 - confidence)} times below the Beta
         * mixture's.
         */
        Interval interval(int c) {
            return intervalAfter(c, 0, 0);
        }

        /** The same after {@code more} further outcomes of which {@code future} are of the class. */
        Interval intervalAfter(int c, long more, double future) {
            double share = share(c);
            double k = statistics > 1 ? concentration[c + 1] : concentration[0];
            double a = k * share;
            double b = k * (1 - share);
            double x = counts[c] + more * future;
            double y = total + more - x;
            double mixture = LogBeta.value(a + x, b + y) - LogBeta.value(a, b);
            double limit = mixture + Math.log(1 - config.confidence());
            double estimate = x / (total + more);
            double lower = x == 0 ? 0 : Roots.increasing(q -> logLikelihood(q, x, y) - limit, 0, estimate);
            double upper = y == 0 ? 1 : 1 - Roots.increasing(r -> logLikelihood(1 - r, x, y) - limit, 0, 1 - estimate);
            return new Interval(Math.min(lower, estimate), estimate, Math.max(upper, estimate), config.confidence());
        }

        private static double logLikelihood(double q, double x, double y) {
            return (x == 0 ? 0 : x * Math.log(q)) + (y == 0 ? 0 : y * Math.log1p(-q));
        }
    }
}
