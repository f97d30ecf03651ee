package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.ArtifactPath;
import dev.keelson.registry.tracking.FileTree;
import dev.keelson.store.files.ProjectOwner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** Adds a file of this machine to a run. */
public final class RunUpload {
    private RunUpload() {}

    /**
     * Adds a file: this process owns the project meanwhile, or asks the one that serves it.
     *
     * @param name the run, as {@link ProjectReading#named} takes it
     * @param path what the run calls the file
     * @return the file as it was stored
     * @throws KeelsonException RUN_NOT_FOUND; UNSAFE_PATH; PROJECT_IN_USE when another process owns the project without serving
     *     it; as {@link FileTree#put} does
     */
    public static FileTree.File upload(Project project, InstantSource clock, String name, String path, Path local) {
        ArtifactPath relative = new ArtifactPath(path);
        Run run;
        try (ProjectReading state = ProjectReading.open(project)) {
            run = state.named(name);
        }
        Optional<OwnerClient> served = OwnerClient.of(project);
        if (served.isPresent()) {
            try (OwnerClient client = served.get()) {
                StringBuilder address = new StringBuilder(OwnerClient.address("/api/v1/runs/%s/files", run.id()));
                relative.parts().forEach(part -> address.append(OwnerClient.address("/%s", part)));
                JsonNode stored = client.put(address.toString(), local);
                return new FileTree.File(
                        new ArtifactPath(stored.path("path").asText()),
                        stored.path("sha256").asText(),
                        stored.path("bytes").asLong());
            }
        }
        ProjectOwner owner = Workspace.own(project);
        try (Workspace workspace = new Workspace(project);
                InputStream bytes = Files.newInputStream(local)) {
            FileTree tree = workspace.files(clock);
            ArtifactPath root = tree.ofRun(run.id())
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.NOT_FOUND,
                            "The files of the run (%s) are not kept here: its experiment names another place."
                                    .formatted(run.id()),
                            null));
            return tree.put(
                    relative.below(root), new FileTree.Incoming(bytes, Long.MAX_VALUE, Files.size(local), null));
        } catch (IOException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The file (%s) cannot be read: %s.".formatted(local, e.getMessage()), null, e);
        } finally {
            owner.close();
        }
    }
}
