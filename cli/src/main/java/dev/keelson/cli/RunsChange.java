package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.wiring.RunChanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What changes runs: by the process that serves the project, where one does. */
final class RunsChange {
    private RunsChange() {}

    /** Does something to several runs, and tells their ids. */
    private static void each(Session session, List<String> runs, BiFunction<RunChanges, String, JsonNode> change) {
        var document = Catalogued.object();
        var list = document.putArray("runs");
        RunChanges.of(session.project(), session.clock(), changes -> {
            for (String run : runs) {
                JsonNode changed = change.apply(changes, run);
                list.add(changed);
                session.console().line(changed.path("id").asText());
            }
            return list;
        });
        session.console().document(document);
    }

    /** {@code keelson runs delete}. */
    @Command(name = "delete", description = "Delete runs; `runs restore` takes it back until they are removed for good.")
    static final class Delete extends KeelsonCommand {
        @Parameters(arity = "1..*", paramLabel = "RUN", description = "Runs, as `runs show` takes them.")
        List<String> runs = new ArrayList<>();

        @Override
        int run(Session session) {
            each(session, runs, RunChanges::delete);
            return YES;
        }
    }

    /** {@code keelson runs restore}. */
    @Command(name = "restore", description = "Restore deleted runs; `runs list --deleted` has them.")
    static final class Restore extends KeelsonCommand {
        @Parameters(arity = "1..*", paramLabel = "RUN", description = "Runs, as `runs show` takes them.")
        List<String> runs = new ArrayList<>();

        @Override
        int run(Session session) {
            each(session, runs, RunChanges::restore);
            return YES;
        }
    }

    /** {@code keelson runs gc}. */
    @Command(
            name = "gc",
            description = {
                "Remove runs and experiments that were deleted long ago for good, and files that nothing names any more.",
                "What a version, a logged model, the audit trail, a report, a step, a definition or a run that stays speaks of is kept."
            },
            footer = "Files that were stored within the last day are left for the next time.")
    static final class Collect extends KeelsonCommand {
        @Option(
                names = "--older-than",
                required = true,
                paramLabel = "DURATION",
                description = "How long ago they were deleted at least, such as 90d.")
        String olderThan = "";

        @Option(names = "--dry-run", description = "Only tell what would be removed.")
        boolean dryRun;

        @Override
        int run(Session session) {
            Duration age = Durations.parse(olderThan);
            JsonNode told = RunChanges.of(session.project(), session.clock(), changes -> changes.collect(age, dryRun));
            List<List<String>> rows = new ArrayList<>();
            removed(rows, "run", told.path("runs"));
            removed(rows, "experiment", told.path("experiments"));
            told.path("kept").forEach(kept -> {
                boolean run = kept.has("run");
                rows.add(List.of(
                        run ? "run" : "experiment",
                        kept.path(run ? "run" : "experiment").asText(),
                        "kept",
                        kept.path("why").asText()));
            });
            Console console = session.console();
            console.table(List.of("WHAT", "ID", "STATE", "WHY"), rows);
            ObjectNode document = Catalogued.object();
            told.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
            console.document(document);
            console.note("%,d runs, %,d experiments and %,d files (%,d bytes) %s; %,d stay because something speaks of them."
                    .formatted(
                            told.at("/runs/count").asLong(),
                            told.at("/experiments/count").asLong(),
                            told.at("/files/count").asLong(),
                            told.at("/files/bytes").asLong(),
                            dryRun ? "would be removed" : "were removed",
                            told.path("kept").size()));
            return YES;
        }

        private void removed(List<List<String>> rows, String what, JsonNode told) {
            told.path("ids").forEach(id -> rows.add(List.of(what, id.asText(), dryRun ? "old" : "removed", "")));
        }
    }

    /** {@code keelson runs note}. */
    @Command(name = "note", description = "Write a note about a run, instead of the one it has; an empty one removes it.")
    static final class Note extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "RUN", description = "A run, as `runs show` takes it.")
        String run = "";

        @Parameters(index = "1", paramLabel = "TEXT", description = "What is to be remembered; Markdown.")
        String text = "";

        @Override
        int run(Session session) {
            each(session, List.of(run), (changes, id) -> changes.describe(id, null, text, Map.of()));
            return YES;
        }
    }

    /** {@code keelson runs tag}. */
    @Command(name = "tag", description = "Set tags of a run, remove some, or give it another name.")
    static final class Tag extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "RUN", description = "A run, as `runs show` takes it.")
        String run = "";

        @Parameters(index = "1..*", arity = "0..*", paramLabel = "KEY=VALUE", description = "Tags to be set.")
        List<String> tags = new ArrayList<>();

        @Option(names = "--remove", paramLabel = "KEY", description = "A tag to be removed; may be repeated.")
        List<String> removed = new ArrayList<>();

        @Option(names = "--name", paramLabel = "NAME", description = "A new name.")
        @Nullable String name;

        @Override
        int run(Session session) {
            Map<String, @Nullable String> changed = new LinkedHashMap<>();
            for (String tag : tags) {
                int equals = tag.indexOf('=');
                if (equals < 1) {
                    throw new KeelsonException(
                            ErrorCode.USAGE, "The tag (%s) is not understood; KEY=VALUE was expected.".formatted(tag), null);
                }
                changed.put(tag.substring(0, equals), tag.substring(equals + 1));
            }
            removed.forEach(key -> changed.put(key, null));
            if (changed.isEmpty() && name == null) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "Nothing is to be changed.", "Maybe add KEY=VALUE, --remove KEY or --name NAME.");
            }
            each(session, List.of(run), (changes, id) -> changes.describe(id, name, null, changed));
            return YES;
        }
    }
}
