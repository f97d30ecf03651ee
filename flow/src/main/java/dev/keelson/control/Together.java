package dev.keelson.control;

import dev.keelson.stats.EValues;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Several challengers of one champion whose changes share one level: so many are agreed beforehand, those that have not begun count
 * as an e-value of 1.
 *
 * @param challengers how many, at least 1; with 1 each is by itself
 * @param bound what the level bounds
 */
public record Together(int challengers, Bound bound) {
    /** Each by itself. */
    public static final Together ALONE = new Together(1, Bound.ANY);

    /** What the level bounds. */
    public enum Bound {
        /** The chance that any challenger that is no better is promoted, whatever depends on what: closed means of e-values. */
        ANY,
        /** The expected share of those that are no better among all that are shown to be better: e-BH. */
        SHARE
    }

    /**
     * What the others of the family have shown.
     *
     * @param logE natural logarithm of the e-value for many epochs
     * @param logFree that of the distribution-free one
     */
    public record Shown(double logE, double logFree) {}

    public Together {
        if (challengers < 1) {
            throw new IllegalArgumentException("challengers (%d) must be at least 1.".formatted(challengers));
        }
    }

    /** Whether challengers share a level. */
    public boolean several() {
        return challengers > 1;
    }

    /**
     * What a challenger has shown when the others are allowed for, on the scale on which {@code challengers / level} is needed, as it
     * is where the level is divided: never less than its own.
     *
     * @param own natural logarithm of its e-value
     * @param others at most one less than {@link #challengers} count
     */
    double allowing(double own, List<Shown> others, ToDoubleFunction<Shown> log) {
        double[] e = new double[challengers];
        e[0] = Math.exp(own);
        for (int i = 1; i < e.length; i++) {
            e[i] = i <= others.size() ? Math.exp(log.applyAsDouble(others.get(i - 1))) : 1;
        }
        if (e[0] == Double.POSITIVE_INFINITY) {
            return own;
        }
        double[] adjusted =
                switch (bound) {
                    case ANY -> EValues.closedMeans(e);
                    case SHARE -> EValues.benjaminiHochberg(e);
                };
        return Math.max(own, Math.log(adjusted[0]) + Math.log(challengers));
    }
}
