package dev.keelson.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.features.spi.SharedOnlineStore;
import dev.keelson.features.spi.SharedOnlineStoreContract;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a real server. */
final class PostgresOnlineStoreContractIT extends SharedOnlineStoreContract {
    private static final Duration SHORT = Duration.ofMillis(500);
    private static EmbeddedPostgres server;
    private static int projects;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    static PostgresOnlineStore open(String project) {
        return new PostgresOnlineStore(address("postgres"), project);
    }

    private static Located address(String userInfo) {
        return Located.of("postgresql://%s@localhost:%d/postgres".formatted(userInfo, server.getPort()));
    }

    private static String current() {
        return "project" + projects;
    }

    @Override
    protected SharedOnlineStore newStore() {
        projects++;
        return open(current());
    }

    @Override
    protected SharedOnlineStore again(SharedOnlineStore open) {
        return open(current());
    }

    @Override
    protected SharedOnlineStore otherProject(SharedOnlineStore open) {
        return newStore();
    }

    @Override
    protected Optional<OnlineStore> reopen(OnlineStore open) {
        open.close();
        return Optional.of(open(current()));
    }

    @Test
    void readingGoesOnAfterTheServerEndedEveryConnection() throws SQLException {
        try (SharedOnlineStore store = newStore()) {
            store.putAll(List.of(), Map.of("v", Instant.EPOCH));

            execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                    + " and application_name = 'keelson'");
            KeelsonException failure = catchThrowableOfType(KeelsonException.class, store::views);

            assertThat(failure == null || failure.code() == ErrorCode.STORE_UNREACHABLE).isTrue();
            assertThat(store.views()).containsExactly("v");
        }
    }

    @Test
    void passwordIsInNoMessage() throws SQLException {
        execute("drop role if exists keelson_user", "create role keelson_user login password 'other'");

        KeelsonException refused = catchThrowableOfType(
                KeelsonException.class,
                () -> new PostgresOnlineStore(
                                Located.of("postgresql://keelson_user:hunter2@localhost:%d/nowhere"
                                        .formatted(server.getPort())),
                                "p",
                                SHORT)
                        .close());
        KeelsonException away = catchThrowableOfType(
                KeelsonException.class,
                () -> new PostgresOnlineStore(Located.of("postgresql://u:hunter2@localhost:1/x"), "p", SHORT).close());

        assertThat(refused.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE);
        assertThat(away.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE);
        assertThat(refused).hasMessageContaining("nowhere").hasMessageNotContaining("hunter2");
        assertThat(away).hasMessageNotContaining("hunter2");
    }

    @Test
    void userWhoMayNotMakeTheSchemaIsToldSo() throws SQLException {
        execute(
                "drop database if exists closed",
                "drop role if exists guest",
                "create role guest login",
                "create database closed");

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class,
                () -> new PostgresOnlineStore(
                                Located.of("postgresql://guest@localhost:%d/closed".formatted(server.getPort())), "p")
                        .close());

        assertThat(failure.code()).isEqualTo(ErrorCode.NOT_WRITABLE);
        assertThat(failure).hasMessageContaining("keelson_online");
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
