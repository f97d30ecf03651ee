package dev.keelson.store.sqlite;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.store.catalog.CatalogSession;
import dev.keelson.store.catalog.CatalogStatements;
import dev.keelson.store.catalog.Dialect;
import dev.keelson.store.catalog.GroupCommit;
import dev.keelson.store.catalog.ProjectCatalog;
import dev.keelson.store.catalog.SqlFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteDataSource;

/**
 * The catalogue in one SQLite file ({@code keelson.db}, WAL, {@code synchronous=FULL}): what a write committed survives a
 * power failure.
 *
 * <p>One connection writes, one work after the other; works that come together share a commit, each undone alone when it
 * fails. Each read has a connection of its own for its time and sees one snapshot. Times are kept to the microsecond; finer parts are cut. The schema is migrated when a file is opened for
 * writing; a file that is up to date is opened without the migration tool.
 *
 * <p>Safe for use by several threads. A write within a write of the same thread is a programming error.
 */
public final class SqliteCatalog implements ProjectCatalog {
    /** What the newest migration sets {@code pragma user_version} to. */
    static final int SCHEMA_VERSION = 9;

    /** What a connection may keep of the file: a search of very many runs looks at most of it. */
    private static final int CACHE_KIB = 65_536;

    private static final String SAME_RUN = " from source.%s c join source.runs s on s.seq = c.run join main.runs r on r.id = s.id";
    private static final String SAME_METRIC =
            " join source.metric_keys sk on sk.id = c.metric join main.metric_keys k on k.name = sk.name";
    private static final List<String> TAKE_OVER = List.of(
            "delete from main.runs where id in (select id from source.runs)", // cascades to what belongs to a run
            "insert into main.experiments (name, artifact_location, created_at, updated_at)"
                    + " select name, '', created_at, updated_at from source.experiments"
                    + " where name not in (select name from main.experiments) order by id",
            "update main.experiments set artifact_location = 'mlflow-artifacts:/' || id where artifact_location = ''",
            "insert into main.runs (id, experiment, model, name, named, user_name, status, started_at, ended_at, deleted,"
                    + " deleted_at, artifact_uri, provenance) select s.id, e.id, s.model, s.name, s.named, s.user_name,"
                    + " s.status, s.started_at, s.ended_at, s.deleted, s.deleted_at,"
                    + " 'mlflow-artifacts:/' || e.id || '/' || s.id || '/artifacts', s.provenance from source.runs s"
                    + " join source.experiments se on se.id = s.experiment join main.experiments e on e.name = se.name"
                    + " order by s.seq",
            "insert into main.run_params (run, name, value) select r.seq, c.name, c.value" + SAME_RUN.formatted("run_params"),
            "insert into main.run_tags select r.seq, c.name, c.value" + SAME_RUN.formatted("run_tags"),
            "insert or ignore into main.metric_keys (name) select name from source.metric_keys order by id",
            "insert into main.run_blocks select r.seq, c.block, c.first_step, c.last_step" + SAME_RUN.formatted("run_blocks"),
            "insert into main.metric_points select r.seq, c.block, k.id, c.step, c.at, c.value, c.is_nan, null"
                    + SAME_RUN.formatted("metric_points") + SAME_METRIC,
            "insert into main.run_metrics select r.seq, k.id, c.value, c.step, c.at, c.min_value, c.max_value, c.points,"
                    + " null" + SAME_RUN.formatted("run_metrics") + SAME_METRIC,
            "delete from main.model_versions where model in (select model from source.model_versions)",
            "insert or ignore into main.registered_models select * from source.registered_models",
            "insert into main.version_numbers (model, last) select model, last from source.version_numbers where true"
                    + " on conflict (model) do update set last = max(last, excluded.last)",
            "insert into main.model_versions (model, version, stage, source, run_id, run_link, model_id, user_name,"
                    + " description, sha256, kind, trained_to, created_at, updated_at) select v.model, v.version, v.stage,"
                    + " coalesce(r.artifact_uri, v.source), v.run_id, v.run_link, v.model_id, v.user_name, v.description,"
                    + " v.sha256, v.kind, v.trained_to, v.created_at, v.updated_at from source.model_versions v"
                    + " left join main.runs r on r.id = v.run_id",
            "insert into main.model_version_tags select * from source.model_version_tags",
            "insert into main.aliases select * from source.aliases",
            "insert or replace into main.reports select * from source.reports");

    private final SqliteFile file;
    private final @Nullable CatalogSession writer;
    private final @Nullable WalCheckpoints checkpoints;
    private final GroupCommit writes = new GroupCommit(new Transactions());
    private final ReaderPool<CatalogSession> readers;

    private SqliteCatalog(
            SqliteFile file, @Nullable CatalogSession writer, @Nullable WalCheckpoints checkpoints) {
        this.file = file;
        this.writer = writer;
        this.checkpoints = checkpoints;
        this.readers = new ReaderPool<>(file, () -> session(file, file.openForReading()), CatalogSession::connection);
    }

    private static CatalogSession session(SqliteFile file, Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma case_sensitive_like = true");
            statement.execute("pragma cache_size = -" + CACHE_KIB);
            return new CatalogSession(connection, Dialect.SQLITE);
        } catch (SQLException e) {
            throw SqliteFile.abandoning(connection, file.failure(e));
        }
    }

    /**
     * Opens a catalogue for reading and writing; makes the file and its folder when there are none, and brings its
     * schema up to date.
     *
     * @throws KeelsonException DISK_FULL, NOT_WRITABLE, PROJECT_IN_USE, STORE_DAMAGED, or STORE_VERSION if a newer
     *     Keelson wrote it
     */
    public static SqliteCatalog open(Path path) {
        SqliteFile file = new SqliteFile(path, SynchronousMode.FULL);
        Connection connection = file.openForWriting();
        try {
            int version = SqliteFile.userVersion(connection);
            if (version > SCHEMA_VERSION) {
                throw file.otherVersion(version, SCHEMA_VERSION);
            }
            if (version < SCHEMA_VERSION) {
                migrate(file);
            }
            return new SqliteCatalog(file, session(file, connection), new WalCheckpoints(file, connection));
        } catch (SQLException e) {
            throw SqliteFile.abandoning(connection, file.failure(e));
        } catch (FlywayException e) {
            SQLException cause = GroupCommit.sqlCause(e);
            throw SqliteFile.abandoning(
                    connection,
                    cause != null
                            ? file.failure(cause)
                            : new KeelsonException(
                                    ErrorCode.STORE_DAMAGED,
                                    "The schema of (%s) could not be brought up to date: %s"
                                            .formatted(path, e.getMessage()),
                                    "Maybe the file was changed by another tool: restore it from a backup.",
                                    e));
        } catch (RuntimeException e) {
            throw SqliteFile.abandoning(connection, e);
        }
    }

    /**
     * Opens an existing catalogue for reading, also while another process writes it.
     *
     * @throws KeelsonException NOT_FOUND if there is none, STORE_VERSION if its schema is not this Keelson's,
     *     STORE_DAMAGED
     */
    public static SqliteCatalog openReadOnly(Path path) {
        if (!Files.isRegularFile(path)) {
            throw notThere(path);
        }
        SqliteFile file = new SqliteFile(path, SynchronousMode.FULL);
        Connection connection = file.openForReading();
        try {
            int version = SqliteFile.userVersion(connection);
            if (version == 0) { // whoever began to make it could not end that, such as for a full disk
                throw notThere(path);
            }
            if (version != SCHEMA_VERSION) {
                throw file.otherVersion(version, SCHEMA_VERSION);
            }
            SqliteCatalog catalog = new SqliteCatalog(file, null, null);
            catalog.readers.release(session(file, connection));
            return catalog;
        } catch (SQLException e) {
            throw SqliteFile.abandoning(connection, file.failure(e));
        } catch (RuntimeException e) {
            throw SqliteFile.abandoning(connection, e);
        }
    }

    private static KeelsonException notThere(Path path) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "There is no store at (%s).".formatted(path),
                "Maybe nothing has run here yet: `keelson run` makes it.");
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if this was opened for reading or is closed, or within another write of this thread
     * @throws KeelsonException DISK_FULL, NOT_WRITABLE, PROJECT_IN_USE or STORE_DAMAGED
     */
    @Override
    public <T> T write(Function<CatalogTransaction, T> work) {
        requireWriter();
        return writes.write(work);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if this is closed
     * @throws KeelsonException STORE_DAMAGED
     */
    @Override
    public <T> T read(Function<CatalogTransaction, T> work) {
        CatalogSession session = readers.take();
        try {
            return transact(session, work);
        } finally {
            readers.release(session);
        }
    }

    @Override
    public void close() {
        writes.alone(() -> {
            try {
                if (readers.close() && writer != null && checkpoints != null) {
                    checkpoints.close();
                    writer.close();
                }
                return Boolean.TRUE;
            } catch (SQLException e) {
                throw file.failure(e);
            }
        });
    }

    @Override
    public void takeOver(Path source, Consumer<CatalogTransaction> work) {
        CatalogSession session = requireWriter();
        try (SqliteCatalog checked = openReadOnly(source)) {
            checked.readers.requireOpen(); // version and soundness; ATTACH itself would make a missing file
        }
        writes.alone(() -> {
            readers.requireOpen();
            try {
                session.update("attach database ? as source", source.toAbsolutePath().toString());
                try {
                    return transact(session, tx -> {
                        TAKE_OVER.forEach(session::update);
                        takeOverFiles(session, tx);
                        CatalogStatements.trail(session, "source").forEach(tx::addAudit); // chained to the lines that are here
                        work.accept(tx);
                        return Boolean.TRUE;
                    });
                } finally {
                    session.forget();
                    session.update("detach database source");
                }
            } catch (SqlFailure e) {
                throw translated(e);
            }
        });
    }

    /** Files of runs go where the runs are now: an experiment may have another number here. */
    private static void takeOverFiles(CatalogSession session, CatalogTransaction tx) {
        session.files("source").forEach((run, artifacts) -> tx.run(run).ifPresent(known -> tx.putRun(new Run(
                known.id(),
                known.experiment(),
                known.status(),
                known.startedAt(),
                known.endedAt(),
                known.params(),
                known.metrics(),
                known.tags(),
                artifacts,
                known.provenance()))));
    }

    private <T> T transact(CatalogSession session, Function<CatalogTransaction, T> work) {
        Connection connection = session.connection();
        CatalogStatements transaction = new CatalogStatements(session);
        try {
            SqliteFile.begin(connection);
            T result = work.apply(transaction);
            SqliteFile.commit(connection);
            return result;
        } catch (SQLException e) {
            rollback(session, e);
            throw file.failure(e);
        } catch (SqlFailure | JdbiException e) {
            rollback(session, e);
            throw translated(e);
        } catch (RuntimeException | Error e) {
            rollback(session, e);
            throw e;
        } finally {
            transaction.end();
        }
    }

    private static void rollback(CatalogSession session, Throwable why) {
        session.rolledBack();
        SqliteFile.rollback(session.connection(), why);
    }

    private RuntimeException translated(RuntimeException e) {
        SQLException cause = GroupCommit.sqlCause(e);
        return cause == null ? e : file.failure(cause);
    }

    private CatalogSession requireWriter() {
        if (writer == null) {
            throw new IllegalStateException("The catalogue (%s) was opened for reading only.".formatted(file.path()));
        }
        return writer;
    }

    /** Transactions of the connection that writes. */
    private final class Transactions implements GroupCommit.Database {
        @Override
        public CatalogSession begin() throws SQLException {
            CatalogSession session = requireWriter();
            SqliteFile.begin(session.connection());
            return session;
        }

        @Override
        public void commit(CatalogSession session) throws SQLException {
            SqliteFile.commit(session.connection());
            if (checkpoints != null) {
                checkpoints.committed();
            }
        }

        @Override
        public void rollback(CatalogSession session, Throwable why) {
            SqliteFile.rollback(session.connection(), why);
        }

        @Override
        public RuntimeException failure(SQLException cause) {
            return file.failure(cause);
        }

        @Override
        public void requireOpen() {
            readers.requireOpen();
        }
    }

    private static void migrate(SqliteFile file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setSynchronous(SynchronousMode.FULL);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file.path().toAbsolutePath());
        Flyway.configure(SqliteCatalog.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:db/sqlite/catalog")
                .javaMigrations(new AuditChainMigration())
                .group(true) // all of them or none: a disk that fills up leaves no schema between two versions
                .loggers(MigrationLog.class.getName())
                .load()
                .migrate();
    }
}
