package dev.keelson.learn.conformal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sets or intervals of a stated coverage need, as plain data that is stored with a model. Groups lie side by side
 * under the group of all rows. Immutable.
 *
 * @param method how they are made
 * @param coverage share of rows to be covered, strictly between 0 and 1
 * @param free number of classes without a penalty; 0 but of {@link ConformalMethod#RAPS}
 * @param penalty of each further class; 0 but of {@link ConformalMethod#RAPS}
 * @param column source column that tells the group of a row; null when all rows are one group
 * @param groups the column's values that have a quantile of their own, sorted; others count as all rows
 * @param quantiles one of all rows, then one of each group
 */
public record ConformalParameters(
        ConformalMethod method,
        double coverage,
        int free,
        double penalty,
        @Nullable String column,
        List<String> groups,
        GroupQuantiles quantiles) {

    /** Checks that the parts fit each other. */
    public ConformalParameters {
        groups = List.copyOf(groups);
        ConformalQuantile.alphaOfCoverage(coverage);
        if (quantiles.tree().size() != groups.size() + 1 || (column == null && !groups.isEmpty())) {
            throw new IllegalArgumentException("There are %d quantiles for %d groups of the column %s."
                    .formatted(quantiles.tree().size(), groups.size(), column));
        }
    }

    /** The rule of sets; null of intervals. */
    public @Nullable SetRule rule() {
        return switch (method) {
            case LAC -> new SetRule.Lac();
            case APS -> new SetRule.Aps();
            case RAPS -> new SetRule.Raps(free, penalty);
            case RESIDUAL, CQR -> null;
        };
    }

    /** Number of a group: 0 when it has no quantile of its own. */
    public int group(@Nullable String name) {
        return name == null ? 0 : groups.indexOf(name) + 1;
    }

    /**
     * The set of a row.
     *
     * @param p its probabilities
     * @param u its {@linkplain RowUniform number}
     * @param group its {@linkplain #group number of the group}
     * @return for each class whether it is in the set
     * @throws IllegalStateException of intervals
     */
    public boolean[] set(double[] p, double u, int group) {
        SetRule rule = rule();
        if (rule == null) {
            throw new IllegalStateException("Intervals have no sets.");
        }
        return ConformalSets.within(rule.scores(p, 0, p.length, u), quantiles.quantile(group));
    }

    /**
     * The interval of a row.
     *
     * @param prediction its value
     * @param group its {@linkplain #group number of the group}
     */
    public PredictionRange range(double prediction, int group) {
        return range(prediction, prediction, group);
    }

    /**
     * The interval of a row around two predictions.
     *
     * @param low its value, or lowest quantile
     * @param high its value, or highest quantile
     * @param group its {@linkplain #group number of the group}
     * @return possibly empty, when a negative correction makes the ends cross
     */
    public PredictionRange range(double low, double high, int group) {
        double quantile = quantiles.quantile(group);
        return new PredictionRange(low - quantile, high + quantile);
    }

    /** The parameters as JSON; an infinite quantile is null. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("method", method.key());
        json.put("coverage", coverage);
        if (method == ConformalMethod.RAPS) {
            json.put("free", free);
            json.put("penalty", penalty);
        }
        if (column != null) {
            json.put("column", column);
        }
        ArrayNode list = json.putArray("quantiles");
        for (int g = 0; g < quantiles.tree().size(); g++) {
            ObjectNode entry = list.addObject();
            if (g > 0) {
                entry.put("group", groups.get(g - 1));
            }
            double quantile = quantiles.quantiles().get(g);
            entry.put("quantile", Double.isInfinite(quantile) ? null : quantile);
            entry.put("rows", quantiles.rows().get(g));
            if (g > 0 && quantiles.sources().get(g) == 0) {
                entry.put("of_all_rows", true);
            }
        }
        return json;
    }

    /**
     * From JSON as {@link #toJson} writes it.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    public static ConformalParameters fromJson(JsonNode json) {
        List<String> groups = new ArrayList<>();
        List<Double> quantiles = new ArrayList<>();
        List<Integer> sources = new ArrayList<>();
        List<Integer> rows = new ArrayList<>();
        for (JsonNode entry : json.path("quantiles")) {
            JsonNode quantile = entry.path("quantile");
            if (!quantile.isNull() && !quantile.isNumber()) {
                throw new IllegalArgumentException("The conformal quantile (%s) must be a number.".formatted(quantile));
            }
            int at = quantiles.size();
            if (at > 0) {
                groups.add(entry.path("group").asText());
            }
            quantiles.add(quantile.isNull() ? Double.POSITIVE_INFINITY : quantile.doubleValue());
            sources.add(entry.path("of_all_rows").asBoolean() ? 0 : at);
            rows.add(entry.path("rows").asInt());
        }
        if (quantiles.isEmpty()) {
            throw new IllegalArgumentException("There is no conformal quantile.");
        }
        return new ConformalParameters(
                ConformalMethod.of(json.path("method").asText()),
                json.path("coverage").asDouble(),
                json.path("free").asInt(),
                json.path("penalty").asDouble(),
                json.has("column") ? json.path("column").asText() : null,
                groups,
                new GroupQuantiles(GroupTree.flat(groups.size()), quantiles, sources, rows));
    }
}
