package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.control.alert.Alerts;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.performance.CalibrationCheck;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.registry.alert.Alert;
import java.util.ArrayList;
import java.util.List;

/** What checks of watched models have to tell, whoever asked for them. */
record CheckAlerts(Alerts alerts) {
    /** So many columns a title names. */
    private static final int NAMED = 3;

    /** Raises, or ends, what should be known of drift; a warning and too little data do neither. */
    void drift(DriftReport report) {
        String model = report.model();
        String cause = "drift/" + model;
        String said = "%s: %s".formatted(report.verdict().word(), report.reason());
        switch (report.verdict()) {
            case ALARM -> {
                List<String> columns = report.alarming().stream().map(FeatureDrift::name).toList();
                alerts.raise(new Alerts.News(
                        cause,
                        "drift",
                        Alert.Severity.WARNING,
                        model,
                        "%d %s moved: %s"
                                .formatted(
                                        columns.size(),
                                        columns.size() == 1 ? "column" : "columns",
                                        String.join(", ", columns.subList(0, Math.min(NAMED, columns.size())))),
                        "%s %,d rows were looked at.".formatted(said, report.rows()),
                        "keelson drift report --model " + model,
                        ""));
            }
            case NONE -> alerts.over(cause, said);
            case WARNING, INSUFFICIENT -> {
                // neither an alarm nor its end
            }
        }
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
                    ""));
            case CalibrationCheck.FINE -> alerts.over(cause, sentence);
            default -> {
                // nothing is known yet
            }
        }
    }

    /** Raises, or ends, what should be known of decay and of calibration; too little evidence does neither. */
    void decay(JsonNode report) {
        String model = report.path("model").asText();
        String verdict = report.path("verdict").asText();
        String cause = "decay/" + model;
        calibration(model, report.path("calibration"));
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
                    ""));
        } else if (verdict.equals(DecayCheck.Verdict.NONE.word())) {
            alerts.over(cause, report.path("reason").asText());
        }
    }
}
