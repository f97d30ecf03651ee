package dev.keelson.stats;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Kolmogorov-Smirnov windowing: compares the newest values of a sliding window with as many drawn from its older part.
 *
 * <p>One test is made for each value, with random draws, so tests are many and dependent: expect about
 * {@code alpha} false alarms for every independent window, and prefer {@link Adwin} or {@link PageHinkley} by default. The
 * draws depend on the seed alone, and on where {@link #state} was asked for.
 *
 * <p>Not safe for use by several threads.
 *
 * <p>Source: Raab, C., Heusinger, M. and Schleif, F.-M. (2020), Reactive soft prototype computing for concept drift
 * streams, Neurocomputing 416; as in River a change also needs a distance above 0.1, and the newest values are kept.
 */
public final class Kswin {
    private static final double LEAST_DISTANCE = 0.1;

    private final Config config;
    private SplittableRandom random;
    private final double[] window;
    private int filled;
    private long seen;

    /**
     * How to watch.
     *
     * @param alpha level of each test, strictly between 0 and 1
     * @param windowSize values kept
     * @param newest values that are compared with as many older ones, at least 2; at most half of the window
     * @param seed of the draws
     */
    public record Config(double alpha, int windowSize, int newest, long seed) {
        /** Checks the ranges. */
        public Config {
            Samples.requireOpenShare(alpha, "alpha");
            if (newest < 2 || windowSize < 2 * newest) {
                throw new IllegalArgumentException(
                        "newest (%d) must be at least 2 and windowSize (%d) at least twice as many."
                                .formatted(newest, windowSize));
            }
        }

        /** Level 0.005, the newest 30 of 100 values. */
        public static Config defaults(long seed) {
            return new Config(0.005, 100, 30, seed);
        }
    }

    /**
     * A change of the distribution.
     *
     * @param at number of values seen when it was found
     * @param d distance of the two parts
     * @param pValue of that distance
     */
    public record Change(long at, double d, double pValue) {}

    /** Watches with the given settings. */
    public Kswin(Config config) {
        this.config = config;
        this.random = new SplittableRandom(config.seed);
        this.window = new double[config.windowSize];
    }

    /**
     * Takes the next value.
     *
     * @param value {@code NaN} is skipped
     * @return the change that it showed, else null
     */
    public @Nullable Change add(double value) {
        if (Double.isNaN(value)) {
            return null;
        }
        seen++;
        if (filled == window.length) {
            System.arraycopy(window, 1, window, 0, filled - 1);
            filled--;
        }
        window[filled++] = value;
        if (filled < window.length) {
            return null;
        }
        int older = filled - config.newest;
        double[] recent = new double[config.newest];
        System.arraycopy(window, older, recent, 0, recent.length);
        KolmogorovSmirnov.Result test = KolmogorovSmirnov.test(drawn(older), recent);
        if (test.pValue() > config.alpha || test.d() <= LEAST_DISTANCE) {
            return null;
        }
        System.arraycopy(recent, 0, window, 0, recent.length);
        filled = recent.length;
        return new Change(seen, test.d(), test.pValue());
    }

    /** All that it knows beside its settings, for {@link #restore}. Its draws are seeded anew, so that both go on alike. */
    public double[] state() {
        double[] state = new double[3 + filled];
        state[0] = seen;
        state[1] = random.nextInt();
        state[2] = random.nextInt();
        random = seeded(state);
        System.arraycopy(window, 0, state, 3, filled);
        return state;
    }

    private static SplittableRandom seeded(double[] state) {
        return new SplittableRandom(((long) state[1] << 32) ^ (long) state[2]);
    }

    /**
     * Goes on where another of the same settings was.
     *
     * @param state what {@link #state} gave
     * @throws IllegalArgumentException if it is something else
     */
    public Kswin restore(double[] state) {
        if (state.length < 3 || state.length > 3 + window.length) {
            throw new IllegalArgumentException(
                    "The state of %d numbers is none of a window of %d values.".formatted(state.length, window.length));
        }
        seen = (long) state[0];
        random = seeded(state);
        filled = state.length - 3;
        System.arraycopy(state, 3, window, 0, filled);
        return this;
    }

    /** As many older values as there are newest ones, without replacement. */
    private double[] drawn(int older) {
        double[] pool = new double[older];
        System.arraycopy(window, 0, pool, 0, older);
        double[] drawn = new double[config.newest];
        for (int i = 0; i < drawn.length; i++) {
            int j = i + random.nextInt(older - i);
            drawn[i] = pool[j];
            pool[j] = pool[i];
        }
        return drawn;
    }
}
