package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** SciPy of {@code /usr/bin/python3}, to be measured beside ours. */
final class SciPy {
    /** Said where it cannot run. */
    static final String LEFT_OUT =
            "left out: /usr/bin/python3 has no SciPy (apt install python3-scipy), or this is not the root of the sources";

    private static final String PYTHON = "/usr/bin/python3";
    private static final Path SCRIPT = Path.of("e2e/src/peer/scipy/ks.py");

    private SciPy() {}

    /**
     * Kolmogorov-Smirnov of columns of normal values, from memory.
     *
     * @param rows of each side
     * @return versions, {@code seconds} of the processor for all columns, {@code peak_mb}; null where it is not installed
     */
    static @Nullable JsonNode kolmogorovSmirnov(int rows, int columns) throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of(PYTHON)) || !Files.isReadable(SCRIPT)) {
            return null;
        }
        Process process = new ProcessBuilder(
                        PYTHON, SCRIPT.toString(), Integer.toString(rows), Integer.toString(columns), "1")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] answer = process.getInputStream().readAllBytes();
        return process.waitFor() == 0 ? new ObjectMapper().readTree(new String(answer, StandardCharsets.UTF_8)) : null;
    }
}
