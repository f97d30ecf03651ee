package dev.keelson.control;

import dev.keelson.stats.AsymptoticConfidenceSequence;
import dev.keelson.stats.GammaExponentialMixture;
import dev.keelson.stats.NormalMixture;

/**
 * Evidence that gains are positive in the mean, in running sums: it may be read after every epoch. The chance that an e-value
 * ever reaches {@code 1 / alpha} though the mean of all gains so far is never positive is at most {@code alpha}.
 *
 * <p>Where what is decided in one epoch shows only so many epochs later, neighbours overlap and are not independent: they are
 * dealt out to as many streams in turn, and the e-values of the streams are averaged.
 *
 * <p>Sources: Howard, Ramdas, McAuliffe and Sekhon (2021) for the mixtures; Waudby-Smith et al. (2024) for the variance from the
 * data; Choe and Ramdas (2023) for streams. Not safe for use by several threads.
 */
public final class GainEvidence {
    /** Epochs from which the evidence for many epochs suffices alone. */
    public static final int STRICT_BELOW = 100;

    /** Of gains that are all the same: far below what matters, and no division by nothing. */
    private static final double LEAST_VARIANCE = 1e-12;
    /** The spread that the distribution-free evidence plans for, of the range: its tuning must not depend on the data. */
    private static final double PLANNED_SPREAD = 0.01;
    /** The bounds of the mean are tightest near so many epochs. */
    private static final int BOUNDS_TUNED_FOR = 60;

    private final Question question;
    private final Sums[] streams;
    private final Sums all;
    private int n;

    /**
     * What is asked of the gains.
     *
     * @param margin a mean gain up to it is none
     * @param sign 1 whether they are above the margin, -1 whether what is lost is
     * @param alpha level for which the evidence is tuned, 0 to 0.5 exclusive
     * @param range width of the range of a gain, positive
     * @param tunedFor epochs near which the evidence grows fastest, positive
     * @param overlapping how many epochs in a row are not independent; 1 when they are
     */
    public record Question(double margin, int sign, double alpha, double range, int tunedFor, int overlapping) {
        public Question {
            if (overlapping < 1 || tunedFor < 1 || !(range > 0)) {
                throw new IllegalArgumentException("overlapping (%d), tunedFor (%d) and range (%s) must be positive."
                        .formatted(overlapping, tunedFor, range));
            }
        }
    }

    /** No gains yet. */
    public GainEvidence(Question question) {
        this.question = question;
        this.all = new Sums();
        this.streams = new Sums[question.overlapping()];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = streams.length == 1 ? all : new Sums();
        }
    }

    /** The gain of the next epoch, finite. */
    public void add(double gain) {
        double d = question.sign() * gain - question.margin();
        if (streams.length > 1) {
            all.add(d);
        }
        streams[n % streams.length].add(d);
        n++;
    }

    /** How many epochs. */
    public int epochs() {
        return n;
    }

    /** Mean gain beyond the margin, 0 without any. */
    public double mean() {
        return n == 0 ? 0 : all.sum / n;
    }

    /** Standard deviation of the gains (divisor n - 1), 0 with fewer than two. */
    public double deviation() {
        return all.deviation();
    }

    /** Epochs of the shortest stream: what a burn-in counts. */
    public int independent() {
        return n / streams.length;
    }

    /** Natural logarithm of the e-value by the normal mixture with the variance so far: for many epochs. */
    public double logE() {
        return average(each -> {
            double variance = each.variance();
            return NormalMixture.logOneSided(each.sum, each.n * variance, rho(variance));
        });
    }

    /** The same of gamma-exponential mixtures: for any number of epochs and any law within the range. */
    public double logFree() {
        double planned = PLANNED_SPREAD * question.range();
        double rho = rho(planned * planned);
        return average(each -> GammaExponentialMixture.log(each.sum, each.predictable, rho, question.range()));
    }

    /** What the logarithm of an e-value must reach. */
    public double needed() {
        return -Math.log(question.alpha());
    }

    /**
     * Whether the gains are shown to be positive: by the evidence for many epochs, and by the distribution-free one as well below
     * {@link #STRICT_BELOW} epochs or where it is asked for. Not to be asked before the burn-in ends.
     */
    public boolean suffices(boolean strict) {
        return logE() >= needed() && (logFree() >= needed() || (!strict && n >= STRICT_BELOW));
    }

    /** Distance from the mean to a one-sided bound of it at the level; that of one stream where epochs overlap. */
    public double half() {
        return half(independent(), deviation(), question.alpha());
    }

    static double half(int n, double deviation, double alpha) {
        return AsymptoticConfidenceSequence.oneSidedMargin(
                n, deviation, alpha, AsymptoticConfidenceSequence.rho(BOUNDS_TUNED_FOR, 2 * alpha));
    }

    private double rho(double variance) {
        return NormalMixture.rhoOneSided(Math.max(1, question.tunedFor() / streams.length) * variance, question.alpha());
    }

    private interface LogOf {
        double of(Sums stream);
    }

    private double average(LogOf evidence) {
        if (streams.length == 1) {
            return evidence.of(all);
        }
        double[] logs = new double[streams.length];
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logs.length; i++) {
            logs[i] = streams[i].n == 0 ? 0 : evidence.of(streams[i]);
            most = Math.max(most, logs[i]);
        }
        double sum = 0;
        for (double log : logs) {
            sum += Math.exp(log - most);
        }
        return most + Math.log(sum / logs.length);
    }

    private static final class Sums {
        private int n;
        private double sum;
        private double mean;
        private double squares;
        private double predictable;

        void add(double d) {
            double before = n == 0 ? 0 : sum / n;
            predictable += (d - before) * (d - before);
            n++;
            double delta = d - mean;
            mean += delta / n;
            squares += delta * (d - mean);
            sum += d;
        }

        double variance() {
            return Math.max(LEAST_VARIANCE, n < 2 ? 0 : squares / (n - 1));
        }

        double deviation() {
            return n < 2 ? 0 : Math.sqrt(squares / (n - 1));
        }
    }
}
