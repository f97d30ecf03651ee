package dev.keelson.cli;

import dev.keelson.project.Project;
import dev.keelson.registry.governance.ModelCard;
import dev.keelson.wiring.ProjectReading;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson models card}. */
@Command(
        name = "card",
        description = {
            "The model card of a version, as Markdown: use, data, features, metrics with intervals, limits, provenance.",
            "Of a version that a client registered: what was logged of it, and what is not known."
        },
        footer = "With --json as JSON. What it is meant for is the `description` of the project file.")
final class ModelsCard extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Its name.")
    String model = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "VERSION",
            description = {NamedVersion.WORDS, "Without one: the champion, else the version in Production, else the highest."})
    @Nullable String version;

    @Option(names = "--output", paramLabel = "FILE", description = "Write it there (default: standard output).")
    @Nullable Path output;

    @Override
    int run(Session session) {
        Project project = session.project();
        NamedVersion named = NamedVersion.of(project, model, version);
        Integer number = named.version();
        ModelCard card;
        try (ProjectReading state = ProjectReading.open(project)) {
            card = state.card(
                    project,
                    session.clock(),
                    named.model(),
                    number == null ? state.version(null, named.model()).version() : number);
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
