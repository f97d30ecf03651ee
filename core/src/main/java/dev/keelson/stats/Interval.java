package dev.keelson.stats;

/**
 * An estimate with an interval around it.
 *
 * @param lower lower end; negative infinity when the data bound nothing from below
 * @param estimate point estimate; it may lie outside the interval only where the method that made it says so
 * @param upper upper end, at least {@code lower}
 * @param confidence nominal coverage, strictly between 0 and 1
 */
public record Interval(double lower, double estimate, double upper, double confidence) {

    /** Checks order and confidence. */
    public Interval {
        if (!(lower <= upper)) {
            throw new IllegalArgumentException(
                    "The lower end (%s) must not exceed the upper end (%s).".formatted(lower, upper));
        }
        Samples.requireOpenShare(confidence, "confidence");
    }

    /**
     * How many standard errors of a normal estimate a two-sided interval reaches to each side: 1.96 for 0.95.
     *
     * @param confidence strictly between 0 and 1
     */
    public static double normalQuantile(double confidence) {
        return Normal.twoSided(confidence);
    }

    /** Distance between the ends. */
    public double width() {
        return upper - lower;
    }

    /** Whether {@code value} lies in the closed interval. */
    public boolean contains(double value) {
        return lower <= value && value <= upper;
    }
}
