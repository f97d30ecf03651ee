package dev.keelson.store.sqlite;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteDataSource;

/**
 * The catalogue in one SQLite file ({@code keelson.db}, WAL, {@code synchronous=FULL}): what a write committed survives a
 * power failure.
 *
 * <p>One connection writes, serialised by a lock; each read has a connection of its own for its time and sees one
 * snapshot. Times are kept to the microsecond; finer parts are cut. The schema is migrated when a file is opened for
 * writing; a file that is up to date is opened without the migration tool.
 *
 * <p>Safe for use by several threads. A write within a write of the same thread is a programming error.
 */
public final class SqliteCatalog implements Catalog {
    /** What the newest migration sets {@code pragma user_version} to. */
    static final int SCHEMA_VERSION = 5;

    private static final List<String> TAKE_OVER = List.of(
            "delete from main.runs where id in (select id from source.runs)", // cascades to what belongs to a run
            "insert into main.runs select * from source.runs",
            "insert into main.run_params select * from source.run_params",
            "insert into main.run_metrics select * from source.run_metrics",
            "insert into main.run_tags select * from source.run_tags",
            "insert into main.run_artifacts select * from source.run_artifacts",
            "delete from main.aliases where model in (select model from source.model_versions)",
            "delete from main.model_versions where model in (select model from source.model_versions)",
            "insert into main.model_versions select * from source.model_versions",
            "insert into main.aliases select * from source.aliases",
            "insert into main.audit (at, actor, action, model, version, reason, evidence)"
                    + " select at, actor, action, model, version, reason, evidence from source.audit order by sequence",
            "insert or replace into main.reports select * from source.reports");

    private final SqliteFile file;
    private final @Nullable Handle writer;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReaderPool<Handle> readers;

    private SqliteCatalog(SqliteFile file, @Nullable Handle writer) {
        this.file = file;
        this.writer = writer;
        this.readers = new ReaderPool<>(
                file, () -> Jdbi.create(file.openForReading()).open(), Handle::getConnection);
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
            return new SqliteCatalog(file, Jdbi.create(connection).open());
        } catch (SQLException e) {
            throw SqliteFile.abandoning(connection, file.failure(e));
        } catch (FlywayException e) {
            SQLException cause = cause(e, SQLException.class);
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
            SqliteCatalog catalog = new SqliteCatalog(file, null);
            catalog.readers.release(Jdbi.create(connection).open());
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
        Handle handle = requireWriter();
        writing.lock();
        try {
            readers.requireOpen();
            return transact(handle, work);
        } finally {
            writing.unlock();
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if this is closed
     * @throws KeelsonException STORE_DAMAGED
     */
    @Override
    public <T> T read(Function<CatalogTransaction, T> work) {
        Handle handle = readers.take();
        try {
            return transact(handle, work);
        } finally {
            readers.release(handle);
        }
    }

    @Override
    public void close() {
        writing.lock();
        try {
            if (readers.close() && writer != null) {
                writer.getConnection().close();
            }
        } catch (SQLException e) {
            throw file.failure(e);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Takes over everything of another catalogue but its steps, in one transaction: runs and reports replace those of
     * the same id; versions and aliases replace those of the same models; the audit trail is added at the end.
     *
     * @param source a file with this program's schema
     * @param work what else belongs to the transaction
     * @throws IllegalStateException if this was opened for reading or is closed, or within a write of this thread
     * @throws KeelsonException NOT_FOUND, STORE_VERSION or STORE_DAMAGED about the source; DISK_FULL or NOT_WRITABLE
     */
    public void takeOver(Path source, Consumer<CatalogTransaction> work) {
        Handle handle = requireWriter();
        try (SqliteCatalog checked = openReadOnly(source)) {
            checked.readers.requireOpen(); // version and soundness; ATTACH itself would make a missing file
        }
        writing.lock();
        try {
            readers.requireOpen();
            handle.execute("attach database ? as source", source.toAbsolutePath().toString());
            try {
                transact(handle, tx -> {
                    TAKE_OVER.forEach(handle::execute);
                    work.accept(tx);
                    return Boolean.TRUE;
                });
            } finally {
                handle.execute("detach database source");
            }
        } catch (JdbiException e) {
            throw translated(e);
        } finally {
            writing.unlock();
        }
    }

    private <T> T transact(Handle handle, Function<CatalogTransaction, T> work) {
        Connection connection = handle.getConnection();
        JdbiTransaction transaction = new JdbiTransaction(handle);
        try {
            SqliteFile.begin(connection);
            T result = work.apply(transaction);
            SqliteFile.commit(connection);
            return result;
        } catch (SQLException e) {
            SqliteFile.rollback(connection, e);
            throw file.failure(e);
        } catch (JdbiException e) {
            SqliteFile.rollback(connection, e);
            throw translated(e);
        } catch (RuntimeException | Error e) {
            SqliteFile.rollback(connection, e);
            throw e;
        } finally {
            transaction.end();
        }
    }

    private RuntimeException translated(JdbiException e) {
        SQLException cause = cause(e, SQLException.class);
        return cause == null ? e : file.failure(cause);
    }

    private Handle requireWriter() {
        if (writer == null) {
            throw new IllegalStateException("The catalogue (%s) was opened for reading only.".formatted(file.path()));
        }
        if (writing.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "A write must not start another write. Maybe use the transaction that is at hand.");
        }
        return writer;
    }

    private static void migrate(SqliteFile file) {
        SQLiteConfig config = new SQLiteConfig();
        config.setSynchronous(SynchronousMode.FULL);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file.path().toAbsolutePath());
        Flyway.configure(SqliteCatalog.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:db/sqlite/catalog")
                .loggers(MigrationLog.class.getName())
                .load()
                .migrate();
    }

    private static <E extends Throwable> @Nullable E cause(Throwable failure, Class<E> type) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
