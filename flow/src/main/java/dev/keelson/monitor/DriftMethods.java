package dev.keelson.monitor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
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

    /** Thresholds that no value of the method they are meant for can pass, or that all do, as sentences without a full stop. */
    public List<String> outOfRange() {
        Set<String> wrong = new LinkedHashSet<>();
        if (!Double.isNaN(commonThreshold)) {
            List<DriftMethod> judged = common != null || byColumn.isEmpty() ? List.of(usual()) : List.copyOf(byColumn.values());
            judged.forEach(method -> method.outOfRange(commonThreshold).ifPresent(wrong::add));
        }
        thresholds.forEach((column, threshold) -> byColumn.getOrDefault(column, usual())
                .outOfRange(threshold)
                .ifPresent(each -> wrong.add("%s: %s".formatted(column, each))));
        return List.copyOf(wrong);
    }

    private DriftMethod usual() {
        return common == null ? DriftMethod.KS : common; // chi-square of categories is a test, too
    }

    /**
     * Where a column drifts, if that was said for it. A threshold for all holds for columns judged by the method for all, or
     * where there is none for those that have a method of their own: what is right for a distance is nothing for a test.
     */
    public OptionalDouble threshold(String column, DriftMethod method) {
        Double own = thresholds.get(column);
        if (own != null) {
            return OptionalDouble.of(own);
        }
        boolean meant = common == null ? byColumn.isEmpty() || byColumn.containsKey(column) : common == method;
        return meant && !Double.isNaN(commonThreshold) ? OptionalDouble.of(commonThreshold) : OptionalDouble.empty();
    }
}
