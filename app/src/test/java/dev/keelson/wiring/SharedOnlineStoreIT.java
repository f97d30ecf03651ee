package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/** Two servers of one project, each with a folder of its own, and one online store in a real Redis. */
final class SharedOnlineStoreIT {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2024-03-04T00:00:00Z");
    private static final String READ =
            "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"driver_id\":[\"ann\",\"bob\"]}}";
    private static final String PUSH =
            "{\"source\":\"trips\",\"rows\":[{\"id\":\"%s\",\"driver\":\"ann\",\"at\":\"2024-03-03T0%d:00:00Z\"}]}";

    private static final String PROJECT = """
            keelson: 1
            project: rides
            timezone: UTC
            stores:
              online: ${ONLINE_STORE}
            sources:
              trips:
                file: trips.csv
                key: [id]
                event_time: at
                columns:
                  id:     { type: string, required: true }
                  driver: { type: string, required: true }
                  at:     { type: timestamp, required: true }
            entities:
              driver: { key: driver_id }
            feature_views:
              driver_stats:
                entity: driver
                source: trips
                key: driver
                features:
                  trips: count(*) over 60d
            """;

    private static final String TRIPS = """
            id,driver,at
            1,ann,2024-03-01T08:00:00Z
            2,ann,2024-03-02T08:00:00Z
            3,bob,2024-03-02T09:00:00Z
            """;

    @TempDir
    Path folders;

    private final HttpClient http = HttpClient.newHttpClient();
    private RedisServer redis;
    private int redisPort;
    private LiveBackend first;
    private LiveBackend second;
    private KeelsonServer firstServer;
    private KeelsonServer secondServer;

    @BeforeEach
    void start() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            redisPort = socket.getLocalPort();
        }
        redis = RedisServer.newRedisServer()
                .port(redisPort)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .setting("requirepass hunter2")
                .build();
        redis.start();
        for (String folder : new String[] {"first", "second"}) {
            Files.createDirectory(folders.resolve(folder));
            Files.writeString(folders.resolve(folder).resolve("keelson.yaml"), PROJECT);
            Files.writeString(folders.resolve(folder).resolve("trips.csv"), TRIPS);
            Datasets.change(project(folder), () -> NOW, data -> data.load(null));
        }
        first = LiveBackend.open(project("first"), () -> NOW);
        second = LiveBackend.open(project("second"), () -> NOW);
        firstServer = KeelsonServer.start(first, KeelsonServer.DEFAULT_HOST, 0);
        secondServer = KeelsonServer.start(second, KeelsonServer.DEFAULT_HOST, 0);
    }

    @AfterEach
    void stop() throws IOException {
        firstServer.stop();
        secondServer.stop();
        first.close();
        second.close();
        http.close();
        redis.stop();
    }

    private Project project(String folder) {
        return Projects.read(
                folders.resolve(folder), Map.of("ONLINE_STORE", "redis://:hunter2@localhost:" + redisPort));
    }

    @Test
    void whatOneServerDoesTheOtherAnswersNext() {
        assertThat(trips(secondServer, 0)).isEqualTo("NOT_FOUND");

        post(firstServer, "/api/v1/features/materialize", "{}");

        assertThat(trips(secondServer, 0)).isEqualTo("2.0");
        assertThat(trips(secondServer, 1)).isEqualTo("1.0");
        assertThat(post(secondServer, "/api/v1/features/materialize", "{}").at("/views/0/rows").asInt())
                .isZero();
        assertThat(trips(firstServer, 0)).isEqualTo("2.0");
        for (int push = 1; push < 6; push++) {
            KeelsonServer to = push % 2 == 0 ? firstServer : secondServer;
            KeelsonServer from = push % 2 == 0 ? secondServer : firstServer;
            JsonNode pushed = post(to, "/api/v1/features/push", PUSH.formatted("p" + push, push));
            assertThat(pushed.path("visible").asInt()).isEqualTo(1);
            assertThat(trips(from, 0)).isEqualTo(2.0 + push + "");
        }
    }

    @Test
    void rowsPushedToAnyServerEnterTheDatasetOfTheOneThatLoads() throws IOException {
        post(firstServer, "/api/v1/features/materialize", "{}");
        post(secondServer, "/api/v1/features/push", PUSH.formatted("p1", 1));
        firstServer.stop();
        first.close();

        Datasets.change(project("first"), () -> NOW, data -> data.load(null));
        first = LiveBackend.open(project("first"), () -> NOW);
        firstServer = KeelsonServer.start(first, KeelsonServer.DEFAULT_HOST, 0);
        JsonNode materialized = post(firstServer, "/api/v1/features/materialize", "{}");

        assertThat(materialized.at("/views/0/rows").asInt()).isEqualTo(1);
        assertThat(trips(firstServer, 0)).isEqualTo("3.0");
        assertThat(trips(secondServer, 0)).isEqualTo("3.0");
        assertThat(get(secondServer, "/api/v1/features/status").at("/views/0/pushed_rows").asInt())
                .isZero();
    }

    @Test
    void storeThatIsAwayIsSaidAndFoundAgain() throws IOException {
        post(firstServer, "/api/v1/features/materialize", "{}");
        assertThat(get(firstServer, "/ready").path("status").asText()).isEqualTo("ready");
        JsonNode status = get(firstServer, "/api/v1/features/status");
        assertThat(status.path("store").asText()).isEqualTo("Redis at localhost:" + redisPort + "/0");

        redis.stop();

        HttpResponse<String> away = send(firstServer, "POST", "/api/v1/features/get", READ);
        assertThat(away.statusCode()).isEqualTo(503);
        assertThat(away.body()).contains("K410").contains("localhost:" + redisPort).doesNotContain("hunter2");
        HttpResponse<String> ready = send(firstServer, "GET", "/ready", "");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("online store").doesNotContain("hunter2");
        assertThat(send(firstServer, "GET", "/health", "").statusCode()).isEqualTo(200);
        assertThat(send(firstServer, "GET", "/metrics", "").body()).contains("keelson_feature_freshness_seconds");
        assertThat(send(firstServer, "POST", "/api/v1/features/push", PUSH.formatted("p", 1)).statusCode())
                .isEqualTo(503);

        redis.start(); // it comes back with nothing in it

        assertThat(send(firstServer, "POST", "/api/v1/features/get", READ).body()).contains("K411");
        post(firstServer, "/api/v1/features/materialize", "{}");
        assertThat(trips(firstServer, 0)).isEqualTo("2.0");
        assertThat(trips(secondServer, 0)).isEqualTo("2.0");
        assertThat(get(secondServer, "/ready").path("status").asText()).isEqualTo("ready");
    }

    @Test
    void serverDoesNotStartWithoutItsStore() throws IOException {
        redis.stop();

        KeelsonException failure = catchThrowableOfType(
                KeelsonException.class, () -> LiveFeatures.look(project("first"), () -> NOW).close());

        assertThat(failure.code()).isEqualTo(ErrorCode.STORE_UNREACHABLE);
        assertThat(failure).hasMessageNotContaining("hunter2");
    }

    /** The value, or its status where there is none. */
    private String trips(KeelsonServer server, int row) {
        JsonNode feature =
                post(server, "/api/v1/features/get", READ).at("/rows/" + row + "/features").path("driver_stats:trips");
        return feature.path("value").isNull() ? feature.path("status").asText() : feature.path("value").asText();
    }

    private JsonNode get(KeelsonServer server, String path) {
        return json(send(server, "GET", path, ""));
    }

    private JsonNode post(KeelsonServer server, String path, String body) {
        return json(send(server, "POST", path, body));
    }

    private static JsonNode json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        try {
            return MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError(response.body(), e);
        }
    }

    private HttpResponse<String> send(KeelsonServer server, String method, String path, String body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .method(method, BodyPublishers.ofString(body))
                            .header("Content-Type", "application/json")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
