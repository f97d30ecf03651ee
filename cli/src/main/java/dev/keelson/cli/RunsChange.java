package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.wiring.RunChanges;
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
