package dev.keelson.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Function;

/** How a run did on its test period, as it kept it. */
public final class RunSlices {
    /** The file of a run that tells it. */
    public static final String FILE = "slices.json";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RunSlices() {}

    /**
     * The document, with the run and its model.
     *
     * @param artifacts hash of a file to its bytes
     * @throws KeelsonException NOT_FOUND when the run had no test period, or was made before such documents were kept;
     *     STORE_DAMAGED when the file is gone
     */
    public static ObjectNode of(Run run, Function<String, Optional<byte[]>> artifacts) {
        for (Run.Artifact artifact : run.artifacts()) {
            if (artifact.path().equals(FILE)) {
                byte[] bytes = artifacts
                        .apply(artifact.sha256())
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.STORE_DAMAGED,
                                "The file (%s) of the run (%s) is missing from the artifact store."
                                        .formatted(artifact.path(), run.id()),
                                "Maybe the folder artifacts was restored from an older backup."));
                try {
                    return of(run, (ObjectNode) MAPPER.readTree(bytes));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw none(run);
    }

    /** A document with the run and its model. */
    public static ObjectNode of(Run run, ObjectNode document) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("run", run.id());
        node.put("model", run.experiment());
        return node.setAll(document);
    }

    /** Whether a run keeps it. */
    public static boolean has(Run run) {
        return run.artifacts().stream().anyMatch(artifact -> artifact.path().equals(FILE));
    }

    /** What is told of a run without. */
    public static KeelsonException none(Run run) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "The run (%s) has not been judged on a test period of its own.".formatted(run.id()),
                "Maybe it is a refresh, a search or an imported model; of a training in a replay `keelson slices` tells.");
    }
}
