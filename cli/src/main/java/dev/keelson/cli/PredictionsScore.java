package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.PredictionScores;
import dev.keelson.project.Project;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code keelson predictions score}. */
@Command(
        name = "score",
        description = "How good the predictions of a model were by the outcomes that count, by version; also of one that others serve.")
final class PredictionsScore extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", description = "The model, also one under `elsewhere` of the project file.")
    String model = "";

    @Mixin
    PredictionOptions which = new PredictionOptions();

    @Override
    int run(Session session) {
        Project project = session.project();
        LoggedModel asked = LoggedModel.of(project, model);
        PredictionScores.Asked wanted = new PredictionScores.Asked(
                which.version, which.from(project), which.to(project));
        ObjectNode told;
        try (ProjectReading state = ProjectReading.open(project)) {
            told = new PredictionScores(state::predictions, state::countPredictions).of(asked, wanted);
        }
        Console console = session.console();
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode each : told.path("versions")) {
            each.path("metrics").properties().forEach(metric -> rows.add(List.of(
                    each.has("version_name") ? each.path("version_name").asText() : "v" + each.path("version").asInt(),
                    each.path("served").asBoolean() ? "answer" : "shadow",
                    "%,d".formatted(each.path("rows").asInt()),
                    metric.getKey(),
                    Texts.number(metric.getValue().asDouble()))));
        }
        console.table(List.of("VERSION", "AS", "ROWS", "METRIC", "VALUE"), rows);
        console.note("%,d predictions of %s, the outcomes of %,d are known, %,d were judged."
                .formatted(told.path("predicted").asLong(), model, told.path("settled").asLong(), told.path("judged").asLong()));
        told.path("notes").forEach(note -> console.note(note.asText()));
        console.document(told);
        return YES;
    }
}
