package dev.keelson.monitor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * By which test or distance each column is judged where the policy is {@code METHODS}.
 *
 * @param common of columns not named; null for Kolmogorov-Smirnov, and chi-square of categories
 * @param byColumn of columns by name
 * @param commonThreshold where columns not named drift; NaN for that of their method
 * @param thresholds where columns drift, by name
 */
public record DriftMethods(
        @Nullable DriftMethod common,
        Map<String, DriftMethod> byColumn,
        double commonThreshold,
        Map<String, Double> thresholds) {

    /** Copies the maps. */
    public DriftMethods {
        byColumn = Collections.unmodifiableMap(new LinkedHashMap<>(byColumn));
        thresholds = Collections.unmodifiableMap(new LinkedHashMap<>(thresholds));
    }

    /** The usual test of each kind of column. */
    public static DriftMethods defaults() {
        return new DriftMethods(null, Map.of(), Double.NaN, Map.of());
    }

    /**
     * The method of a column. One that was chosen for all columns but cannot judge this kind gives way to the usual test.
     *
     * @param category whether its values are categories
     */
    public DriftMethod of(String column, boolean category) {
        DriftMethod own = byColumn.get(column);
        if (own != null) {
            return own;
        }
        return common != null && common.takes(category) ? common : category ? DriftMethod.CHI_SQUARE : DriftMethod.KS;
    }

    /** Where a column drifts, if that was said for it; a threshold for all holds for columns judged by the method for all. */
    public OptionalDouble threshold(String column, DriftMethod method) {
        Double own = thresholds.get(column);
        if (own != null) {
            return OptionalDouble.of(own);
        }
        boolean common = !Double.isNaN(commonThreshold) && (this.common == null || this.common == method);
        return common ? OptionalDouble.of(commonThreshold) : OptionalDouble.empty();
    }
}
