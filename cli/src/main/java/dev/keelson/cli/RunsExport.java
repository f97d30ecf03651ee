package dev.keelson.cli;

import dev.keelson.console.RunFolder;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.registry.runs.RunColumns;
import dev.keelson.registry.runs.RunExport;
import dev.keelson.registry.runs.RunQuery;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.wiring.ProjectReading;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson runs export}. */
@Command(
        name = "export",
        description = {
            "Write runs as a table; or one run as a folder that a person can read.",
            "With RUN and DIR: README, metrics, test predictions, plots as SVG and CSV, the model. Without: all runs that match, one by"
                    + " one."
        })
final class RunsExport extends KeelsonCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "RUN", description = "A run, as `runs show` takes it.")
    @Nullable String name;

    @Parameters(index = "1", arity = "0..1", paramLabel = "DIR", description = "A folder that is new or empty.")
    @Nullable String folder;

    @Mixin
    final RunSelection selection = new RunSelection();

    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "csv", description = "csv, json or jsonl (default: csv).")
    String format = "csv";

    @Option(names = "--to", paramLabel = "FILE", description = "Write there (default: standard output).")
    @Nullable String file;

    @Override
    int run(Session session) throws IOException {
        String run = name;
        String target = folder;
        if (run == null) {
            return table(session);
        }
        if (target == null) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The folder is missing that the run (%s) is to be written to.".formatted(run),
                    "Maybe `keelson runs export %s DIR`; without a run, all that match are written as a table.".formatted(run));
        }
        return folder(session, run, target);
    }

    private int table(Session session) throws IOException {
        RunExport.Format wanted = Stream.of(RunExport.Format.values())
                .filter(each -> each.word().equals(format.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.USAGE, "The format (%s) is unknown; csv, json or jsonl was expected.".formatted(format), null));
        Project project = session.project();
        RunQuery query = selection.query(project, RunColumns.EVERYTHING, 1, 1);
        try (ProjectReading state = ProjectReading.open(project)) {
            Optional<TrackedRuns> tracked = state.tracked(session.clock());
            if (tracked.isEmpty()) {
                session.console().note("There are no runs yet; `keelson run` trains.");
                return YES;
            }
            if (file == null) {
                OutputStreamWriter to = new OutputStreamWriter(session.out(), StandardCharsets.UTF_8);
                tracked.get().export(query, wanted, to);
                to.flush();
                return YES;
            }
            Path path = session.path(file);
            long written;
            try (Writer to = Files.newBufferedWriter(path)) {
                written = tracked.get().export(query, wanted, to);
            } catch (IOException e) {
                throw new KeelsonException(
                        ErrorCode.NOT_WRITABLE,
                        "The file (%s) cannot be written: %s.".formatted(path, e.getMessage()),
                        "Maybe its disk is full, or you may not write there.",
                        e);
            }
            session.console().line(session.shown(path));
            session.console().document(Catalogued.object().put("file", path.toString()).put("runs", written));
        }
        return YES;
    }

    private static int folder(Session session, String name, String folder) {
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
