package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson features validate}. */
@Command(
        name = "validate",
        description = "Look for features that are missing, constant, alike, drifting, or that tell what they cannot know;"
                + " exit code 1 when one should block a training.",
        footer = "The report is stored; that of a served project is made by the server.")
final class FeaturesValidate extends KeelsonCommand {
    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "Its name (default: all models).")
    @Nullable String model;

    @Override
    int run(Session session) {
        Project project = session.project();
        String wanted = model;
        List<String> names = wanted == null
                ? project.models().stream().map(ModelDefinition::name).toList()
                : List.of(Projects.model(project, wanted).name());
        ObjectNode document = Catalogued.object();
        var reports = document.putArray("reports");
        List<List<String>> rows = new ArrayList<>();
        boolean blocks = false;
        try (LiveProject live = LiveProject.open(project, session.clock())) {
            for (String name : names) {
                JsonNode report = live.validateFeatures(name);
                reports.add(report);
                blocks |= report.path("verdict").asText().equals("block");
                for (JsonNode finding : report.path("findings")) {
                    rows.add(List.of(
                            name,
                            finding.path("level").asText(),
                            finding.path("kind").asText(),
                            finding.path("text").asText()));
                }
                if (report.path("compared_with").isNull()) {
                    session.console()
                            .note("%s: there is one version of the data, so nothing tells whether rows were changed after their event."
                                    .formatted(name));
                }
            }
        }
        session.console().table(List.of("MODEL", "LEVEL", "KIND", "WHAT"), rows);
        if (names.isEmpty()) {
            session.console()
                    .note("Nothing was judged: the project declares no model, and it is the features of models that are judged."
                            + " `keelson features show VIEW` describes the values of a view.");
        } else if (rows.isEmpty()) {
            session.console().note("Nothing was found.");
        }
        document.put("judged", names.size());
        session.console().document(document);
        return blocks ? NO : YES;
    }
}
