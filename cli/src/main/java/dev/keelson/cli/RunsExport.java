package dev.keelson.cli;

import dev.keelson.console.RunFolder;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.wiring.ProjectReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson runs export}. */
@Command(
        name = "export",
        description = "Write a run as a folder that a person can read: README, metrics, test predictions, plots as SVG and CSV, the model.")
final class RunsExport extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "RUN", description = "A run, as `runs show` takes it.")
    String name = "";

    @Parameters(index = "1", paramLabel = "DIR", description = "A folder that is new or empty.")
    String folder = "";

    @Override
    int run(Session session) {
        SortedMap<String, byte[]> files;
        Run run;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            run = state.named(name);
            files = RunFolder.of(run, state.files(run), state.checklist(run));
        }
        Path target = session.base().resolve(folder);
        try {
            if (Files.exists(target) && !isEmpty(target)) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The folder (%s) is there and not empty; a new or an empty one was expected.".formatted(target),
                        "Maybe name another one.");
            }
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Path path = target.resolve(file.getKey());
                Path parent = path.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.write(path, file.getValue());
            }
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.NOT_WRITABLE,
                    "The folder (%s) cannot be written: %s.".formatted(target, e.getMessage()),
                    "Maybe its disk is full, or you may not write there.",
                    e);
        }
        var document = Catalogued.object().put("run", run.id()).put("folder", target.toString());
        var list = document.putArray("files");
        files.forEach((path, bytes) -> list.addObject().put("path", path).put("bytes", bytes.length));
        files.forEach((path, bytes) -> session.console().line(path));
        session.console().document(document);
        session.console().note("Begin with %s.".formatted(target.resolve(RunFolder.README)));
        return YES;
    }

    private static boolean isEmpty(Path target) throws IOException {
        if (!Files.isDirectory(target)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(target)) {
            return entries.findAny().isEmpty();
        }
    }
}
