package dev.keelson.learn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.conformal.ConformalParameters;
import dev.keelson.learn.conformal.PredictionRange;
import dev.keelson.learn.conformal.RowUniform;
import dev.keelson.learn.threshold.ThresholdDecision;
import dev.keelson.learn.threshold.ThresholdParameters;
import org.jspecify.annotations.Nullable;

/**
 * What a model tells beside its prediction: sets or intervals of a stated coverage, and whether to act. Immutable plain
 * data; safe for use by several threads.
 *
 * @param conformal null for neither sets nor intervals
 * @param threshold null for no decision
 */
public record Guidance(
        @Nullable ConformalParameters conformal, @Nullable ThresholdParameters threshold) {
    /** Nothing. */
    public static final Guidance NONE = new Guidance(null, null);

    /** Whether it tells nothing. */
    public boolean isNone() {
        return conformal == null && threshold == null;
    }

    /**
     * Checks that it fits what a model tells.
     *
     * @throws IllegalArgumentException if it does not
     */
    void require(Task task) {
        boolean classifies = task instanceof Task.Classification;
        int outputs = task.outputs().size();
        boolean intervals = conformal != null && conformal.method().intervals();
        if ((conformal != null && (intervals == classifies || outputs < (classifies ? 2 : 1)))
                || (threshold != null && (!classifies || threshold.target() >= outputs))) {
            throw new IllegalArgumentException(
                    "The sets, intervals or threshold do not fit a model that tells %s.".formatted(task.outputs()));
        }
    }

    /**
     * What is told of a row.
     *
     * @param model whose guidance this is
     * @param row features of the row
     * @param told the model's prediction of it
     * @param rowId the row's identity: the same one always gets the same set
     * @param group its value of {@link ConformalParameters#column}; null when it has none
     * @param price its decimal odds of {@link ThresholdParameters#odds}; NaN when it has none
     */
    public Advice advice(
            Model model, double[] row, double[] told, String rowId, @Nullable String group, double price) {
        Advice.Quantiles quantiles = model instanceof EnsembleModel ensemble ? ensemble.quantiles(row) : null;
        boolean[] set = null;
        PredictionRange range = null;
        Disagreement disagreement = null;
        double coverage = Double.NaN;
        if (conformal != null) {
            coverage = conformal.coverage();
            int number = conformal.group(group);
            int output = 0;
            if (conformal.method() == ConformalMethod.RESIDUAL) {
                range = conformal.range(told[0], number);
            } else if (conformal.method() == ConformalMethod.CQR && quantiles != null) {
                range = conformal.range(
                        quantiles.values().getFirst(), quantiles.values().getLast(), number);
            } else {
                set = conformal.set(told, RowUniform.of(rowId), number);
                for (int k = 1; k < told.length; k++) {
                    output = told[k] > told[output] ? k : output;
                }
            }
            disagreement = Disagreement.of(model, row, output);
        }
        Advice.Decision decision = null;
        if (threshold != null) {
            double score = threshold.score(told[threshold.target()], price);
            decision = new Advice.Decision(
                    threshold.decision().acts(score),
                    threshold.target(),
                    score,
                    threshold.decision() instanceof ThresholdDecision.Act(double from) ? from : Double.NaN);
        }
        return new Advice(coverage, set, range, disagreement, decision, quantiles);
    }

    /** As JSON, what is absent left out. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (conformal != null) {
            json.set("conformal", conformal.toJson());
        }
        if (threshold != null) {
            json.set("threshold", threshold.toJson());
        }
        return json;
    }

    /**
     * From JSON as {@link #toJson} writes it; nothing from a missing node.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    public static Guidance fromJson(JsonNode json) {
        if (!json.has("conformal") && !json.has("threshold")) {
            return NONE;
        }
        return new Guidance(
                json.has("conformal") ? ConformalParameters.fromJson(json.path("conformal")) : null,
                json.has("threshold") ? ThresholdParameters.fromJson(json.path("threshold")) : null);
    }
}
