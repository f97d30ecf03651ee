package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson models importance}. */
@Command(
        name = "importance",
        description = "Show what each feature counts for in the versions of a model, and which moved.",
        footer = "A feature has moved when its share changed by 10 points or more from one version to the next.")
final class ModelsImportance extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Option(names = "--limit", paramLabel = "N", defaultValue = "6", description = "Newest versions at most (default: 6).")
    int limit = 6;

    @Override
    int run(Session session) {
        Project project = session.project();
        Projects.model(project, model);
        Limits.check(limit);
        ObjectNode told;
        try (ProjectReading state = ProjectReading.open(project)) {
            told = state.explanations(session.clock()).importance(model, limit);
        }
        if (told.path("versions").isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY, "The model (%s) has no version yet.".formatted(model), "Maybe run `keelson run`.");
        }
        List<String> header = new ArrayList<>(List.of("FEATURE"));
        told.path("versions").forEach(version -> header.add("V" + version.path("version").asInt()));
        header.addAll(List.of("RANK", "CHANGE", "SHUFFLED", ""));
        List<List<String>> rows = new ArrayList<>();
        List<String> moved = new ArrayList<>();
        for (JsonNode feature : told.path("features")) {
            List<String> cells = new ArrayList<>(List.of(feature.path("feature").asText()));
            feature.path("versions").forEach(version -> cells.add(ModelExplained.share(version.path("share"))));
            JsonNode newest = feature.path("versions").path(0);
            cells.add(newest.path("rank").isNull() ? "" : newest.path("rank").asText());
            int places = newest.path("rank_change").asInt();
            cells.add(places == 0 ? "" : String.format(Locale.ROOT, "%+d", places));
            JsonNode worth = newest.path("permutation").path("loss_increase");
            cells.add(worth.isNumber() ? ModelExplained.signed(worth.asDouble()) : "");
            cells.add(feature.path("moved").asBoolean() ? "moved" : "");
            if (feature.path("moved").asBoolean()) {
                moved.add(feature.path("feature").asText());
            }
            rows.add(cells);
        }
        session.console().table(header, rows);
        if (!moved.isEmpty()) {
            session.console()
                    .note("Moved by %d points or more since the version before: %s."
                            .formatted(Math.round(100 * told.path("moved_limit").asDouble()), String.join(", ", moved)));
        }
        ObjectNode document = Catalogued.object();
        told.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        session.console().document(document);
        return YES;
    }
}
