package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.Backend;
import dev.keelson.registry.Run;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The documents that a run kept. */
final class RunFiles {
    private RunFiles() {}

    /** A document by its file's name; empty when the run keeps none, or the file is gone. */
    static Optional<JsonNode> json(Backend backend, Run run, String path) {
        return run.artifacts().stream()
                .filter(artifact -> artifact.path().equals(path))
                .findFirst()
                .flatMap(artifact -> backend.artifact(artifact.sha256()))
                .map(bytes -> Documents.read(new String(bytes, StandardCharsets.UTF_8)));
    }

    /** Names of the classes of the model as it was trained; none of a number. */
    static List<String> classes(Run run) {
        return Documents.read(run.provenance()).path("configuration").path("classes").valueStream()
                .map(JsonNode::asText)
                .toList();
    }
}
