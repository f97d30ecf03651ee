package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.Prediction;
import dev.keelson.http.RolloutService.Change;
import dev.keelson.http.RolloutService.Verb;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.Projects;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A project whose catalogue is in a real PostgreSQL: from its first run to two servers that share it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class PostgresProjectIT {
    private static final String MODEL = "football-1x2";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path folder;

    private static EmbeddedPostgres database;
    private static Map<String, String> environment;
    private static Path first;

    @BeforeAll
    static void start() throws IOException {
        database = EmbeddedPostgres.builder().start();
        environment = Map.of(
                "CATALOG_URL", "postgresql://postgres@localhost:%d/postgres".formatted(database.getPort()));
        first = project("first");
    }

    @AfterAll
    static void stop() throws IOException {
        database.close();
    }

    private static Path project(String name) throws IOException {
        Path project = Files.createDirectories(folder.resolve(name));
        TinyLeague.make(project);
        Path file = project.resolve("keelson.yaml");
        Files.writeString(
                file,
                Files.readString(file).replaceFirst("(?m)^    learner: .*$", "    learner: { logistic: { l2: 100 } }")
                        + "\nstores:\n  catalog: ${CATALOG_URL}\n");
        return project;
    }

    private static Cli keelson(String... words) {
        return Cli.run(first, "", environment, words);
    }

    private static Cli ok(String... words) {
        Cli done = keelson(words);
        assertThat(done.code()).as(done.out() + done.err()).isZero();
        return done;
    }

    private static long rows(String table) throws SQLException {
        try (Connection connection = database.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from keelson_catalog." + table)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    @Test
    @Order(1)
    void runKeepsEverythingInTheDatabase() throws SQLException {
        assertThat(ok("runs", "list", "--json").json().path("runs")).isEmpty();

        ok("run", "--json");
        Cli again = ok("run");
        JsonNode runs = ok("runs", "list", "--json").json().path("runs");
        JsonNode champion = ok("runs", "show", "models:/" + MODEL + "@champion", "--json").json();

        assertThat(again.out().lines().filter(line -> line.startsWith("train:"))).hasSize(2).allMatch(line -> line.contains("unchanged"));
        assertThat(runs).hasSize(2);
        assertThat(champion.path("model").asText()).isEqualTo(MODEL);
        assertThat(ok("models", "list", "--json").out()).contains(MODEL);
        assertThat(rows("runs")).isEqualTo(2);
        assertThat(rows("model_versions")).isEqualTo(2);
        assertThat(first.resolve(".keelson/keelson.db")).doesNotExist();
        assertThat(ok("status").out()).doesNotContain("postgres@");
    }

    @Test
    @Order(2)
    void versionIsPromotedAndRolledBack() throws IOException, SQLException {
        Path file = first.resolve("keelson.yaml");
        Files.writeString(file, Files.readString(file).replace("l2: 100", "l2: 300"));
        ok("train", MODEL, "--json");
        ok("models", "promote", MODEL, "2", "--force", "--reason", "a smoother one");
        JsonNode promoted = ok("models", "history", MODEL, "--json").json();
        Cli preview = ok("models", "rollback", MODEL, "--dry-run");
        ok("models", "rollback", MODEL, "--reason", "the first was right");
        JsonNode back = ok("models", "history", MODEL, "--json").json();

        assertThat(promoted.path("history").findValuesAsText("version")).contains("1", "2");
        assertThat(preview.out()).contains("v1");
        assertThat(back.path("history").size()).isGreaterThan(promoted.path("history").size());
        assertThat(ok("audit", "show", "--model", MODEL, "--json").json().path("audit").findValuesAsText("action"))
                .startsWith("rollback", "promote");
        JsonNode trail = ok("audit", "verify", "--json").json();
        assertThat(trail.path("sound").asBoolean()).isTrue();
        assertThat(trail.path("lines").asLong()).isEqualTo(rows("audit")).isGreaterThan(3);
    }

    @Test
    @Order(3)
    void twoServersSeeEachOthersWrites() throws Exception {
        Path second = project("second");
        try (LiveBackend here = LiveBackend.open(Projects.read(first, environment), InstantSource.system());
                KeelsonServer one = KeelsonServer.start(here, KeelsonServer.DEFAULT_HOST, 0);
                LiveBackend there = LiveBackend.open(Projects.read(second, environment), InstantSource.system());
                KeelsonServer two = KeelsonServer.start(there, KeelsonServer.DEFAULT_HOST, 0);
                HttpClient http = HttpClient.newHttpClient()) {
            here.serving(KeelsonServer.DEFAULT_HOST, one.port());
            Client a = new Client(http, one.url());
            Client b = new Client(http, two.url());

            String experiment = a.post("experiments/create", "{'name': 'shared'}").path("experiment_id").asText();
            String run = b.post("runs/create", "{'experiment_id': '%s', 'run_name': 'both', 'start_time': 1}".formatted(experiment))
                    .at("/run/info/run_id")
                    .asText();
            a.post("runs/log-batch", """
                    {'run_id': '%s', 'metrics': [{'key': 'loss', 'value': 0.5, 'timestamp': 1, 'step': 1},
                        {'key': 'loss', 'value': 0.25, 'timestamp': 2, 'step': 2}],
                     'params': [{'key': 'depth', 'value': '3'}], 'tags': [{'key': 'team', 'value': 'a'}]}""".formatted(run));
            b.post("runs/update", "{'run_id': '%s', 'status': 'FINISHED', 'end_time': 9}".formatted(run));
            for (Client each : List.of(a, b)) {
                JsonNode found = each.post("runs/search", """
                        {"experiment_ids": ["%s"], "order_by": ["metrics.loss DESC"],
                         "filter": "metrics.loss < 0.3 and params.depth = '3' and tags.team ILIKE 'A'"}""".formatted(experiment));
                assertThat(found.at("/runs/0/info/run_id").asText()).isEqualTo(run);
                assertThat(found.at("/runs/0/info/status").asText()).isEqualTo("FINISHED");
                assertThat(each.get("metrics/get-history?run_id=" + run + "&metric_key=loss").path("metrics")).hasSize(2);
                assertThat(each.get("registered-models/alias?name=" + MODEL + "&alias=champion").at("/model_version/version").asText())
                        .isEqualTo("1");
            }
            registry(a, b, run);
            numbersAreGivenOnce(a, b);
            assertThat(ok("runs", "list", "-E", "shared", "--json").json().path("runs")).hasSize(1);
        }
        JsonNode trail = ok("audit", "verify", "--json").json();
        assertThat(trail.path("sound").asBoolean()).isTrue();
        assertThat(trail.path("lines").asLong()).isEqualTo(rows("audit"));
        assertThat(Cli.run(second, "", environment, "runs", "show", "models:/" + MODEL + "@champion").code()).isZero();
    }

    @Test
    @Order(4)
    void serverServesWhatAnotherPromotedOnceItHasTheFiles() throws IOException {
        Path second = folder.resolve("second");
        assertThat(Cli.run(second, "", environment, "data", "load").code()).isZero();
        List<Map<String, @Nullable Object>> rows = List.of(Map.of(
                "div", "E0", "date", "2030-01-05", "HomeTeam", "A", "AwayTeam", "B"));

        try (LiveBackend there = LiveBackend.open(Projects.read(second, environment), InstantSource.system())) {
            assertThat(there.notReadyReason()).contains("cannot be loaded", "missing from the artifact store");
            assertThatThrownBy(() -> there.predict(MODEL, rows, PredictOptions.DEFAULT))
                    .hasMessageContaining("Maybe another server trained it");
        }
        copy(first.resolve(".keelson/artifacts"), second.resolve(".keelson/artifacts"));
        try (LiveBackend there = LiveBackend.open(Projects.read(second, environment), InstantSource.system())) {
            assertThat(there.notReadyReason()).isNull();
            assertThat(versionOf(there, rows)).isEqualTo(1);

            ok("models", "promote", MODEL, "2", "--force", "--reason", "after all");

            assertThat(until(() -> versionOf(there, rows) == 2)).isTrue();
        }
    }

    @Test
    @Order(5)
    void twoServersShareARollout() {
        Path second = folder.resolve("second");
        List<Map<String, @Nullable Object>> rows = IntStream.range(0, 60)
                .<Map<String, @Nullable Object>>mapToObj(i -> Map.of(
                        "div", "E0",
                        "date", LocalDate.parse("2030-01-05").plusDays(i).toString(),
                        "HomeTeam", "A",
                        "AwayTeam", "B"))
                .toList();
        try (LiveBackend here = LiveBackend.open(Projects.read(first, environment), InstantSource.system());
                LiveBackend there = LiveBackend.open(Projects.read(second, environment), InstantSource.system())) {
            RolloutPlan plan = RolloutPlan.of(
                    MODEL, 1, Rollout.Kind.AB, null, List.of(), null, List.of(), Rollout.Sticky.ENTITY, true, List.of());

            here.rollouts().start(plan, "ann", "Which is better?");

            List<Integer> split = versions(here, rows);
            assertThat(split).contains(1, 2);
            assertThat(until(() -> versions(there, rows).equals(split))).isTrue();
            assertThat(until(() -> there.rollouts().status(MODEL).path("servers").asInt() == 2)).isTrue();

            there.rollouts().change(MODEL, Verb.ABORT, new Change("eve", "Enough.", false));

            assertThat(versions(there, rows)).containsOnly(2);
            assertThat(until(() -> !versions(here, rows).contains(1))).isTrue();
            assertThat(here.rollouts().status(MODEL).at("/rollout/state").asText()).isEqualTo("aborted");
        }
    }

    private static List<Integer> versions(LiveBackend backend, List<Map<String, @Nullable Object>> rows) {
        return backend.predict(MODEL, rows, PredictOptions.DEFAULT).stream().map(Prediction::version).toList();
    }

    private static boolean until(BooleanSupplier holds) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(5_000_000);
        }
        return true;
    }

    private static int versionOf(LiveBackend backend, List<Map<String, @Nullable Object>> rows) {
        return backend.predict(MODEL, rows, PredictOptions.DEFAULT).getFirst().version();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (Files.notExists(target)) {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void registry(Client a, Client b, String run) throws Exception {
        a.post("registered-models/create", "{'name': 'theirs', 'description': 'of a client'}");
        b.post("model-versions/create", "{'name': 'theirs', 'source': 'runs:/%s/model', 'run_id': '%s'}".formatted(run, run));
        b.post("model-versions/create", "{'name': 'theirs', 'source': 'runs:/%s/model', 'run_id': '%s'}".formatted(run, run));
        a.post("registered-models/alias", "{'name': 'theirs', 'alias': 'best', 'version': '2'}");
        b.post("model-versions/transition-stage", "{'name': 'theirs', 'version': '1', 'stage': 'Staging', 'archive_existing_versions': true}");
        a.post("model-versions/set-tag", "{'name': 'theirs', 'version': '1', 'key': 'k', 'value': 'v'}");

        assertThat(b.get("registered-models/alias?name=theirs&alias=best").at("/model_version/version").asText()).isEqualTo("2");
        assertThat(a.get("model-versions/get?name=theirs&version=1").at("/model_version/current_stage").asText()).isEqualTo("Staging");
        assertThat(b.get("model-versions/get?name=theirs&version=1").at("/model_version/tags/0/value").asText()).isEqualTo("v");
        assertThat(b.get("registered-models/search?max_results=10").path("registered_models").findValuesAsText("name"))
                .contains("theirs", MODEL);
    }

    private static void numbersAreGivenOnce(Client a, Client b) throws Exception {
        a.post("registered-models/create", "{'name': 'many'}");
        List<Future<Integer>> given = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 40; i++) {
                Client client = i % 2 == 0 ? a : b;
                given.add(threads.submit(() -> client.post("model-versions/create", "{'name': 'many', 'source': 's3://b/m'}")
                        .at("/model_version/version")
                        .asInt()));
            }
        }
        List<Integer> numbers = new ArrayList<>();
        for (Future<Integer> each : given) {
            numbers.add(each.get());
        }
        assertThat(numbers).containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 40).boxed().toList());
    }

    /** Calls of MLflow's protocol to one server. */
    private record Client(HttpClient http, String url) {
        /** The body may have single quotes where JSON has double ones. */
        JsonNode post(String path, String body) throws IOException, InterruptedException {
            return send(request(path)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body.contains("\"") ? body : body.replace('\'', '"')))
                    .build());
        }

        JsonNode get(String path) throws IOException, InterruptedException {
            return send(request(path).build());
        }

        private HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + path));
        }

        private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(request.uri() + ": " + answer.body()).isEqualTo(200);
            return MAPPER.readTree(answer.body());
        }
    }
}
