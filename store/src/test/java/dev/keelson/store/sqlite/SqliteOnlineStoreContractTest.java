package dev.keelson.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.features.spi.OnlineStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
