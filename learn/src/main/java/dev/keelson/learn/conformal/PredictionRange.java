package dev.keelson.learn.conformal;

/**
 * An interval of a number to be predicted. It may be empty (the lower end above the upper), which quantile predictions
 * that cross, or a negative correction, can bring about; it is then reported, not repaired.
 *
 * @param lower lower end; may be negative infinity; not NaN
 * @param upper upper end; may be positive infinity; not NaN
 */
public record PredictionRange(double lower, double upper) {

    /** Checks that both are numbers. */
    public PredictionRange {
        if (Double.isNaN(lower) || Double.isNaN(upper)) {
            throw new IllegalArgumentException("The ends (%s, %s) must be numbers.".formatted(lower, upper));
        }
    }

    /** Whether a value lies in the closed interval. */
    public boolean contains(double value) {
        return lower <= value && value <= upper;
    }

    /** Whether the ends have crossed, so that it contains nothing. */
    public boolean empty() {
        return lower > upper;
    }

    /** Distance between the ends; 0 when empty. */
    public double width() {
        return empty() ? 0 : upper - lower;
    }
}
