package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson models card}. */
@Command(
        name = "card",
        description = "The model card of a version, as Markdown: use, data, features, metrics with intervals, limits, provenance.",
        footer = "With --json as JSON. What it is meant for is the `description` of the project file.")
final class ModelsCard extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "VERSION", description = "Its number: 3 or v3 (default: the champion).")
    @Nullable String version;

    @Option(names = "--output", paramLabel = "FILE", description = "Write it there (default: standard output).")
    @Nullable Path output;

    @Override
    int run(Session session) {
        Project project = session.project();
        Projects.model(project, model);
        ModelCard card;
        try (ProjectReading state = ProjectReading.open(project)) {
            String asked = version;
            int number = asked != null
                    ? ModelsChange.number(asked)
                    : state.alias(model, ModelVersion.CHAMPION)
                            .map(ModelVersion::version)
                            .orElseThrow(() -> new KeelsonException(
                                    ErrorCode.VERSION_NOT_FOUND,
                                    "The model (%s) has no champion yet.".formatted(model),
                                    "Maybe name a version: `keelson models show %s` lists them.".formatted(model)));
            card = state.card(project, session.clock(), model, number);
        }
        Path file = output;
        if (file != null) {
            ModelsCompare.write(session.base().resolve(file), card.markdown());
            session.console().note("Written to %s.".formatted(file));
        } else {
            card.markdown().lines().forEach(session.console()::line);
        }
        session.console().document(card.toJson());
        return YES;
    }
}
