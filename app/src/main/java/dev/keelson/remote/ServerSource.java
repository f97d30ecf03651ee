package dev.keelson.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.DatasetInput;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A running server that speaks MLflow's REST interface. */
final class ServerSource implements Source {
    private static final int PAGE = 1000;
    private static final int LOGGED_PAGE = 50; // the most that servers of MLflow give
    private static final int HISTORY_PAGE = 25_000;
    private static final int DEEPEST_FILE = 64;
    private static final Set<Run.Status> ENDED = Set.of(Run.Status.FINISHED, Run.Status.FAILED, Run.Status.KILLED);

    private final MlflowClient client;
    /** Whether the server answered that it knows no logged models: one before MLflow 3. */
    private boolean before3;

    /** @param client closed with this */
    ServerSource(MlflowClient client) {
        this.client = client;
    }

    @Override
    public String identity() {
        return client.address().toString();
    }

    @Override
    public List<String> remarks() {
        return List.of();
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public List<Experiment> experiments(Bad bad) {
        List<Experiment> experiments = new ArrayList<>();
        client.pages(
                token -> {
                    ObjectNode body = MlflowClient.object().put("max_results", PAGE).put("view_type", "ALL");
                    return client.post("experiments/search", paged(body, token), MlflowClient.Repeat.SAFE);
                },
                "experiments",
                node -> {
                    String id = node.path("experiment_id").asText();
                    if (!Forms.isExperiment(id) || node.path("name").asText().isEmpty()) {
                        bad.accept("experiment " + MetaFile.shortened(id), "its id or name is none");
                        return;
                    }
                    Instant created = instant(node, "creation_time", Instant.EPOCH);
                    experiments.add(new Experiment(
                            id,
                            node.path("name").asText(),
                            node.path("artifact_location").asText(),
                            lifecycle(node),
                            created,
                            instant(node, "last_update_time", created),
                            texts(node.path("tags"), "experiment " + id, bad)));
                });
        return experiments;
    }

    private static ObjectNode paged(ObjectNode body, @Nullable String token) {
        return token == null ? body : body.put("page_token", token);
    }

    @Override
    public void runs(Experiment experiment, Bad bad, Consumer<FoundRun> each) {
        client.pages(
                token -> {
                    ObjectNode body = MlflowClient.object().put("max_results", PAGE).put("run_view_type", "ALL");
                    body.putArray("experiment_ids").add(experiment.id());
                    body.putArray("order_by").add("attributes.start_time ASC");
                    return client.post("runs/search", paged(body, token), MlflowClient.Repeat.SAFE);
                },
                "runs",
                node -> each.accept(new ServerRun(node, experiment)));
    }

    private final class ServerRun implements FoundRun {
        private final JsonNode node;
        private final Experiment experiment;

        ServerRun(JsonNode node, Experiment experiment) {
            this.node = node;
            this.experiment = experiment;
        }

        @Override
        public String id() {
            JsonNode info = node.path("info");
            return info.path("run_id").asText(info.path("run_uuid").asText());
        }

        /** A run that has ended is as it was when all that the search tells is as it was; one that goes on is read. */
        @Override
        public String fingerprint(boolean files) {
            Run.Status status = status(node.path("info").path("status").asText());
            return status == null || !ENDED.contains(status)
                    ? ""
                    : HexFormat.of().formatHex(FolderSource.sha256()
                            .digest((files + node.toString()).getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public RunFacts read(Bad bad) throws IOException {
            JsonNode info = node.path("info");
            String where = "run " + MetaFile.shortened(id());
            Run.Status status = status(info.path("status").asText());
            if (!Forms.isRun(id()) || status == null) {
                throw new IOException("its id or status is none");
            }
            JsonNode data = node.path("data");
            SortedMap<String, String> tags = texts(data.path("tags"), where, bad);
            List<String> metrics = new ArrayList<>();
            for (JsonNode metric : data.path("metrics")) {
                String key = metric.path("key").asText();
                String wrong = Forms.wrongKey(key);
                if (wrong == null) {
                    metrics.add(key);
                } else {
                    bad.accept(where + " metric " + MetaFile.shortened(key), wrong);
                }
            }
            String user = info.path("user_id").asText("");
            return new RunFacts(
                    new RunInfo(
                            id(),
                            experiment.id(),
                            info.path("run_name").asText(tags.getOrDefault("mlflow.runName", id())),
                            user.isEmpty() ? "unknown" : user,
                            status,
                            instant(info, "start_time", experiment.createdAt()),
                            info.path("end_time").asLong() == 0 ? null : instant(info, "end_time", Instant.EPOCH),
                            lifecycle(info),
                            info.path("artifact_uri").asText()),
                    texts(data.path("params"), where, bad),
                    tags,
                    inputs(where, bad),
                    metrics,
                    modelInputs(where, bad),
                    modelOutputs(where, bad));
        }

        private List<String> modelInputs(String where, Bad bad) {
            List<String> models = new ArrayList<>();
            node.path("inputs").path("model_inputs").forEach(each -> linked(each, where, bad, models::add));
            return models;
        }

        private SortedMap<String, Long> modelOutputs(String where, Bad bad) {
            SortedMap<String, Long> models = new TreeMap<>();
            node.path("outputs")
                    .path("model_outputs")
                    .forEach(each -> linked(each, where, bad, id -> models.put(id, each.path("step").asLong())));
            return models;
        }

        private static void linked(JsonNode each, String where, Bad bad, Consumer<String> taken) {
            String id = each.path("model_id").asText();
            if (Forms.isModel(id)) {
                taken.accept(id);
            } else {
                bad.accept(where, "it names a logged model (%s) that is none".formatted(MetaFile.shortened(id)));
            }
        }

        private List<DatasetInput> inputs(String where, Bad bad) {
            List<DatasetInput> inputs = new ArrayList<>();
            for (JsonNode input : node.path("inputs").path("dataset_inputs")) {
                JsonNode dataset = input.path("dataset");
                if (dataset.path("name").asText().isEmpty() || dataset.path("digest").asText().isEmpty()) {
                    bad.accept(where, "a data set has no name or digest");
                    continue;
                }
                inputs.add(new DatasetInput(
                        dataset.path("name").asText(),
                        dataset.path("digest").asText(),
                        dataset.path("source_type").asText(),
                        dataset.path("source").asText(),
                        dataset.hasNonNull("schema") ? dataset.path("schema").asText() : null,
                        dataset.hasNonNull("profile") ? dataset.path("profile").asText() : null,
                        texts(input.path("tags"), where, bad)));
            }
            return inputs;
        }

        @Override
        public void points(String key, Bad bad, Consumer<List<MetricPoint>> part) {
            List<MetricPoint> points = new ArrayList<>();
            client.pages(
                    token -> client.get(
                            "metrics/get-history",
                            "run_id", id(),
                            "run_uuid", id(),
                            "metric_key", key,
                            "max_results", Integer.toString(HISTORY_PAGE),
                            "page_token", token),
                    "metrics",
                    point -> {
                        points.add(new MetricPoint(
                                key,
                                Forms.value(value(point.path("value"))),
                                point.path("timestamp").asLong(),
                                point.path("step").asLong()));
                        if (points.size() == 10_000) {
                            part.accept(List.copyOf(points));
                            points.clear();
                        }
                    });
            if (!points.isEmpty()) {
                part.accept(points);
            }
        }

        @Override
        public void files(Bad bad, FileReader each) throws IOException {
            Tree tree = new Tree(
                    "run " + id(),
                    (folder, token) -> client.get(
                            "artifacts/list",
                            "run_id", id(),
                            "run_uuid", id(),
                            "path", folder,
                            "page_token", token),
                    this::open);
            ServerSource.this.files(tree, "", DEEPEST_FILE, bad, each);
        }

        private InputStream open(String path) {
            String root = proxied(node.path("info").path("artifact_uri").asText());
            return root == null ? client.downloadOfRun(id(), path) : client.download(root + "/" + path);
        }
    }

    /**
     * Files of a run or a logged model.
     *
     * @param owner whose they are, for reports
     * @param listing asks for a page of a folder; given the folder, null for the root, and the token of the page
     * @param opened opens one by its path
     */
    private record Tree(
            String owner, BiFunction<@Nullable String, @Nullable String, JsonNode> listing, Function<String, InputStream> opened) {}

    private void files(Tree tree, String folder, int levels, Bad bad, FileReader each) throws IOException {
        List<JsonNode> entries = new ArrayList<>();
        client.pages(token -> tree.listing().apply(folder.isEmpty() ? null : folder, token), "files", entries::add);
        for (JsonNode entry : entries) {
            String path = entry.path("path").asText();
            if (!Forms.isNormal(path) || !(folder.isEmpty() || path.startsWith(folder + "/"))) {
                bad.accept("%s file %s".formatted(tree.owner(), MetaFile.shortened(path)), "its path leads elsewhere");
            } else if (!entry.path("is_dir").asBoolean()) {
                each.read(new FoundFile(path, entry.path("file_size").asLong(-1), -1, () -> tree.opened().apply(path)));
            } else if (levels <= 1) {
                bad.accept("%s folder %s".formatted(tree.owner(), path), "it is too deep");
            } else {
                files(tree, path, levels - 1, bad, each);
            }
        }
    }

    // ---- logged models

    @Override
    public void loggedModels(Experiment experiment, Bad bad, Consumer<FoundLoggedModel> each) {
        if (before3) {
            return;
        }
        try {
            client.pages(
                    token -> {
                        ObjectNode body = MlflowClient.object().put("max_results", LOGGED_PAGE);
                        body.putArray("experiment_ids").add(experiment.id());
                        return client.post("logged-models/search", paged(body, token), MlflowClient.Repeat.SAFE);
                    },
                    "models",
                    node -> each.accept(new ServerModel(node, experiment)));
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
            before3 = true;
        }
    }

    private final class ServerModel implements FoundLoggedModel {
        private final JsonNode node;
        private final Experiment experiment;

        ServerModel(JsonNode node, Experiment experiment) {
            this.node = node;
            this.experiment = experiment;
        }

        private JsonNode info() {
            return node.path("info");
        }

        @Override
        public String id() {
            return info().path("model_id").asText();
        }

        @Override
        public LoggedModel read(Bad bad) throws IOException {
            String where = "logged model " + MetaFile.shortened(id());
            LoggedModel.Status status = FolderSource.modelStatus(info().path("status").asText());
            String run = info().path("source_run_id").asText("");
            if (!Forms.isModel(id()) || !(run.isEmpty() || Forms.isRun(run))) {
                throw new IOException("its id, or that of its run, is none");
            }
            List<LoggedModel.Metric> metrics = new ArrayList<>();
            for (JsonNode each : node.path("data").path("metrics")) {
                String key = each.path("key").asText();
                String of = each.path("run_id").asText("");
                String wrong = Forms.wrongKey(key);
                if (wrong == null && Forms.isRun(of)) {
                    String dataset = each.path("dataset_name").asText("");
                    metrics.add(new LoggedModel.Metric(
                            new MetricPoint(
                                    key,
                                    Forms.value(value(each.path("value"))),
                                    each.path("timestamp").asLong(),
                                    each.path("step").asLong(),
                                    id(),
                                    orNull(dataset),
                                    dataset.isEmpty() ? null : orNull(each.path("dataset_digest").asText(""))),
                            of));
                } else {
                    bad.accept(where + " metric " + MetaFile.shortened(key), wrong == null ? "it names no run" : wrong);
                }
            }
            Instant created = instant(info(), "creation_timestamp_ms", experiment.createdAt());
            return new LoggedModel(
                    id(),
                    experiment.id(),
                    info().path("name").asText(id()),
                    info().path("artifact_uri").asText(),
                    status,
                    orNull(info().path("model_type").asText("")),
                    orNull(run),
                    Lifecycle.ACTIVE, // the search tells of no others
                    created,
                    instant(info(), "last_updated_timestamp_ms", created),
                    texts(node.path("data").path("params"), where, bad),
                    texts(info().path("tags"), where, bad),
                    metrics,
                    List.of());
        }

        @Override
        public void files(Bad bad, FileReader each) throws IOException {
            String root = proxied(info().path("artifact_uri").asText());
            Tree tree = new Tree(
                    "logged model " + id(),
                    (folder, token) -> client.get(
                            "logged-models/%s/artifacts/directories".formatted(id()),
                            "artifact_directory_path", folder,
                            "page_token", token),
                    path -> root == null ? client.downloadOfModel(id(), path) : client.download(root + "/" + path));
            ServerSource.this.files(tree, "", DEEPEST_FILE, bad, each);
        }
    }

    /** The path below the root of the artifact proxy of an address, or null when it is none of the server's own proxy. */
    static @Nullable String proxied(String uri) {
        String scheme = "mlflow-artifacts:";
        if (!uri.startsWith(scheme)) {
            return null;
        }
        String path = uri.substring(scheme.length());
        if (path.startsWith("//")) { // with a server
            int slash = path.indexOf('/', 2);
            if (slash != 2) {
                return null;
            }
            path = path.substring(slash);
        }
        path = path.replaceAll("^/+|/+$", "");
        return Forms.isNormal(path) ? path : null;
    }

    // ---- models

    @Override
    public List<FoundModel> models(Bad bad) {
        List<FoundModel> models = new ArrayList<>();
        List<String> names = new ArrayList<>();
        try {
            client.pages(
                    token -> client.get(
                            "registered-models/search", "max_results", Integer.toString(PAGE), "page_token", token),
                    "registered_models",
                    node -> names.add(node.path("name").asText()));
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
            return List.of(); // a server without a registry
        }
        for (String name : names) {
            JsonNode node = client.get("registered-models/get", "name", name).path("registered_model");
            SortedMap<String, Integer> aliases = new TreeMap<>();
            for (JsonNode alias : node.path("aliases")) {
                if (Forms.isAlias(alias.path("alias").asText()) && alias.path("version").asInt() > 0) {
                    aliases.put(alias.path("alias").asText(), alias.path("version").asInt());
                } else {
                    bad.accept("model " + name, "it has an alias that is none");
                }
            }
            Instant created = instant(node, "creation_timestamp", Instant.EPOCH);
            models.add(new FoundModel(
                    new RegisteredModel(
                            name,
                            created,
                            instant(node, "last_updated_timestamp", created),
                            node.path("description").asText(""),
                            texts(node.path("tags"), "model " + name, bad),
                            aliases),
                    versions(name, bad),
                    "model " + name));
        }
        return models;
    }

    private List<RegisteredVersion> versions(String model, Bad bad) {
        List<RegisteredVersion> versions = new ArrayList<>();
        client.pages(
                token -> client.get(
                        "model-versions/search",
                        "filter", filter(model),
                        "max_results", "10000",
                        "page_token", token),
                "model_versions",
                node -> {
                    try {
                        versions.add(version(node, bad));
                    } catch (IOException e) {
                        bad.accept("version %s of model %s".formatted(node.path("version").asText(), model), SafeFolder.reason(e));
                    }
                });
        versions.sort(java.util.Comparator.comparingInt(RegisteredVersion::version));
        return versions;
    }

    /** The filter that finds the versions of a model. */
    static String filter(String model) {
        return model.contains("'") ? "name=\"" + model + "\"" : "name='" + model + "'";
    }

    static RegisteredVersion version(JsonNode node, Bad bad) throws IOException {
        int number = node.path("version").asInt();
        String stage = node.path("current_stage").asText("None");
        if (number < 1) {
            throw new IOException("its number is none");
        }
        Instant created = instant(node, "creation_timestamp", Instant.EPOCH);
        String model = node.path("name").asText();
        String user = node.path("user_id").asText("");
        return new RegisteredVersion(
                model,
                number,
                Stage.of(stage.isEmpty() ? "None" : stage).orElseThrow(() -> new IOException("its stage (%s) is none".formatted(MetaFile.shortened(stage)))),
                node.path("source").asText(),
                orNull(node.path("run_id").asText("")),
                orNull(node.path("run_link").asText("")),
                orNull(node.path("model_id").asText("")),
                user.isEmpty() ? "unknown" : user,
                node.path("description").asText(""),
                created,
                instant(node, "last_updated_timestamp", created),
                texts(node.path("tags"), "version %d of model %s".formatted(number, model), bad),
                List.of(),
                null);
    }

    // ---- documents

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static double value(JsonNode node) {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        return switch (node.asText("NaN")) {
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> Double.NaN;
        };
    }

    private static Instant instant(JsonNode node, String field, Instant otherwise) {
        long millis = node.path(field).asLong();
        return millis == 0 ? otherwise : Instant.ofEpochMilli(millis);
    }

    private static Lifecycle lifecycle(JsonNode node) {
        return node.path("lifecycle_stage").asText("active").equals("deleted") ? Lifecycle.DELETED : Lifecycle.ACTIVE;
    }

    private static Run.@Nullable Status status(String text) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "RUNNING", "1" -> Run.Status.RUNNING;
            case "SCHEDULED", "2" -> Run.Status.SCHEDULED;
            case "FINISHED", "3" -> Run.Status.FINISHED;
            case "FAILED", "4" -> Run.Status.FAILED;
            case "KILLED", "5" -> Run.Status.KILLED;
            default -> null;
        };
    }

    private static SortedMap<String, String> texts(JsonNode list, String where, Bad bad) {
        SortedMap<String, String> texts = new TreeMap<>();
        for (JsonNode each : list) {
            String key = each.path("key").asText();
            String value = each.path("value").asText("");
            String wrong = Forms.wrongKey(key);
            if (wrong == null && value.length() > Forms.LONGEST_TEXT) {
                wrong = "its value has %,d characters".formatted(value.length());
            }
            if (wrong == null) {
                texts.put(key, value);
            } else {
                bad.accept(where + " " + MetaFile.shortened(key), wrong);
            }
        }
        return texts;
    }
}
