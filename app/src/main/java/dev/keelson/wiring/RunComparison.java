package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.JsonFields;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.runs.TrainedRuns;
import dev.keelson.registry.spi.ArtifactStore;
import dev.keelson.wiring.Reproduced.Part;
import dev.keelson.wiring.Reproduced.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A run against the same training done again, bit by bit. */
final class RunComparison {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** What the outcome says of code and machine: the check compares it. */
    private static final Set<String> ELSEWHERE =
            Set.of("/provenance/environment", "/provenance/code_version", "/provenance/training_key");
    private static final String OF_CHAMPION = "baseline/" + ModelVersion.CHAMPION + "/";
    private static final int LONGEST = 160;

    private final Run run;
    private final Run again;
    private final ArtifactStore artifacts;
    private final boolean championUnknown;

    /**
     * @param artifacts has the files of both
     * @param championUnknown whether it cannot be told which champion the model was compared with
     */
    RunComparison(Run run, Run again, ArtifactStore artifacts, boolean championUnknown) {
        this.run = run;
        this.again = again;
        this.artifacts = artifacts;
        this.championUnknown = championUnknown;
    }

    /** Files first, then metrics and parameters. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        SortedMap<String, String> then = hashes(run);
        SortedMap<String, String> now = hashes(again);
        TreeSet<String> paths = new TreeSet<>(then.keySet());
        paths.addAll(now.keySet());
        for (String path : paths) {
            parts.add(file(path, then.get(path), now.get(path)));
        }
        metrics(parts);
        values(parts, run.params(), again.params());
        return parts;
    }

    private static SortedMap<String, String> hashes(Run of) {
        SortedMap<String, String> hashes = new TreeMap<>();
        of.artifacts().forEach(artifact -> hashes.put(artifact.path(), artifact.sha256()));
        hashes.remove(BeforeTraining.FILE); // what was looked at then, not what was made
        hashes.remove(ModelSignature.FILE); // they tell of the model and name its run
        hashes.remove(ModelSignature.EXAMPLE);
        return hashes;
    }

    private static String group(String path) {
        return path.startsWith(BundleTrainer.BUNDLE)
                ? "model"
                : path.equals(BundleTrainer.OUTCOME_FILE) ? "training" : path.equals(Importance.FILE) || path.equals(Importance.SHUFFLED) ? "importance" : "file";
    }

    private Part file(String path, @Nullable String then, @Nullable String now) {
        String group = group(path);
        if (then == null) {
            return new Part(group, path, State.UNKNOWN, "", null, now, "The run was made before this file was kept.");
        }
        if (now == null) {
            return new Part(group, path, State.DIFFERENT, "", then, null, "The new training has no such file.");
        }
        if (then.equals(now)) {
            return new Part(group, path, State.IDENTICAL, "", then, now, note(path));
        }
        Optional<byte[]> before = stored(then);
        if (before.isEmpty()) {
            return new Part(group, path, State.DIFFERENT, "", then, now, "The stored file is missing or damaged; only the hashes can be compared.");
        }
        byte[] after = artifacts.get(now).orElseThrow();
        return path.endsWith(".json")
                ? documents(group, path, before.get(), after)
                : bytes(group, path, before.get(), after);
    }

    private static String note(String path) {
        return path.equals(BundleTrainer.OUTCOME_FILE) ? "Weights, calibration, metrics, importances and test predictions." : "";
    }

    private Optional<byte[]> stored(String sha256) {
        try {
            return artifacts.get(sha256);
        } catch (KeelsonException e) {
            if (e.code() == ErrorCode.STORE_DAMAGED) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Part documents(String group, String path, byte[] before, byte[] after) {
        Set<String> without = new HashSet<>();
        if (path.equals(BundleTrainer.OUTCOME_FILE)) {
            without.addAll(ELSEWHERE);
            if (championUnknown) {
                without.add("/baselines/" + ModelVersion.CHAMPION);
            }
        }
        Optional<JsonNode> then = parsed(before);
        Optional<JsonNode> now = parsed(after);
        if (then.isEmpty() || now.isEmpty()) {
            return bytes(group, path, before, after);
        }
        return Reproduction.fields(JsonFields.of(then.get()), JsonFields.of(now.get()), without)
                .map(first -> new Part(
                        group,
                        path,
                        State.DIFFERENT,
                        first.path(),
                        first.then(),
                        first.now(),
                        first.count() == 1 ? "1 field differs." : "%,d fields differ; this is the first.".formatted(first.count())))
                .orElseGet(() -> without.isEmpty()
                        ? bytes(group, path, before, after)
                        : new Part(group, path, State.IDENTICAL, "", null, null, note(path) + " But for what it says of code and machine."));
    }

    private static Optional<JsonNode> parsed(byte[] json) {
        try {
            return Optional.ofNullable(MAPPER.readTree(json));
        } catch (IOException e) {
            return Optional.empty(); // no document: it is compared as bytes
        }
    }

    private static Part bytes(String group, String path, byte[] before, byte[] after) {
        int at = Arrays.mismatch(before, after);
        if (path.endsWith(".csv") || path.endsWith(".txt")) {
            List<String> then = new String(before, StandardCharsets.UTF_8).lines().toList();
            List<String> now = new String(after, StandardCharsets.UTF_8).lines().toList();
            int line = 0;
            while (line < Math.min(then.size(), now.size()) && then.get(line).equals(now.get(line))) {
                line++;
            }
            return new Part(
                    group,
                    path,
                    State.DIFFERENT,
                    "line " + (line + 1),
                    line < then.size() ? shortened(then.get(line)) : null,
                    line < now.size() ? shortened(now.get(line)) : null,
                    "");
        }
        return new Part(
                group,
                path,
                State.DIFFERENT,
                "byte " + at,
                at < before.length ? "%02x".formatted(before[at] & 0xff) : null,
                at < after.length ? "%02x".formatted(after[at] & 0xff) : null,
                "%,d and %,d bytes.".formatted(before.length, after.length));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }

    private void metrics(List<Part> to) {
        TreeSet<String> names = new TreeSet<>(run.metrics().keySet());
        names.addAll(again.metrics().keySet());
        added(names, run.metrics(), TrainedRuns.METRICS);
        int same = 0;
        int unknown = 0;
        List<Part> others = new ArrayList<>();
        for (String name : names) {
            Double then = run.metrics().get(name);
            Double now = again.metrics().get(name);
            if (Objects.equals(then, now)) {
                same++;
            } else if (championUnknown && now == null && name.startsWith(OF_CHAMPION)) {
                unknown++;
            } else {
                others.add(new Part("metric", name, State.DIFFERENT, "", text(then), text(now), ""));
            }
        }
        to.add(new Part("metric", "all", State.IDENTICAL, "", null, null, "%,d of %,d are equal to the last bit.".formatted(same, names.size())));
        if (unknown > 0) {
            to.add(new Part(
                    "metric",
                    OF_CHAMPION + "*",
                    State.UNKNOWN,
                    "",
                    null,
                    null,
                    "%,d metrics: the run does not say which champion it was compared with.".formatted(unknown)));
        }
        to.addAll(others);
    }

    /** A run of before these names were given lacks them; each repeats something that is compared. */
    private static void added(Set<String> names, Map<String, ?> then, List<String> since) {
        since.forEach(name -> {
            if (!then.containsKey(name)) {
                names.remove(name);
            }
        });
    }

    private static @Nullable String text(@Nullable Double value) {
        return value == null ? null : value.toString();
    }

    private static void values(List<Part> to, Map<String, String> then, Map<String, String> now) {
        TreeSet<String> names = new TreeSet<>(then.keySet());
        names.addAll(now.keySet());
        added(names, then, TrainedRuns.PARAMS);
        List<Part> others = new ArrayList<>();
        for (String name : names) {
            if (!Objects.equals(then.get(name), now.get(name))) {
                others.add(new Part("param", name, State.DIFFERENT, "", then.get(name), now.get(name), ""));
            }
        }
        to.add(new Part("param", "all", State.IDENTICAL, "", null, null, "%,d of %,d are equal.".formatted(names.size() - others.size(), names.size())));
        to.addAll(others);
    }
}
