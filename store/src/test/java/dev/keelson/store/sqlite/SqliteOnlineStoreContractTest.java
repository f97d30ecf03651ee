package dev.keelson.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.features.spi.OnlineStoreContract;
import dev.keelson.frame.Micros;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteOnlineStoreContractTest extends OnlineStoreContract {
    @TempDir
    Path folder;

    @Override
    protected OnlineStore newStore() {
        return new SqliteOnlineStore(folder.resolve("online.db"));
    }

    @Override
    protected Optional<OnlineStore> reopen(OnlineStore open) {
        open.close();
        return Optional.of(newStore());
    }

    @Test
    void failedBatchLeavesNothingBehind() {
        OnlineStore.Entry good = new OnlineStore.Entry(new byte[] {1}, Instant.EPOCH, Instant.EPOCH);
        OnlineStore.Entry outOfRange = new OnlineStore.Entry(new byte[] {1}, Instant.MAX, Instant.EPOCH);

        try (SqliteOnlineStore store = new SqliteOnlineStore(folder.resolve("batch.db"))) {
            assertThatThrownBy(() -> store.putAll(
                            List.of(new OnlineStore.Put("v", "a", good), new OnlineStore.Put("v", "b", outOfRange)),
                            Map.of("v", Instant.EPOCH)))
                    .isInstanceOf(ArithmeticException.class);

            assertThat(store.get("v", "a")).isEmpty();
            assertThat(store.watermark("v")).isEmpty();
        }
    }

    @Test
    void fileOfAnotherKindIsRefused() throws IOException {
        byte[] noise = new byte[8_192];
        Arrays.fill(noise, (byte) 'x');
        Path file = Files.write(folder.resolve("noise.db"), noise);

        assertThat(code(file)).isEqualTo(ErrorCode.STORE_DAMAGED);
        assertThatThrownBy(() -> new SqliteOnlineStore(file))
                .hasMessageContaining("noise.db-wal, noise.db-shm")
                .hasMessageContaining("`keelson features materialize`");
    }

    @Test
    void fileOfVersion1IsReadOn() throws SQLException {
        Path file = folder.resolve("old.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("""
                    create table online_values (feature_view text not null, entity_key text not null,
                      known_at integer not null, event_time integer not null, value blob not null,
                      primary key (feature_view, entity_key)) strict""");
            statement.executeUpdate(
                    "create table watermarks (feature_view text not null primary key, watermark integer not null) strict");
            statement.executeUpdate("insert into online_values values ('v', 'a', 3, 2, x'07'), ('v', 'b', 5, 4, x'08')");
            statement.executeUpdate("insert into watermarks values ('v', 6), ('empty', 1)");
            statement.executeUpdate("pragma user_version = 1");
        }

        try (SqliteOnlineStore store = new SqliteOnlineStore(file)) {
            assertThat(store.views()).containsExactly("empty", "v");
            assertThat(store.watermark("v")).contains(Micros.toInstant(6));
            assertThat(store.newestEvent("v")).contains(Micros.toInstant(4));
            assertThat(store.get("v", "b").orElseThrow().bytes()).containsExactly(8);
            assertThat(store.get("v", "a").orElseThrow().knownAt()).isEqualTo(Micros.toInstant(3));
        }
    }

    @Test
    void missingFolderIsReported() {
        assertThat(code(folder.resolve("none").resolve("online.db"))).isEqualTo(ErrorCode.NOT_WRITABLE);
    }

    private static @Nullable ErrorCode code(Path file) {
        try (SqliteOnlineStore store = new SqliteOnlineStore(file)) {
            store.views();
            return null;
        } catch (KeelsonException e) {
            return e.code();
        }
    }
}
