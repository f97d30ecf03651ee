package dev.keelson.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditChain;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.AuditLine;
import dev.keelson.store.catalog.AuditTrailContract;
import dev.keelson.store.catalog.ProjectCatalog;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real server, whose superuser tries. */
final class PostgresAuditTrailIT extends AuditTrailContract {
    private static final PostgresCatalogs CATALOGS = new PostgresCatalogs();

    @BeforeEach
    void newSchema() {
        CATALOGS.next().close();
    }

    @Override
    protected ProjectCatalog open() {
        return CATALOGS.again();
    }

    @Override
    protected ProjectCatalog openReadOnly() {
        return PostgresCatalog.openReadOnly(CATALOGS.address());
    }

    @Override
    protected Connection connect() throws SQLException {
        Connection connection = CATALOGS.server().getPostgresDatabase().getConnection();
        connection.setSchema(CATALOGS.schema());
        return connection;
    }

    @Override
    protected List<String> changes() {
        return List.of(
                "update audit set actor = 'eve' where sequence = 2",
                "delete from audit where sequence = 3",
                "delete from audit",
                "truncate audit",
                "truncate audit restart identity cascade",
                "insert into audit select 0, at, actor, action, model, version, reason, evidence, hash from audit where sequence = 2",
                "insert into audit select * from audit where sequence = 2 on conflict (sequence) do update set actor = 'eve'",
                "merge into audit a using (select 2 as sequence) b on a.sequence = b.sequence when matched then delete",
                "set session_replication_role = replica; delete from audit");
    }

    @Override
    protected List<String> unguarding() {
        return List.of("drop trigger audit_is_not_updated on audit", "drop trigger audit_is_not_deleted on audit");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void linesOfAnEarlierSchemaAreChained(boolean withOutbox) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema %1$s cascade; create schema %1$s".formatted(CATALOGS.schema()));
            statement.execute("create table schema_version (version integer not null primary key)");
            Migration.script("V003__catalog.sql").step().take(connection);
            statement.execute("insert into schema_version values (3)");
            if (withOutbox) { // as a Keelson had it that knew of no version 4
                Migration.script("V005__create_outbox.sql").step().take(connection);
                statement.execute("insert into schema_version values (5)");
                statement.execute("insert into outbox (kind, subject, document, queued_at, attempts) values ('k', 's', '{}', 1, 0)");
            }
            writeUnchained(statement);
        }

        KeelsonException unread = catchThrowableOfType(KeelsonException.class, this::openReadOnly);
        assertThat(unread.code()).isEqualTo(ErrorCode.STORE_VERSION);
        assertThat(unread).hasMessageContaining("has schema version 3");
        assertChained();
        openReadOnly().close();

        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(numbers(statement, "select version from schema_version order by 1")).containsExactly(3, 4, 5, 6, 7, 8, 9);
            assertThat(numbers(statement, "select count(*) from outbox")).containsExactly(withOutbox ? 1 : 0);
            assertThatThrownBy(() -> statement.execute("delete from audit")).hasMessageContaining("append-only");
        }
    }

    @Test
    void severalServersWriteOneChain() throws Exception {
        try (ProjectCatalog one = open();
                ProjectCatalog two = open()) {
            List<Future<?>> done = new ArrayList<>();
            try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
                for (int i = 1; i <= 60; i++) {
                    ProjectCatalog server = i % 2 == 0 ? one : two;
                    AuditEntry entry = entry(i);
                    done.add(threads.submit(() -> server.update(tx -> {
                        tx.addAudit(entry);
                        tx.addAudit(entry);
                    })));
                }
            }
            for (Future<?> each : done) {
                each.get();
            }
            AuditChain.Verification found = two.read(tx -> AuditChain.verify(tx, null));
            List<AuditLine> lines = one.read(tx -> tx.auditChain(0, 1_000));

            assertThat(found.finding()).isNull();
            assertThat(found.lines()).isEqualTo(120);
            assertThat(lines)
                    .extracting(line -> line.entry().sequence())
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, 120).boxed().toList());
        }
    }

    private static List<Integer> numbers(Statement statement, String sql) throws SQLException {
        List<Integer> numbers = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                numbers.add(row.getInt(1));
            }
        }
        return numbers;
    }
}
