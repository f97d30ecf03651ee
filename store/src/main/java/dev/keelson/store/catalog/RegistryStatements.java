package dev.keelson.store.catalog;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.spi.RegistryTransaction;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.store.catalog.Conditions.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Registered models and versions. */
final class RegistryStatements implements RegistryTransaction {
    private static final String MODEL = "select m.name, m.created_at, m.updated_at, m.description from registered_models m";
    private static final String VERSION = "select v.model, v.version, v.stage, v.source, v.run_id, v.run_link, v.model_id,"
            + " v.user_name, v.description, v.created_at, v.updated_at, v.sha256, v.kind, v.trained_to from model_versions v";
    private static final String INSERT = "insert into model_versions (model, version, stage, source, run_id, run_link,"
            + " model_id, user_name, description, sha256, kind, trained_to, created_at, updated_at)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String OWN_USER = "keelson";
    private static final TaggedSearch MODELS = new TaggedSearch(
            MODEL,
            Map.of(
                    "name", Column.text("m.name"),
                    "creation_timestamp", Column.millis("m.created_at"),
                    "last_updated_timestamp", Column.millis("m.updated_at")),
            "registered_model_tags t on t.model = m.name",
            "m.name");
    private static final TaggedSearch VERSIONS = new TaggedSearch(
            VERSION,
            Map.of(
                    "name", Column.text("v.model"),
                    "version_number", Column.number("v.version"),
                    "run_id", Column.text("v.run_id"),
                    "source_path", Column.text("v.source"),
                    "creation_timestamp", Column.millis("v.created_at"),
                    "last_updated_timestamp", Column.millis("v.updated_at")),
            "model_version_tags t on t.model = v.model and t.version = v.version",
            "v.model, v.version desc");

    private final CatalogStatements open;

    RegistryStatements(CatalogStatements open) {
        this.open = open;
    }

    private CatalogSession session() {
        return open.session();
    }

    // ---- models

    @Override
    public RegisteredModel createModel(String name, String description, Map<String, String> tags, Instant at) {
        requireFree(name);
        insertModel(name, description, at);
        tags.forEach((key, value) -> putModelTag(name, key, value));
        return requiredModel(name);
    }

    private void insertModel(String name, String description, Instant at) {
        session().update(
                        "insert into registered_models (name, created_at, updated_at, description) values (?, ?, ?, ?)"
                                + " on conflict do nothing",
                        name,
                        Micros.of(at),
                        Micros.of(at),
                        description);
    }

    private void requireFree(String name) {
        if (exists(name)) {
            throw new KeelsonException(
                    ErrorCode.ALREADY_EXISTS,
                    "There is a registered model (%s) already.".formatted(name),
                    "Maybe choose another name.");
        }
    }

    private boolean exists(String name) {
        return session().number("select 1 from registered_models where name = ?", name) != null;
    }

    @Override
    public Optional<RegisteredModel> model(String name) {
        return models(session().list(MODEL + " where m.name = ?", RegistryStatements::bareModel, name)).stream()
                .findFirst();
    }

    private RegisteredModel requiredModel(String name) {
        return model(name).orElseThrow(() -> modelNotFound(name));
    }

    private void requireModel(String name) {
        if (!exists(name)) {
            throw modelNotFound(name);
        }
    }

    private static KeelsonException modelNotFound(String name) {
        return new KeelsonException(
                ErrorCode.MODEL_NOT_FOUND,
                "There is no registered model (%s).".formatted(name),
                "Maybe list them with `keelson models list`.");
    }

    private static RegisteredModel bareModel(ResultSet row) throws SQLException {
        return new RegisteredModel(
                row.getString(1),
                Rows.millis(row.getLong(2)),
                Rows.millis(row.getLong(3)),
                row.getString(4),
                new TreeMap<>(),
                new TreeMap<>());
    }

    private List<RegisteredModel> models(List<RegisteredModel> bare) {
        List<String> names = bare.stream().map(RegisteredModel::name).toList();
        Map<String, SortedMap<String, String>> tags = new HashMap<>();
        session().eachOf(
                        names,
                        "select model, name, value from registered_model_tags where model in ",
                        "",
                        row -> tags.computeIfAbsent(row.getString(1), name -> new TreeMap<>())
                                .put(row.getString(2), row.getString(3)));
        Map<String, SortedMap<String, Integer>> aliases = new HashMap<>();
        session().eachOf(
                        names,
                        "select model, alias, version from aliases where model in ",
                        "",
                        row -> aliases.computeIfAbsent(row.getString(1), name -> new TreeMap<>())
                                .put(row.getString(2), row.getInt(3)));
        return bare.stream()
                .map(model -> new RegisteredModel(
                        model.name(),
                        model.createdAt(),
                        model.updatedAt(),
                        model.description(),
                        tags.getOrDefault(model.name(), new TreeMap<>()),
                        aliases.getOrDefault(model.name(), new TreeMap<>())))
                .toList();
    }

    @Override
    public RegisteredModel renameModel(String name, String newName, Instant at) {
        requireModel(name);
        if (!name.equals(newName)) {
            requireFree(newName);
            keepNumbers(newName, lastNumber(name));
        }
        session().update(
                        "update registered_models set name = ?, updated_at = ? where name = ?",
                        newName,
                        Micros.of(at),
                        name);
        return requiredModel(newName);
    }

    @Override
    public void deleteModel(String name) {
        if (session().update("delete from registered_models where name = ?", name) == 0) {
            throw modelNotFound(name);
        }
    }

    @Override
    public void describeModel(String name, String description, Instant at) {
        if (session().update(
                        "update registered_models set description = ?, updated_at = ? where name = ?",
                        description,
                        Micros.of(at),
                        name)
                == 0) {
            throw modelNotFound(name);
        }
    }

    @Override
    public void setModelTag(String name, String key, @Nullable String value, Instant at) {
        touch(name, at);
        if (value == null) {
            session().update("delete from registered_model_tags where model = ? and name = ?", name, key);
        } else {
            putModelTag(name, key, value);
        }
    }

    private void putModelTag(String model, String key, String value) {
        session().update(
                        "insert into registered_model_tags (model, name, value) values (?, ?, ?)"
                                + " on conflict (model, name) do update set value = excluded.value",
                        model,
                        key,
                        value);
    }

    private void touch(String model, Instant at) {
        if (session().update("update registered_models set updated_at = ? where name = ?", Micros.of(at), model) == 0) {
            throw modelNotFound(model);
        }
    }

    @Override
    public Page<RegisteredModel> searchModels(Search search) {
        Page<RegisteredModel> page = CatalogStatements.page(
                MODELS.find(session(), new Sql(), search, RegistryStatements::bareModel), search.limit());
        return new Page<>(models(page.items()), page.more());
    }

    // ---- versions

    @Override
    public RegisteredVersion createVersion(
            String model,
            String source,
            @Nullable String runId,
            @Nullable String runLink,
            @Nullable String modelId,
            String user,
            String description,
            Map<String, String> tags,
            Instant at) {
        touch(model, at);
        int version = nextVersion(model);
        keepNumbers(model, version);
        session().update(
                        INSERT, model, version, Stage.NONE.name(), source, runId, runLink, modelId, user, description, null,
                        null, null, Micros.of(at), Micros.of(at));
        tags.forEach((key, value) -> putVersionTag(model, version, key, value));
        return registered(model, version).orElseThrow();
    }

    @Override
    public void addRegistered(RegisteredVersion version) {
        String model = version.model();
        if (exists(model, version.version())) {
            throw new KeelsonException(
                    ErrorCode.ALREADY_EXISTS,
                    "The model (%s) has a version %d already.".formatted(model, version.version()),
                    null);
        }
        requireModel(model);
        keepNumbers(model, version.version());
        session().update(
                        INSERT,
                        model,
                        version.version(),
                        Stage.NONE.name(),
                        version.source(),
                        version.runId(),
                        version.runLink(),
                        version.modelId(),
                        version.user(),
                        version.description(),
                        null,
                        null,
                        null,
                        Micros.of(version.createdAt()),
                        Micros.of(version.updatedAt()));
        version.tags().forEach((key, value) -> putVersionTag(model, version.version(), key, value));
    }

    /** A version of the project; its model is registered when it is not. */
    void add(ModelVersion version) {
        String model = version.model();
        if (exists(model, version.version())) {
            throw new IllegalArgumentException(
                    "The model (%s) has a version %d already.".formatted(model, version.version()));
        }
        insertModel(model, "", version.createdAt());
        touch(model, version.createdAt());
        keepNumbers(model, version.version());
        String source = session().first(
                        "select artifact_uri from runs where id = ?", row -> row.getString(1), version.runId())
                .orElse("runs:/" + version.runId());
        session().update(
                        INSERT,
                        model,
                        version.version(),
                        Stage.NONE.name(),
                        source,
                        version.runId(),
                        null,
                        null,
                        OWN_USER,
                        "",
                        version.sha256(),
                        version.kind().name(),
                        Micros.of(version.trainedTo()),
                        Micros.of(version.createdAt()),
                        Micros.of(version.createdAt()));
    }

    int nextVersion(String model) {
        return lastNumber(model) + 1;
    }

    private int lastNumber(String model) {
        Long last = session().number("select last from version_numbers where model = ?", model);
        return last == null ? 0 : Math.toIntExact(last);
    }

    private void keepNumbers(String model, int last) {
        session().update(
                        "insert into version_numbers (model, last) values (?, ?) on conflict (model) do update set last ="
                                + " case when excluded.last > version_numbers.last then excluded.last"
                                + " else version_numbers.last end",
                        model,
                        last);
    }

    private boolean exists(String model, int version) {
        return session().number("select 1 from model_versions where model = ? and version = ?", model, version) != null;
    }

    /** @throws KeelsonException VERSION_NOT_FOUND */
    void requireVersion(String model, int version) {
        if (!exists(model, version)) {
            throw versionNotFound(model, version);
        }
    }

    private KeelsonException versionNotFound(String model, int version) {
        List<Integer> known = session().list(
                        "select version from model_versions where model = ? order by version desc limit 20",
                        row -> row.getInt(1),
                        model);
        return new KeelsonException(
                ErrorCode.VERSION_NOT_FOUND,
                "The model (%s) has no version %d; its versions are %s.".formatted(model, version, known),
                "Maybe list them with `keelson models show %s`.".formatted(model));
    }

    @Override
    public Optional<RegisteredVersion> registered(String model, int version) {
        return versions(session().list(
                                VERSION + " where v.model = ? and v.version = ?",
                                RegistryStatements::bareVersion,
                                model,
                                version))
                .stream()
                .findFirst();
    }

    @Override
    public Page<RegisteredVersion> searchVersions(Search search) {
        Page<RegisteredVersion> page = CatalogStatements.page(
                VERSIONS.find(session(), new Sql(), search, RegistryStatements::bareVersion), search.limit());
        return new Page<>(versions(page.items()), page.more());
    }

    @Override
    public List<RegisteredVersion> latestVersions(String model) {
        List<RegisteredVersion> latest = session().list(
                        VERSION + " where v.model = ? and v.version in (select max(n.version) from model_versions n"
                                + " where n.model = ? group by n.stage)",
                        RegistryStatements::bareVersion,
                        model,
                        model);
        return versions(latest).stream().sorted(Comparator.comparing(RegisteredVersion::stage)).toList();
    }

    private static RegisteredVersion bareVersion(ResultSet row) throws SQLException {
        String model = row.getString(1);
        int version = row.getInt(2);
        String run = row.getString(5);
        String sha256 = row.getString(12);
        String kind = row.getString(13);
        long createdAt = row.getLong(10);
        return new RegisteredVersion(
                model,
                version,
                Stage.valueOf(row.getString(3)),
                row.getString(4),
                run,
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                Rows.millis(createdAt),
                Rows.millis(row.getLong(11)),
                new TreeMap<>(),
                List.of(),
                sha256 == null || kind == null || run == null
                        ? null
                        : new ModelVersion(
                                model,
                                version,
                                run,
                                sha256,
                                ModelVersion.Kind.valueOf(kind),
                                Micros.toInstant(row.getLong(14)),
                                Micros.toInstant(createdAt)));
    }

    private List<RegisteredVersion> versions(List<RegisteredVersion> bare) {
        Set<String> models = new LinkedHashSet<>();
        bare.forEach(each -> models.add(each.model()));
        Map<String, SortedMap<String, String>> tags = new HashMap<>();
        Map<String, List<String>> aliases = new HashMap<>();
        if (bare.size() == 1) {
            RegisteredVersion only = bare.getFirst();
            session().each(
                            "select name, value from model_version_tags where model = ? and version = ?",
                            row -> tags.computeIfAbsent(key(only), any -> new TreeMap<>())
                                    .put(row.getString(1), row.getString(2)),
                            only.model(),
                            only.version());
        } else {
            session().eachOf(
                            models,
                            "select model, version, name, value from model_version_tags where model in ",
                            "",
                            row -> tags.computeIfAbsent(key(row.getString(1), row.getInt(2)), any -> new TreeMap<>())
                                    .put(row.getString(3), row.getString(4)));
        }
        session().eachOf(
                        models,
                        "select model, version, alias from aliases where model in ",
                        " order by alias",
                        row -> aliases.computeIfAbsent(key(row.getString(1), row.getInt(2)), any -> new ArrayList<>())
                                .add(row.getString(3)));
        return bare.stream()
                .map(each -> new RegisteredVersion(
                        each.model(),
                        each.version(),
                        each.stage(),
                        each.source(),
                        each.runId(),
                        each.runLink(),
                        each.modelId(),
                        each.user(),
                        each.description(),
                        each.createdAt(),
                        each.updatedAt(),
                        tags.getOrDefault(key(each), new TreeMap<>()),
                        aliases.getOrDefault(key(each), List.of()),
                        each.trained()))
                .toList();
    }

    private static String key(RegisteredVersion version) {
        return key(version.model(), version.version());
    }

    private static String key(String model, int version) {
        return version + "/" + model;
    }

    @Override
    public void describeVersion(String model, int version, String description, Instant at) {
        if (session().update(
                        "update model_versions set description = ?, updated_at = ? where model = ? and version = ?",
                        description,
                        Micros.of(at),
                        model,
                        version)
                == 0) {
            throw versionNotFound(model, version);
        }
    }

    @Override
    public void setVersionTag(String model, int version, String key, @Nullable String value, Instant at) {
        if (session().update(
                        "update model_versions set updated_at = ? where model = ? and version = ?",
                        Micros.of(at),
                        model,
                        version)
                == 0) {
            throw versionNotFound(model, version);
        }
        if (value == null) {
            session().update(
                            "delete from model_version_tags where model = ? and version = ? and name = ?",
                            model,
                            version,
                            key);
        } else {
            putVersionTag(model, version, key, value);
        }
    }

    private void putVersionTag(String model, int version, String key, String value) {
        session().update(
                        "insert into model_version_tags (model, version, name, value) values (?, ?, ?, ?)"
                                + " on conflict (model, version, name) do update set value = excluded.value",
                        model,
                        version,
                        key,
                        value);
    }

    @Override
    public void setStage(String model, int version, Stage stage, boolean archiveExisting, Instant at) {
        if (session().update(
                        "update model_versions set stage = ?, updated_at = ? where model = ? and version = ?",
                        stage.name(),
                        Micros.of(at),
                        model,
                        version)
                == 0) {
            throw versionNotFound(model, version);
        }
        if (archiveExisting) {
            session().update(
                            "update model_versions set stage = ?, updated_at = ?"
                                    + " where model = ? and stage = ? and version <> ?",
                            Stage.ARCHIVED.name(),
                            Micros.of(at),
                            model,
                            stage.name(),
                            version);
        }
        touch(model, at);
    }

    @Override
    public void deleteVersion(String model, int version) {
        if (session().update("delete from model_versions where model = ? and version = ?", model, version) == 0) {
            throw versionNotFound(model, version);
        }
    }
}
