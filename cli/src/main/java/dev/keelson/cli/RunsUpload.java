package dev.keelson.cli;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.wiring.RunUpload;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson runs upload}. */
@Command(
        name = "upload",
        description = "Add a file to a run, or give one other bytes.",
        footer = "Files that a training of Keelson wrote stay as they are.")
final class RunsUpload extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "RUN", description = "A run, as `runs show` takes it.")
    String name = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "The file.")
    String file = "";

    @Option(names = "--path", paramLabel = "PATH", description = "What the run calls it (default: its own name).")
    @Nullable String path;

    @Override
    int run(Session session) {
        Path local = session.path(file);
        if (!Files.isRegularFile(local)) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "There is no file (%s).".formatted(file), "Maybe its name is misspelt.");
        }
        String target = path == null ? local.getFileName().toString() : path;
        FileTree.File stored = RunUpload.upload(session.project(), session.clock(), name, target, local);
        session.console().line("%s %d %s".formatted(target, stored.bytes(), stored.sha256()));
        session.console()
                .document(Catalogued.object()
                        .put("path", target)
                        .put("bytes", stored.bytes())
                        .put("sha256", stored.sha256()));
        return YES;
    }
}
