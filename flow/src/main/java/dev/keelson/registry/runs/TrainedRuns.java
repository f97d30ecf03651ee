package dev.keelson.registry.runs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Lifecycle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Runs of Keelson's own trainings, put so that clients of MLflow's protocol find in them what they look for: short names of
 * metrics, counts of samples and features, data sets, and tags of who, what and from which commit.
 */
public final class TrainedRuns {
    /** Metrics under the names that clients know, each the same as one of {@code test_}. */
    public static final List<String> METRICS = List.of("accuracy", "precision", "recall", "f1_score", "roc_auc");
    /** Params under the names that clients know. */
    public static final List<String> PARAMS = List.of("train_samples", "test_samples", "feature_count");

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int DIGEST = 32;

    private TrainedRuns() {}

    /**
     * {@link #METRICS} by the metrics of a test period; what it lacks is left out. Of two classes precision, recall and F1 are those
     * of the second, of more the means over the classes.
     */
    public static SortedMap<String, Double> metrics(Map<String, Double> measured) {
        SortedMap<String, Double> metrics = new TreeMap<>();
        copy(measured, metrics, "accuracy", "test_accuracy");
        copy(measured, metrics, "precision", "test_macro_precision");
        copy(measured, metrics, "precision", "test_precision");
        copy(measured, metrics, "recall", "test_macro_recall");
        copy(measured, metrics, "recall", "test_recall");
        copy(measured, metrics, "f1_score", "test_macro_f1");
        copy(measured, metrics, "f1_score", "test_f1");
        copy(measured, metrics, "roc_auc", "test_roc_auc");
        return metrics;
    }

    private static void copy(Map<String, Double> from, Map<String, Double> to, String name, String of) {
        Double value = from.get(of);
        if (value != null) {
            to.put(name, value);
        }
    }

    /**
     * Tags of a training.
     *
     * @param name readable, not unique
     * @param user who it was made for; blank for nobody
     * @param environment of the training, for its commit
     */
    public static SortedMap<String, String> tags(String name, String user, Map<String, String> environment) {
        SortedMap<String, String> tags = new TreeMap<>();
        tags.put(RunTags.NAME, name);
        tags.put(RunTags.USER, user.isBlank() ? "keelson" : user);
        tags.put(RunTags.SOURCE, "keelson");
        tags.put(RunTags.SOURCE_TYPE, "PROJECT");
        String commit = environment.get("git.commit");
        if (commit != null && commit.matches("[0-9a-f]{7,64}")) {
            tags.put(RunTags.COMMIT, commit);
        }
        return tags;
    }

    /**
     * Checks that the run of a training can be kept, before the training.
     *
     * @throws KeelsonException CONFLICT when the experiment of the model is deleted
     */
    public static void requireExperiment(CatalogTransaction tx, String model) {
        if (tx.tracking().experimentNamed(model).filter(each -> each.lifecycle() == Lifecycle.DELETED).isPresent()) {
            throw deletedExperiment(model);
        }
    }

    /** The refusal of a run whose experiment is deleted. */
    public static KeelsonException deletedExperiment(String model) {
        return new KeelsonException(
                ErrorCode.CONFLICT,
                "The experiment (%s) of the model of that name is deleted, so no training can be kept in it.".formatted(model),
                "Maybe restore it with its runs: `keelson experiments restore %s`.".formatted(model));
    }

    /** Puts a run with the data sets that its provenance names. */
    public static void put(CatalogTransaction tx, Run run) {
        tx.putRun(run);
        List<DatasetInput> inputs = inputs(run);
        if (!inputs.isEmpty()) {
            tx.tracking().addInputs(run.id(), inputs, List.of());
        }
    }

    static List<DatasetInput> inputs(Run run) {
        JsonNode provenance;
        try {
            provenance = MAPPER.readTree(run.provenance());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The provenance of a run is not JSON.", e);
        }
        SortedMap<String, String> versions = new TreeMap<>();
        provenance.path("dataset_versions").properties().forEach(each -> versions.put(each.getKey(), each.getValue().asText()));
        if (versions.isEmpty() && provenance.path("dataset_version").isTextual()) {
            versions.put(
                    provenance.path("configuration").path("source").asText(run.experiment()),
                    provenance.path("dataset_version").asText());
        }
        List<DatasetInput> inputs = new ArrayList<>();
        versions.forEach((source, version) -> {
            if (!version.equals("none") && !version.isEmpty()) {
                inputs.add(new DatasetInput(
                        source,
                        version.substring(0, Math.min(DIGEST, version.length())),
                        "keelson",
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("source", source)
                                .put("dataset_version", version)
                                .toString(),
                        null,
                        null,
                        Map.of(RunTags.CONTEXT, "training")));
            }
        });
        return inputs;
    }
}
