package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.FeastImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson import}. */
@Command(
        name = "import",
        description = "Take over what another tool has declared or recorded.",
        subcommands = {ImportCommand.Feast.class, ImportMlflow.class})
final class ImportCommand extends CommandGroup {

    /** {@code keelson import feast}. */
    @Command(
            name = "feast",
            description = {
                "Read entities, file sources and feature views of a Feast repository.",
                "Its Python files are read, never run; what could not be read is said with file and line."
            })
    static final class Feast extends KeelsonCommand {
        @Parameters(
                arity = "0..1",
                paramLabel = "DIR|FILE",
                description = "The repository or its feature_store.yaml (default: here).")
        String from = ".";

        @Option(names = "--out", paramLabel = "FILE", description = "Write the project file there (default: standard output).")
        @Nullable String out;

        @Override
        int run(Session session) {
            FeastImport imported = FeastImport.read(session.path(from));
            String target = out;
            if (target != null) {
                write(session.path(target), imported.yaml());
                session.console().note("Written to %s.".formatted(target));
            } else {
                session.console().line(imported.yaml().stripTrailing());
            }
            imported.notes().forEach(note -> session.console().note(note));
            ObjectNode document = Catalogued.object();
            document.put("feature_views", imported.views());
            document.put("project_file", imported.yaml());
            var notes = document.putArray("notes");
            imported.notes().forEach(notes::add);
            session.console().document(document);
            return YES;
        }

        private static void write(Path file, String text) {
            if (Files.exists(file)) {
                throw new KeelsonException(
                        ErrorCode.PROJECT_EXISTS,
                        "There is a file (%s) already.".formatted(file),
                        "Maybe choose another name with --out.");
            }
            try {
                Files.writeString(file, text);
            } catch (IOException e) {
                throw Failures.writing(file, e);
            }
        }
    }
}
