package dev.keelson.wiring;

import dev.keelson.registry.Run;
import dev.keelson.registry.spi.ArtifactStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The importance of features as a run keeps it: {@code importance.csv}, the most important first. */
final class Importance {
    static final String FILE = "importance.csv";

    private Importance() {}

    /** Feature to its share, in the order of the file; nothing where the run has no such file. */
    static Map<String, Double> of(Run run, ArtifactStore artifacts) {
        Map<String, Double> shares = new LinkedHashMap<>();
        for (Run.Artifact artifact : run.artifacts()) {
            if (artifact.path().equals(FILE)) {
                artifacts
                        .get(artifact.sha256())
                        .ifPresent(bytes -> lines(new String(bytes, StandardCharsets.UTF_8), shares));
            }
        }
        return Collections.unmodifiableMap(shares);
    }

    private static void lines(String text, Map<String, Double> shares) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            int comma = line.lastIndexOf(',');
            shares.put(line.substring(0, comma), Double.valueOf(line.substring(comma + 1)));
        }
    }
}
