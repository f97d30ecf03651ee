package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.http.AdviceJson;
import dev.keelson.http.Explanations;
import dev.keelson.learn.Advice;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.ModelBundle;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.conformal.ConformalParameters;
import dev.keelson.learn.explain.ContributionSummary;
import dev.keelson.learn.explain.Explainer;
import dev.keelson.learn.explain.MarginScale;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.train.FeatureImportance.Shuffled;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.TrainingTable;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Explanations over the real stores; nothing is written. */
final class ModelExplanations implements Explanations {
    private static final String NOT_CALIBRATED =
            "Contributions add up to the margins of the model before calibration, by its members of all rows.";

    private final Workspace workspace;
    private final InstantSource clock;
    private final Function<UUID, Optional<LoggedPrediction>> log;

    ModelExplanations(Workspace workspace, InstantSource clock, Function<UUID, Optional<LoggedPrediction>> log) {
        this.workspace = workspace;
        this.clock = clock;
        this.log = log;
    }

    /** A version with its model. */
    private record Loaded(ModelVersion version, Run run, EnsembleModel model) {

        /** The model without what corrects its probabilities. */
        EnsembleModel raw() {
            return new EnsembleModel(model.members(), model.weights(), (CalibrationMap) null);
        }
    }

    // ---- versions

    @Override
    public ObjectNode importance(String name, int most) {
        ModelDefinition model = Projects.model(workspace.project(), name);
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("model", model.name());
        ArrayNode versions = document.putArray("versions");
        List<Map<String, Double>> shares = new ArrayList<>();
        List<Map<String, Shuffled>> worths = new ArrayList<>();
        List<ModelVersion> all = workspace.catalog().read(tx -> tx.versions(name));
        for (ModelVersion version : all.subList(0, Math.min(most, all.size()))) {
            Run run = RunPipeline.run(workspace.catalog(), version);
            shares.add(Importance.of(run, workspace.artifacts()));
            worths.add(Importance.worth(run, workspace.artifacts()));
            versions.addObject()
                    .put("version", version.version())
                    .put("run", version.runId())
                    .put("kind", version.kind().name().toLowerCase(Locale.ROOT))
                    .put("trained_to", version.trainedTo().toString());
        }
        Set<String> names = new LinkedHashSet<>();
        shares.forEach(each -> names.addAll(each.keySet()));
        ArrayNode features = document.putArray("features");
        int moved = 0;
        for (String feature : names) {
            ObjectNode node = features.addObject().put("feature", feature);
            ArrayNode list = node.putArray("versions");
            double largest = 0;
            for (int v = 0; v < shares.size(); v++) {
                Double share = shares.get(v).get(feature);
                Double before = v + 1 < shares.size() ? shares.get(v + 1).getOrDefault(feature, 0.0) : null;
                Double change = before == null ? null : (share == null ? 0 : share) - before;
                Integer rank = rank(shares.get(v), feature);
                Integer rankBefore = v + 1 < shares.size() ? rank(shares.get(v + 1), feature) : null;
                ObjectNode cell = list.addObject();
                cell.put("version", all.get(v).version()).put("share", share).put("rank", rank);
                cell.put("share_change", change)
                        .put("rank_change", rank == null || rankBefore == null ? null : rankBefore - rank);
                cell.put("moved", change != null && Math.abs(change) >= MOVED);
                cell.set("permutation", worth(worths.get(v).get(feature)));
                if (v == 0 && change != null) {
                    largest = Math.abs(change);
                }
            }
            boolean flagged = largest >= MOVED;
            node.put("moved", flagged);
            moved += flagged ? 1 : 0;
        }
        document.put("moved_limit", MOVED).put("moved", moved);
        return document;
    }

    private static @Nullable Integer rank(Map<String, Double> shares, String feature) {
        int at = new ArrayList<>(shares.keySet()).indexOf(feature);
        return at < 0 ? null : at + 1;
    }

    private static @Nullable ObjectNode worth(@Nullable Shuffled shuffled) {
        return shuffled == null
                ? null
                : JsonNodeFactory.instance
                        .objectNode()
                        .put("loss_increase", shuffled.increase())
                        .put("lower", shuffled.lower())
                        .put("upper", shuffled.upper())
                        .put("rows", shuffled.rows())
                        .put("repeats", shuffled.repeats());
    }

    // ---- many rows

    @Override
    public ObjectNode model(String name, @Nullable Integer number, int most) {
        ModelDefinition definition = Projects.model(workspace.project(), name);
        Loaded loaded = loaded(definition, number);
        Map<String, Double> shares = Importance.of(loaded.run(), workspace.artifacts());
        Map<String, Shuffled> worths = Importance.worth(loaded.run(), workspace.artifacts());
        Explainer explainer = loaded.model().explainer();
        ObjectNode document = head(loaded, explainer);
        ArrayNode features = document.putArray("features");
        if (explainer == null) {
            shares.keySet().stream()
                    .sorted(Comparator.comparingDouble((String each) -> -Optional.ofNullable(worths.get(each))
                            .map(Shuffled::increase)
                            .orElse(Double.NEGATIVE_INFINITY)))
                    .forEach(each -> {
                        ObjectNode node = features.addObject().put("feature", each).put("gain_share", shares.get(each));
                        node.set("permutation", worth(worths.get(each)));
                    });
            return document;
        }
        TrainingTable table = table(definition, loaded);
        List<String> tested = testRows(loaded.run());
        int[] rows = chosen(table, new HashSet<>(tested), most);
        if (rows.length == 0) {
            throw new KeelsonException(
                    ErrorCode.NOT_ENOUGH_ROWS, "No row of the model (%s) has a known label.".formatted(name), null);
        }
        ContributionSummary summary =
                ContributionSummary.of(explainer, table.features().select(loaded.model().features()).take(rows));
        ObjectNode over = document.putObject("rows");
        over.put("count", rows.length).put("of", tested.isEmpty() ? "newest" : "test");
        over.put("from", Micros.toInstant(table.eventTime()[rows[0]]).toString());
        over.put("to", Micros.toInstant(table.eventTime()[rows[rows.length - 1]]).toString());
        ObjectNode expected = document.putObject("expected");
        for (int k = 0; k < explainer.margins().size(); k++) {
            expected.put(explainer.margins().get(k), summary.expected()[k]);
        }
        double[] told = summary.shares();
        List<String> names = loaded.model().features();
        IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer j) -> -told[j]).thenComparing(names::get))
                .forEach(j -> {
                    ObjectNode node = features.addObject().put("feature", names.get(j));
                    double size = 0;
                    ObjectNode margins = JsonNodeFactory.instance.objectNode();
                    for (int k = 0; k < explainer.margins().size(); k++) {
                        size += summary.meanAbsolute()[k][j];
                        margins.putObject(explainer.margins().get(k))
                                .put("mean_abs", summary.meanAbsolute()[k][j])
                                .put("mean", summary.mean()[k][j])
                                .put("direction", summary.direction()[k][j]);
                    }
                    node.put("mean_abs", size).put("share", told[j]).put("gain_share", shares.get(names.get(j)));
                    node.set("margins", margins);
                    node.set("permutation", worth(worths.get(names.get(j))));
                });
        return document;
    }

    private ObjectNode head(Loaded loaded, @Nullable Explainer explainer) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("model", loaded.version().model()).put("version", loaded.version().version());
        document.put("run", loaded.run().id()).put("exact", explainer != null);
        if (explainer == null) {
            document.put(
                    "note",
                    "This model (%s) is no sum of contributions: what its features are worth is told by shuffling them on the test period alone."
                            .formatted(String.join(
                                    ", ",
                                    loaded.model().members().stream()
                                            .map(EnsembleModel.Member::learner)
                                            .toList())));
            return document;
        }
        document.put("method", explainer.method()).put("scale", explainer.scale().key()).put("note", NOT_CALIBRATED);
        explainer.margins().forEach(document.putArray("margins")::add);
        return document;
    }

    private static int[] chosen(TrainingTable table, Set<String> tested, int most) {
        int[] all = IntStream.range(0, table.rows())
                .filter(i -> tested.isEmpty() || tested.contains(table.rowIds().get(i)))
                .toArray();
        int count = Math.min(most, all.length);
        return tested.isEmpty()
                ? IntStream.of(all).skip(all.length - count).toArray()
                : IntStream.range(0, count)
                        .map(i -> all[(int) ((long) i * all.length / count)])
                        .toArray();
    }

    private List<String> testRows(Run run) {
        List<String> ids = new ArrayList<>();
        outcome(run, workspace).ifPresent(outcome -> {
            JsonNode rows = outcome.path("test").path("row_ids");
            (rows.isMissingNode() ? outcome.path("test_values").path("row_ids") : rows).forEach(id -> ids.add(id.asText()));
        });
        return ids;
    }

    /** What a training kept of its outcome. */
    static Optional<JsonNode> outcome(Run run, Workspace workspace) {
        return run.artifacts().stream()
                .filter(artifact -> artifact.path().equals(BundleTrainer.OUTCOME_FILE))
                .findFirst()
                .flatMap(artifact -> workspace.artifacts().get(artifact.sha256()))
                .map(bytes -> RunPipeline.parsed(new String(bytes, StandardCharsets.UTF_8)));
    }

    // ---- one row

    @Override
    public ObjectNode row(String name, @Nullable Integer number, String row) {
        ModelDefinition definition = Projects.model(workspace.project(), name);
        Loaded loaded = loaded(definition, number);
        TrainingTable table = table(definition, loaded);
        int at = table.rowIds().indexOf(row);
        if (at < 0) {
            throw new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "The model (%s) has no row (%s) whose outcome is known.".formatted(name, row),
                    table.rows() == 0
                            ? null
                            : "Maybe one like `%s` was meant, or the id of a prediction, which can be explained before its outcome."
                                    .formatted(table.rowIds().getLast()));
        }
        FeatureMatrix features = table.features().select(loaded.model().features());
        double[] values = new double[features.width()];
        features.row(at, values);
        ObjectNode document = explained(loaded, values);
        document.put("row", row);
        document.put("event_time", Micros.toInstant(table.eventTime()[at]).toString());
        return document;
    }

    @Override
    public ObjectNode prediction(UUID id) {
        LoggedPrediction logged = log.apply(id)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "The log holds no prediction (%s).".formatted(id),
                        "Maybe `keelson predictions list` has it."));
        ModelDefinition definition = Projects.model(workspace.project(), logged.event().model());
        Loaded loaded = loaded(definition, logged.event().version());
        double[] values = logged.event().features();
        if (values.length != loaded.model().features().size()) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "The prediction (%s) was logged with %d features; version %d of its model reads %d."
                            .formatted(id, values.length, logged.event().version(), loaded.model().features().size()),
                    null);
        }
        ObjectNode document = explained(loaded, values);
        ConformalParameters conformal = loaded.model().guidance().conformal();
        if (conformal != null && conformal.column() == null) { // else the log does not say by which group
            EnsembleModel model = loaded.model();
            double[] told = new double[model.outputs().size()];
            model.predict(values, told);
            Advice advice = model.guidance().advice(model, values, told, logged.event().entity(), null, Double.NaN);
            document.setAll(AdviceJson.of(
                    new Advice(advice.coverage(), advice.set(), advice.range(), advice.disagreement(), null, null), model.outputs()));
        }
        document.put("prediction_id", id.toString());
        document.put("row", logged.event().entity());
        document.put("event_time", logged.event().eventTime().toString());
        document.put("role", logged.event().role());
        return document;
    }

    private ObjectNode explained(Loaded loaded, double[] values) {
        EnsembleModel model = loaded.model();
        Explainer explainer = model.explainer();
        ObjectNode document = head(loaded, explainer);
        double[] served = new double[model.outputs().size()];
        model.predict(values, served);
        double[] raw = new double[served.length];
        loaded.raw().predict(values, raw);
        numbers(document.putObject("prediction"), model.outputs(), served);
        numbers(document.putObject("uncalibrated"), model.outputs(), raw);
        if (explainer == null) {
            return document;
        }
        int width = explainer.features();
        double[] told = new double[explainer.length()];
        explainer.explain(values, told);
        List<String> margins = explainer.margins();
        double[] sums = new double[margins.size()];
        ArrayNode list = document.putArray("sums");
        for (int k = 0; k < sums.length; k++) {
            for (int j = 0; j <= width; j++) {
                sums[k] += told[k * (width + 1) + j];
            }
            list.addObject()
                    .put("margin", margins.get(k))
                    .put("expected", told[k * (width + 1) + width])
                    .put("sum", sums[k]);
        }
        document.put("residual", residual(explainer.scale(), sums, raw));
        ArrayNode contributions = document.putArray("contributions");
        IntStream.range(0, width)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer j) -> -size(told, j, width, sums.length))
                        .thenComparing(model.features()::get))
                .forEach(j -> {
                    ObjectNode node = contributions.addObject().put("feature", model.features().get(j));
                    node.put("value", Double.isNaN(values[j]) ? null : values[j]);
                    node.put("size", size(told, j, width, sums.length));
                    ObjectNode each = node.putObject("margins");
                    for (int k = 0; k < sums.length; k++) {
                        each.put(margins.get(k), told[k * (width + 1) + j]);
                    }
                });
        return document;
    }

    /** How far the prediction made of the contributions is from the model's own, before it is calibrated. */
    private static double residual(MarginScale scale, double[] sums, double[] raw) {
        double[] again = new double[raw.length];
        scale.predict(sums, again);
        double most = 0;
        for (int k = 0; k < raw.length; k++) {
            most = Math.max(most, Math.abs(again[k] - raw[k]));
        }
        return most;
    }

    private static double size(double[] told, int feature, int width, int margins) {
        double size = 0;
        for (int k = 0; k < margins; k++) {
            size += Math.abs(told[k * (width + 1) + feature]);
        }
        return size;
    }

    private static void numbers(ObjectNode to, List<String> names, double[] values) {
        for (int k = 0; k < values.length; k++) {
            to.put(names.get(k), values[k]);
        }
    }

    // ---- what is explained

    private Loaded loaded(ModelDefinition definition, @Nullable Integer number) {
        String name = definition.name();
        List<ModelVersion> versions = workspace.catalog().read(tx -> tx.versions(name));
        ModelVersion version = number == null
                ? workspace
                        .catalog()
                        .read(tx -> tx.alias(name, ModelVersion.CHAMPION))
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.NOT_READY,
                                "The model (%s) has no champion yet.".formatted(name),
                                versions.isEmpty() ? "Maybe run `keelson run`." : "Maybe name a version."))
                : versions.stream()
                        .filter(each -> each.version() == number)
                        .findFirst()
                        .orElseThrow(() -> new KeelsonException(
                                ErrorCode.VERSION_NOT_FOUND,
                                "The model (%s) has no version %d; it has %s."
                                        .formatted(
                                                name,
                                                number,
                                                versions.stream()
                                                        .map(ModelVersion::version)
                                                        .toList()),
                                null));
        Run run = RunPipeline.run(workspace.catalog(), version);
        return new Loaded(version, run, model(run, workspace));
    }

    /** The model of a run. */
    static EnsembleModel model(Run run, Workspace workspace) {
        Map<String, byte[]> files = new HashMap<>();
        for (Run.Artifact artifact : run.artifacts()) {
            if (artifact.path().startsWith(BundleTrainer.BUNDLE)) {
                files.put(
                        artifact.path().substring(BundleTrainer.BUNDLE.length()),
                        workspace.artifacts()
                                .get(artifact.sha256())
                                .orElseThrow(() -> new KeelsonException(
                                        ErrorCode.STORE_DAMAGED,
                                        "The file (%s) of the run (%s) is missing from the artifact store."
                                                .formatted(artifact.path(), run.id()),
                                        "Maybe the folder artifacts was restored from an older backup.")));
            }
        }
        return ModelBundle.load(files, Workspace.training().codecs());
    }

    private TrainingTable table(ModelDefinition definition, Loaded loaded) {
        Map<String, DatasetVersion> versions =
                new LinkedHashMap<>(FeatureReports.versions(workspace, FeatureReports.latest(workspace, definition.source())));
        ProjectModels models =
                ProjectModels.ofVersions(workspace.project().withModels(List.of(definition)), versions);
        ModelPlan plan = models.plans().getFirst();
        String then = RunPipeline.parsed(loaded.run().provenance()).path("feature_hash").asText();
        if (!then.equals(plan.service().sha256())) {
            throw new KeelsonException(
                    ErrorCode.NOT_READY,
                    "The version (%s) was trained on other features than the project file has."
                            .formatted(loaded.version().label()),
                    "Maybe explain a newer version, or a prediction of this one by its id.");
        }
        Map<String, ModelRows> rows = models.rows();
        Workspace.fill(models, rows, workspace.read(models, versions));
        return Objects.requireNonNull(rows.get(definition.name())).table(clock.instant());
    }
}
