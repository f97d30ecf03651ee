package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.ArtifactPath;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.wiring.ProjectReading;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson runs files}. */
@Command(
        name = "files",
        description = "List the files of a run with their sizes and hashes.",
        footer = "Exit code 1 with --verify: a file was changed after it was stored, or is missing.")
final class RunsFiles extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "RUN", description = "A run, as `runs show` takes it.")
    String name = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "PATH", description = "Only what is in this folder.")
    @Nullable String path;

    @Option(names = "--verify", description = "Read every file and compare its hash; of a training, also whether all files of its model are listed.")
    boolean verify;

    @Override
    int run(Session session) throws IOException {
        Console console = session.console();
        ObjectNode document = Catalogued.object();
        List<List<String>> rows = new ArrayList<>();
        int damaged = 0;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            Run run = state.named(name);
            FileTree tree = state.tree();
            ArtifactPath root = root(tree, run);
            document.put("run", run.id());
            var list = document.putArray("files");
            for (FileTree.File file : tree.walk(path == null ? root : root.resolve(path))) {
                String relative = relative(root, file);
                ObjectNode each = list.addObject()
                        .put("path", relative)
                        .put("bytes", file.bytes())
                        .put("sha256", file.sha256());
                List<String> row = new ArrayList<>(List.of(relative, Long.toString(file.bytes()), file.sha256()));
                if (verify) {
                    String fault = fault(tree, file);
                    each.put("whole", fault == null);
                    row.add(fault == null ? "whole" : "damaged");
                    if (fault != null) {
                        damaged++;
                        console.error(fault);
                    }
                }
                rows.add(row);
            }
            if (verify && path == null) {
                String lost = state.lost(run).orElse(null);
                document.put("lost", lost);
                if (lost != null) {
                    damaged++;
                    console.error(lost);
                }
            }
        }
        console.table(verify ? List.of("PATH", "BYTES", "SHA256", "STATE") : List.of("PATH", "BYTES", "SHA256"), rows);
        console.document(document);
        if (rows.isEmpty()) {
            console.note("The run has no files%s.".formatted(path == null ? "" : " at " + path));
        }
        return damaged == 0 ? YES : NO;
    }

    private static @Nullable String fault(FileTree tree, FileTree.File file) throws IOException {
        try (InputStream bytes = tree.read(file, 0)) {
            bytes.transferTo(OutputStream.nullOutputStream());
            return null;
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.STORE_DAMAGED) {
                throw e;
            }
            return e.problems().getFirst().message();
        }
    }

    /** Where the files of a run are in the tree. */
    static ArtifactPath root(FileTree tree, Run run) {
        return tree.ofRun(run.id())
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "The files of the run (%s) are not kept here: its experiment names another place.".formatted(run.id()),
                        "Maybe a client of that place has them."));
    }

    /** The name of a file as its run calls it. */
    static String relative(ArtifactPath root, FileTree.File file) {
        return file.path().text().substring(root.text().length() + 1);
    }
}
