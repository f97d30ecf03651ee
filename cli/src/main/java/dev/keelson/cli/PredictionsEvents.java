package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.PredictionJournal;
import dev.keelson.project.Project;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventKind;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson predictions events}. */
@Command(name = "events", description = "List trainings and evaluations that the log keeps beside predictions, newest first.")
final class PredictionsEvents extends KeelsonCommand {
    @Option(names = "--model", paramLabel = "NAME", description = "Of this model only.")
    @Nullable String model;

    @Option(names = "--kind", paramLabel = "KIND", description = "One of: ${COMPLETION-CANDIDATES}.")
    @Nullable Kind kind;

    @Option(names = "--text", paramLabel = "TEXT", description = "Only where this is part of the metadata or of the run.")
    @Nullable String text;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "At most so many (default: 50).")
    int limit = 50;

    /** As it is typed. */
    enum Kind {
        evaluation,
        training
    }

    @Override
    int run(Session session) {
        Project project = session.project();
        if (model != null) {
            var _ = LoggedModel.of(project, model);
        }
        Limits.check(limit);
        ModelEventKind wanted =
                switch (kind) {
                    case null -> null;
                    case evaluation -> ModelEventKind.EVALUATION;
                    case training -> ModelEventKind.TRAINING;
                };
        List<ModelEvent> events;
        try (ProjectReading state = ProjectReading.open(project)) {
            events = state.events(new ModelEventQuery(wanted, model, null, null, null, text, limit));
        }
        List<List<String>> rows = new ArrayList<>();
        for (ModelEvent event : events) {
            rows.add(List.of(
                    event.at().toString(),
                    event.kind().word(),
                    event.model(),
                    event.version() == 0 ? "" : "v" + event.version(),
                    event.run(),
                    event.metadata(),
                    event.id().toString()));
        }
        ObjectNode document = PredictionJournal.json(events);
        session.console().table(List.of("AT", "KIND", "MODEL", "VERSION", "RUN", "METADATA", "ID"), rows);
        session.console().document(document);
        if (rows.isEmpty()) {
            session.console().note("No training or evaluation matches.");
        }
        return YES;
    }
}
