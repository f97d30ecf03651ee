package dev.keelson.learn.calibration;

/**
 * A fitted correction of probabilities. Immutable and safe for use by several threads.
 *
 * <p>It is stored as {@link #parameters}, from which {@link #of} makes the same map again, bit by bit.
 */
public sealed interface CalibrationMap permits IdentityMap, TemperatureMap, OneVsRestMap, VennAbersMap {

    /** Which method it is of. */
    default CalibrationMethod method() {
        return parameters().method();
    }

    /** Number of classes of the vectors that it corrects. */
    int classes();

    /**
     * Corrects one probability vector in place. A vector whose corrected values are all 0 stays as it was.
     *
     * @param p holds the vector from {@code offset} on, {@link #classes} values, each 0 to 1
     */
    default void apply(double[] p, int offset) {
        apply(p, offset, new double[classes()]);
    }

    /**
     * The same without an array of its own.
     *
     * @param work at least {@link #classes} values, whatever they are; overwritten
     */
    void apply(double[] p, int offset, double[] work);

    /** What the map consists of. */
    CalibrationParameters parameters();

    /**
     * The corrected vectors of some rows.
     *
     * @param p probabilities, {@code rows * classes}, row by row; not changed
     * @return same shape
     */
    default double[] applied(double[] p) {
        if (p.length % classes() != 0) {
            throw new IllegalArgumentException(
                    "%d probabilities are not a whole number of rows of %d classes.".formatted(p.length, classes()));
        }
        double[] corrected = p.clone();
        double[] work = new double[classes()];
        for (int at = 0; at < p.length; at += classes()) {
            apply(corrected, at, work);
        }
        return corrected;
    }

    /** The map that changes nothing. */
    static CalibrationMap none(int classes) {
        return new IdentityMap(classes);
    }

    /**
     * The map of one temperature.
     *
     * @param temperature positive and finite; 1 changes nothing but rounding
     */
    static CalibrationMap temperature(double temperature, int classes) {
        return new TemperatureMap(temperature, classes);
    }

    /**
     * The map of stored parameters.
     *
     * @throws IllegalArgumentException if a value is absent, not of the expected length or out of range
     */
    static CalibrationMap of(CalibrationParameters parameters) {
        return switch (parameters.method()) {
            case NONE -> new IdentityMap(parameters.classes());
            case TEMPERATURE -> new TemperatureMap(parameters.single("temperature"), parameters.classes());
            case PLATT, BETA, ISOTONIC -> OneVsRestMap.of(parameters);
            case VENN_ABERS -> VennAbersMap.of(parameters);
        };
    }
}
