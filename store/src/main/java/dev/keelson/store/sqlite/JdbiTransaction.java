package dev.keelson.store.sqlite;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Micros;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.Definition;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction;
import dev.keelson.registry.spi.OutboxTransaction;
import dev.keelson.registry.spi.RegistryTransaction;
import dev.keelson.registry.spi.TrackingTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The statements of one transaction; used by one thread. */
final class JdbiTransaction implements CatalogTransaction {
    private static final int MIN_PREFIX = 4;
    private static final String VERSION_COLUMNS = "v.model, v.version, v.run_id, v.sha256, v.kind, v.trained_to, v.created_at";
    private static final RowMapper<ModelVersion> VERSION = (row, context) -> new ModelVersion(
            row.getString(1),
            row.getInt(2),
            row.getString(3),
            row.getString(4),
            ModelVersion.Kind.valueOf(row.getString(5)),
            Micros.toInstant(row.getLong(6)),
            Micros.toInstant(row.getLong(7)));
    private static final RowMapper<StoredReport> REPORT = (row, context) -> new StoredReport(
            row.getString(1),
            row.getString(2),
            row.getString(3),
            Micros.toInstant(row.getLong(4)),
            row.getString(5),
            row.getString(6));
    private static final RowMapper<AuditEntry> AUDIT = (row, context) -> new AuditEntry(
            row.getLong(1),
            Micros.toInstant(row.getLong(2)),
            row.getString(3),
            row.getString(4),
            row.getString(5),
            nullableInt(row, 6),
            row.getString(7),
            row.getString(8));

    private static final String DEFINITION_COLUMNS =
            "d.kind, d.name, d.version, d.sha256, d.essence_sha256, d.text, d.registered_at, d.removed";
    private static final RowMapper<DefinitionVersion> DEFINITION = (row, context) -> new DefinitionVersion(
            Definition.Kind.valueOf(row.getString(1)),
            row.getString(2),
            row.getInt(3),
            row.getString(4),
            row.getString(5),
            row.getString(6),
            Micros.toInstant(row.getLong(7)),
            row.getInt(8) != 0);

    private final Handle handle;
    private boolean ended;

    JdbiTransaction(Handle handle) {
        this.handle = handle;
    }

    void end() {
        ended = true;
    }

    @Override
    public OutboxTransaction outbox() {
        return new JdbiOutbox(this::handle);
    }

    @Override
    public TrackingTransaction tracking() {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public FilesTransaction files() {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public RegistryTransaction registry() {
        throw new UnsupportedOperationException("not yet");
    }

    @Override
    public void putRun(Run run) {
        Handle h = handle();
        h.createUpdate("""
                insert into runs (id, experiment, status, started_at, ended_at, provenance)
                values (:id, :experiment, :status, :started_at, :ended_at, :provenance)
                on conflict (id) do update set experiment = excluded.experiment, status = excluded.status,
                    started_at = excluded.started_at, ended_at = excluded.ended_at, provenance = excluded.provenance""")
                .bind("id", run.id())
                .bind("experiment", run.experiment())
                .bind("status", run.status().name())
                .bind("started_at", Micros.of(run.startedAt()))
                .bind("ended_at", micros(run.endedAt()))
                .bind("provenance", run.provenance())
                .execute();
        replaceTexts("run_params", run.id(), run.params());
        replaceTexts("run_tags", run.id(), run.tags());
        h.execute("delete from run_metrics where run_id = ?", run.id());
        if (!run.metrics().isEmpty()) {
            PreparedBatch batch = h.prepareBatch("insert into run_metrics (run_id, name, value) values (?, ?, ?)");
            run.metrics().forEach((name, value) ->
                    batch.add(run.id(), name, value.isNaN() ? null : value)); // SQLite stores NaN as null anyway
            batch.execute();
        }
        h.execute("delete from run_artifacts where run_id = ?", run.id());
        if (!run.artifacts().isEmpty()) {
            PreparedBatch batch = h.prepareBatch(
                    "insert into run_artifacts (run_id, position, path, sha256, bytes) values (?, ?, ?, ?, ?)");
            int position = 0;
            for (Run.Artifact artifact : run.artifacts()) {
                batch.add(run.id(), position++, artifact.path(), artifact.sha256(), artifact.bytes());
            }
            batch.execute();
        }
    }

    @Override
    public Optional<Run> run(String id) {
        List<Run> exact = runs("id = :id", Map.of("id", id), 1);
        if (!exact.isEmpty() || id.length() < MIN_PREFIX) {
            return exact.stream().findFirst();
        }
        List<Run> byPrefix = runs("id >= :id and id < :end", Map.of("id", id, "end", id + '\uffff'), 2);
        return byPrefix.size() == 1 ? Optional.of(byPrefix.getFirst()) : Optional.empty();
    }

    @Override
    public List<Run> runs(@Nullable String experiment, int limit) {
        requireLimit(limit);
        return experiment == null
                ? runs("true", Map.of(), limit)
                : runs("experiment = :experiment", Map.of("experiment", experiment), limit);
    }

    @Override
    public void addVersion(ModelVersion version) {
        if (version(version.model(), version.version()).isPresent()) {
            throw new IllegalArgumentException(
                    "The model (%s) has a version %d already.".formatted(version.model(), version.version()));
        }
        handle().execute(
                        "insert into model_versions (model, version, run_id, sha256, kind, trained_to, created_at)"
                                + " values (?, ?, ?, ?, ?, ?, ?)",
                        version.model(),
                        version.version(),
                        version.runId(),
                        version.sha256(),
                        version.kind().name(),
                        Micros.of(version.trainedTo()),
                        Micros.of(version.createdAt()));
    }

    @Override
    public List<String> models() {
        return handle()
                .createQuery("select distinct model from model_versions order by model")
                .mapTo(String.class)
                .list();
    }

    @Override
    public List<ModelVersion> versions(String model) {
        return handle()
                .createQuery("select " + VERSION_COLUMNS
                        + " from model_versions v where v.model = :model order by v.version desc")
                .bind("model", model)
                .map(VERSION)
                .list();
    }

    @Override
    public Optional<ModelVersion> version(String model, int version) {
        return handle()
                .createQuery("select " + VERSION_COLUMNS
                        + " from model_versions v where v.model = :model and v.version = :version")
                .bind("model", model)
                .bind("version", version)
                .map(VERSION)
                .findOne();
    }

    @Override
    public Optional<ModelVersion> alias(String model, String alias) {
        return handle()
                .createQuery("select " + VERSION_COLUMNS + " from aliases a join model_versions v"
                        + " on v.model = a.model and v.version = a.version where a.model = :model and a.alias = :alias")
                .bind("model", model)
                .bind("alias", alias)
                .map(VERSION)
                .findOne();
    }

    @Override
    public void setAlias(String model, String alias, @Nullable Integer version) {
        if (version == null) {
            handle().execute("delete from aliases where model = ? and alias = ?", model, alias);
            return;
        }
        if (version(model, version).isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "The model (%s) has no version %d; its versions are %s."
                            .formatted(model, version, versions(model).stream().map(ModelVersion::version).toList()),
                    "Maybe list them with `keelson models show %s`.".formatted(model));
        }
        handle().execute(
                        "insert into aliases (model, alias, version) values (?, ?, ?)"
                                + " on conflict (model, alias) do update set version = excluded.version",
                        model,
                        alias,
                        version);
    }

    @Override
    public void addAudit(AuditEntry entry) {
        handle().execute(
                        "insert into audit (at, actor, action, model, version, reason, evidence)"
                                + " values (?, ?, ?, ?, ?, ?, ?)",
                        Micros.of(entry.at()),
                        entry.actor(),
                        entry.action(),
                        entry.model(),
                        entry.version(),
                        entry.reason(),
                        entry.evidence());
    }

    @Override
    public List<AuditEntry> audit(@Nullable String model, int limit) {
        requireLimit(limit);
        return handle()
                .createQuery("select sequence, at, actor, action, model, version, reason, evidence from audit"
                        + (model == null ? "" : " where model = :model")
                        + " order by sequence desc limit :limit")
                .bindMap(model == null ? Map.of() : Map.of("model", model))
                .bind("limit", limit)
                .map(AUDIT)
                .list();
    }

    @Override
    public void putReport(StoredReport report) {
        handle().execute(
                        "insert or replace into reports (id, kind, subject, at, verdict, document)"
                                + " values (?, ?, ?, ?, ?, ?)",
                        report.id(),
                        report.kind(),
                        report.subject(),
                        Micros.of(report.at()),
                        report.verdict(),
                        report.document());
    }

    @Override
    public List<StoredReport> reports(String kind, @Nullable String subject, int limit) {
        requireLimit(limit);
        return handle()
                .createQuery("select id, kind, subject, at, verdict, document from reports where kind = :kind"
                        + (subject == null ? "" : " and subject = :subject")
                        + " order by at desc, id desc limit :limit")
                .bindMap(subject == null ? Map.of() : Map.of("subject", subject))
                .bind("kind", kind)
                .bind("limit", limit)
                .map(REPORT)
                .list();
    }

    @Override
    public Optional<StoredReport> report(String id) {
        return handle()
                .createQuery("select id, kind, subject, at, verdict, document from reports where id = :id")
                .bind("id", id)
                .map(REPORT)
                .findOne();
    }

    @Override
    public void addDefinition(DefinitionVersion version) {
        if (definitions(version.kind(), version.name()).stream()
                .anyMatch(each -> each.version() == version.version())) {
            throw new IllegalArgumentException(
                    "The definition (%s) has a version %d already.".formatted(version.id(), version.version()));
        }
        handle().execute(
                        "insert into definitions (kind, name, version, sha256, essence_sha256, text, registered_at,"
                                + " removed) values (?, ?, ?, ?, ?, ?, ?, ?)",
                        version.kind().name(),
                        version.name(),
                        version.version(),
                        version.sha256(),
                        version.essenceSha256(),
                        version.text(),
                        Micros.of(version.registeredAt()),
                        version.removed() ? 1 : 0);
    }

    @Override
    public List<DefinitionVersion> definitions() {
        return handle()
                .createQuery("select " + DEFINITION_COLUMNS + " from definitions d where d.version ="
                        + " (select max(version) from definitions where kind = d.kind and name = d.name)")
                .map(DEFINITION)
                .list()
                .stream()
                .sorted(Comparator.comparing(DefinitionVersion::kind).thenComparing(DefinitionVersion::name))
                .toList();
    }

    @Override
    public List<DefinitionVersion> definitions(Definition.Kind kind, String name) {
        return handle()
                .createQuery("select " + DEFINITION_COLUMNS
                        + " from definitions d where d.kind = :kind and d.name = :name order by d.version desc")
                .bind("kind", kind.name())
                .bind("name", name)
                .map(DEFINITION)
                .list();
    }

    @Override
    public Optional<String> step(String key) {
        return handle()
                .createQuery("select output from steps where key = :key")
                .bind("key", key)
                .mapTo(String.class)
                .findOne();
    }

    @Override
    public void putStep(String key, String name, String output) {
        handle().execute("insert or replace into steps (key, name, output) values (?, ?, ?)", key, name, output);
    }

    /** Runs with everything that belongs to them, in five statements however many they are. */
    private List<Run> runs(String condition, Map<String, Object> bindings, int limit) {
        String page = " from runs where " + condition + " order by started_at desc, id desc limit :limit";
        Map<String, Map<String, String>> params = texts("run_params", page, bindings, limit);
        Map<String, Map<String, String>> tags = texts("run_tags", page, bindings, limit);
        Map<String, Map<String, Double>> metrics = new HashMap<>();
        children("run_id, name, value from run_metrics", "", page, bindings, limit, row -> {
            double value = row.getDouble(3);
            double metric = row.wasNull() ? Double.NaN : value;
            metrics.computeIfAbsent(row.getString(1), id -> new TreeMap<>()).put(row.getString(2), metric);
        });
        Map<String, List<Run.Artifact>> artifacts = new HashMap<>();
        children("run_id, path, sha256, bytes from run_artifacts", " order by run_id, position", page, bindings, limit, row ->
                artifacts.computeIfAbsent(row.getString(1), id -> new ArrayList<>())
                        .add(new Run.Artifact(row.getString(2), row.getString(3), row.getLong(4))));
        return query("select id, experiment, status, started_at, ended_at, provenance" + page, bindings, limit)
                .map((row, context) -> {
                    String id = row.getString(1);
                    Long endedAt = nullableLong(row, 5);
                    return new Run(
                            id,
                            row.getString(2),
                            Run.Status.valueOf(row.getString(3)),
                            Micros.toInstant(row.getLong(4)),
                            endedAt == null ? null : Micros.toInstant(endedAt),
                            params.getOrDefault(id, Map.of()),
                            metrics.getOrDefault(id, Map.of()),
                            tags.getOrDefault(id, Map.of()),
                            artifacts.getOrDefault(id, List.of()),
                            row.getString(6));
                })
                .list();
    }

    private Map<String, Map<String, String>> texts(
            String table, String page, Map<String, Object> bindings, int limit) {
        Map<String, Map<String, String>> byRun = new HashMap<>();
        children("run_id, name, value from " + table, "", page, bindings, limit, row -> byRun.computeIfAbsent(
                        row.getString(1), id -> new TreeMap<>())
                .put(row.getString(2), row.getString(3)));
        return byRun;
    }

    private void children(
            String what, String order, String page, Map<String, Object> bindings, int limit, RowReader reader) {
        String sql = "select " + what + " where run_id in (select id" + page + ")" + order;
        query(sql, bindings, limit)
                .map((row, context) -> {
                    reader.read(row);
                    return Boolean.TRUE;
                })
                .forEach(row -> {});
    }

    private Query query(String sql, Map<String, Object> bindings, int limit) {
        return handle().createQuery(sql).bindMap(bindings).bind("limit", limit);
    }

    private void replaceTexts(String table, String runId, Map<String, String> values) {
        handle().execute("delete from " + table + " where run_id = ?", runId);
        if (values.isEmpty()) {
            return;
        }
        PreparedBatch batch =
                handle().prepareBatch("insert into " + table + " (run_id, name, value) values (?, ?, ?)");
        values.forEach((name, value) -> batch.add(runId, name, value));
        batch.execute();
    }

    private Handle handle() {
        if (ended) {
            throw new IllegalStateException("This transaction has ended; it is valid only while its work runs.");
        }
        return handle;
    }

    private static void requireLimit(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit (%d) must be at least 1.".formatted(limit));
        }
    }

    private static @Nullable Long micros(@Nullable Instant instant) {
        return instant == null ? null : Micros.of(instant);
    }

    private static @Nullable Long nullableLong(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Integer nullableInt(ResultSet row, int column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    /** Takes what it needs from the current row. */
    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
