package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.runs.RunQuery;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.RunChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson experiments}. */
@Command(
        name = "experiments",
        description = "What runs belong to; the runs of a model are in the experiment of its name.",
        subcommands = {
            ExperimentsCommand.Listing.class,
            ExperimentsCommand.Create.class,
            ExperimentsCommand.Rename.class,
            ExperimentsCommand.Delete.class,
            ExperimentsCommand.Restore.class
        })
final class ExperimentsCommand extends CommandGroup {

    private static int change(Session session, Function<RunChanges, JsonNode> work) {
        JsonNode changed = RunChanges.of(session.project(), session.clock(), work);
        ObjectNode document = Catalogued.object();
        changed.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        session.console().table(
                List.of("ID", "NAME", "STATE"),
                List.of(List.of(
                        changed.path("id").asText(), changed.path("name").asText(), changed.path("lifecycle").asText())));
        session.console().document(document);
        return YES;
    }

    /** {@code keelson experiments list}. */
    @Command(name = "list", description = "List experiments, newest first.")
    static final class Listing extends KeelsonCommand {
        @Option(names = "--filter", paramLabel = "TEXT", description = "Conditions such as: name LIKE 'foot%%' AND tags.team = 'a'.")
        @Nullable String filter;

        @Option(names = "--deleted", description = "Deleted ones.")
        boolean deleted;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "100", description = "At most so many (default: 100).")
        int limit = 100;

        @Override
        int run(Session session) {
            Limits.check(limit);
            ObjectNode document;
            try (ProjectReading state = ProjectReading.open(session.project())) {
                document = state.tracked(session.clock())
                        .map(tracked -> tracked.experiments(
                                filter,
                                deleted ? Lifecycle.View.DELETED_ONLY : Lifecycle.View.ACTIVE_ONLY,
                                Math.min(limit, RunQuery.MOST),
                                1))
                        .orElseGet(() -> {
                            ObjectNode none = Catalogued.object();
                            none.putArray("experiments");
                            return none;
                        });
            }
            List<List<String>> rows = new ArrayList<>();
            document.path("experiments")
                    .forEach(each -> rows.add(List.of(
                            each.path("id").asText(),
                            each.path("name").asText(),
                            each.path("runs").asText(),
                            each.path("created_at").asText(),
                            each.path("updated_at").asText())));
            session.console().table(List.of("ID", "NAME", "RUNS", "CREATED", "CHANGED"), rows);
            session.console().document(document);
            return YES;
        }
    }

    /** {@code keelson experiments create}. */
    @Command(name = "create", description = "Make an experiment.")
    static final class Create extends KeelsonCommand {
        @Parameters(paramLabel = "NAME", description = "Its name; no other has it, nor a deleted one.")
        String name = "";

        @Override
        int run(Session session) {
            return change(session, changes -> changes.createExperiment(name));
        }
    }

    /** {@code keelson experiments rename}. */
    @Command(name = "rename", description = "Give an experiment another name.")
    static final class Rename extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "EXPERIMENT", description = "Its name or id.")
        String experiment = "";

        @Parameters(index = "1", paramLabel = "NAME", description = "The new name.")
        String name = "";

        @Override
        int run(Session session) {
            return change(session, changes -> changes.renameExperiment(experiment, name));
        }
    }

    /** {@code keelson experiments delete}. */
    @Command(name = "delete", description = "Delete an experiment with its runs; `experiments restore` takes it back.")
    static final class Delete extends KeelsonCommand {
        @Parameters(paramLabel = "EXPERIMENT", description = "Its name or id.")
        String experiment = "";

        @Override
        int run(Session session) {
            return change(session, changes -> changes.setExperimentLifecycle(experiment, Lifecycle.DELETED));
        }
    }

    /** {@code keelson experiments restore}. */
    @Command(name = "restore", description = "Restore a deleted experiment with its runs.")
    static final class Restore extends KeelsonCommand {
        @Parameters(paramLabel = "EXPERIMENT", description = "Its name or id.")
        String experiment = "";

        @Override
        int run(Session session) {
            return change(session, changes -> changes.setExperimentLifecycle(experiment, Lifecycle.ACTIVE));
        }
    }
}
