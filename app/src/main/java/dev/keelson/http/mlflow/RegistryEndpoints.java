package dev.keelson.http.mlflow;

import dev.keelson.http.Backend;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.tracking.LoggedModel;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Stage;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Registered models and their versions as clients of MLflow know them. Changes of stages and aliases and removals go through
 * {@link Governance}, so that clients can do what its policies allow and nothing else, and leave the same trail as people.
 */
final class RegistryEndpoints {
    private static final int MODELS_BY_DEFAULT = 100;
    private static final int MODELS_AT_MOST = 1_000;
    private static final int VERSIONS_AT_MOST = 200_000;
    /** A version can be a copy of a version; the chain of copies is followed so far. */
    private static final int COPIES_AT_MOST = 16;

    private final Catalog catalog;
    private final Governance governance;
    private final InstantSource clock;
    private final Project project;

    RegistryEndpoints(Backend backend) {
        this.project = backend.project();
        this.catalog = backend.catalog();
        this.governance = backend.governance();
        this.clock = backend.clock();
    }

    void register(Endpoints endpoints) {
        endpoints.post("mlflow/registered-models/create", this::createModel);
        endpoints.post("mlflow/registered-models/rename", this::renameModel);
        endpoints.patch("mlflow/registered-models/update", this::describeModel);
        endpoints.delete("mlflow/registered-models/delete", this::deleteModel);
        endpoints.get("mlflow/registered-models/get", this::getModel);
        endpoints.get("mlflow/registered-models/search", this::searchModels);
        endpoints.get("mlflow/registered-models/get-latest-versions", this::latestVersions);
        endpoints.post("mlflow/registered-models/get-latest-versions", this::latestVersions);
        endpoints.post("mlflow/registered-models/set-tag", this::setModelTag);
        endpoints.delete("mlflow/registered-models/delete-tag", this::deleteModelTag);
        endpoints.post("mlflow/registered-models/alias", this::setAlias);
        endpoints.delete("mlflow/registered-models/alias", this::deleteAlias);
        endpoints.get("mlflow/registered-models/alias", this::getByAlias);
        endpoints.post("mlflow/model-versions/create", this::createVersion);
        endpoints.get("mlflow/model-versions/get", this::getVersion);
        endpoints.patch("mlflow/model-versions/update", this::describeVersion);
        endpoints.delete("mlflow/model-versions/delete", this::deleteVersion);
        endpoints.post("mlflow/model-versions/transition-stage", this::transition);
        endpoints.get("mlflow/model-versions/search", this::searchVersions);
        endpoints.get("mlflow/model-versions/get-download-uri", this::downloadUri);
        endpoints.post("mlflow/model-versions/set-tag", this::setVersionTag);
        endpoints.delete("mlflow/model-versions/delete-tag", this::deleteVersionTag);
    }

    // ---- models

    private void createModel(Call call) throws IOException {
        Fields fields = call.fields();
        String name = RegistryRules.modelName(fields.required("name"));
        Map<String, String> tags = RegistryRules.tags(fields.objects("tags"), call.userAgent());
        String description = RegistryRules.description(fields.textOrEmpty("description"));
        RegisteredModel made = catalog.write(tx -> {
            if (tx.registry().model(name).isPresent()) {
                throw exists(name);
            }
            return tx.registry().createModel(name, description, tags, clock.instant());
        });
        answer(call, new ModelWithLatest(made, List.of()));
    }

    private void renameModel(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        String newName = RegistryRules.modelName(fields.required("new_name"));
        catalog.update(tx -> {
            requireModel(tx, name);
            if (name.equals(newName)) {
                return;
            }
            requireForeign(name);
            if (tx.registry().model(newName).isPresent()) {
                throw exists(newName);
            }
            tx.registry().renameModel(name, newName, clock.instant());
            audit(tx, call, "rename", newName, null, "The model (%s) has this name now.".formatted(name));
        });
        sendModel(call, newName);
    }

    private void describeModel(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        String description = RegistryRules.description(fields.textOrEmpty("description"));
        catalog.update(tx -> {
            requireModel(tx, name);
            tx.registry().describeModel(name, description, clock.instant());
        });
        sendModel(call, name);
    }

    private void deleteModel(Call call) {
        String name = call.fields().required("name");
        catalog.read(tx -> requireModel(tx, name));
        requireForeign(name);
        governance.deleteModel(name, Actor.of(call), Actor.reason(call));
        call.done();
    }

    private void getModel(Call call) throws IOException {
        sendModel(call, call.fields().required("name"));
    }

    private void searchModels(Call call) throws IOException {
        RegistrySearch search = RegistrySearch.of(
                Search.Subject.REGISTERED_MODELS, call.fields(), MODELS_BY_DEFAULT, MODELS_AT_MOST);
        RegistrySearch.Found<ModelWithLatest> found = catalog.read(tx -> {
            RegistrySearch.Found<RegisteredModel> models =
                    search.run(tx.registry()::searchModels, RegisteredModel::tags);
            List<ModelWithLatest> items = models.items().stream()
                    .map(model -> new ModelWithLatest(model, tx.registry().latestVersions(model.name())))
                    .toList();
            return new RegistrySearch.Found<>(items, models.next(), models.more());
        });
        call.send(json -> {
            json.writeArrayFieldStart("registered_models");
            for (ModelWithLatest each : found.items()) {
                RegistryJson.model(json, each.model(), each.latest());
            }
            json.writeEndArray();
            PageToken.write(json, found.next(), 0, found.more());
        });
    }

    private void latestVersions(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        List<String> words = fields.texts("stages");
        Set<Stage> stages = words.isEmpty()
                ? EnumSet.allOf(Stage.class)
                : words.stream().map(RegistryRules::stage).collect(Collectors.toSet());
        List<RegisteredVersion> latest = catalog.read(tx -> {
            requireModel(tx, name);
            return tx.registry().latestVersions(name).stream()
                    .filter(version -> stages.contains(version.stage()))
                    .toList();
        });
        sendVersions(call, new RegistrySearch.Found<>(latest, latest.size(), false));
    }

    private void setModelTag(Call call) {
        Fields fields = call.fields();
        String name = fields.required("name");
        String key = Names.key("tag", fields.required("key"));
        String value = RegistryRules.tagValue(key, fields.textOrEmpty("value"), call.userAgent());
        catalog.update(tx -> {
            requireModel(tx, name);
            tx.registry().setModelTag(name, key, value, clock.instant());
        });
        call.done();
    }

    private void deleteModelTag(Call call) {
        Fields fields = call.fields();
        String name = fields.required("name");
        String key = Names.key("tag", fields.required("key"));
        catalog.update(tx -> {
            requireModel(tx, name);
            tx.registry().setModelTag(name, key, null, clock.instant());
        });
        call.done();
    }

    // ---- aliases

    private void setAlias(Call call) {
        Fields fields = call.fields();
        String name = fields.required("name");
        String alias = RegistryRules.newAlias(fields.required("alias"));
        int version = RegistryRules.version(fields);
        catalog.read(tx -> requireVersion(tx, name, version));
        governance.alias(name, alias, version, Actor.of(call), Actor.reason(call));
        call.done();
    }

    private void deleteAlias(Call call) {
        Fields fields = call.fields();
        String name = fields.required("name");
        String alias = RegistryRules.alias(fields.required("alias"));
        boolean there = catalog.read(tx -> requireModel(tx, name).aliases().containsKey(alias));
        if (there) {
            governance.alias(name, alias, null, Actor.of(call), Actor.reason(call));
        }
        call.done();
    }

    private void getByAlias(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        String alias = RegistryRules.alias(fields.required("alias"));
        VersionWithModel found = catalog.read(tx -> {
            Integer version = requireModel(tx, name).aliases().get(alias);
            if (version == null) {
                throw MlflowFailure.invalid("Registered model alias %s not found.".formatted(alias));
            }
            return withModel(tx, requireVersion(tx, name, version));
        });
        answer(call, found);
    }

    // ---- versions

    private void createVersion(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        String source = fields.required("source");
        String runId = emptyIsNull(fields.text("run_id"));
        String runLink = emptyIsNull(fields.text("run_link"));
        String modelId = emptyIsNull(fields.text("model_id"));
        String description = RegistryRules.description(fields.textOrEmpty("description"));
        Map<String, String> tags = RegistryRules.tags(fields.objects("tags"), call.userAgent());
        VersionWithModel made = catalog.write(tx -> {
            requireModel(tx, name);
            LoggedModel model = modelId == null ? null : requireLogged(tx, modelId);
            String run = runId != null || model == null ? runId : model.sourceRunId();
            if (!RegistryRules.isPrompt(tags, source)) {
                String artifacts = run == null
                        ? null
                        : tx.tracking().runInfo(run).map(RunInfo::artifactUri).orElse(null);
                String refusal = ModelSource.refusal(source, artifacts);
                if (refusal != null) {
                    throw MlflowFailure.invalid(
                            "Invalid model version source: '%s'. %s".formatted(Texts.shown(source), refusal));
                }
            }
            RegisteredVersion version = tx.registry()
                    .createVersion(name, source, run, runLink, modelId, Actor.of(call), description, tags, clock.instant());
            audit(tx, call, "register", name, version.version(), Actor.reason(call));
            return new VersionWithModel(version, model);
        });
        answer(call, made);
    }

    private void getVersion(Call call) throws IOException {
        Fields fields = call.fields();
        sendVersion(call, fields.required("name"), RegistryRules.version(fields));
    }

    private void describeVersion(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        int version = RegistryRules.version(fields);
        String description = RegistryRules.description(fields.textOrEmpty("description"));
        catalog.update(tx -> {
            requireVersion(tx, name, version);
            tx.registry().describeVersion(name, version, description, clock.instant());
        });
        sendVersion(call, name, version);
    }

    private void deleteVersion(Call call) {
        Fields fields = call.fields();
        String name = fields.required("name");
        int version = RegistryRules.version(fields);
        catalog.read(tx -> requireVersion(tx, name, version));
        governance.deleteVersion(name, version, Actor.of(call), Actor.reason(call));
        call.done();
    }

    private void transition(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        int version = RegistryRules.version(fields);
        Stage stage = RegistryRules.stage(fields.required("stage"));
        boolean archive = fields.flag("archive_existing_versions"); // Java's client leaves it out
        if (archive && stage != Stage.STAGING && stage != Stage.PRODUCTION) {
            throw MlflowFailure.invalid("Model version transition cannot archive existing model versions because '%s' is not an Active stage. Valid stages are Staging, Production"
                    .formatted(stage.word()));
        }
        catalog.read(tx -> requireVersion(tx, name, version));
        governance.transition(name, version, stage, archive, Actor.of(call), Actor.reason(call));
        sendVersion(call, name, version);
    }

    private void searchVersions(Call call) throws IOException {
        RegistrySearch search =
                RegistrySearch.of(Search.Subject.VERSIONS, call.fields(), VERSIONS_AT_MOST, VERSIONS_AT_MOST);
        RegistrySearch.Found<RegisteredVersion> found =
                catalog.read(tx -> search.run(tx.registry()::searchVersions, RegisteredVersion::tags));
        sendVersions(call, found);
    }

    private void downloadUri(Call call) throws IOException {
        Fields fields = call.fields();
        String name = fields.required("name");
        int version = RegistryRules.version(fields);
        String uri = catalog.read(tx -> place(tx, requireVersion(tx, name, version)));
        call.send(json -> json.writeStringField("artifact_uri", uri));
    }

    private void setVersionTag(Call call) {
        Fields fields = call.fields();
        String name = fields.required("name");
        int version = RegistryRules.version(fields);
        String key = Names.key("tag", fields.required("key"));
        String value = RegistryRules.tagValue(key, fields.textOrEmpty("value"), call.userAgent());
        catalog.update(tx -> {
            requireVersion(tx, name, version);
            tx.registry().setVersionTag(name, version, key, value, clock.instant());
        });
        call.done();
    }

    private void deleteVersionTag(Call call) {
        Fields fields = call.fields();
        String name = fields.required("name");
        int version = RegistryRules.version(fields);
        String key = Names.key("tag", fields.required("key"));
        catalog.update(tx -> {
            requireVersion(tx, name, version);
            tx.registry().setVersionTag(name, version, key, null, clock.instant());
        });
        call.done();
    }

    // ---- what is asked of the catalogue

    /** A model with the newest version of each stage that has one. */
    private record ModelWithLatest(RegisteredModel model, List<RegisteredVersion> latest) {}

    /** A version with the logged model it was made of. */
    private record VersionWithModel(RegisteredVersion version, @Nullable LoggedModel model) {}

    private static RegisteredModel requireModel(CatalogTransaction tx, String name) {
        return tx.registry()
                .model(name)
                .orElseThrow(() -> MlflowFailure.absent("Registered Model with name=%s not found".formatted(Texts.shown(name))));
    }

    private static RegisteredVersion requireVersion(CatalogTransaction tx, String name, int version) {
        return tx.registry()
                .registered(name, version)
                .orElseThrow(() -> MlflowFailure.absent(
                        "Model Version (name=%s, version=%d) not found".formatted(Texts.shown(name), version)));
    }

    private static LoggedModel requireLogged(CatalogTransaction tx, String id) {
        return tx.tracking()
                .loggedModel(id)
                .orElseThrow(() -> MlflowFailure.absent("Logged model with ID '%s' not found.".formatted(Texts.shown(id))));
    }

    private static VersionWithModel withModel(CatalogTransaction tx, RegisteredVersion version) {
        String id = version.modelId();
        return new VersionWithModel(version, id == null ? null : tx.tracking().loggedModel(id).orElse(null));
    }

    /** A model of the project is named by the project file: under another name it would not serve. */
    private void requireForeign(String name) {
        if (project.models().stream().anyMatch(model -> model.name().equals(name))) {
            throw new MlflowFailure(
                    MlflowCode.PERMISSION_DENIED,
                    "The model (%s) is one of the project file, which alone can rename or remove it.".formatted(name));
        }
    }

    private static MlflowFailure exists(String name) {
        return new MlflowFailure(
                MlflowCode.RESOURCE_ALREADY_EXISTS, "Registered Model (name=%s) already exists.".formatted(Texts.shown(name)));
    }

    /** Where the files of a version are: that of what it is a copy of. */
    private static String place(CatalogTransaction tx, RegisteredVersion version) {
        List<String> seen = new ArrayList<>();
        RegisteredVersion at = version;
        while (seen.size() < COPIES_AT_MOST) {
            String source = at.source();
            seen.add(source);
            ModelReference reference = ModelReference.of(source);
            if (reference == null) {
                return source;
            }
            if (reference.loggedModel() != null) {
                return tx.tracking()
                        .loggedModel(reference.loggedModel())
                        .map(LoggedModel::artifactUri)
                        .orElse(source);
            }
            RegisteredVersion next =
                    tx.registry().registered(reference.name(), reference.version()).orElse(null);
            if (next == null) {
                return source;
            }
            at = next;
        }
        throw MlflowFailure.invalid("The source of version %d of %s leads round in a circle."
                .formatted(version.version(), version.model()));
    }

    private void audit(
            CatalogTransaction tx, Call call, String action, String model, @Nullable Integer version, String reason) {
        tx.addAudit(new AuditEntry(0, clock.instant(), Actor.of(call), action, model, version, reason, "{}"));
    }

    private static @Nullable String emptyIsNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    // ---- answers

    private void sendModel(Call call, String name) throws IOException {
        ModelWithLatest read = catalog.read(
                tx -> new ModelWithLatest(requireModel(tx, name), tx.registry().latestVersions(name)));
        answer(call, read);
    }

    private static void answer(Call call, ModelWithLatest answer) throws IOException {
        call.send(json -> {
            json.writeFieldName("registered_model");
            RegistryJson.model(json, answer.model(), answer.latest());
        });
    }

    private void sendVersion(Call call, String name, int version) throws IOException {
        VersionWithModel read = catalog.read(tx -> withModel(tx, requireVersion(tx, name, version)));
        answer(call, read);
    }

    private static void answer(Call call, VersionWithModel answer) throws IOException {
        call.send(json -> {
            json.writeFieldName("model_version");
            RegistryJson.version(json, answer.version(), answer.model());
        });
    }

    private static void sendVersions(Call call, RegistrySearch.Found<RegisteredVersion> found) throws IOException {
        call.send(json -> {
            json.writeArrayFieldStart("model_versions");
            for (RegisteredVersion each : found.items()) {
                RegistryJson.version(json, each, null);
            }
            json.writeEndArray();
            PageToken.write(json, found.next(), 0, found.more());
        });
    }
}
