package dev.keelson.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.stats.Histogram;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One column of a drift check. Numbers that cannot be computed are NaN.
 *
 * @param name the column
 * @param importance its share of the model's importance, 0 to 1
 * @param effect 1-Wasserstein distance in reference standard deviations (IQR/1.349, else the standard deviation); for a
 *     constant reference the share of values that differ from it; for categories the Jensen-Shannon distance (base 2) without
 *     the noise of sampling, 0 to 1
 * @param band what one further window of the same size exceeds as seldom as three standard deviations, by what reference
 *     windows show against the rest
 * @param ks Kolmogorov-Smirnov D; NaN for categories
 * @param pValue its p-value, for categories that of a two-sample chi-square test with rare ones pooled; for the recommended policy on effective sample sizes
 * @param adjusted p-value adjusted for all columns tested in this check (Benjamini-Hochberg)
 * @param psi Population Stability Index, classic ten bins; for categories a cell for each of the 50 most frequent, and one for
 *     the others
 * @param psiExpected what the index shows without any drift at these sizes
 * @param referenceMissing share of missing values in the reference
 * @param currentMissing share of missing values in the window
 * @param missingBand the same of the difference of these shares
 * @param missingAdjusted adjusted p-value of the difference of these shares
 * @param designEffect how many rows tell as much as one independent row
 * @param effectiveRows independent rows that tell as much as this window
 * @param severity what this column says in this window
 * @param histogram both sides over the same bins; for categories a bar for each of their values
 * @param categories how categories are spread; null for a column of quantities
 * @param shift mean of the window less that of the reference, in the unit of the effect: at most the effect, below 0 when
 *     values fell; NaN for categories and for a constant reference
 * @param method the test or distance that judged it by itself; null where the policy's own did
 * @param smallest the least effect that the recommended policy can warn of between so many rows, at least 0.1: what is not material,
 *     inside the band or no more than chance goes unseen; NaN under another policy and where nothing can be judged
 */
public record FeatureDrift(
        String name,
        double importance,
        double effect,
        double band,
        double ks,
        double pValue,
        double adjusted,
        double psi,
        double psiExpected,
        double referenceMissing,
        double currentMissing,
        double missingBand,
        double missingAdjusted,
        double designEffect,
        double effectiveRows,
        Severity severity,
        Histogram histogram,
        @Nullable CategoryShares categories,
        double shift,
        @Nullable MethodResult method,
        double smallest) {
    /** A column whose least visible effect is not told. */
    public FeatureDrift(
            String name,
            double importance,
            double effect,
            double band,
            double ks,
            double pValue,
            double adjusted,
            double psi,
            double psiExpected,
            double referenceMissing,
            double currentMissing,
            double missingBand,
            double missingAdjusted,
            double designEffect,
            double effectiveRows,
            Severity severity,
            Histogram histogram,
            @Nullable CategoryShares categories,
            double shift,
            @Nullable MethodResult method) {
        this(
                name, importance, effect, band, ks, pValue, adjusted, psi, psiExpected, referenceMissing, currentMissing, missingBand,
                missingAdjusted, designEffect, effectiveRows, severity, histogram, categories, shift, method, Double.NaN);
    }

    /** A column nearly all of whose change is one of its mean. */
    private static final double DIRECTED = 0.5;

    /**
     * How far it moved: the larger of the distance of its values (Kolmogorov-Smirnov D, of categories the effect) and the change of
     * its missing share, 0 to 1; NaN where neither is known. A column that is wholly missing has no values to compare, yet moved.
     */
    public double moved() {
        double values = Double.isFinite(ks) ? ks : effect;
        double missing = Math.abs(currentMissing - referenceMissing);
        if (!Double.isFinite(missing)) {
            return values;
        }
        return Double.isFinite(values) ? Math.max(values, missing) : missing;
    }

    /** What a column says in one window. */
    public enum Severity {
        /** Nothing that matters. */
        NONE,
        /** Too little data to say. */
        INSUFFICIENT,
        /** Moved in this window; an alarm only when it persists. */
        WARNING,
        /** Moved in two of the last three separate windows. */
        PERSISTENT,
        /** Moved so far that one window suffices. */
        SEVERE
    }

    /** Whether this column alone makes the check alarm. */
    public boolean alarms() {
        return severity == Severity.PERSISTENT || severity == Severity.SEVERE;
    }

    /** Whether the mean of this column fell in one of two windows and rose in the other: two wobbles, not one change. */
    boolean contradicts(double otherShift, double otherEffect) {
        return contradict(shift, effect, otherShift, otherEffect);
    }

    /** Whether two effects are shifts of the mean for the most part, of opposite directions. */
    static boolean contradict(double shift, double effect, double otherShift, double otherEffect) {
        return shift * otherShift < 0
                && Math.abs(shift) >= DIRECTED * effect
                && Math.abs(otherShift) >= DIRECTED * otherEffect;
    }

    ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("name", name);
        number(node, "importance", importance);
        number(node, "effect", effect);
        number(node, "shift", shift);
        number(node, "band", band);
        number(node, "smallest_effect", smallest);
        number(node, "ks", ks);
        number(node, "p_value", pValue);
        number(node, "adjusted_p_value", adjusted);
        number(node, "psi", psi);
        number(node, "psi_expected", psiExpected);
        number(node, "reference_missing", referenceMissing);
        number(node, "current_missing", currentMissing);
        number(node, "missing_band", missingBand);
        number(node, "missing_adjusted_p_value", missingAdjusted);
        number(node, "design_effect", designEffect);
        number(node, "effective_rows", effectiveRows);
        node.put("severity", severity.name().toLowerCase(Locale.ROOT));
        ObjectNode bins = node.putObject("histogram");
        ArrayNode edges = bins.putArray("edges");
        ArrayNode reference = bins.putArray("reference");
        ArrayNode current = bins.putArray("current");
        for (int i = 0; i < histogram.bins().size(); i++) {
            Histogram.Bin bin = histogram.bins().get(i);
            if (i == 0) {
                edges.add(bin.lower());
            }
            edges.add(bin.upper());
            reference.add(bin.reference());
            current.add(bin.current());
        }
        bins.put("reference_missing", histogram.referenceMissing());
        bins.put("current_missing", histogram.currentMissing());
        if (categories != null) {
            categories.writeTo(node);
        }
        if (method != null) {
            node.set("method", method.toJson());
        }
        return node;
    }

    static FeatureDrift fromJson(JsonNode node) {
        JsonNode bins = node.get("histogram");
        List<Histogram.Bin> list = new ArrayList<>();
        for (int i = 0; i < bins.get("reference").size(); i++) {
            list.add(new Histogram.Bin(
                    bins.get("edges").get(i).asDouble(),
                    bins.get("edges").get(i + 1).asDouble(),
                    bins.get("reference").get(i).asLong(),
                    bins.get("current").get(i).asLong()));
        }
        return new FeatureDrift(
                node.get("name").asText(),
                number(node, "importance"),
                number(node, "effect"),
                number(node, "band"),
                number(node, "ks"),
                number(node, "p_value"),
                number(node, "adjusted_p_value"),
                number(node, "psi"),
                number(node, "psi_expected"),
                number(node, "reference_missing"),
                number(node, "current_missing"),
                number(node, "missing_band"),
                number(node, "missing_adjusted_p_value"),
                number(node, "design_effect"),
                number(node, "effective_rows"),
                Severity.valueOf(node.get("severity").asText().toUpperCase(Locale.ROOT)),
                new Histogram(
                        list,
                        bins.get("reference_missing").asLong(),
                        bins.get("current_missing").asLong()),
                CategoryShares.readFrom(node),
                number(node, "shift"),
                node.has("method") ? MethodResult.fromJson(node.get("method")) : null,
                number(node, "smallest_effect"));
    }

    /** Writes a number, or null for what JSON cannot hold. */
    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    static double number(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? Double.NaN : value.asDouble();
    }
}
