package dev.keelson.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a drift report tells besides its columns.
 *
 * @param reference what was compared with, in words; empty where that is the champion's training period
 * @param current what was judged, in words; empty where that is what the model was asked
 * @param findings worst first
 * @param unjudged columns that were left aside, with the reason
 * @param recommendedFalseAlarmShare for presets of other systems: share of the reference's own quiet windows in which the
 *     {@code recommended} policy would have alarmed, beside that of the preset; else NaN
 * @param multivariate whether rows as a whole can be told apart; NaN area where nobody asked
 * @param segments how many segments were judged by themselves
 * @param outputs the model's outputs, as columns; empty where there are none to compare
 */
public record DriftDetails(
        String reference,
        String current,
        List<DriftFinding> findings,
        Map<String, String> unjudged,
        double recommendedFalseAlarmShare,
        Multivariate multivariate,
        int segments,
        List<FeatureDrift> outputs) {

    /** Copies the collections. */
    public DriftDetails {
        findings = List.copyOf(findings);
        unjudged = Collections.unmodifiableMap(new LinkedHashMap<>(unjudged));
        outputs = List.copyOf(outputs);
    }

    /** Nothing. */
    public static DriftDetails none() {
        return of("", "");
    }

    /** Nothing but what was compared. */
    static DriftDetails of(String reference, String current) {
        return new DriftDetails(
                reference, current, List.of(), Map.of(), Double.NaN, Multivariate.none(), 0, List.of());
    }

    DriftDetails withFindings(List<DriftFinding> more) {
        List<DriftFinding> all = new ArrayList<>(more);
        all.addAll(findings);
        return new DriftDetails(
                reference, current, all, unjudged, recommendedFalseAlarmShare, multivariate, segments, outputs);
    }

    DriftDetails withUnjudged(Map<String, String> columns) {
        return new DriftDetails(
                reference, current, findings, columns, recommendedFalseAlarmShare, multivariate, segments, outputs);
    }

    DriftDetails withRecommended(double falseAlarmShare) {
        return new DriftDetails(reference, current, findings, unjudged, falseAlarmShare, multivariate, segments, outputs);
    }

    DriftDetails withMultivariate(Multivariate together) {
        return new DriftDetails(
                reference, current, findings, unjudged, recommendedFalseAlarmShare, together, segments, outputs);
    }

    DriftDetails withSegments(int judged) {
        return new DriftDetails(
                reference, current, findings, unjudged, recommendedFalseAlarmShare, multivariate, judged, outputs);
    }

    DriftDetails withOutputs(List<FeatureDrift> columns) {
        return new DriftDetails(
                reference, current, findings, unjudged, recommendedFalseAlarmShare, multivariate, segments, columns);
    }

    /**
     * All columns together, as {@link dev.keelson.learn.estimate.DomainClassifier} judges them.
     *
     * @param auc area under the ROC curve, 0.5 when nothing tells the rows apart; NaN when this was not looked at
     * @param standardError of the area
     * @param drifted whether it lies surely above the limit
     * @param importance share of each column in telling them apart, the largest first
     */
    public record Multivariate(double auc, double standardError, boolean drifted, Map<String, Double> importance) {
        /** Copies the map. */
        public Multivariate {
            importance = Collections.unmodifiableMap(new LinkedHashMap<>(importance));
        }

        static Multivariate none() {
            return new Multivariate(Double.NaN, Double.NaN, false, Map.of());
        }

        /** Whether it was looked at. */
        public boolean looked() {
            return !Double.isNaN(auc);
        }
    }

    void writeTo(ObjectNode report) {
        if (!reference.isEmpty()) {
            report.put("reference", reference);
            report.put("current", current);
        }
        FeatureDrift.number(report, "recommended_false_alarm_share", recommendedFalseAlarmShare);
        var found = report.putArray("findings");
        findings.forEach(each -> found.add(each.toJson()));
        if (!unjudged.isEmpty()) {
            ObjectNode aside = report.putObject("not_judged");
            unjudged.forEach(aside::put);
        }
        if (multivariate.looked()) {
            ObjectNode together = report.putObject("multivariate");
            FeatureDrift.number(together, "auc", multivariate.auc());
            FeatureDrift.number(together, "standard_error", multivariate.standardError());
            together.put("drifted", multivariate.drifted());
            ObjectNode shares = together.putObject("importance");
            multivariate.importance().forEach(shares::put);
        }
        if (segments > 0) {
            report.put("n_segments", segments);
        }
        if (!outputs.isEmpty()) {
            var list = report.putArray("predictions");
            outputs.forEach(each -> list.add(each.toJson()));
        }
    }

    static DriftDetails readFrom(JsonNode report) {
        List<DriftFinding> findings = new ArrayList<>();
        report.path("findings").forEach(each -> findings.add(DriftFinding.fromJson(each)));
        Map<String, String> unjudged = new LinkedHashMap<>();
        report.path("not_judged").properties().forEach(each -> unjudged.put(each.getKey(), each.getValue().asText()));
        Multivariate together = Multivariate.none();
        if (report.has("multivariate")) {
            JsonNode node = report.get("multivariate");
            Map<String, Double> importance = new LinkedHashMap<>();
            node.path("importance").properties().forEach(each -> importance.put(each.getKey(), each.getValue().asDouble()));
            together = new Multivariate(
                    FeatureDrift.number(node, "auc"),
                    FeatureDrift.number(node, "standard_error"),
                    node.path("drifted").asBoolean(),
                    importance);
        }
        List<FeatureDrift> outputs = new ArrayList<>();
        report.path("predictions").forEach(each -> outputs.add(FeatureDrift.fromJson(each)));
        return new DriftDetails(
                report.path("reference").asText(""),
                report.path("current").asText(""),
                findings,
                unjudged,
                FeatureDrift.number(report, "recommended_false_alarm_share"),
                together,
                report.path("n_segments").asInt(),
                outputs);
    }
}
