package dev.keelson.wiring;

import dev.keelson.registry.Run;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.train.FeatureImportance;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The importance of features as a run keeps it: {@code importance.csv}, the most important first. */
final class Importance {
    static final String FILE = "importance.csv";
    /** What features are worth on the test period, where that was measured. */
    static final String SHUFFLED = "permutation_importance.csv";

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

    /** Whether features were shuffled in a run. */
    static boolean shuffled(Run run) {
        return run.artifacts().stream().anyMatch(artifact -> artifact.path().equals(SHUFFLED));
    }

    /** Features by falling worth; nothing where none was measured. */
    static byte[] shuffledCsv(List<FeatureImportance> importance) {
        StringBuilder text = new StringBuilder();
        importance.stream()
                .filter(each -> each.shuffled() != null)
                .sorted(Comparator.comparingDouble(
                                (FeatureImportance each) -> -Objects.requireNonNull(each.shuffled()).increase())
                        .thenComparing(FeatureImportance::feature))
                .forEach(each -> {
                    FeatureImportance.Shuffled shuffled = Objects.requireNonNull(each.shuffled());
                    text.append(text.isEmpty() ? "feature,loss_increase,lower,upper,rows,repeats\n" : "")
                            .append(each.feature()).append(',')
                            .append(shuffled.increase()).append(',')
                            .append(shuffled.lower()).append(',')
                            .append(shuffled.upper()).append(',')
                            .append(shuffled.rows()).append(',')
                            .append(shuffled.repeats()).append('\n');
                });
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Feature to what it is worth, in the order of the file; nothing where it was not measured. */
    static Map<String, FeatureImportance.Shuffled> worth(Run run, ArtifactStore artifacts) {
        Map<String, FeatureImportance.Shuffled> worth = new LinkedHashMap<>();
        for (Run.Artifact artifact : run.artifacts()) {
            if (artifact.path().equals(SHUFFLED)) {
                artifacts.get(artifact.sha256()).ifPresent(bytes -> new String(bytes, StandardCharsets.UTF_8)
                        .lines()
                        .skip(1)
                        .forEach(line -> worth(line, worth)));
            }
        }
        return worth;
    }

    private static void worth(String line, Map<String, FeatureImportance.Shuffled> worth) {
        List<String> cells = List.of(line.split(",", -1));
        int last = cells.size() - 5; // a name may hold commas
        worth.put(
                String.join(",", cells.subList(0, last)),
                new FeatureImportance.Shuffled(
                        Double.parseDouble(cells.get(last)),
                        Double.parseDouble(cells.get(last + 1)),
                        Double.parseDouble(cells.get(last + 2)),
                        Integer.parseInt(cells.get(last + 3)),
                        Integer.parseInt(cells.get(last + 4))));
    }

    private static void lines(String text, Map<String, Double> shares) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            int comma = line.lastIndexOf(',');
            shares.put(line.substring(0, comma), Double.valueOf(line.substring(comma + 1)));
        }
    }
}
