package dev.keelson.learn.calibration;

/**
 * A pair of probabilities of which one is calibrated: with the new row's outcome taken as 0 and as 1.
 *
 * @param lower 0 to {@code upper}
 * @param upper at most 1
 */
public record ProbabilityRange(double lower, double upper) {

    /** Checks order and range. */
    public ProbabilityRange {
        if (!(lower >= 0 && lower <= upper && upper <= 1)) {
            throw new IllegalArgumentException(
                    "The range (%s to %s) must lie between 0 and 1, in order.".formatted(lower, upper));
        }
    }

    /** One probability instead of two, the one of least worst log loss: {@code upper / (1 - lower + upper)}. */
    public double merged() {
        return upper / (1 - lower + upper);
    }

    /** Distance between the two. */
    public double width() {
        return upper - lower;
    }
}
