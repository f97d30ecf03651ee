package dev.keelson.monitor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Drift reports side by side: how each column went from one check to the next.
 *
 * @param reports with their ids, oldest first
 * @param columns the one whose effect changed most first
 */
public record DriftComparison(List<Kept> reports, List<Column> columns) {
    /** Copies the lists. */
    public DriftComparison {
        reports = List.copyOf(reports);
        columns = List.copyOf(columns);
    }

    /** A report that is kept. */
    public record Kept(String id, DriftReport report) {}

    /**
     * One column in every report.
     *
     * @param features one for each report; null where it has no such column
     */
    public record Column(String name, List<@Nullable FeatureDrift> features) {
        /** Difference of the largest and the smallest effect; 0 with fewer than two. */
        public double change() {
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (FeatureDrift each : features) {
                if (each != null && !Double.isNaN(each.effect())) {
                    least = Math.min(least, each.effect());
                    most = Math.max(most, each.effect());
                }
            }
            return most > least ? most - least : 0;
        }
    }

    /** Of reports in any order. */
    public static DriftComparison of(List<Kept> kept) {
        List<Kept> reports = kept.stream()
                .sorted(Comparator.comparing((Kept each) -> each.report().at())
                        .thenComparing(Kept::id))
                .toList();
        Map<String, List<@Nullable FeatureDrift>> byName = new LinkedHashMap<>();
        for (int r = 0; r < reports.size(); r++) {
            for (FeatureDrift feature : reports.get(r).report().features()) {
                List<@Nullable FeatureDrift> list = byName.computeIfAbsent(feature.name(), name -> new ArrayList<>());
                while (list.size() < r) {
                    list.add(null);
                }
                list.add(feature);
            }
        }
        List<Column> columns = new ArrayList<>();
        for (Map.Entry<String, List<@Nullable FeatureDrift>> each : byName.entrySet()) {
            List<@Nullable FeatureDrift> list = each.getValue();
            while (list.size() < reports.size()) {
                list.add(null);
            }
            columns.add(new Column(each.getKey(), list));
        }
        columns.sort(Comparator.comparingDouble(Column::change).reversed().thenComparing(Column::name));
        return new DriftComparison(reports, columns);
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode list = node.putArray("reports");
        for (Kept each : reports) {
            list.addObject()
                    .put("id", each.id())
                    .put("model", each.report().model())
                    .put("timestamp", each.report().at().toString())
                    .put("policy", each.report().policy().word())
                    .put("n_samples_current", each.report().rows())
                    .put("verdict", each.report().verdict().word())
                    .put("reason", each.report().reason());
        }
        ArrayNode all = node.putArray("columns");
        for (Column column : columns) {
            ObjectNode one = all.addObject().put("name", column.name());
            FeatureDrift.number(one, "change", column.change());
            ArrayNode checks = one.putArray("checks");
            for (FeatureDrift each : column.features()) {
                if (each == null) {
                    checks.addNull();
                } else {
                    ObjectNode check = checks.addObject();
                    FeatureDrift.number(check, "effect", each.effect());
                    FeatureDrift.number(check, "psi", each.psi());
                    FeatureDrift.number(check, "adjusted_p_value", each.adjusted());
                    FeatureDrift.number(check, "current_missing", each.currentMissing());
                    check.put("severity", each.severity().name().toLowerCase(Locale.ROOT));
                }
            }
        }
        return node;
    }
}
