package dev.keelson.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.Detail;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.registry.tracking.TrackedRun;
import dev.keelson.remote.MlflowClient.Repeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is done at the other registry, each step such that doing it again changes nothing. */
final class RemoteSide implements AutoCloseable {
    private static final int POINTS_AT_ONCE = 1000;
    private static final int TEXTS_AT_ONCE = 100;
    private static final int LONGEST_PARAM = 6000;
    private static final int LONGEST_TAG = 5000;
    private static final int HISTORY = 10_000;

    private final Catalog catalog;
    private final Blobs blobs;
    private final MlflowClient client;

    RemoteSide(Catalog catalog, Blobs blobs, MlflowClient client) {
        this.catalog = catalog;
        this.blobs = blobs;
        this.client = client;
    }

    /** Told of what differs and was left as it is. */
    @FunctionalInterface
    interface Differing {
        void of(String what, String here, String there);
    }

    // ---- runs

    private String experiment(String name) {
        Optional<JsonNode> known = client.find("experiments/get-by-name", "experiment_name", name);
        if (known.isPresent()) {
            return known.get().path("experiment").path("experiment_id").asText();
        }
        try {
            return client.post("experiments/create", MlflowClient.object().put("name", name), Repeat.SAFE)
                    .path("experiment_id")
                    .asText();
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.ALREADY_EXISTS) {
                throw e;
            }
            return client.get("experiments/get-by-name", "experiment_name", name)
                    .path("experiment")
                    .path("experiment_id")
                    .asText();
        }
    }

    /** The run there that is the one of that id here: it has that id, or says so by its tag. */
    private Optional<JsonNode> find(String experimentId, String id) {
        ObjectNode body = MlflowClient.object()
                .put("filter", "tags.`%s` = '%s'".formatted(RegistryLink.RUN_ID, id))
                .put("run_view_type", "ALL")
                .put("max_results", 10);
        body.putArray("experiment_ids").add(experimentId);
        JsonNode runs = client.post("runs/search", body, Repeat.SAFE).path("runs");
        return runs.isEmpty()
                ? client.find("runs/get", "run_id", id, "run_uuid", id).map(node -> node.path("run"))
                : Optional.of(runs.get(0));
    }

    /** Ids of runs here that the experiment of that name has there. */
    List<String> runIds(String experiment) {
        List<String> ids = new ArrayList<>();
        Optional<JsonNode> known = client.find("experiments/get-by-name", "experiment_name", experiment);
        if (known.isEmpty()) {
            return ids;
        }
        String experimentId = known.get().path("experiment").path("experiment_id").asText();
        client.pages(
                token -> {
                    ObjectNode body = MlflowClient.object().put("run_view_type", "ALL").put("max_results", 1000);
                    body.putArray("experiment_ids").add(experimentId);
                    if (token != null) {
                        body.put("page_token", token);
                    }
                    return client.post("runs/search", body, Repeat.SAFE);
                },
                "runs",
                run -> {
                    String tag = tag(run.path("data"), RegistryLink.RUN_ID);
                    ids.add(tag.isEmpty() ? run.path("info").path("run_id").asText() : tag);
                });
        return ids;
    }

    /**
     * Makes a run there as it is here.
     *
     * @param overTags whether tags that differ there are overwritten; else they are told
     * @return where its files are there
     */
    String run(Run run, boolean overTags, Differing differing) {
        TrackedRun tracked = catalog.<List<TrackedRun>>read(tx -> tx.tracking().runs(List.of(run.id()), Detail.ALL)).getFirst();
        String experimentId = experiment(run.experiment());
        JsonNode there = find(experimentId, run.id()).orElseGet(() -> create(experimentId, tracked));
        JsonNode info = there.path("info");
        String id = info.path("run_id").asText(info.path("run_uuid").asText());
        Map<String, String> params = new TreeMap<>();
        tracked.params().forEach((key, value) -> {
            String sent = shortened(value, LONGEST_PARAM);
            String known = value(there.path("data").path("params"), key);
            if (known == null) {
                params.put(key, sent);
            } else if (!known.equals(sent)) {
                differing.of("param " + key, value, known);
            }
        });
        Map<String, String> tags = new TreeMap<>();
        tracked.tags().forEach((key, value) -> {
            String sent = shortened(value, LONGEST_TAG);
            String known = value(there.path("data").path("tags"), key);
            if (known == null || (overTags && !known.equals(sent))) {
                tags.put(key, sent);
            } else if (!known.equals(sent)) {
                differing.of("tag " + key, value, known);
            }
        });
        texts(id, "params", params);
        texts(id, "tags", tags);
        tracked.metrics().keySet().forEach(key -> points(run.id(), id, key));
        String uri = info.path("artifact_uri").asText();
        files(run, id, uri, differing);
        if (!info.path("status").asText().equals(run.status().name())) {
            ObjectNode update = MlflowClient.object().put("run_id", id).put("status", run.status().name());
            if (run.endedAt() != null) {
                update.put("end_time", run.endedAt().toEpochMilli());
            }
            client.post("runs/update", update, Repeat.SAFE);
        }
        return uri;
    }

    private JsonNode create(String experimentId, TrackedRun run) {
        ObjectNode body = MlflowClient.object()
                .put("experiment_id", experimentId)
                .put("user_id", run.info().user())
                .put("run_name", run.info().name())
                .put("start_time", run.info().startedAt().toEpochMilli());
        ArrayNode tags = body.putArray("tags");
        tags.addObject().put("key", RegistryLink.RUN_ID).put("value", run.info().id());
        tags.addObject().put("key", "mlflow.runName").put("value", run.info().name());
        tags.addObject().put("key", "mlflow.user").put("value", run.info().user());
        return client.post("runs/create", body, Repeat.NEVER).path("run");
    }

    private void texts(String runId, String field, Map<String, String> texts) {
        List<Map.Entry<String, String>> all = List.copyOf(texts.entrySet());
        for (int from = 0; from < all.size(); from += TEXTS_AT_ONCE) {
            ObjectNode body = MlflowClient.object().put("run_id", runId);
            ArrayNode list = body.putArray(field);
            all.subList(from, Math.min(all.size(), from + TEXTS_AT_ONCE))
                    .forEach(each -> list.addObject().put("key", each.getKey()).put("value", each.getValue()));
            client.post("runs/log-batch", body, Repeat.SAFE);
        }
    }

    private void points(String here, String there, String key) {
        for (long offset = 0; ; offset += HISTORY) {
            long from = offset;
            Page<MetricPoint> page = catalog.read(tx -> tx.tracking().history(here, key, from, HISTORY));
            for (int i = 0; i < page.items().size(); i += POINTS_AT_ONCE) {
                ObjectNode body = MlflowClient.object().put("run_id", there);
                ArrayNode list = body.putArray("metrics");
                for (MetricPoint point : page.items().subList(i, Math.min(page.items().size(), i + POINTS_AT_ONCE))) {
                    ObjectNode node = list.addObject().put("key", key);
                    if (Double.isNaN(point.value())) {
                        node.put("value", "NaN"); // JSON has no such number; the interface reads it from the text
                    } else {
                        node.put("value", point.value());
                    }
                    node.put("timestamp", point.timestamp()).put("step", point.step());
                }
                client.post("runs/log-batch", body, Repeat.SAFE);
            }
            if (!page.more()) {
                return;
            }
        }
    }

    private void files(Run run, String there, String uri, Differing differing) {
        if (run.artifacts().isEmpty()) {
            return;
        }
        String root = ServerSource.proxied(uri);
        if (root == null) {
            differing.of("files", "%d files".formatted(run.artifacts().size()), "no artifact proxy: they are kept at " + uri);
            return;
        }
        Map<String, Map<String, Long>> known = new HashMap<>();
        for (Run.Artifact artifact : run.artifacts()) {
            int slash = artifact.path().lastIndexOf('/');
            String folder = slash < 0 ? "" : artifact.path().substring(0, slash);
            Long bytes = known.computeIfAbsent(folder, path -> list(there, path)).get(artifact.path());
            if (bytes == null || bytes != artifact.bytes()) {
                client.upload(root + "/" + artifact.path(), artifact.bytes(), () -> blobs.open(artifact.sha256()));
            }
        }
    }

    private Map<String, Long> list(String runId, String folder) {
        Map<String, Long> files = new HashMap<>();
        client.pages(
                token -> client.get(
                        "artifacts/list",
                        "run_id", runId,
                        "run_uuid", runId,
                        "path", folder.isEmpty() ? null : folder,
                        "page_token", token),
                "files",
                file -> files.put(file.path("path").asText(), file.path("file_size").asLong(-1)));
        return files;
    }

    private static String shortened(String text, int most) {
        return text.length() > most ? text.substring(0, most) : text;
    }

    private static @Nullable String value(JsonNode list, String key) {
        for (JsonNode each : list) {
            if (each.path("key").asText().equals(key)) {
                return each.path("value").asText("");
            }
        }
        return null;
    }

    /** The tag of something that has tags, or an empty text. */
    static String tag(JsonNode node, String key) {
        String value = value(node.path("tags"), key);
        return value == null ? "" : value;
    }

    // ---- models

    /** Makes a registered model when it is not there. */
    void model(String name) {
        if (client.find("registered-models/get", "name", name).isPresent()) {
            return;
        }
        try {
            client.post("registered-models/create", MlflowClient.object().put("name", name), Repeat.SAFE);
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.ALREADY_EXISTS) {
                throw e;
            }
        }
    }

    /** Versions of a model there by number; none when there is no such model. */
    Map<Integer, JsonNode> versions(String model) {
        Map<Integer, JsonNode> versions = new LinkedHashMap<>();
        client.pages(
                token -> client.get(
                        "model-versions/search",
                        "filter", ServerSource.filter(model),
                        "max_results", "10000",
                        "page_token", token),
                "model_versions",
                node -> versions.put(node.path("version").asInt(), node));
        return versions;
    }

    /** Registers a version with its run; the number that it got. */
    int createVersion(ModelVersion version, Run run) {
        String uri = run(run, false, (what, here, there) -> {}); // told when the run itself was sent
        String path = run.artifacts().stream()
                .filter(artifact -> artifact.sha256().equals(version.sha256()))
                .map(Run.Artifact::path)
                .findFirst()
                .orElse("model");
        JsonNode there = find(experiment(run.experiment()), run.id()).orElseThrow();
        ObjectNode body = MlflowClient.object()
                .put("name", version.model())
                .put("source", uri + "/" + path)
                .put("run_id", there.path("info").path("run_id").asText());
        ArrayNode tags = body.putArray("tags");
        tags.addObject().put("key", RegistryLink.SHA256).put("value", version.sha256());
        tags.addObject().put("key", RegistryLink.VERSION).put("value", Integer.toString(version.version()));
        return client.post("model-versions/create", body, Repeat.NEVER)
                .path("model_version")
                .path("version")
                .asInt();
    }

    void tagVersion(String model, int version, String key, String value) {
        client.post(
                "model-versions/set-tag",
                MlflowClient.object()
                        .put("name", model)
                        .put("version", Integer.toString(version))
                        .put("key", key)
                        .put("value", value),
                Repeat.SAFE);
    }

    void deleteVersion(String model, int version) {
        client.send(
                "DELETE",
                "model-versions/delete",
                MlflowClient.object().put("name", model).put("version", Integer.toString(version)),
                Repeat.SAFE);
    }

    Map<String, Integer> aliases(String model) {
        Map<String, Integer> aliases = new TreeMap<>();
        client.find("registered-models/get", "name", model)
                .ifPresent(node -> node.path("registered_model").path("aliases").forEach(alias -> aliases.put(
                        alias.path("alias").asText(), alias.path("version").asInt())));
        return aliases;
    }

    /** Where an alias points there, or null. */
    @Nullable Integer alias(String model, String alias) {
        return aliases(model).get(alias);
    }

    void setAlias(String model, String alias, @Nullable Integer version) {
        ObjectNode body = MlflowClient.object().put("name", model).put("alias", alias);
        if (version == null) {
            client.send("DELETE", "registered-models/alias", body, Repeat.SAFE);
        } else {
            client.post("registered-models/alias", body.put("version", Integer.toString(version)), Repeat.SAFE);
        }
    }

    /** Where a version stands there. */
    Stage stage(String model, int version) {
        JsonNode node = client.get("model-versions/get", "name", model, "version", Integer.toString(version))
                .path("model_version");
        return Stage.of(node.path("current_stage").asText("None")).orElse(Stage.NONE);
    }

    void setStage(String model, int version, Stage stage) {
        client.post(
                "model-versions/transition-stage",
                MlflowClient.object()
                        .put("name", model)
                        .put("version", Integer.toString(version))
                        .put("stage", stage.word())
                        .put("archive_existing_versions", false),
                Repeat.SAFE);
    }

    /** The registered version of a reference there; nothing when there is none. */
    Optional<JsonNode> version(String model, int version) {
        return client.find("model-versions/get", "name", model, "version", Integer.toString(version))
                .map(node -> node.path("model_version"));
    }

    @Override
    public void close() {
        client.close();
    }
}
