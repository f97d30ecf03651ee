package dev.keelson.cli;

import dev.keelson.http.Prediction;
import dev.keelson.learn.Advice;
import dev.keelson.learn.Disagreement;
import dev.keelson.learn.conformal.PredictionRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The columns of predictions that tell more than a forecast.
 *
 * @param coverage what is covered, such as {@code 90 %}; empty without sets and intervals
 * @param intervals whether they are intervals
 * @param disagreement whether members are compared
 * @param decision whether there is one
 * @param quantiles levels that are told; empty for none
 */
record Advised(
        String coverage, boolean intervals, boolean disagreement, boolean decision, List<Double> quantiles) {

    /** The columns that at least one of the predictions needs. */
    static Advised of(List<Prediction> predictions) {
        List<Advice> told = predictions.stream()
                .map(Prediction::advice)
                .filter(Objects::nonNull)
                .toList();
        String coverage = told.stream()
                .filter(each -> Double.isFinite(each.coverage()))
                .findFirst()
                .map(each -> String.format(Locale.ROOT, "%.4g %%", 100 * each.coverage()).replaceAll("\\.?0+ %", " %"))
                .orElse("");
        return new Advised(
                coverage,
                told.stream().anyMatch(each -> each.range() != null),
                told.stream().anyMatch(each -> each.disagreement() != null),
                told.stream().anyMatch(each -> each.decision() != null),
                told.stream()
                        .map(Advice::quantiles)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(Advice.Quantiles::levels)
                        .orElse(List.of()));
    }

    List<String> header() {
        List<String> header = new ArrayList<>();
        if (!coverage.isEmpty()) {
            header.add((intervals ? "INTERVAL " : "SET ") + coverage);
        }
        if (disagreement) {
            header.add("DISAGREEMENT");
        }
        if (decision) {
            header.add("DECISION");
        }
        quantiles.forEach(level -> header.add("Q" + level));
        return header;
    }

    List<String> cells(Prediction prediction) {
        Advice advice = prediction.advice();
        List<String> cells = new ArrayList<>();
        if (!coverage.isEmpty()) {
            cells.add(advice == null ? "-" : held(advice, prediction.classes()));
        }
        if (disagreement) {
            Disagreement apart = advice == null ? null : advice.disagreement();
            cells.add(apart == null ? "-" : String.format(Locale.ROOT, "%.3g", apart.deviation()));
        }
        if (decision) {
            Advice.Decision taken = advice == null ? null : advice.decision();
            cells.add(taken == null ? "-" : (taken.act() ? "act on " : "not ") + prediction.classes().get(taken.target()));
        }
        for (int k = 0; k < quantiles.size(); k++) {
            Advice.Quantiles told = advice == null ? null : advice.quantiles();
            cells.add(told == null ? "-" : Texts.number(told.values().get(k)));
        }
        return cells;
    }

    private static String held(Advice advice, List<String> classes) {
        PredictionRange range = advice.range();
        if (range != null) {
            return Texts.number(range.lower()) + " to " + Texts.number(range.upper());
        }
        boolean[] set = advice.set();
        if (set == null) {
            return "-";
        }
        List<String> names = new ArrayList<>();
        for (int k = 0; k < set.length; k++) {
            if (set[k]) {
                names.add(classes.get(k));
            }
        }
        return names.isEmpty() ? "none" : String.join(", ", names);
    }
}
