package dev.keelson.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.store.catalog.CatalogCopy;
import dev.keelson.store.catalog.CatalogSession;
import dev.keelson.store.catalog.CatalogStatements;
import dev.keelson.store.catalog.Dialect;
import dev.keelson.store.catalog.GroupCommit;
import dev.keelson.store.catalog.ProjectCatalog;
import dev.keelson.store.catalog.SqlFailure;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue in a PostgreSQL database that several servers share: the schema {@code keelson_catalog}, or the one that the
 * address names as {@code currentSchema}, made when it is not there and brought up to date when it is older.
 *
 * <p>Writes of all servers come one after the other: each transaction holds an advisory lock, so that a number of a version is
 * given once and a param keeps its first value, whoever asks. Writes of one server that come together share a transaction.
 * A read sees one snapshot. Safe for use by several threads.
 */
public final class PostgresCatalog implements ProjectCatalog {
    /** The migrations in their order. A database gets those that it lacks, whichever it had. */
    private static final List<Migration> MIGRATIONS = List.of(
            Migration.script("V003__catalog.sql"),
            new Migration(4, new AuditChainMigration()),
            Migration.script("V005__create_outbox.sql"),
            Migration.script("V006__point_blocks.sql"),
            Migration.script("V007__create_rollouts.sql"),
            Migration.script("V008__create_jobs.sql"),
            Migration.script("V009__create_alerts.sql"));

    private static final int NEWEST = MIGRATIONS.getLast().version();
    private static final String SCHEMA = "keelson_catalog";
    private static final int CONNECTIONS = 10;
    private static final long WAIT_MILLIS = 5_000;
    private static final Map<String, String> SETTINGS =
            Map.of("connectTimeout", "3", "socketTimeout", "120", "currentSchema", SCHEMA);
    /** The first half of the lock of writers; the second is the schema. Any number that nobody else takes. */
    private static final int WRITERS = 0x6B656C02;

    private static final int MAKERS = 0x6B656C03;

    private final PostgresAddress address;
    private final String schema;
    private final boolean readOnly;
    private final HikariDataSource pool;
    private final GroupCommit writes = new GroupCommit(new Transactions());

    private PostgresCatalog(Located address, boolean readOnly) {
        this.address = PostgresAddress.parse(address, SETTINGS);
        this.schema = this.address.properties().getProperty("currentSchema", SCHEMA);
        this.readOnly = readOnly;
        this.pool = pool(this.address);
        try {
            if (readOnly) {
                requireVersion();
            } else {
                migrate();
            }
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /**
     * Opens a catalogue, and makes its tables when there are none.
     *
     * @param address {@code postgresql://user:password@host:port/database}
     * @throws KeelsonException STORE_UNREACHABLE when the server does not answer or refuses the user; NOT_WRITABLE when the
     *     user may not make the schema; STORE_VERSION if a newer Keelson made it
     */
    public static PostgresCatalog open(Located address) {
        return new PostgresCatalog(address, false);
    }

    /**
     * Opens a catalogue to look at it.
     *
     * @throws KeelsonException NOT_FOUND if there is none, STORE_VERSION if its schema is not this Keelson's,
     *     STORE_UNREACHABLE
     */
    public static PostgresCatalog openReadOnly(Located address) {
        return new PostgresCatalog(address, true);
    }

    private static HikariDataSource pool(PostgresAddress address) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("keelson-catalog");
        config.setJdbcUrl(address.url());
        config.setDataSourceProperties(address.properties());
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(WAIT_MILLIS);
        config.setAutoCommit(false);
        config.setInitializationFailTimeout(-1); // bringing the schema up to date is what tries the connection
        return new HikariDataSource(config);
    }

    private void migrate() {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(lock(MAKERS));
            String name = statement.enquoteIdentifier(schema, true);
            if (number(statement, "select count(*) from pg_namespace where nspname = "
                            + statement.enquoteLiteral(schema))
                    == 0) {
                statement.execute("create schema " + name);
            }
            if (!hasVersion(statement)) {
                statement.execute("create table schema_version (version integer not null primary key)");
            }
            SortedSet<Integer> taken = taken(statement);
            int version = version(taken);
            if (version > NEWEST) {
                throw otherVersion(version);
            }
            for (Migration migration : MIGRATIONS) {
                if (!taken.contains(migration.version())) {
                    migration.step().take(connection);
                    statement.execute("insert into schema_version values (" + migration.version() + ")");
                }
            }
            connection.commit();
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private void requireVersion() {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            int version = hasVersion(statement) ? version(taken(statement)) : 0;
            connection.rollback();
            if (version == 0) {
                throw new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no catalogue in the schema (%s) of (%s).".formatted(schema, address),
                        "Maybe nothing has run here yet: `keelson run` makes it.");
            }
            if (version != NEWEST) {
                throw otherVersion(version);
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private boolean hasVersion(Statement statement) throws SQLException {
        return number(
                        statement,
                        "select count(*) from pg_tables where tablename = 'schema_version' and schemaname = "
                                + statement.enquoteLiteral(schema))
                > 0;
    }

    private KeelsonException otherVersion(int version) {
        return version > NEWEST
                ? new KeelsonException(
                        ErrorCode.STORE_VERSION,
                        "The catalogue (%s) has schema version %d; this Keelson knows versions up to %d."
                                .formatted(address, version, NEWEST),
                        "Maybe a newer Keelson wrote it: use that one.")
                : new KeelsonException(
                        ErrorCode.STORE_VERSION,
                        "The catalogue (%s) has schema version %d; this Keelson reads version %d."
                                .formatted(address, version, NEWEST),
                        "Maybe run a command that writes, such as `keelson run`: it brings the catalogue up to date.");
    }

    private String lock(int which) throws SQLException {
        return "select pg_advisory_xact_lock(%d, hashtext('%s'))".formatted(which, schema.replace("'", "''"));
    }

    private static int number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private static SortedSet<Integer> taken(Statement statement) throws SQLException {
        SortedSet<Integer> versions = new TreeSet<>();
        try (ResultSet row = statement.executeQuery("select version from schema_version")) {
            while (row.next()) {
                versions.add(row.getInt(1));
            }
        }
        return versions;
    }

    /** The last migration before which none is missing, or one that this Keelson does not know. */
    private static int version(SortedSet<Integer> taken) {
        if (!taken.isEmpty() && taken.last() > NEWEST) {
            return taken.last();
        }
        int version = 0;
        for (Migration migration : MIGRATIONS) {
            if (!taken.contains(migration.version())) {
                break;
            }
            version = migration.version();
        }
        return version;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if this was opened for reading or is closed, or within another write of this thread
     * @throws KeelsonException STORE_UNREACHABLE or NOT_WRITABLE
     */
    @Override
    public <T> T write(Function<CatalogTransaction, T> work) {
        if (readOnly) {
            throw new IllegalStateException("The catalogue (%s) was opened for reading only.".formatted(address));
        }
        return writes.write(work);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if this is closed
     * @throws KeelsonException STORE_UNREACHABLE
     */
    @Override
    public <T> T read(Function<CatalogTransaction, T> work) {
        requireOpen();
        CatalogSession session;
        try {
            session = session();
        } catch (SQLException e) {
            throw failure(e);
        }
        CatalogStatements transaction = new CatalogStatements(session);
        try (session) {
            try {
                session.update("set transaction isolation level repeatable read, read only");
                return work.apply(transaction);
            } finally {
                transaction.end();
                session.connection().rollback(); // nothing was written
            }
        } catch (SQLException e) {
            throw failure(e);
        } catch (SqlFailure | JdbiException e) {
            SQLException cause = GroupCommit.sqlCause(e);
            throw cause == null ? e : failure(cause);
        }
    }

    @Override
    public void takeOver(Path source, Consumer<CatalogTransaction> work) {
        CatalogCopy copy;
        try (SqliteCatalog from = SqliteCatalog.openReadOnly(source)) {
            copy = CatalogCopy.of(from);
        }
        update(tx -> {
            copy.putInto(tx);
            work.accept(tx);
        });
    }

    @Override
    public void close() {
        writes.alone(() -> {
            pool.close();
            return Boolean.TRUE;
        });
    }

    /** {@code host:port/database}. */
    @Override
    public String toString() {
        return address.toString();
    }

    private CatalogSession session() throws SQLException {
        return new CatalogSession(pool.getConnection(), Dialect.POSTGRES);
    }

    private void requireOpen() {
        if (pool.isClosed()) {
            throw new IllegalStateException("The catalogue (%s) is closed.".formatted(address));
        }
    }

    private KeelsonException failure(SQLException cause) {
        String state = cause.getSQLState();
        String message = address.message(cause);
        if (cause instanceof SQLTransientConnectionException || unreachable(state)) {
            Throwable reason = cause.getCause();
            return new KeelsonException(
                    ErrorCode.STORE_UNREACHABLE,
                    "The catalogue (%s) could not be reached: %s."
                            .formatted(address, reason instanceof SQLException e ? address.message(e) : message),
                    "Maybe the server is down, or the user and the password are not those of the database.");
        }
        if ("42501".equals(state) || "25006".equals(state)) {
            return new KeelsonException(
                    ErrorCode.NOT_WRITABLE,
                    "The user may not write the schema (%s) of the catalogue (%s): %s.".formatted(schema, address, message),
                    "Maybe have the schema made for that user, or let the user make it.");
        }
        if ("53100".equals(state)) {
            return new KeelsonException(
                    ErrorCode.DISK_FULL,
                    "The disk of the catalogue (%s) is full: %s.".formatted(address, message),
                    "Maybe free some room on the server.");
        }
        return new KeelsonException(
                ErrorCode.INTERNAL, "The catalogue (%s) refused a statement: %s.".formatted(address, message), null);
    }

    /** Connection exceptions, refused users and databases, servers that go down. */
    private static boolean unreachable(@Nullable String state) {
        return state != null
                && (state.startsWith("08") || state.startsWith("28") || state.startsWith("57P") || state.equals("3D000"));
    }

    /** Transactions that hold the lock of writers. */
    private final class Transactions implements GroupCommit.Database {
        @Override
        public CatalogSession begin() throws SQLException {
            CatalogSession session = session();
            try (Statement statement = session.connection().createStatement()) {
                statement.execute(lock(WRITERS));
                return session;
            } catch (SQLException e) {
                rollback(session, e);
                throw e;
            }
        }

        @Override
        public void commit(CatalogSession session) throws SQLException {
            session.connection().commit();
            session.close();
        }

        @Override
        public void rollback(CatalogSession session, Throwable why) {
            try (session) {
                session.connection().rollback();
            } catch (SQLException e) {
                why.addSuppressed(e);
            }
        }

        @Override
        public RuntimeException failure(SQLException cause) {
            return PostgresCatalog.this.failure(cause);
        }

        @Override
        public void requireOpen() {
            PostgresCatalog.this.requireOpen();
        }
    }
}
