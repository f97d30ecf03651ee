package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.ArtifactPath;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.wiring.ProjectReading;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson runs download}. */
@Command(
        name = "download",
        description = "Copy files of a run into a folder, checked by their hashes.",
        footer = "Files that are there already with the right hash are not copied again, and one that was cut goes on where it ended.")
final class RunsDownload extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "RUN", description = "A run, as `runs show` takes it.")
    String name = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "PATH", description = "Only this file or folder.")
    @Nullable String path;

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "The folder.")
    String to = "";

    @Override
    int run(Session session) {
        Path folder = session.path(to);
        ObjectNode document = Catalogued.object();
        int count = 0;
        long fetched = 0;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            Run run = state.named(name);
            FileTree tree = state.tree();
            ArtifactPath root = RunsFiles.root(tree, run);
            List<FileTree.File> files = tree.walk(path == null ? root : root.resolve(path));
            if (files.isEmpty() && path != null) {
                throw new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "The run (%s) has no file or folder (%s).".formatted(run.id(), path),
                        "Maybe `keelson runs files %s` has it under another name.".formatted(name));
            }
            document.put("run", run.id()).put("folder", folder.toString());
            var list = document.putArray("files");
            for (FileTree.File file : files) {
                String relative = RunsFiles.relative(root, file);
                Download.Saved saved = Download.save(
                        Download.place(folder, relative), file.sha256(), file.bytes(), offset -> tree.read(file, offset));
                list.addObject()
                        .put("path", relative)
                        .put("bytes", file.bytes())
                        .put("sha256", file.sha256())
                        .put("copied", saved.fetched());
                session.console().line(relative);
                count++;
                fetched += saved.fetched();
            }
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.NOT_WRITABLE,
                    "The folder (%s) cannot be written: %s.".formatted(folder, e.getMessage()),
                    "Maybe its disk is full, or you may not write there; done again, the command goes on.",
                    e);
        }
        session.console().document(document);
        session.console().note("%d files are in %s; %d bytes were copied.".formatted(count, session.shown(folder), fetched));
        return YES;
    }
}
