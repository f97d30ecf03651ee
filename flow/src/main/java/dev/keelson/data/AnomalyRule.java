package dev.keelson.data;

import dev.keelson.error.Location;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which values of a column are marked as unlikely, with the reason. Marked rows stay; a person reviews them.
 *
 * @param column a column of numbers
 * @param method how a value is judged
 * @param of what is judged: the values, or how each changes from one row of its group to the next
 * @param limit how far a value may lie off, above zero, in the unit of the method
 * @param by columns whose values make the groups; empty for one group
 * @param location where it is declared, or null
 */
public record AnomalyRule(
        String column, Method method, Of of, double limit, List<String> by, @Nullable Location location) {
    public AnomalyRule {
        by = List.copyOf(by);
        if (!(limit > 0) || Double.isInfinite(limit)) {
            throw new IllegalArgumentException("limit (%s) must be finite and above 0.".formatted(limit));
        }
    }

    /** How a value is judged within its group. */
    public enum Method {
        /**
         * Median and median absolute deviation: {@code |x - median| / (1.4826 MAD) > limit}, the robust z-score of
         * Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993.
         */
        MAD(8),
        /** Below {@code Q1 - limit (Q3 - Q1)} or above {@code Q3 + limit (Q3 - Q1)}: the fences of Tukey, 1977. */
        IQR(3),
        /** {@code |x - mean| / std > limit}. */
        ZSCORE(5),
        /**
         * A relative change from the row before of the same group, in order of event time, by more than {@code limit}
         * up, or by more than the same factor down ({@code 0.5} finds +50 % and -33.3 %). The reason tells a value
         * that comes back with the next row from a level that stays.
         */
        JUMP(0.4);

        private final double standard;

        Method(double standard) {
            this.standard = standard;
        }

        /** The limit where none is declared. */
        public double standard() {
            return standard;
        }
    }

    /** What is judged. */
    public enum Of {
        /** The values themselves. */
        VALUE,
        /** {@code x / previous - 1} of the same group, in order of event time. */
        CHANGE
    }

    /** {@code close by ticker: mad of change over 8}. */
    public String text() {
        return column
                + (by.isEmpty() ? "" : " by " + String.join(", ", by))
                + ": "
                + method.name().toLowerCase(Locale.ROOT)
                + (of == Of.CHANGE && method != Method.JUMP ? " of change" : "")
                + " over "
                + CellRule.plain(limit);
    }
}
