package dev.keelson.http.mlflow;

import dev.keelson.http.Backend;
import dev.keelson.registry.spi.TrackingTransaction;
import dev.keelson.registry.spi.TrackingTransaction.DatasetSummary;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.FilterParser;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.OrderParser;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Search.Subject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** {@code mlflow/experiments/...}. */
final class ExperimentEndpoints {
    private static final int MAX_FOUND = 50_000;
    private static final int FOUND = 1_000;
    private static final int MAX_DATASETS = 1_000;
    private static final int MAX_ASKED = 20;

    private final Backend backend;

    ExperimentEndpoints(Backend backend) {
        this.backend = backend;
    }

    void register(Endpoints endpoints) {
        endpoints.post("mlflow/experiments/create", this::create);
        endpoints.get("mlflow/experiments/search", this::search);
        endpoints.post("mlflow/experiments/search", this::search);
        endpoints.get("mlflow/experiments/get", this::get);
        endpoints.get("mlflow/experiments/get-by-name", this::getByName);
        endpoints.post("mlflow/experiments/delete", call -> turn(call, Lifecycle.DELETED));
        endpoints.post("mlflow/experiments/restore", call -> turn(call, Lifecycle.ACTIVE));
        endpoints.post("mlflow/experiments/update", this::rename);
        endpoints.post("mlflow/experiments/set-experiment-tag", this::setTag);
        endpoints.post("mlflow/experiments/delete-experiment-tag", this::deleteTag);
        endpoints.post("mlflow/experiments/search-datasets", this::datasets);
    }

    private void create(Call call) throws IOException {
        Fields fields = call.fields();
        String name = Names.limited("experiment name", fields.required("name"), Names.MAX_EXPERIMENT_NAME);
        if (name.isBlank()) {
            throw MlflowFailure.invalid("Invalid experiment name: '%s'. It must not be blank.".formatted(name));
        }
        String location = Names.location(fields.text("artifact_location"));
        Map<String, String> tags = Tracked.tags(fields, "tags", ExperimentEndpoints::tagValue);
        Experiment made = backend.catalog()
                .write(tx -> tx.tracking()
                        .createExperiment(name, location, tags, backend.clock().instant()));
        call.send(json -> json.writeStringField("experiment_id", made.id()));
    }

    private static String tagValue(String value) {
        return Names.limited("tag value", value, Names.MAX_EXPERIMENT_TAG);
    }

    private void search(Call call) throws IOException {
        Fields fields = call.fields();
        long offset = PageToken.offset(fields);
        Search search = new Search(
                FilterParser.parse(Subject.EXPERIMENTS, fields.text("filter")),
                OrderParser.parse(Subject.EXPERIMENTS, fields.texts("order_by")),
                Tracked.view(fields, "view_type"),
                fields.count("max_results", FOUND, MAX_FOUND),
                offset);
        Page<Experiment> page = backend.catalog().read(tx -> tx.tracking().searchExperiments(search));
        call.send(json -> {
            json.writeArrayFieldStart("experiments");
            for (Experiment each : page.items()) {
                json.writeStartObject();
                Tracked.experiment(json, each);
                json.writeEndObject();
            }
            json.writeEndArray();
            PageToken.write(json, offset, page.items().size(), page.more());
        });
    }

    private void get(Call call) throws IOException {
        String id = Names.experimentId(call.fields());
        send(call, backend.catalog().read(tx -> find(tx.tracking(), id)));
    }

    private void getByName(Call call) throws IOException {
        String name = call.fields().required("experiment_name");
        send(
                call,
                backend.catalog()
                        .read(tx -> tx.tracking().experimentNamed(name))
                        .orElseThrow(() -> MlflowFailure.absent(
                                "Could not find experiment with name '%s'".formatted(Texts.shown(name)))));
    }

    private static void send(Call call, Experiment experiment) throws IOException {
        call.send(json -> {
            json.writeObjectFieldStart("experiment");
            Tracked.experiment(json, experiment);
            json.writeEndObject();
        });
    }

    private static Experiment find(TrackingTransaction tracking, String id) {
        return tracking.experiment(id).orElseThrow(() -> Tracked.noExperiment(id));
    }

    private void turn(Call call, Lifecycle to) {
        String id = Names.experimentId(call.fields());
        backend.catalog().update(tx -> {
            Experiment there = find(tx.tracking(), id);
            if (to == Lifecycle.DELETED) {
                requireForeign(there);
            }
            if (there.lifecycle() == to) {
                throw MlflowFailure.absent("No %s experiment with id=%s exists"
                        .formatted(to == Lifecycle.DELETED ? "active" : "deleted", id));
            }
            tx.tracking().setExperimentLifecycle(id, to, backend.clock().instant());
        });
        call.done();
    }

    /** Trainings find the experiment of their model by its name, and lists of the model's runs do. */
    private void requireForeign(Experiment experiment) {
        if (backend.project().models().stream().anyMatch(model -> model.name().equals(experiment.name()))) {
            throw new MlflowFailure(
                    MlflowCode.PERMISSION_DENIED,
                    "The experiment (%s) is that of a model of the project file: its trainings find it by this name."
                            .formatted(experiment.name()));
        }
    }

    private void rename(Call call) {
        Fields fields = call.fields();
        String id = Names.experimentId(fields);
        String name = Names.limited("experiment name", fields.required("new_name"), Names.MAX_EXPERIMENT_NAME);
        active(id, (tracking, experiment) -> {
            if (!experiment.name().equals(name)) {
                requireForeign(experiment);
                tracking.renameExperiment(id, name, backend.clock().instant());
            }
        });
        call.done();
    }

    private void setTag(Call call) {
        Fields fields = call.fields();
        String id = Names.experimentId(fields);
        String key = Names.key("tag", fields.required("key"));
        String value = tagValue(fields.textOrEmpty("value"));
        active(id, (tracking, experiment) ->
                tracking.setExperimentTag(id, key, value, backend.clock().instant()));
        call.done();
    }

    private void deleteTag(Call call) {
        Fields fields = call.fields();
        String id = Names.experimentId(fields);
        String key = fields.required("key");
        active(id, (tracking, experiment) -> {
            if (!experiment.tags().containsKey(key)) {
                throw MlflowFailure.absent(
                        "No tag with name: %s in experiment with id %s".formatted(Texts.shown(key), id));
            }
            tracking.setExperimentTag(id, key, null, backend.clock().instant());
        });
        call.done();
    }

    /** Does something with an experiment that is not deleted. */
    private void active(String id, BiConsumer<TrackingTransaction, Experiment> work) {
        backend.catalog().update(tx -> {
            Experiment experiment = find(tx.tracking(), id);
            if (experiment.lifecycle() == Lifecycle.DELETED) {
                throw MlflowFailure.invalid(
                        "The experiment %s must be in the 'active' state. Current state is deleted.".formatted(id));
            }
            work.accept(tx.tracking(), experiment);
        });
    }

    private void datasets(Call call) throws IOException {
        List<String> ids = Names.experimentIds(call.fields());
        if (ids.isEmpty()) {
            throw MlflowFailure.missing("experiment_ids");
        }
        if (ids.size() > MAX_ASKED) {
            throw MlflowFailure.invalid(
                    "Data sets of %d experiments were asked for; %d are the most.".formatted(ids.size(), MAX_ASKED));
        }
        List<DatasetSummary> found = backend.catalog().read(tx -> tx.tracking().datasets(ids, MAX_DATASETS));
        call.send(json -> {
            json.writeArrayFieldStart("dataset_summaries");
            for (DatasetSummary each : found) {
                json.writeStartObject();
                json.writeStringField("experiment_id", each.experimentId());
                json.writeStringField("name", each.name());
                json.writeStringField("digest", each.digest());
                Call.optional(json, "context", each.context());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
