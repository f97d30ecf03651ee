package dev.keelson.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What a run needs so that it can be made again, each thing passed or failed.
 *
 * @param items in a fixed order
 */
public record RunChecklist(List<Item> items) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern ON_GPU = Pattern.compile("\"device\":\"(?!cpu)[^\"]*\"");
    private static final Pattern NEURAL = Pattern.compile("\"(?:mlp|lstm)\"");
    private static final List<String> LIBRARIES = List.of("java.version", "xgboost", "lightgbm", "duckdb");

    public RunChecklist {
        items = List.copyOf(items);
    }

    /**
     * One thing.
     *
     * @param name which, such as {@code seed}
     * @param passed whether it is as it should be
     * @param text what was found, in one sentence
     */
    public record Item(String name, boolean passed, String text) {}

    /**
     * Looks at a run.
     *
     * @param dataset whether there is a dataset version of that id
     * @param file whether there is an artifact of that hash
     */
    public static RunChecklist of(Run run, Predicate<String> dataset, Predicate<String> file) {
        JsonNode provenance = parse(run.provenance());
        JsonNode environment = provenance.path("environment");
        List<Item> items = new ArrayList<>();
        boolean seed = provenance.path("seed").isIntegralNumber();
        items.add(new Item("seed", seed, seed ? "The seed is " + provenance.path("seed") + "." : "No seed was recorded."));
        Map<String, String> versions = datasets(run);
        boolean pinned = !versions.isEmpty() && !versions.containsValue("none");
        items.add(new Item(
                "data_pinned",
                pinned,
                pinned
                        ? "Pinned to %s.".formatted(counted(versions.size(), "dataset version"))
                        : "It does not name a dataset version of each source."));
        List<String> gone = versions.values().stream().filter(dataset.negate()).toList();
        items.add(new Item(
                "data_present",
                pinned && gone.isEmpty(),
                gone.isEmpty() ? "The versions are in the store." : "Not in the store: " + String.join(", ", gone) + "."));
        int definitions = provenance.path("definitions").size();
        items.add(new Item(
                "definitions_pinned",
                definitions > 0,
                definitions > 0 ? "Pinned to %s.".formatted(counted(definitions, "definition")) : "No definition is pinned."));
        String commit = environment.path("git.commit").asText("");
        items.add(new Item(
                "commit",
                !commit.isEmpty(),
                commit.isEmpty() ? "The project was in no Git repository, or this was not recorded." : "Commit " + commit + "."));
        String state = environment.path("git.state").asText("");
        items.add(new Item(
                "clean",
                state.equals("clean"),
                state.isEmpty()
                        ? "Whether the project differed from its commit is not known."
                        : state.equals("clean") ? "The project was as committed." : "Not committed: " + state + "."));
        List<String> unknown = LIBRARIES.stream()
                .filter(name -> environment.path(name).asText("unknown").equals("unknown"))
                .toList();
        items.add(new Item(
                "libraries",
                unknown.isEmpty(),
                unknown.isEmpty() ? "Versions are recorded." : "Not recorded: " + String.join(", ", unknown) + "."));
        String code = provenance.path("code_version").asText("");
        boolean release = !code.isEmpty() && !code.equals("development") && !code.endsWith("-SNAPSHOT");
        items.add(new Item("release", release, release ? "Trained by " + code + "." : "Trained by code that is no release (%s).".formatted(code)));
        looked(run).forEach(items::add);
        String learners = provenance.path("configuration").toString();
        boolean gpu = ON_GPU.matcher(learners).find();
        boolean neural = NEURAL.matcher(learners).find();
        items.add(new Item(
                "deterministic",
                !gpu,
                gpu
                        ? "A learner trains on a GPU: another run may differ in the last bits."
                        : neural
                                ? "Same bytes on the same machine; a neural network may differ on another."
                                : "The same input gives the same bytes."));
        List<String> missing = run.artifacts().stream()
                .filter(artifact -> !file.test(artifact.sha256()))
                .map(Run.Artifact::path)
                .toList();
        boolean kept = !run.artifacts().isEmpty() && missing.isEmpty();
        items.add(new Item(
                "files",
                kept,
                kept
                        ? "%s as recorded.".formatted(counted(run.artifacts().size(), "file"))
                        : missing.isEmpty() ? "It has no files." : "Missing or altered: " + String.join(", ", missing) + "."));
        return new RunChecklist(items);
    }

    /** What was looked at before the training; nothing of a run that did not record it. */
    private static List<Item> looked(Run run) {
        List<Item> items = new ArrayList<>();
        String gates = run.tags().get("gates");
        if (gates != null) {
            items.add(new Item(
                    "gates",
                    gates.equals("passed"),
                    switch (gates) {
                        case "passed" -> "The data passed their gates before it trained.";
                        case "failed" -> "It trained although the data failed their gates.";
                        default -> "Whether the data passed their gates is not known: not every source has a load.";
                    }));
        }
        String drift = run.tags().get("drift");
        if (drift != null) {
            items.add(new Item(
                    "drift",
                    !drift.equals("alarm"),
                    switch (drift) {
                        case "alarm" -> "It trained although the rows that the champion had not seen drifted.";
                        case "unknown" -> "There was nothing to compare its rows with.";
                        default -> "Drift against the champion's rows before it trained: " + drift + ".";
                    }));
        }
        String leaks = run.tags().get("leaks");
        if (leaks != null) {
            items.add(new Item(
                    "leaks",
                    leaks.equals("none"),
                    leaks.equals("none")
                            ? "No sign that its rows tell what nobody could know beforehand."
                            : "Its rows may tell what nobody could know beforehand. " + run.tags().getOrDefault("leak_signs", "")));
        }
        return items;
    }

    /** The dataset versions that a run was made of, by source; under the empty name where it says its own alone. */
    public static Map<String, String> datasets(Run run) {
        JsonNode provenance = parse(run.provenance());
        Map<String, String> versions = new LinkedHashMap<>();
        provenance.path("dataset_versions").properties().forEach(each -> versions.put(each.getKey(), each.getValue().asText()));
        if (versions.isEmpty() && provenance.path("dataset_version").isTextual()) {
            versions.put("", provenance.path("dataset_version").asText());
        }
        return versions;
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static JsonNode parse(String json) {
        try {
            return Objects.requireNonNull(MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The provenance of a run is not JSON.", e);
        }
    }

    /** Whether everything passed. */
    public boolean passed() {
        return items.stream().allMatch(Item::passed);
    }

    /** The JSON document. */
    public ArrayNode toJson() {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (Item item : items) {
            ObjectNode each = list.addObject();
            each.put("name", item.name()).put("passed", item.passed()).put("text", item.text());
        }
        return list;
    }
}
