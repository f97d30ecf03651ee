package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.LoggedModel;
import dev.keelson.project.Project;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.wiring.ProjectReading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson predictions}. */
@Command(
        name = "predictions",
        description = "The log of what was predicted, and what happened.",
        subcommands = {
            PredictionsCommand.Listing.class,
            PredictionsShow.class,
            PredictionsScore.class,
            PredictionsHandedIn.Outcomes.class,
            PredictionsHandedIn.Submit.class,
            PredictionsEvents.class,
            PredictionsReconcile.class,
            PredictionsRemote.class
        })
final class PredictionsCommand extends CommandGroup {

    /** {@code keelson predictions list}. */
    @Command(name = "list", description = "List predictions, newest first.")
    static final class Listing extends KeelsonCommand {
        @Option(names = "--model", paramLabel = "NAME", description = "Of this model only.")
        @Nullable String model;

        @Option(
                names = "--settled",
                arity = "0..1",
                paramLabel = "true|false",
                fallbackValue = "true",
                description = "Only those whose outcome is known; =false those whose outcome is not.")
        @Nullable Boolean settled;

        @Option(names = "--text", paramLabel = "TEXT", description = "Only where this is part of the entity, or of a key that was asked for.")
        @Nullable String text;

        @Option(names = "--model-version", paramLabel = "N", description = "By this version only.")
        @Nullable Integer version;

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                description = "Only in this role: champion, challenger, named (asked for by its version) or elsewhere.")
        @Nullable String role;

        @Option(
                names = "--served",
                arity = "0..1",
                paramLabel = "true|false",
                fallbackValue = "true",
                description = "Only what callers were answered with; =false only shadows.")
        @Nullable Boolean served;

        @Option(names = "--outcome", paramLabel = "TEXT", description = "Only where this is the outcome.")
        @Nullable String outcome;

        @Option(names = "--min-confidence", paramLabel = "P", description = "Only where the greatest probability is at least this.")
        @Nullable Double atLeast;

        @Option(names = "--max-confidence", paramLabel = "P", description = "Only where the greatest probability is at most this.")
        @Nullable Double atMost;

        @Option(names = "--from", paramLabel = "TIME", description = "Only of events at or after this day or instant.")
        @Nullable String from;

        @Option(names = "--to", paramLabel = "TIME", description = "Only of events before this day or instant.")
        @Nullable String to;

        @Option(names = "--metadata", paramLabel = "TEXT", description = "Only where this is part of the metadata or the client.")
        @Nullable String metadata;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "At most so many (default: 50).")
        int limit = 50;

        @Override
        int run(Session session) {
            Project project = session.project();
            if (model != null) {
                var _ = LoggedModel.of(project, model);
            }
            Limits.check(limit);
            Moments.checkOrder(moment(session, "--from", from), moment(session, "--to", to));
            PredictionQuery query = new PredictionQuery(
                    model, version, role, served, moment(session, "--from", from), moment(session, "--to", to), settled, outcome, atLeast, atMost,
                    text, metadata, true, limit);
            List<LoggedPrediction> found;
            long total;
            try (ProjectReading state = ProjectReading.open(project)) {
                found = state.predictions(query);
                total = state.countPredictions(query);
            }
            ObjectNode document = Catalogued.object().put("total", total);
            var list = document.putArray("predictions");
            List<List<String>> rows = new ArrayList<>();
            for (LoggedPrediction logged : found) {
                PredictionEvent event = logged.event();
                List<String> classes = Catalogued.classes(project, event.model());
                list.add(Catalogued.prediction(logged, classes));
                rows.add(List.of(
                        event.eventTime().toString(),
                        event.model(),
                        "v" + event.version(),
                        event.role(),
                        event.entity(),
                        event.isNumber()
                                ? Texts.number(event.probabilities()[0])
                                : Catalogued.name(classes, event.predicted()),
                        event.isNumber() ? "" : Texts.probability(event.probabilities()[event.predicted()]),
                        Texts.orEmpty(logged.outcome()),
                        event.id().toString()));
            }
            session.console()
                    .table(
                            List.of("EVENT", "MODEL", "VERSION", "ROLE", "ENTITY", "PREDICTED", "P", "OUTCOME", "ID"),
                            rows);
            session.console().document(document);
            if (rows.isEmpty()) {
                session.console().note("No prediction matches.");
            } else if (total > rows.size()) {
                session.console().note("%d of %d; --limit shows more.".formatted(rows.size(), total));
            }
            return YES;
        }

        private static @Nullable Instant moment(Session session, String option, @Nullable String text) {
            return Moments.orNull(option, text, session.project().zone());
        }
    }
}
