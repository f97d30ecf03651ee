package dev.keelson.http.mlflow;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.keelson.http.Backend;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction.Entry;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.FilterParser;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.OrderParser;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Dataset;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Search.SortKey;
import dev.keelson.registry.tracking.Search.Subject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** {@code mlflow/logged-models...}: the models that clients of MLflow 3 log. */
final class LoggedModelEndpoints {
    private static final int FOUND = 50;
    private static final int MAX_FOUND = 1_000;
    private static final int MAX_NAME = 500;
    private static final int MAX_LISTED = 1_000;
    /** What the wire has before the names of statuses. */
    private static final String STATUS = "LOGGED_MODEL_";

    private static final List<LoggedModel.Status> STATUSES = List.of(LoggedModel.Status.values());
    private static final String PROXY = "mlflow-artifacts:/";

    private final Backend backend;

    LoggedModelEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Endpoints endpoints) {
        endpoints.post("mlflow/logged-models", this::create);
        endpoints.post("mlflow/logged-models/search", this::search);
        endpoints.get("mlflow/logged-models/{model_id}", this::get);
        endpoints.patch("mlflow/logged-models/{model_id}", this::finish);
        endpoints.delete("mlflow/logged-models/{model_id}", this::delete);
        endpoints.patch("mlflow/logged-models/{model_id}/tags", this::setTags);
        endpoints.delete("mlflow/logged-models/{model_id}/tags/{key}", this::deleteTag);
        endpoints.post("mlflow/logged-models/{model_id}/params", this::addParams);
        endpoints.get("mlflow/logged-models/{model_id}/artifacts/directories", this::list);
    }

    static MlflowFailure noModel(String id) {
        return MlflowFailure.absent("Logged model with ID '%s' not found.".formatted(id));
    }

    private void create(Call call) throws IOException {
        Fields fields = call.fields();
        String experimentId = Names.experimentId(fields);
        String asked = fields.textOrEmpty("name");
        String name = asked.isEmpty() ? TrackedRunEndpoints.newName() : name(asked);
        String source = fields.textOrEmpty("source_run_id");
        String type = fields.textOrEmpty("model_type");
        SortedMap<String, String> params = params(fields);
        SortedMap<String, String> tags = tags(fields);
        String id = "m-" + TrackedRunEndpoints.newId();
        LoggedModel made = backend.catalog().write(tx -> {
            Experiment experiment = tx.tracking()
                    .experiment(experimentId)
                    .orElseThrow(() -> Tracked.noExperiment(experimentId));
            if (experiment.lifecycle() == Lifecycle.DELETED) {
                throw MlflowFailure.invalid("The experiment %s must be in the 'active' state. Current state is deleted."
                        .formatted(experimentId));
            }
            Instant now = backend.clock().instant();
            String location = experiment.artifactLocation();
            LoggedModel model = new LoggedModel(
                    id,
                    experimentId,
                    name,
                    "%s%smodels/%s/artifacts".formatted(location, location.endsWith("/") ? "" : "/", id),
                    LoggedModel.Status.PENDING,
                    type.isEmpty() ? null : Names.limited("model type", type, MAX_NAME),
                    source.isEmpty() ? null : Names.runId(source),
                    Lifecycle.ACTIVE,
                    now,
                    now,
                    params,
                    tags,
                    List.of(),
                    List.of());
            tx.tracking().putLoggedModel(model);
            return model;
        });
        send(call, made);
    }

    private static String name(String name) {
        boolean reserved = name.chars().anyMatch(c -> "/:.%\"'".indexOf(c) >= 0);
        if (name.isBlank() || reserved) {
            throw MlflowFailure.invalid(
                    "Invalid model name: '%s'. It must not be blank, nor hold / : . %% \" or '.".formatted(Texts.shown(name)));
        }
        return Names.limited("model name", name, MAX_NAME);
    }

    private static SortedMap<String, String> tags(Fields fields) {
        return new TreeMap<>(Tracked.tags(fields, "tags", Names::runTag));
    }

    private static SortedMap<String, String> params(Fields fields) {
        SortedMap<String, String> params = new TreeMap<>();
        for (Fields each : fields.objects("params")) {
            params.put(
                    Names.key("parameter", each.required("key")),
                    Names.limited("parameter value", each.textOrEmpty("value"), Names.MAX_PARAM));
        }
        return params;
    }

    private void get(Call call) throws IOException {
        boolean deletedToo = call.fields().flag("allow_deleted");
        String id = Names.modelId(call.part("model_id"));
        send(call, backend.catalog().read(tx -> find(tx, id, deletedToo)));
    }

    private static LoggedModel find(CatalogTransaction tx, String id, boolean deletedToo) {
        return tx.tracking()
                .loggedModel(id)
                .filter(each -> deletedToo || each.lifecycle() == Lifecycle.ACTIVE)
                .orElseThrow(() -> noModel(id));
    }

    private LoggedModel change(Call call, BiFunction<LoggedModel, Instant, LoggedModel> change) {
        String id = Names.modelId(call.part("model_id"));
        return backend.catalog().write(tx -> {
            LoggedModel changed =
                    change.apply(find(tx, id, false), backend.clock().instant());
            tx.tracking().putLoggedModel(changed);
            return changed;
        });
    }

    private static LoggedModel with(
            LoggedModel model,
            LoggedModel.Status status,
            Lifecycle lifecycle,
            Instant at,
            SortedMap<String, String> params,
            SortedMap<String, String> tags) {
        return new LoggedModel(
                model.id(),
                model.experimentId(),
                model.name(),
                model.artifactUri(),
                status,
                model.modelType(),
                model.sourceRunId(),
                lifecycle,
                model.createdAt(),
                at,
                params,
                tags,
                model.metrics(),
                model.registrations());
    }

    private void finish(Call call) throws IOException {
        LoggedModel.Status status = call.fields().choice("status", STATUSES, STATUS);
        if (status == null) {
            throw MlflowFailure.missing("status");
        }
        send(call, change(call, (model, at) -> with(model, status, model.lifecycle(), at, model.params(), model.tags())));
    }

    private void delete(Call call) {
        change(call, (model, at) -> with(model, model.status(), Lifecycle.DELETED, at, model.params(), model.tags()));
        call.done();
    }

    private void setTags(Call call) throws IOException {
        SortedMap<String, String> added = tags(call.fields());
        send(call, change(call, (model, at) -> {
            SortedMap<String, String> tags = new TreeMap<>(model.tags());
            tags.putAll(added);
            return with(model, model.status(), model.lifecycle(), at, model.params(), tags);
        }));
    }

    private void deleteTag(Call call) {
        String key = call.part("key");
        change(call, (model, at) -> {
            SortedMap<String, String> tags = new TreeMap<>(model.tags());
            if (tags.remove(key) == null) {
                throw MlflowFailure.absent(
                        "No tag with key '%s' found for model with ID '%s'.".formatted(Texts.shown(key), model.id()));
            }
            return with(model, model.status(), model.lifecycle(), at, model.params(), tags);
        });
        call.done();
    }

    private void addParams(Call call) throws IOException {
        SortedMap<String, String> added = params(call.fields());
        send(call, change(call, (model, at) -> {
            SortedMap<String, String> params = new TreeMap<>(model.params());
            added.forEach((key, value) -> {
                String before = params.putIfAbsent(key, value);
                if (before != null && !before.equals(value)) {
                    throw MlflowFailure.invalid("The param %s of the model %s is '%s' and cannot become '%s'."
                            .formatted(key, model.id(), Texts.shown(before), Texts.shown(value)));
                }
            });
            return with(model, model.status(), model.lifecycle(), at, params, model.tags());
        }));
    }

    private void search(Call call) throws IOException {
        Fields fields = call.fields();
        long offset = PageToken.offset(fields);
        List<String> experiments = Names.experimentIds(fields);
        Dataset dataset = dataset(fields);
        List<Clause> clauses = new ArrayList<>();
        for (Clause each : FilterParser.parse(Subject.LOGGED_MODELS, fields.text("filter"))) {
            clauses.add(
                    dataset != null && each.entity() == Entity.METRIC
                            ? new Clause(each.entity(), each.key(), each.comparison(), each.number(), each.texts(), dataset)
                            : each);
        }
        Search search = new Search(
                clauses,
                order(fields),
                Lifecycle.View.ACTIVE_ONLY,
                fields.count("max_results", FOUND, MAX_FOUND),
                offset);
        Page<LoggedModel> page = backend.catalog().read(tx -> tx.tracking().searchLoggedModels(experiments, search));
        call.send(json -> {
            json.writeArrayFieldStart("models");
            for (LoggedModel each : page.items()) {
                json.writeStartObject();
                model(json, each);
                json.writeEndObject();
            }
            json.writeEndArray();
            PageToken.write(json, offset, page.items().size(), page.more());
        });
    }

    /** The data set that metrics of the filter were measured on; null when none is told. */
    private static @Nullable Dataset dataset(Fields fields) {
        List<Fields> datasets = fields.objects("datasets");
        if (datasets.size() > 1) {
            throw MlflowFailure.invalid(
                    "%d data sets were named; a search looks at the metrics of one, or of all.".formatted(datasets.size()));
        }
        return datasets.isEmpty()
                ? null
                : new Dataset(
                        datasets.getFirst().required("dataset_name"),
                        datasets.getFirst().text("dataset_digest"));
    }

    private static List<SortKey> order(Fields fields) {
        List<SortKey> order = new ArrayList<>();
        for (Fields each : fields.objects("order_by")) {
            SortKey key = OrderParser.parse(Subject.LOGGED_MODELS, List.of(each.required("field_name")))
                    .getFirst();
            String name = each.textOrEmpty("dataset_name");
            order.add(new SortKey(
                    key.entity(),
                    key.key(),
                    each.flag("ascending", true),
                    name.isEmpty() ? null : new Dataset(name, each.text("dataset_digest"))));
        }
        return order;
    }

    /** What is directly in a folder of a model's files; those that clients keep elsewhere are not known. */
    private void list(Call call) throws IOException {
        Fields fields = call.fields();
        String folder = fields.textOrEmpty("artifact_directory_path");
        if (!folder.isEmpty() && (!Names.isNormalPath(folder) || folder.indexOf('\\') >= 0)) {
            throw MlflowFailure.invalid("Invalid path: '%s'.".formatted(Texts.shown(folder)));
        }
        String after = PageToken.after(fields);
        String id = Names.modelId(call.part("model_id"));
        LoggedModel model = backend.catalog().read(tx -> find(tx, id, false));
        Page<Entry> page = new Page<>(List.of(), false);
        if (model.artifactUri().startsWith(PROXY)) {
            String root = model.artifactUri().substring(PROXY.length());
            String path = folder.isEmpty() ? root : root + "/" + folder;
            page = backend.catalog().read(tx -> tx.files().list(path, after, MAX_LISTED));
        }
        List<Entry> entries = page.items();
        String next = page.more() ? PageToken.of(entries.getLast().name()) : null;
        call.send(json -> {
            json.writeStringField("root_uri", model.artifactUri());
            json.writeArrayFieldStart("files");
            for (Entry each : entries) {
                json.writeStartObject();
                json.writeStringField("path", folder.isEmpty() ? each.name() : folder + "/" + each.name());
                json.writeBooleanField("is_dir", each.file() == null);
                if (each.file() != null) {
                    json.writeNumberField("file_size", each.file().bytes());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            Call.optional(json, "next_page_token", next);
        });
    }

    // ---- documents

    private static void send(Call call, LoggedModel model) throws IOException {
        call.send(json -> {
            json.writeObjectFieldStart("model");
            model(json, model);
            json.writeEndObject();
        });
    }

    private static void model(JsonGenerator json, LoggedModel model) throws IOException {
        json.writeObjectFieldStart("info");
        json.writeStringField("model_id", model.id());
        json.writeStringField("experiment_id", model.experimentId());
        json.writeStringField("name", model.name());
        json.writeNumberField("creation_timestamp_ms", model.createdAt().toEpochMilli());
        json.writeNumberField("last_updated_timestamp_ms", model.updatedAt().toEpochMilli());
        json.writeStringField("artifact_uri", model.artifactUri());
        json.writeStringField("status", STATUS + model.status().name());
        Call.optional(json, "model_type", model.modelType());
        Call.optional(json, "source_run_id", model.sourceRunId());
        Call.pairs(json, "tags", model.tags());
        if (!model.registrations().isEmpty()) {
            json.writeArrayFieldStart("registrations");
            for (LoggedModel.Registration each : model.registrations()) {
                json.writeStartObject();
                json.writeStringField("name", each.model());
                json.writeStringField("version", Integer.toString(each.version()));
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("data");
        Call.pairs(json, "params", model.params());
        if (!model.metrics().isEmpty()) {
            json.writeArrayFieldStart("metrics");
            for (LoggedModel.Metric each : model.metrics()) {
                json.writeStartObject();
                Tracked.point(json, each.point());
                json.writeStringField("run_id", each.runId());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }
}
