package dev.keelson.store.catalog;

import dev.keelson.frame.Micros;
import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.AuditLine;
import dev.keelson.registry.Definition;
import dev.keelson.registry.DefinitionVersion;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.AlertTransaction;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction;
import dev.keelson.registry.spi.JobTransaction;
import dev.keelson.registry.spi.OutboxTransaction;
import dev.keelson.registry.spi.RegistryTransaction;
import dev.keelson.registry.spi.RetentionTransaction;
import dev.keelson.registry.spi.RolloutTransaction;
import dev.keelson.registry.spi.TrackingTransaction;
import dev.keelson.registry.tracking.Search.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** The statements of one transaction; used by one thread. */
public final class CatalogStatements implements CatalogTransaction {
    private static final int MIN_PREFIX = 4;
    private static final String VERSION = "select v.model, v.version, v.run_id, v.sha256, v.kind, v.trained_to, v.created_at"
            + " from model_versions v where v.sha256 is not null and ";
    private static final String RUN = """
            select r.seq, r.id, coalesce(r.model, e.name), r.status, r.started_at, r.ended_at, r.provenance,
                r.model is not null and r.named = 0
            from runs r join experiments e on e.id = r.experiment where\s""";

    private static final RowMapper<StoredReport> REPORT = (row, context) -> new StoredReport(
            row.getString(1),
            row.getString(2),
            row.getString(3),
            Micros.toInstant(row.getLong(4)),
            row.getString(5),
            row.getString(6));
    static final String AUDIT_COLUMNS = "sequence, at, actor, action, model, version, reason, evidence";

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

    private final CatalogSession session;
    private final TrackingStatements tracking = new TrackingStatements(this);
    private final RegistryStatements registry = new RegistryStatements(this);
    private final FilesStatements files = new FilesStatements(this);
    private final RetentionStatements retention = new RetentionStatements(this, tracking, files);
    private final OutboxStatements outbox = new OutboxStatements(this);
    private final RolloutStatements rollouts = new RolloutStatements(this);
    private final JobStatements jobs = new JobStatements(this);
    private final AlertStatements alerts = new AlertStatements(this);
    private boolean ended;

    /** The statements of a transaction that is open on a session. */
    public CatalogStatements(CatalogSession session) {
        this.session = session;
    }

    /** From now on every call fails. */
    public void end() {
        ended = true;
    }

    @Override
    public TrackingTransaction tracking() {
        session();
        return tracking;
    }

    @Override
    public FilesTransaction files() {
        session();
        return files;
    }

    @Override
    public RetentionTransaction retention() {
        session();
        return retention;
    }

    @Override
    public OutboxTransaction outbox() {
        session();
        return outbox;
    }

    @Override
    public RolloutTransaction rollouts() {
        session();
        return rollouts;
    }

    @Override
    public JobTransaction jobs() {
        session();
        return jobs;
    }

    @Override
    public AlertTransaction alerts() {
        session();
        return alerts;
    }

    @Override
    public RegistryTransaction registry() {
        session();
        return registry;
    }

    @Override
    public void putRun(Run run) {
        session();
        tracking.put(run, files);
    }

    @Override
    public Optional<Run> run(String id) {
        List<Run> exact = runs(session().list(RUN + "r.id = ?", CatalogStatements::bare, id));
        if (!exact.isEmpty() || id.length() < MIN_PREFIX) {
            return exact.stream().findFirst();
        }
        List<Run> byPrefix = runs(
                session().list(RUN + "r.id >= ? and r.id < ? limit 2", CatalogStatements::bare, id, id + '\uffff'));
        return byPrefix.size() == 1 ? Optional.of(byPrefix.getFirst()) : Optional.empty();
    }

    @Override
    public List<Run> runs(@Nullable String experiment, int limit) {
        requireLimit(limit);
        return runs(
                experiment == null
                        ? session().list(
                                RUN + "r.model is not null and r.deleted = 0"
                                        + " order by r.started_at desc, r.id desc limit ?",
                                CatalogStatements::bare,
                                limit)
                        : session().list(
                                RUN + "r.model = ? and r.deleted = 0 order by r.started_at desc, r.id desc limit ?",
                                CatalogStatements::bare,
                                experiment,
                                limit));
    }

    @Override
    public void addVersion(ModelVersion version) {
        registry.add(version);
    }

    @Override
    public int nextVersion(String model) {
        session();
        return registry.nextVersion(model);
    }

    @Override
    public List<String> models() {
        return session().list(
                        "select distinct model from model_versions where sha256 is not null order by model",
                        row -> row.getString(1));
    }

    @Override
    public List<ModelVersion> versions(String model) {
        return session().list(VERSION + "v.model = ? order by v.version desc", CatalogStatements::version, model);
    }

    @Override
    public Optional<ModelVersion> version(String model, int version) {
        return session().first(VERSION + "v.model = ? and v.version = ?", CatalogStatements::version, model, version);
    }

    @Override
    public Optional<ModelVersion> alias(String model, String alias) {
        return session().first(
                        VERSION + "v.model = ? and v.version ="
                                + " (select a.version from aliases a where a.model = v.model and a.alias = ?)",
                        CatalogStatements::version,
                        model,
                        alias);
    }

    @Override
    public void setAlias(String model, String alias, @Nullable Integer version) {
        if (version == null) {
            session().update("delete from aliases where model = ? and alias = ?", model, alias);
            return;
        }
        registry.requireVersion(model, version);
        session().update(
                        "insert into aliases (model, alias, version) values (?, ?, ?)"
                                + " on conflict (model, alias) do update set version = excluded.version",
                        model,
                        alias,
                        version);
    }

    @Override
    public void addAudit(AuditEntry entry) {
        CatalogSession session = session();
        // writers come one after the other, in every server: a line follows the last one and no other
        AuditLine last = session.first(
                        "select " + AUDIT_COLUMNS + ", hash from audit order by sequence desc limit 1",
                        CatalogStatements::auditLine)
                .orElse(null);
        AuditEntry numbered = new AuditEntry(
                last == null ? 1 : last.entry().sequence() + 1,
                Micros.toInstant(Micros.of(entry.at())),
                entry.actor(),
                entry.action(),
                entry.model(),
                entry.version(),
                entry.reason(),
                entry.evidence());
        session.update(
                "insert into audit (sequence, at, actor, action, model, version, reason, evidence, hash)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                numbered.sequence(),
                Micros.of(numbered.at()),
                numbered.actor(),
                numbered.action(),
                numbered.model(),
                numbered.version(),
                numbered.reason(),
                numbered.evidence(),
                AuditChain.hash(last == null ? AuditChain.START : last.hash(), numbered));
    }

    /** The entries of the audit trail of an attached catalogue, oldest first. */
    public static List<AuditEntry> trail(CatalogSession session, String schema) {
        return session.list(
                "select " + AUDIT_COLUMNS + " from " + schema + ".audit order by sequence", CatalogStatements::auditEntry);
    }

    @Override
    public List<AuditLine> auditChain(long after, int limit) {
        requireLimit(limit);
        return session().list(
                        "select " + AUDIT_COLUMNS + ", hash from audit where sequence > ? order by sequence limit ?",
                        CatalogStatements::auditLine,
                        after,
                        limit);
    }

    static AuditEntry auditEntry(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong(1),
                Micros.toInstant(row.getLong(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                Rows.nullableInt(row, 6),
                row.getString(7),
                row.getString(8));
    }

    private static AuditLine auditLine(ResultSet row) throws SQLException {
        return new AuditLine(auditEntry(row), row.getString(9));
    }

    @Override
    public List<AuditEntry> audit(@Nullable String model, int limit) {
        requireLimit(limit);
        return handle()
                .createQuery("select " + AUDIT_COLUMNS + " from audit"
                        + (model == null ? "" : " where model = :model")
                        + " order by sequence desc limit :limit")
                .bindMap(model == null ? Map.of() : Map.of("model", model))
                .bind("limit", limit)
                .map((row, context) -> auditEntry(row))
                .list();
    }

    @Override
    public void putReport(StoredReport report) {
        handle().execute(
                        "insert into reports (id, kind, subject, at, verdict, document) values (?, ?, ?, ?, ?, ?)"
                                + " on conflict (id) do update set kind = excluded.kind, subject = excluded.subject,"
                                + " at = excluded.at, verdict = excluded.verdict, document = excluded.document",
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

    /** All reports. */
    List<StoredReport> reports() {
        return handle()
                .createQuery("select id, kind, subject, at, verdict, document from reports order by id")
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
        handle().execute(
                        "insert into steps (key, name, output) values (?, ?, ?)"
                                + " on conflict (key) do update set name = excluded.name, output = excluded.output",
                        key,
                        name,
                        output);
    }

    private record Bare(long seq, Run run, boolean unnamed) {}

    private static Bare bare(ResultSet row) throws SQLException {
        Long endedAt = Rows.nullableLong(row, 6);
        return new Bare(
                row.getLong(1),
                new Run(
                        row.getString(2),
                        row.getString(3),
                        Run.Status.valueOf(row.getString(4)),
                        Micros.toInstant(row.getLong(5)),
                        endedAt == null ? null : Micros.toInstant(endedAt),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        List.of(),
                        row.getString(7)),
                row.getBoolean(8));
    }

    /** Runs with everything that belongs to them, in a few statements however many they are. */
    private List<Run> runs(List<Bare> found) {
        List<Long> ids = found.stream().map(Bare::seq).toList();
        Map<Long, Map<String, String>> params = texts("run_params", ids);
        Map<Long, Map<String, String>> tags = texts("run_tags", ids);
        Map<Long, Map<String, Double>> metrics = new HashMap<>();
        session().eachOf(
                        ids,
                        "select m.run, k.name, m.value from run_metrics m join metric_keys k on k.id = m.metric"
                                + " where m.run in ",
                        "",
                        row -> metrics.computeIfAbsent(row.getLong(1), run -> new HashMap<>())
                                .put(row.getString(2), Rows.number(row, 3)));
        Map<Long, List<Run.Artifact>> artifacts = new HashMap<>();
        Map<Long, String> idOf = new HashMap<>();
        found.forEach(each -> idOf.put(each.seq(), each.run().id()));
        session().eachOf(
                        ids,
                        "select run, folder, name, sha256, bytes from files where position is not null and run in ",
                        " order by run, position",
                        row -> {
                            long run = row.getLong(1);
                            String path = row.getString(2) + "/" + row.getString(3);
                            String root = "/" + idOf.get(run) + TrackingStatements.ARTIFACTS + "/";
                            artifacts.computeIfAbsent(run, any -> new ArrayList<>())
                                    .add(new Run.Artifact(
                                            path.substring(path.indexOf(root) + root.length()),
                                            row.getString(4),
                                            row.getLong(5)));
                        });
        return found.stream()
                .map(each -> {
                    Run run = each.run();
                    Map<String, String> itsTags = new HashMap<>(tags.getOrDefault(each.seq(), Map.of()));
                    if (each.unnamed()) {
                        itsTags.remove(TrackingStatements.NAME_TAG);
                    }
                    return new Run(
                            run.id(),
                            run.experiment(),
                            run.status(),
                            run.startedAt(),
                            run.endedAt(),
                            params.getOrDefault(each.seq(), Map.of()),
                            metrics.getOrDefault(each.seq(), Map.of()),
                            itsTags,
                            artifacts.getOrDefault(each.seq(), List.of()),
                            run.provenance());
                })
                .toList();
    }

    private Map<Long, Map<String, String>> texts(String table, List<Long> runs) {
        Map<Long, Map<String, String>> byRun = new HashMap<>();
        session().eachOf(
                        runs,
                        "select run, name, value from " + table + " where run in ",
                        "",
                        row -> byRun.computeIfAbsent(row.getLong(1), run -> new HashMap<>())
                                .put(row.getString(2), row.getString(3)));
        return byRun;
    }

    static ModelVersion version(ResultSet row) throws SQLException {
        return new ModelVersion(
                row.getString(1),
                row.getInt(2),
                row.getString(3),
                row.getString(4),
                ModelVersion.Kind.valueOf(row.getString(5)),
                Micros.toInstant(row.getLong(6)),
                Micros.toInstant(row.getLong(7)));
    }

    /** The session, while the transaction is open. */
    CatalogSession session() {
        if (ended) {
            throw new IllegalStateException("This transaction has ended; it is valid only while its work runs.");
        }
        return session;
    }

    /** A page of what was found with one more than the page has. */
    static <T> Page<T> page(List<T> found, int limit) {
        return found.size() > limit ? new Page<>(found.subList(0, limit), true) : new Page<>(found, false);
    }

    private Handle handle() {
        return session().handle();
    }

    static void requireLimit(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit (%d) must be at least 1.".formatted(limit));
        }
    }
}
