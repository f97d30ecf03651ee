package dev.keelson.learn.tune;

/**
 * Whole numbers from {@code low} to {@code high}, both included.
 *
 * @param low least value, at most 2^53 in magnitude; at least 1 when {@code log}
 * @param high greatest value, {@code low} plus a multiple of {@code step}
 * @param step distance of neighbours, at least 1; 1 when {@code log}
 * @param log whether equal ratios, not differences, are equally likely
 */
public record IntegerDomain(long low, long high, long step, boolean log) implements Domain {
    private static final long EXACT = 1L << 53;

    /** Checks everything; a {@link dev.keelson.error.KeelsonException} names all that is wrong. */
    public IntegerDomain {
        Problems problems = new Problems();
        problems.require(
                low >= -EXACT && high <= EXACT, "The bounds (%d..%d) must lie within 2^53.".formatted(low, high));
        problems.require(low <= high, "The lower bound (%d) must not be above the upper one (%d).".formatted(low, high));
        problems.require(step >= 1, "The step (%d) must be at least 1.".formatted(step));
        problems.require(!log || low >= 1, "The lower bound (%d) of a log range must be at least 1.".formatted(low));
        problems.require(!log || step == 1, "A log range has no step (%d).".formatted(step));
        if (problems.isEmpty() && (high - low) % step != 0) {
            problems.badValue("The upper bound (%d) must be %d plus a multiple of the step (%d), such as %d."
                    .formatted(high, low, step, high - (high - low) % step));
        }
        problems.finish();
    }

    /** Whole numbers, each equally likely. */
    public static IntegerDomain of(long low, long high) {
        return new IntegerDomain(low, high, 1, false);
    }

    @Override
    public boolean contains(Object value) {
        return value instanceof Long whole && whole >= low && whole <= high && (whole - low) % step == 0;
    }

    @Override
    public Object read(Object value) {
        double number = Numbers.read(value, this);
        Object whole = (long) number;
        if ((long) number != number || !contains(whole)) {
            throw Numbers.outside(value, this);
        }
        return whole;
    }

    @Override
    public boolean single() {
        return low == high;
    }

    @Override
    public Object at(double position) {
        return (long) axis().at(position);
    }

    @Override
    public double encode(Object value) {
        return ((Long) value).doubleValue();
    }

    Axis axis() {
        return new Axis(low, high, step, log);
    }

    @Override
    public String text() {
        return low + ".." + high + (step == 1 ? "" : " step " + step) + (log ? " log" : "");
    }
}
