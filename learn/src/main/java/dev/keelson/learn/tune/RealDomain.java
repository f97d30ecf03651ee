package dev.keelson.learn.tune;

import java.math.BigDecimal;

/**
 * Real numbers from {@code low} to {@code high}, both included.
 *
 * @param low least value, finite; positive when {@code log}
 * @param high greatest value, finite, {@code low} plus a multiple of {@code step} when there is one
 * @param step distance of grid points, positive; 0 for every number between the bounds, as for each {@code log} domain
 * @param log whether equal ratios, not differences, are equally likely
 */
public record RealDomain(double low, double high, double step, boolean log) implements Domain {
    /** Grid points may miss the upper bound by this share of a step, for decimal fractions are not exact. */
    private static final double SLACK = 1e-6;

    private static final double MOST_POINTS = 1L << 40;

    /** Checks everything; a {@link dev.keelson.error.KeelsonException} names all that is wrong. */
    public RealDomain {
        Problems problems = new Problems();
        problems.require(
                Double.isFinite(low) && Double.isFinite(high) && Double.isFinite(high - low),
                "The bounds (%s..%s) and their distance must be finite.".formatted(low, high));
        problems.require(!(low > high), "The lower bound (%s) must not be above the upper one (%s).".formatted(low, high));
        problems.require(step >= 0 && Double.isFinite(step), "The step (%s) must be positive.".formatted(step));
        problems.require(!log || low > 0, "The lower bound (%s) of a log range must be positive.".formatted(low));
        problems.require(!log || step == 0, "A log range has no step (%s).".formatted(step));
        if (problems.isEmpty() && step > 0) {
            double points = (high - low) / step;
            problems.require(points <= MOST_POINTS, "The step (%s) is too small for %s..%s.".formatted(step, low, high));
            problems.require(
                    Math.abs(points - Math.rint(points)) <= SLACK,
                    "The upper bound (%s) must be %s plus a multiple of the step (%s), such as %s."
                            .formatted(high, low, step, onGrid(low, step, Math.floor(points))));
        }
        problems.finish();
    }

    /** Every number between two bounds, uniformly. */
    public static RealDomain of(double low, double high) {
        return new RealDomain(low, high, 0, false);
    }

    /** Every number between two positive bounds, uniformly in the logarithm. */
    public static RealDomain log(double low, double high) {
        return new RealDomain(low, high, 0, true);
    }

    /** The grid point as the decimal fraction that a person would write: 0.3, not 0.30000000000000004. */
    private static double onGrid(double low, double step, double index) {
        return BigDecimal.valueOf(step)
                .multiply(BigDecimal.valueOf((long) index))
                .add(BigDecimal.valueOf(low))
                .doubleValue();
    }

    /** The value of this domain nearest to a number between its bounds. */
    double nearest(double value) {
        return step == 0 ? value : Math.min(onGrid(low, step, Math.rint((value - low) / step)), high);
    }

    @Override
    public boolean contains(Object value) {
        return value instanceof Double number && number >= low && number <= high && nearest(number) == number;
    }

    @Override
    public Object read(Object value) {
        double number = Numbers.read(value, this);
        boolean inside = number >= low && number <= high;
        if (!inside || Math.abs(nearest(number) - number) > SLACK * step) {
            throw Numbers.outside(value, this);
        }
        return nearest(number);
    }

    @Override
    public boolean single() {
        return low == high;
    }

    @Override
    public Object at(double position) {
        return nearest(axis().at(position));
    }

    @Override
    public double encode(Object value) {
        return (Double) value;
    }

    Axis axis() {
        return new Axis(low, high, step, log);
    }

    @Override
    public String text() {
        return low + ".." + high + (step == 0 ? "" : " step " + step) + (log ? " log" : "");
    }
}
