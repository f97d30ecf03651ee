package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.WideDrift;
import dev.keelson.control.alert.Alerts;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftFinding;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.performance.CalibrationCheck;
import dev.keelson.monitor.performance.LimitReport;
import dev.keelson.monitor.performance.PerformanceMetric;
import dev.keelson.registry.alert.Alert;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** What checks of watched models have to tell, whoever asked for them. */
record CheckAlerts(Alerts alerts) {
    /** So many columns a title names. */
    private static final int NAMED = 3;

    /**
     * Raises, or ends, what should be known of drift; a warning and too little data do neither.
     *
     * @param trains whether a schedule trains on alarms of the model: the alert says so where this one is not worth a training
     * @param performance what is known of it, in a sentence; asked for only when it is told
     */
    void drift(DriftReport report, boolean trains, Supplier<String> performance) {
        String model = report.model();
        String cause = "drift/" + model;
        String said = "%s: %s".formatted(report.verdict().word(), report.reason());
        switch (report.verdict()) {
            case ALARM ->
                alerts.raise(new Alerts.News(
                        cause,
                        "drift",
                        Alert.Severity.WARNING,
                        model,
                        title(report),
                        "%s %,d rows were looked at.%s\n%s"
                                .formatted(
                                        report.reason(),
                                        report.rows(),
                                        trains ? WideDrift.notWorth(report).map(why -> " " + why).orElse("") : "",
                                        performance.get()),
                        "keelson drift report --model " + model,
                        OwnerClient.address("/models/%s/drift", model)));
            case NONE -> alerts.over(cause, said);
            case WARNING, INSUFFICIENT -> {
                // neither an alarm nor its end
            }
        }
    }

    /** What alarms: columns, each once and by name; apart from them segments and answers. */
    private static String title(DriftReport report) {
        List<DriftFinding> found = report.details().findings().stream().filter(DriftFinding::alarms).toList();
        Set<String> columns = new LinkedHashSet<>();
        report.alarming().forEach(each -> columns.add(each.name()));
        boolean moved = !columns.isEmpty();
        Set<String> segments = new LinkedHashSet<>();
        boolean answers = false;
        for (DriftFinding each : found) {
            switch (each.kind()) {
                case SEGMENT -> segments.add(each.subject());
                case PREDICTIONS -> answers = true;
                case MULTIVARIATE -> {
                    // told where nothing has a name
                }
                case COLUMN_GONE, COLUMN_NEW, TYPE_CHANGED, MISSING_SHARE, NEW_CATEGORIES -> columns.add(each.subject());
            }
        }
        List<String> parts = new ArrayList<>();
        if (!columns.isEmpty()) {
            parts.add("%s %s: %s".formatted(counted(columns.size(), "column"), moved ? "moved" : "changed", named(columns)));
        }
        if (!segments.isEmpty()) {
            parts.add(columns.isEmpty()
                    ? "moved within segments: " + named(segments)
                    : counted(segments.size(), "finding") + " within segments");
        }
        if (answers) {
            parts.add("its answers moved");
        }
        return parts.isEmpty() ? "its rows as a whole moved" : String.join("; ", parts);
    }

    private static String counted(int number, String what) {
        return "%d %s%s".formatted(number, what, number == 1 ? "" : "s");
    }

    private static String named(Set<String> all) {
        List<String> named = List.copyOf(all).subList(0, Math.min(NAMED, all.size()));
        return String.join(", ", named) + (all.size() > NAMED ? " and %d more".formatted(all.size() - NAMED) : "");
    }

    /** Raises, or ends, what should be known of probabilities that are off; too few settled days do neither. */
    private void calibration(String model, JsonNode check) {
        String cause = "calibration/" + model;
        String sentence = check.path("sentence").asText();
        switch (check.path("verdict").asText()) {
            case CalibrationCheck.OFF -> alerts.raise(new Alerts.News(
                    cause,
                    "decay",
                    Alert.Severity.WARNING,
                    model,
                    "Its probabilities are off",
                    sentence,
                    "keelson performance show " + model,
                    OwnerClient.address("/models/%s/performance", model)));
            case CalibrationCheck.FINE -> alerts.over(cause, sentence);
            default -> {
                // nothing is known yet
            }
        }
    }

    /** Raises, or ends, what should be known of each limit; one that is no more ends, too little evidence does neither. */
    private void limits(String model, JsonNode metrics) {
        Map<String, JsonNode> judged = new HashMap<>();
        metrics.forEach(each -> judged.put(each.path("metric").asText(), each));
        for (PerformanceMetric metric : PerformanceMetric.values()) {
            String cause = "limit/%s/%s".formatted(model, metric.key());
            JsonNode limit = judged.get(metric.key());
            if (limit == null) {
                alerts.over(cause, "It has no limit any more.");
            } else if (limit.path("verdict").asText().equals(LimitReport.Verdict.BREACHED.word())) {
                alerts.raise(new Alerts.News(
                        cause,
                        "decay",
                        Alert.Severity.WARNING,
                        model,
                        "Beyond its limit: %s".formatted(limit.path("condition").asText()),
                        limit.path("reason").asText(),
                        "keelson performance show " + model,
                        OwnerClient.address("/models/%s/performance", model)));
            } else if (limit.path("verdict").asText().equals(LimitReport.Verdict.KEPT.word())) {
                alerts.over(cause, limit.path("reason").asText());
            }
        }
    }

    /** Raises, or ends, what should be known of decay, of limits and of calibration; too little evidence does neither. */
    void decay(JsonNode report) {
        String model = report.path("model").asText();
        String verdict = report.path("verdict").asText();
        String cause = "decay/" + model;
        calibration(model, report.path("calibration"));
        limits(model, report.path("limits").path("metrics"));
        if (verdict.equals(DecayCheck.Verdict.DECAYED.word())) {
            List<String> metrics = new ArrayList<>();
            report.path("metrics").forEach(each -> {
                if (each.path("verdict").asText().equals(verdict)) {
                    metrics.add(each.path("metric").asText());
                }
            });
            alerts.raise(new Alerts.News(
                    cause,
                    "decay",
                    Alert.Severity.WARNING,
                    model,
                    "Worse than when it was judged: %s".formatted(String.join(", ", metrics)),
                    "%s It was compared with %s. %s"
                            .formatted(
                                    report.path("reason").asText(),
                                    report.path("against").asText(),
                                    report.path("worst").path("verdict").asText())
                            .strip(),
                    "keelson performance show " + model,
                    OwnerClient.address("/models/%s/performance", model)));
        } else if (verdict.equals(DecayCheck.Verdict.NONE.word())) {
            alerts.over(cause, report.path("reason").asText());
        }
    }
}
