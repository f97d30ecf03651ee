package dev.keelson.stats;

/**
 * Settings of a {@link LabelShiftDetector}.
 *
 * @param alpha false-alarm rate per epoch: while nothing shifts, the mean number of epochs to an alarm is at least
 *     {@code 1 / alpha}, and an alarm within T epochs has probability at most {@code T * alpha}. Default 0.0002 (5,000
 *     epochs). Above 0, below 1
 * @param startSpacing outcomes between two start points. A start is tracked for an epoch only once this many outcomes
 *     came since the last one, so that feeding days instead of weeks does not multiply false alarms. Default 30. At
 *     least 1
 * @param shiftScale standard deviation of the shifts looked for, in share points; the detector is most sensitive to
 *     shifts about this large. Default 0.05. Above 0, at most 0.25
 * @param materialShift smallest change of a share that matters; smaller point estimates are never reported as missing
 *     evidence. Default 0.02. At least 0, below 1
 * @param tolerance largest change of a share that still counts as stable: stable is said only once the intervals of all
 *     changes lie within it. Default 0.05. At least {@code materialShift}, below 1
 * @param minOutcomes outcomes below which nothing is called stable. Default 100. At least 1
 * @param suspicion how many times likelier the outcomes must be under a shift (at an unknown time) than without before
 *     missing evidence is reported. Default 2. At least 1
 * @param confidence coverage of the shares' intervals. Default 0.95
 * @param maxStarts start points tracked at once; beyond it the least likely one is dropped, which costs a little power
 *     and no validity. Default 1,000. At least 2
 */
public record LabelShiftConfig(
        double alpha,
        int startSpacing,
        double shiftScale,
        double materialShift,
        double tolerance,
        int minOutcomes,
        double suspicion,
        double confidence,
        int maxStarts) {

    /** Checks the ranges. */
    public LabelShiftConfig {
        Samples.requireOpenShare(alpha, "alpha");
        Samples.requireOpenShare(confidence, "confidence");
        if (startSpacing < 1) {
            throw new IllegalArgumentException("startSpacing (%d) must be at least 1.".formatted(startSpacing));
        }
        if (!(shiftScale > 0 && shiftScale <= 0.25)) {
            throw new IllegalArgumentException(
                    "shiftScale (%s) must be above 0 and at most 0.25.".formatted(shiftScale));
        }
        if (!(materialShift >= 0 && materialShift < 1)) {
            throw new IllegalArgumentException(
                    "materialShift (%s) must be at least 0 and below 1.".formatted(materialShift));
        }
        if (!(tolerance >= materialShift && tolerance > 0 && tolerance < 1)) {
            throw new IllegalArgumentException(
                    "tolerance (%s) must be above 0, at least materialShift (%s) and below 1."
                            .formatted(tolerance, materialShift));
        }
        if (minOutcomes < 1) {
            throw new IllegalArgumentException("minOutcomes (%d) must be at least 1.".formatted(minOutcomes));
        }
        if (!(suspicion >= 1 && suspicion < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("suspicion (%s) must be at least 1 and finite.".formatted(suspicion));
        }
        if (maxStarts < 2) {
            throw new IllegalArgumentException("maxStarts (%d) must be at least 2.".formatted(maxStarts));
        }
    }

    /** The default of every setting. */
    public static LabelShiftConfig defaults() {
        return new LabelShiftConfig(0.0002, 30, 0.05, 0.02, 0.05, 100, 2, 0.95, 1_000);
    }

    /** The same with another false-alarm rate. */
    public LabelShiftConfig withAlpha(double value) {
        return new LabelShiftConfig(
                value, startSpacing, shiftScale, materialShift, tolerance, minOutcomes, suspicion, confidence, maxStarts);
    }
}
