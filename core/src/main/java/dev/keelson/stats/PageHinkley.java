package dev.keelson.stats;

import org.jspecify.annotations.Nullable;

/**
 * Page-Hinkley test, both ways: watches the mean of a stream by the cumulative sum of how far values exceed (or fall below)
 * their mean so far, which an allowance keeps from growing while nothing changes.
 *
 * <p>With {@code z} the value less the mean, {@code up = max(0, alpha * up + z - delta)} and
 * {@code down = max(0, alpha * down - z - delta)}; a change is found when one of them reaches the threshold. After a change
 * everything starts again. The mean includes the present value, and the value that makes {@link Config#minValues} is the
 * first that can show a change.
 *
 * <p>A threshold of 50 means nothing without the scale of the values. {@link #standardised} therefore judges them in standard
 * deviations around the mean of a reference, which is then known and not estimated from the stream, and
 * {@link Config#forRun} gives the threshold that a wanted mean time between false alarms asks for.
 *
 * <p>Not safe for use by several threads.
 *
 * <p>River counts one value more than it has seen, so there the first change can come one value earlier.
 *
 * <p>Source: Page, E. S. (1954), Continuous inspection schemes, Biometrika 41; Hinkley, D. V. (1971), Biometrika 58; the
 * forgetting factor and the order of steps as in River. Threshold: Siegmund, D. (1985), Sequential Analysis, section 2.6.
 */
public final class PageHinkley {
    /** How far beyond the threshold a sum of normal values lies when it crosses, in standard deviations: 2 * 0.583. */
    private static final double OVERSHOOT = 1.166;

    private final Config config;
    private final boolean known;
    private final double referenceMean;
    private final double referenceDeviation;
    private long seen;
    private long count;
    private double mean;
    private double up;
    private double down;
    private long upSince;
    private long downSince;

    /**
     * How to watch.
     *
     * @param minValues no change is found before so many values, at least 1
     * @param delta allowance at each value, in its unit, at least 0; half of the shift to be found is best
     * @param threshold of the sums, in the same unit, positive
     * @param alpha share of a sum that is kept at each value, above 0 and at most 1
     */
    public record Config(int minValues, double delta, double threshold, double alpha) {
        /** Checks the ranges. */
        public Config {
            if (minValues < 1 || !(delta >= 0) || !(alpha > 0 && alpha <= 1)) {
                throw new IllegalArgumentException(
                        "minValues (%d) must be at least 1, delta (%s) at least 0 and alpha (%s) above 0 and at most 1."
                                .formatted(minValues, delta, alpha));
            }
            Samples.requirePositive(threshold, "The threshold");
        }

        /** River's and scikit-multiflow's values: 30 values, allowance 0.005, threshold 50, 0.9999 kept. */
        public static Config defaults() {
            return new Config(30, 0.005, 50, 0.9999);
        }

        /**
         * For standardised values: finds a shift of the mean quickly and keeps silent otherwise.
         *
         * @param shift what is to be found, in standard deviations, positive
         * @param valuesBetweenFalseAlarms mean number of independent normal values until a false alarm of either side, at
         *     least 10
         */
        public static Config forRun(double shift, double valuesBetweenFalseAlarms) {
            double delta = Samples.requirePositive(shift, "The shift") / 2;
            if (!(valuesBetweenFalseAlarms >= 10 && valuesBetweenFalseAlarms < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("The values between false alarms (%s) must be at least 10 and finite."
                        .formatted(valuesBetweenFalseAlarms));
            }
            double oneSided = 2 * valuesBetweenFalseAlarms;
            double low = 1e-9;
            double high = 1;
            while (run(delta, high) < oneSided) {
                high *= 2;
            }
            double wanted = Roots.increasing(b -> run(delta, b) - oneSided, low, high);
            return new Config(1, delta, Math.max(1e-6, wanted), 1);
        }

        /** Siegmund's approximation of the mean number of values until one side crosses the threshold by chance. */
        private static double run(double delta, double threshold) {
            double b = threshold + OVERSHOOT;
            return (Math.expm1(2 * delta * b) - 2 * delta * b) / (2 * delta * delta);
        }
    }

    /**
     * A change of the mean.
     *
     * @param at number of values seen when it was found
     * @param start number of values before the sum last began to rise: the estimated point of the change
     * @param rose whether the mean rose
     * @param sum the sum that reached the threshold
     */
    public record Change(long at, long start, boolean rose, double sum) {}

    private PageHinkley(Config config, boolean known, double mean, double deviation) {
        this.config = config;
        this.known = known;
        this.referenceMean = mean;
        this.referenceDeviation = deviation;
    }

    /** Judges values as they are, around their mean so far. */
    public static PageHinkley of(Config config) {
        return new PageHinkley(config, false, 0, 1);
    }

    /**
     * Judges values in standard deviations around a known mean.
     *
     * @param config allowance and threshold in standard deviations
     * @param mean of the reference, finite
     * @param deviation standard deviation of the reference, positive
     */
    public static PageHinkley standardised(Config config, double mean, double deviation) {
        if (!Double.isFinite(mean)) {
            throw new IllegalArgumentException("The mean of the reference (%s) must be finite.".formatted(mean));
        }
        return new PageHinkley(config, true, mean, Samples.requirePositive(deviation, "The standard deviation of the reference"));
    }

    /**
     * Takes the next value.
     *
     * @param value finite; {@code NaN} is skipped
     * @return the change that it showed, else null; after a change all starts again
     */
    public @Nullable Change add(double value) {
        if (Double.isNaN(value)) {
            return null;
        }
        if (Double.isInfinite(value)) {
            throw new IllegalArgumentException("The value %d of the stream (%s) must be finite.".formatted(seen + 1, value));
        }
        seen++;
        count++;
        double x = (value - referenceMean) / referenceDeviation;
        mean = known ? 0 : mean + (x - mean) / count;
        up = Math.max(0, config.alpha * up + x - mean - config.delta);
        down = Math.max(0, config.alpha * down - (x - mean) - config.delta);
        upSince = up == 0 ? seen : upSince;
        downSince = down == 0 ? seen : downSince;
        if (count < config.minValues || Math.max(up, down) < config.threshold) {
            return null;
        }
        boolean rose = up >= down;
        Change change = new Change(seen, rose ? upSince : downSince, rose, Math.max(up, down));
        reset();
        return change;
    }

    /** All that it knows beside its settings, for {@link #restore}. */
    public double[] state() {
        return new double[] {seen, count, mean, up, down, upSince, downSince};
    }

    /**
     * Goes on where another of the same settings was.
     *
     * @param state what {@link #state} gave
     * @throws IllegalArgumentException if it is something else
     */
    public PageHinkley restore(double[] state) {
        if (state.length != 7) {
            throw new IllegalArgumentException("The state of %d numbers is none of Page-Hinkley.".formatted(state.length));
        }
        seen = (long) state[0];
        count = (long) state[1];
        mean = state[2];
        up = state[3];
        down = state[4];
        upSince = (long) state[5];
        downSince = (long) state[6];
        return this;
    }

    private void reset() {
        count = 0;
        mean = 0;
        up = 0;
        down = 0;
        upSince = seen;
        downSince = seen;
    }
}
