package dev.keelson.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.features.spi.OnlineStore;
import dev.keelson.features.spi.SharedOnlineStore;
import dev.keelson.features.spi.SharedOnlineStoreContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.embedded.RedisServer;

/** Against a real server. */
final class RedisOnlineStoreContractIT extends SharedOnlineStoreContract {
    private static RedisServer server;
    private static int port;
    private static int projects;

    @BeforeAll
    static void start() throws IOException {
        port = freePort();
        server = server(port, "save \"\"");
        server.start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.stop();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static RedisServer server(int port, String... settings) throws IOException {
        var builder = RedisServer.newRedisServer().port(port).bind("127.0.0.1");
        for (String setting : settings) {
            builder.setting(setting);
        }
        return builder.build();
    }

    static RedisOnlineStore open(String project) {
        return new RedisOnlineStore(Located.of("redis://localhost:" + port), project);
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
    void serverThatWasAwayIsFoundAgain() throws IOException {
        int other = freePort();
        RedisServer restarted = server(other, "save \"\"");
        restarted.start();
        try (RedisOnlineStore store = new RedisOnlineStore(Located.of("redis://localhost:" + other), "p")) {
            store.putAll(List.of(), Map.of("v", Instant.EPOCH));
            restarted.stop();

            KeelsonException failure = catchThrowableOfType(KeelsonException.class, store::views);
            restarted.start();

            assertThat(failure.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE);
            assertThat(failure).hasMessageContaining("localhost:" + other);
            assertThat(store.views()).isEmpty();
        } finally {
            restarted.stop();
        }
    }

    @Test
    void passwordOpensAndIsInNoMessage() throws IOException {
        int other = freePort();
        RedisServer closed = server(other, "save \"\"", "requirepass hunter2:x");
        closed.start();
        try {
            try (RedisOnlineStore store =
                    new RedisOnlineStore(Located.of("redis://:hunter2%3Ax@localhost:" + other + "/3"), "p")) {
                assertThat(store.views()).isEmpty();
                assertThat(store.address()).isEqualTo("Redis at localhost:" + other + "/3");
            }
            KeelsonException wrong = catchThrowableOfType(
                    KeelsonException.class,
                    () -> new RedisOnlineStore(Located.of("redis://u:hunter3@localhost:" + other), "p").close());

            assertThat(wrong.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE);
            assertThat(wrong).hasMessageContaining("WRONGPASS").hasMessageNotContaining("hunter3");
        } finally {
            closed.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://", "http://localhost", "redis://u:secret@localhost:x", "redis://u:secret@localhost/one", "nonsense secret"})
    void whatIsNoAddressIsRefusedWithoutShowingIt(String text) {
        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class, () -> new RedisOnlineStore(Located.of(text), "p").close());

        assertThat(failure.code()).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(failure).hasMessageNotContaining("secret");
    }
}
