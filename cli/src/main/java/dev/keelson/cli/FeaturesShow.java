package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.wiring.FeatureReports;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson features show}. */
@Command(
        name = "show",
        description = "Show a view or one of its features: definition, versions, values, who uses it and how much it matters.")
final class FeaturesShow extends KeelsonCommand {
    @Parameters(paramLabel = "VIEW[:FEATURE]", description = "The view, or one of its features.")
    String name = "";

    @Override
    int run(Session session) {
        JsonNode shown = FeatureReports.show(session.project(), name, session.clock());
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode feature : shown.path("features")) {
            JsonNode statistics = feature.path("statistics");
            JsonNode importance = feature.path("importance").path(0);
            List<String> models = new ArrayList<>();
            feature.path("models").forEach(model -> models.add(model.asText()));
            rows.add(List.of(
                    feature.path("name").asText(),
                    feature.path("definition").asText(),
                    feature.at("/versions/0/version").asText(""),
                    statistics.has("missing")
                            ? Texts.missing(statistics.path("missing").asLong(), statistics.path("rows").asLong())
                            : "",
                    Texts.number(statistics.path("mean").asDouble(Double.NaN)),
                    Texts.number(statistics.path("std").asDouble(Double.NaN)),
                    Texts.number(statistics.path("p05").asDouble(Double.NaN)),
                    Texts.number(statistics.path("p50").asDouble(Double.NaN)),
                    Texts.number(statistics.path("p95").asDouble(Double.NaN)),
                    statistics.path("distinct").asText(""),
                    Texts.number(importance.path("share").asDouble(Double.NaN)),
                    String.join(", ", models)));
        }
        Console console = session.console();
        console.table(
                List.of(
                        "FEATURE", "DEFINITION", "VERSION", "MISSING", "MEAN", "STD", "P05", "P50", "P95", "DISTINCT",
                        "IMPORTANCE", "MODELS"),
                rows);
        if (shown.path("newest_event").isTextual()) {
            console.note("The newest event is of %s.".formatted(shown.path("newest_event").asText()));
        } else {
            console.note("No data has been loaded yet; `keelson data load` loads it.");
        }
        console.document(shown);
        return YES;
    }
}
