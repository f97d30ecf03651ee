package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.data.LoadReport;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.project.Project;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Online features of a small project over HTTP and gRPC. */
final class FeatureServingIT {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String PROJECT = """
            keelson: 1
            project: rides
            timezone: UTC
            sources:
              trips:
                file: trips.csv
                key: [id]
                event_time: at
                late_window: 30d
                columns:
                  id:     { type: string, required: true }
                  driver: { type: string, required: true }
                  at:     { type: timestamp, required: true }
                  fare:   { type: double, min: 0, max: 500, on_fail: quarantine }
            entities:
              driver: { key: driver_id }
            feature_views:
              driver_stats:
                entity: driver
                source: trips
                key: driver
                ttl: 30d
                features:
                  trips_7d:  count(*) over 7d
                  mean_fare: mean(fare) over last 3 events
            """;

    private static final String TRIPS = """
            id,driver,at,fare
            1,ann,2024-03-01T08:00:00Z,10
            2,ann,2024-03-02T08:00:00Z,20
            3,bob,2024-01-02T09:00:00Z,7.5
            4,cid,2024-03-03T10:00:00Z,
            """;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private Instant now = Instant.parse("2024-03-04T00:00:00Z");
    private LiveBackend backend;
    private KeelsonServer server;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        Files.writeString(folder.resolve("trips.csv"), TRIPS);
        Datasets.change(project(), () -> now, data -> data.load(null));
        open();
        assertThat(post("/api/v1/features/materialize", "{}").at("/views/0/rows").asInt()).isEqualTo(4);
    }

    @AfterEach
    void stop() {
        server.stop();
        backend.close();
        http.close();
    }

    private Project project() {
        return Projects.read(folder, Map.of());
    }

    private void open() {
        backend = LiveBackend.open(project(), () -> now);
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
    }

    private void restart() {
        server.stop();
        backend.close();
        open();
    }

    @Test
    void everyValueHasItsStatusAndAge() {
        JsonNode answer = post(
                "/api/v1/features/get",
                """
                {"features": ["driver_stats:mean_fare", "driver_stats:trips_7d"],
                 "entities": {"driver_id": ["ann", "bob", "cid", "dan", null]}}""");

        assertThat(answer.at("/as_of").asText()).isEqualTo("2024-03-04T00:00:00Z");
        assertThat(answer.at("/rows")).hasSize(5);
        assertValue(answer, 0, "mean_fare", "PRESENT", 15.0);
        assertThat(feature(answer, 0, "mean_fare").path("age_seconds").asDouble()).isEqualTo(40 * 3600);
        assertValue(answer, 0, "trips_7d", "PRESENT", 2.0);
        assertValue(answer, 1, "mean_fare", "STALE", null);
        assertThat(feature(answer, 1, "mean_fare").path("age_seconds").asDouble()).isGreaterThan(30 * 86_400);
        assertValue(answer, 2, "mean_fare", "NULL", null);
        assertValue(answer, 2, "trips_7d", "PRESENT", 1.0);
        assertValue(answer, 3, "mean_fare", "NOT_FOUND", null);
        assertThat(feature(answer, 3, "mean_fare").has("age_seconds")).isFalse();
        assertValue(answer, 4, "mean_fare", "NULL_KEY", null);
    }

    @Test
    void addressAloneAsksTheSame() {
        JsonNode answer = get(
                "/api/v1/features/get?features=driver_stats:mean_fare,driver_stats:trips_7d&entity=driver_id=ann&entity=driver_id=dan");

        assertThat(answer.at("/rows")).hasSize(2);
        assertThat(answer.at("/rows/1/entity/driver_id").asText()).isEqualTo("dan");
        assertValue(answer, 0, "mean_fare", "PRESENT", 15.0);
    }

    @Test
    void wrongQuestionsAreNamed() {
        assertProblem("/api/v1/features/get", "{\"features\":[\"driver_stat:x\"],\"entities\":{\"driver_id\":[\"a\"]}}", "driver_stats");
        assertProblem("/api/v1/features/get", "{\"features\":[\"driver_stats:x\"],\"entities\":{\"driver_id\":[\"a\"]}}", "no feature (x)");
        assertProblem("/api/v1/features/get", "{\"features\":[\"driver_stats:*\"],\"entities\":{\"rider\":[\"a\"]}}", "driver_id");
        assertProblem("/api/v1/features/get", "{\"features\":[\"driver_stats:*\"],\"entities\":{}}", "0 entities");
        assertProblem("/api/v1/features/get", "{\"features\":[\"driver_stats:*\"],\"entities\":{\"driver_id\":[[1]]}}", "driver_id");
        assertProblem("/api/v1/features/get", "{\"feature\":[]}", "unknown");
        assertProblem("/api/v1/features/push", "{\"source\":\"trip\",\"rows\":[{\"id\":\"9\"}]}", "trips");
        assertProblem("/api/v1/features/materialize", "{\"from\":\"2024-03-02\",\"to\":\"2024-03-01\"}", "before");
    }

    @Test
    void pushedRowIsVisibleToTheNextReadAndOutlivesARestart() throws IOException {
        String trip = "{\"id\":\"5\",\"driver\":\"ann\",\"at\":\"2024-03-03T12:00:00Z\",\"fare\":60}";

        JsonNode pushed = post("/api/v1/features/push", "{\"source\":\"trips\",\"rows\":[%s]}".formatted(trip));
        JsonNode again = post("/api/v1/features/push", "{\"source\":\"trips\",\"rows\":[%s]}".formatted(trip));

        assertThat(pushed.toString()).isEqualTo("{\"accepted\":1,\"contained\":0,\"visible\":1}");
        assertThat(again.path("accepted").asInt()).isEqualTo(1);
        assertThat(trips()).isEqualTo(3);
        restart();
        assertThat(trips()).isEqualTo(3);
        server.stop();
        backend.close();
        // the file has it by now as well: it counts once
        Files.writeString(folder.resolve("trips.csv"), TRIPS + "5,ann,2024-03-03T12:00:00Z,60\n6,ann,2024-03-03T13:00:00Z,1\n");
        var load = Datasets.change(project(), () -> now, data -> data.load("trips")).getFirst();
        assertThat(load.pushed()).isEqualTo(1);
        assertThat(load.loaded()).isEqualTo(2);
        assertThat(load.unchanged()).isEqualTo(load.read() - 2); // the pushed row is there when the file brings it
        open();
        JsonNode outcome = post("/api/v1/features/materialize", "{}");
        assertThat(outcome.at("/views/0/rows").asInt()).isEqualTo(2);
        assertThat(outcome.at("/views/0/filled_anew").asBoolean()).isFalse();
        assertThat(trips()).isEqualTo(4);
        assertThat(Files.size(folder.resolve(".keelson/pushes.jsonl"))).isZero();
        JsonNode loaded = post("/api/v1/features/push", "{\"source\":\"trips\",\"rows\":[%s]}".formatted(trip));
        assertThat(loaded.path("contained").asInt()).isEqualTo(1);
        assertThat(trips()).isEqualTo(4);
    }

    @Test
    void changeOfACountedEventIsRefusedUntilALoadTakesItBack() throws IOException {
        String changed = "{\"id\":\"2\",\"driver\":\"ann\",\"at\":\"2024-03-02T09:30:00Z\",\"fare\":40}";
        String fresh = "{\"id\":\"5\",\"driver\":\"ann\",\"at\":\"2024-03-03T12:00:00Z\",\"fare\":60}";
        String freshChanged = fresh.replace("60", "90");

        assertProblem(
                "/api/v1/features/push",
                "{\"source\":\"trips\",\"rows\":[%s,%s]}".formatted(fresh, changed),
                "1 of the rows change an event that is loaded and counted already, the first id = 2");
        assertThat(fare()).isEqualTo(15);
        post("/api/v1/features/push", "{\"source\":\"trips\",\"rows\":[%s]}".formatted(fresh));
        assertThat(fare()).isEqualTo(30);
        // one that was pushed and is not loaded is replaced
        post("/api/v1/features/push", "{\"source\":\"trips\",\"rows\":[%s]}".formatted(freshChanged));
        assertThat(trips()).isEqualTo(3);
        assertThat(fare()).isEqualTo(40);
        JsonNode offline = post("/api/v1/features/push", "{\"source\":\"trips\",\"to\":\"offline\",\"rows\":[%s]}".formatted(changed));
        assertThat(offline.path("accepted").asInt()).isEqualTo(1);
        restart();
        assertThat(fare()).isEqualTo(40);
        // the server loads, materialises, and history has the change once; the file has it by now as well
        Files.writeString(
                folder.resolve("trips.csv"), TRIPS.replace("2024-03-02T08:00:00Z,20", "2024-03-02T09:30:00Z,40"));
        JsonNode load = post("/api/v1/data/loads", "{}").at("/sources/0");
        assertThat(load.path("rows_pushed").asInt()).isEqualTo(2);
        assertThat(load.path("rows_updated").asInt()).isEqualTo(1);
        assertThat(load.path("rows_loaded").asInt()).isEqualTo(1);
        assertThat(post("/api/v1/features/materialize", "{}").at("/views/0/filled_anew").asBoolean()).isTrue();
        assertThat(trips()).isEqualTo(3);
        assertThat(fare()).isEqualTo((10 + 40 + 90) / 3.0);
    }

    private double fare() {
        return feature(get("/api/v1/features/get?features=driver_stats:*&entity=driver_id=ann"), 0, "mean_fare")
                .path("value")
                .asDouble();
    }

    @Test
    void rowForTheDatasetAloneIsNotVisibleBeforeItIsLoaded() {
        post(
                "/api/v1/features/push",
                """
                {"source":"trips","to":"offline",
                 "rows":[{"id":"7","driver":"ann","at":"2024-03-03T12:00:00Z","fare":60}]}""");

        assertThat(trips()).isEqualTo(2);
        server.stop();
        backend.close();
        LoadReport load =
                Datasets.change(project(), () -> now, data -> data.load(null)).getFirst();
        open();
        post("/api/v1/features/materialize", "{}");
        assertThat(trips()).isEqualTo(3);
        assertThat(load.changed()).isTrue();
        assertThat(load.pushed()).isEqualTo(1);
        assertThat(load.loaded()).isEqualTo(1);
        assertThat(load.read()).isEqualTo(1 + load.unchanged());
    }

    @Test
    void badRowRefusesAllOfAPush() {
        JsonNode problem = post(
                "/api/v1/features/push",
                """
                {"source":"trips","rows":[
                  {"id":"8","driver":"ann","at":"2024-03-03T12:00:00Z","fare":1},
                  {"id":"9","driver":"ann","at":"2024-03-03T12:00:00Z","fare":-1},
                  {"id":"10","driver":"ann","at":"soon","fare":1, "tip": 3}]}""");

        assertThat(problem.path("status").asInt()).isEqualTo(400);
        assertThat(problem.at("/errors/0/field").asText()).isEqualTo("rows[2].tip");
        JsonNode second = post(
                "/api/v1/features/push",
                """
                {"source":"trips","rows":[
                  {"id":"8","driver":"an\\nn","at":"2024-03-03T12:00:00Z","fare":1},
                  {"id":"9","driver":"ann","at":"2024-03-03T12:00:00Z","fare":-1},
                  {"id":"10","driver":"ann","at":"soon","fare":1}]}""");
        assertThat(second.findValuesAsText("field")).containsExactly("rows[1].fare", "rows[2].at");
        assertThat(trips()).isEqualTo(2);
    }

    @Test
    void statusAndMetricsTellTheAgeOfTheNewestEvent() throws Exception {
        JsonNode view = get("/api/v1/features/status").at("/views/0");

        assertThat(view.path("view").asText()).isEqualTo("driver_stats");
        assertThat(view.path("newest_event").asText()).isEqualTo("2024-03-03T10:00:00Z");
        assertThat(view.path("freshness_seconds").asDouble()).isEqualTo(14 * 3600);
        assertThat(view.path("keys").asInt()).isEqualTo(3);
        assertThat(view.path("bytes").asInt()).isPositive();
        assertThat(send("GET", "/metrics", "").body())
                .contains("keelson_feature_freshness_seconds{view=\"driver_stats\"} 50400");
    }

    @Test
    void feastIsAnsweredColumnByColumn() {
        JsonNode answer = post(
                "/get-online-features",
                """
                {"features": ["driver_stats:mean_fare", "driver_stats:trips_7d"], "full_feature_names": true,
                 "entities": {"driver_id": ["ann", "bob", "dan"]}}""");

        assertThat(answer.at("/metadata/feature_names").toString())
                .isEqualTo("[\"driver_id\",\"driver_stats__mean_fare\",\"driver_stats__trips_7d\"]");
        assertThat(answer.path("results").toString())
                .isEqualTo(("[{'values':['ann','bob','dan'],'statuses':['PRESENT','PRESENT','PRESENT'],"
                                + "'event_timestamps':['1970-01-01T00:00:00Z','1970-01-01T00:00:00Z','1970-01-01T00:00:00Z']},"
                                + "{'values':[15.0,null,null],'statuses':['PRESENT','OUTSIDE_MAX_AGE','NOT_FOUND'],"
                                + "'event_timestamps':['2024-03-02T08:00:00Z','2024-01-02T09:00:00Z','1970-01-01T00:00:00Z']},"
                                + "{'values':[2.0,null,null],'statuses':['PRESENT','OUTSIDE_MAX_AGE','NOT_FOUND'],"
                                + "'event_timestamps':['2024-03-02T08:00:00Z','2024-01-02T09:00:00Z','1970-01-01T00:00:00Z']}]")
                        .replace('\'', '"'));
        JsonNode pushed = post(
                "/push",
                """
                {"push_source_name": "trips", "to": "online",
                 "df": {"id": ["20", "21"], "driver": ["ann", "dan"], "fare": [3, 4],
                        "at": ["2024-03-03T20:00:00Z", "2024-03-03T21:00:00Z"]}}""");
        assertThat(pushed.path("visible").asInt()).isEqualTo(2);
        assertThat(trips()).isEqualTo(3);
        assertThat(post("/materialize-incremental", "{\"end_ts\": \"2024-03-04T00:00:00\"}").path("views"))
                .hasSize(1);
        assertThat(post("/materialize", "{\"start_ts\": \"2024-01-01T00:00:00\", \"end_ts\": \"2024-03-04T00:00:00\"}")
                        .path("views"))
                .hasSize(1);
        assertThat(trips()).isEqualTo(3);
    }

    /** The client of Feast itself, with the libraries of its time, which are not those of ours. */
    private static final class FeastClient implements AutoCloseable {
        private final Class<?> clientType;
        private final Class<?> rowType;
        private final AutoCloseable client;

        FeastClient(int port) throws Exception {
            Path jars = Path.of(System.getProperty("keelson.feast.client", "target/feast-client"));
            assumeThat(jars).as("the build has copied Feast's client").isDirectory();
            List<URL> path = new ArrayList<>();
            try (Stream<Path> files = Files.list(jars)) {
                for (Path jar : files.toList()) {
                    path.add(jar.toUri().toURL());
                }
            }
            // not closed: the client's threads load classes while they end
            URLClassLoader loader = new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            clientType = loader.loadClass("dev.feast.FeastClient");
            rowType = loader.loadClass("dev.feast.Row");
            client = (AutoCloseable) clientType
                    .getMethod("create", String.class, int.class)
                    .invoke(null, "127.0.0.1", port);
        }

        String info() throws ReflectiveOperationException {
            return clientType.getMethod("getFeastServingInfo").invoke(client).toString();
        }

        List<?> get(List<String> features, List<String> drivers) throws ReflectiveOperationException {
            List<Object> entities = new ArrayList<>();
            for (String driver : drivers) {
                Object row = rowType.getMethod("create").invoke(null);
                rowType.getMethod("set", String.class, Object.class).invoke(row, "driver_id", driver);
                entities.add(row);
            }
            return (List<?>) clientType
                    .getMethod("getOnlineFeatures", List.class, List.class)
                    .invoke(client, features, entities);
        }

        Object of(Object row, String get, String feature) throws ReflectiveOperationException {
            return rowType.getMethod(get, String.class).invoke(row, feature);
        }

        @Override
        public void close() {
            assertThatCode(client::close).doesNotThrowAnyException();
        }
    }

    @Test
    void feastsOwnJavaClientReadsFeatures() throws Exception {
        try (FeastClient client = new FeastClient(server.port())) {
            List<?> rows = client.get(
                    List.of("driver_stats:mean_fare", "driver_stats:trips_7d"), List.of("ann", "bob", "cid", "dan"));

            assertThat(client.info()).contains("keelson");
            assertThat(rows).hasSize(4);
            assertThat(client.of(rows.get(0), "getDouble", "mean_fare")).isEqualTo(15.0);
            assertThat(client.of(rows.get(0), "getDouble", "trips_7d")).isEqualTo(2.0);
            List<String> statuses = new ArrayList<>();
            for (Object row : rows) {
                statuses.add(String.valueOf(client.of(row, "getStatus", "mean_fare")));
            }
            assertThat(statuses).containsExactly("PRESENT", "OUTSIDE_MAX_AGE", "NULL_VALUE", "NOT_FOUND");
            assertThat(failure(() -> client.get(List.of("nothing:here"), List.of("ann"))))
                    .contains("INVALID_ARGUMENT")
                    .contains("no feature view (nothing)");
        }
    }

    @Test
    @Timeout(30)
    void messageThatIsTooLargeForHttpIsTooLargeForFeastsClient() throws Exception {
        try (FeastClient client = new FeastClient(server.port())) {
            List<String> large = Collections.nCopies(9, "x".repeat(1_000_000));
            List<String> fits = Collections.nCopies(3, "x".repeat(1_000_000));

            assertThat(failure(() -> client.get(List.of("driver_stats:mean_fare"), large)))
                    .contains("RESOURCE_EXHAUSTED", "larger than 8388608 bytes");
            assertThat(client.get(List.of("driver_stats:trips_7d"), fits)).hasSize(3);
            assertThat(client.get(List.of("driver_stats:trips_7d"), List.of("ann"))).hasSize(1);
        }
    }

    /** A call by reflection. */
    private interface Call {
        Object run() throws ReflectiveOperationException;
    }

    private static String failure(Call call) throws ReflectiveOperationException {
        try {
            return "no failure but " + call.run();
        } catch (InvocationTargetException e) {
            return String.valueOf(e.getCause());
        }
    }

    private int trips() {
        return feature(get("/api/v1/features/get?features=driver_stats:*&entity=driver_id=ann"), 0, "trips_7d")
                .path("value")
                .asInt();
    }

    private static JsonNode feature(JsonNode answer, int row, String name) {
        return answer.path("rows").path(row).path("features").path("driver_stats:" + name);
    }

    private static void assertValue(JsonNode answer, int row, String name, String status, @Nullable Double value) {
        JsonNode feature = feature(answer, row, name);
        assertThat(feature.path("status").asText()).isEqualTo(status);
        if (value == null) {
            assertThat(feature.path("value").isNull()).isTrue();
        } else {
            assertThat(feature.path("value").asDouble()).isEqualTo(value);
        }
    }

    private void assertProblem(String path, String body, String said) {
        JsonNode answer = post(path, body);
        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.toString()).contains(said);
    }

    private JsonNode get(String path) {
        return json(send("GET", path, ""));
    }

    private JsonNode post(String path, String body) {
        return json(send("POST", path, body));
    }

    private static JsonNode json(HttpResponse<String> response) {
        try {
            return MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError(response.body(), e);
        }
    }

    private HttpResponse<String> send(String method, String path, String body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(server.url() + path.replace(" ", "%20")))
                            .version(HttpClient.Version.HTTP_1_1)
                            .method(method, body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
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
