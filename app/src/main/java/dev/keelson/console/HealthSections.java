package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.ReportCharts.Estimate;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** The sections of a health report, from its document. */
final class HealthSections {
    static final List<String> NAMES = List.of("performance", "drift", "calibration", "freshness");

    private HealthSections() {}

    static Badge badge(JsonNode report) {
        return switch (report.path("verdict").asText()) {
            case "retrain" -> new Badge(Level.HIGH, "retraining required");
            case "watch" -> new Badge(Level.MODERATE, "watch it");
            case "well" -> new Badge(Level.OK, "no training needed");
            default -> new Badge(Level.UNKNOWN, "unknown");
        };
    }

    /** The version that serves; that others serve it, where they do. */
    static String version(JsonNode report) {
        return report.path("version").asInt() == 0 ? "elsewhere" : "v" + report.path("version").asInt();
    }

    static Section verdict(JsonNode report, ZoneId zone) {
        JsonNode figures = report.path("figures");
        return new SectionDraft("Health")
                .badge(badge(report))
                .lead(why(report))
                .fact("Version", version(report))
                .fact("Judged", Text.minute(Instant.parse(report.path("at").asText()), zone))
                .fact("Overall", score(report.path("overall")))
                .fact("Trained with outcomes to", figures.path("trained_to").isTextual() ? Text.day(Instant.parse(figures.path("trained_to").asText()), zone) : "not known here")
                .fact("Answers in 30 days", Text.count(figures.path("predictions_30_days").asLong()))
                .note(report.at("/overall/sentence").asText())
                .done();
    }

    /** Why, where a concern that is the sentence of a score is named by that score, which stands below. */
    private static String why(JsonNode report) {
        String why = report.path("why").asText();
        for (String name : NAMES) {
            String sentence = report.path("scores").path(name).path("sentence").asText();
            if (report.path("concerns").valueStream().anyMatch(each -> each.asText().equals(sentence))) {
                why = why.replace(sentence, name + ".");
            }
        }
        return why;
    }

    static String score(JsonNode score) {
        return score.path("score").isNumber() ? Text.fixed(score.path("score").asDouble(), 2) : "unknown";
    }

    static Section scores(JsonNode report) {
        List<Estimate> bars = new ArrayList<>();
        SheetDraft sheet = new SheetDraft("Scores").words("Of").numbers("Score").words("What it rests on");
        for (String name : NAMES) {
            JsonNode score = report.path("scores").path(name);
            double value = SheetDraft.number(score.path("score"));
            double lower = SheetDraft.number(score.path("lower"));
            double upper = SheetDraft.number(score.path("upper"));
            bars.add(new Estimate(name, value, lower, upper, ""));
            sheet.row(List.of(
                    Cell.of(Text.sentence(name)),
                    score.path("score").isNumber()
                            ? SheetDraft.estimate(value, lower, upper, each -> Text.fixed(each, 2))
                            : Cell.of(new Badge(Level.UNKNOWN, "unknown")),
                    Cell.of(score.path("sentence").asText())));
        }
        return new SectionDraft("Scores")
                .lead("From 0, useless, to 1, as good as it can be; what is not known counts neither way.")
                .broad(ReportCharts.estimates("Scores of the parts", bars, Double.NaN, "score", each -> Text.fixed(each, 2)))
                .sheet(sheet)
                .done();
    }

    static Section advice(JsonNode report) {
        SheetDraft sheet = new SheetDraft("What to do next").words("Do", "Why", "Command", "Worth");
        for (JsonNode each : report.path("recommendations")) {
            sheet.row(List.of(
                    Cell.of(Text.sentence(Text.words(each.path("action").asText()))),
                    Cell.of(each.path("sentence").asText()),
                    Cell.of(each.path("command").isTextual() ? each.path("command").asText() : Text.NONE),
                    Cell.of(each.at("/worth/sentence").isTextual() ? each.at("/worth/sentence").asText() : Text.NONE)));
        }
        return new SectionDraft("What to do next").sheet(sheet).done();
    }
}
