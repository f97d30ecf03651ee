package dev.keelson.http.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What single conversations with the registry do not show: several clients at once, the trail, files of a run on a disk. */
final class RegistryEndpointsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CLIENTS = 8;

    @TempDir
    private static Path folder;

    private static ServedCatalog server;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        server = ServedCatalog.start(folder);
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    private static JsonNode ask(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + "/api/2.0/mlflow/" + path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void model(String name) {
        assertThat(ask("POST", "registered-models/create", "{\"name\":\"%s\"}".formatted(name)).has("registered_model"))
                .isTrue();
    }

    private static int version(String model, String source, String runId) {
        return ask(
                        "POST",
                        "model-versions/create",
                        "{\"name\":\"%s\",\"source\":\"%s\",\"run_id\":\"%s\"}".formatted(model, source, runId))
                .at("/model_version/version")
                .asInt();
    }

    private static <T> List<T> atOnce(int times, Callable<T> call) throws InterruptedException, ExecutionException {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<T> results = new ArrayList<>();
            for (Future<T> each : clients.invokeAll(IntStream.range(0, times).mapToObj(i -> call).toList())) {
                results.add(each.get());
            }
            return results;
        }
    }

    private static List<RegisteredVersion> versions(String model, int last) {
        return server.catalog().read(tx -> IntStream.rangeClosed(1, last)
                .mapToObj(version -> tx.registry().registered(model, version).orElseThrow())
                .toList());
    }

    private static List<AuditEntry> trail(String model) {
        return server.catalog().read(tx -> tx.audit(model, 1_000));
    }

    @Test
    void clientsAtOnceGetNumbersOfTheirOwn() throws InterruptedException, ExecutionException {
        model("numbers");

        List<Integer> numbers = atOnce(80, () -> version("numbers", "runs:/r1/model", "r1"));

        assertThat(numbers).containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 80).boxed().toList());
    }

    @Test
    void clientsAtOnceLeaveOneVersionInProduction() throws InterruptedException, ExecutionException {
        model("stages");
        IntStream.range(0, 8).forEach(i -> version("stages", "runs:/r1/model", "r1"));
        AtomicInteger next = new AtomicInteger();

        atOnce(64, () -> ask(
                "POST",
                "model-versions/transition-stage",
                "{\"name\":\"stages\",\"version\":\"%d\",\"stage\":\"Production\",\"archive_existing_versions\":true}"
                        .formatted(1 + next.getAndIncrement() % 8)));

        List<RegisteredVersion> all = versions("stages", 8);
        assertThat(all).filteredOn(each -> each.stage() == Stage.PRODUCTION).hasSize(1);
        assertThat(all).filteredOn(each -> each.stage() == Stage.ARCHIVED).hasSize(7);
        assertThat(trail("stages"))
                .filteredOn(entry -> entry.action().equals("stage"))
                .hasSizeBetween(8, 64);
    }

    @Test
    void theTrailTellsWhoDidWhatThroughWhichProgram() {
        String user = "Basic " + Base64.getEncoder().encodeToString("ada:secret".getBytes(StandardCharsets.UTF_8));
        model("trail");
        version("trail", "runs:/r1/model", "r1");
        String[] headers = {"Authorization", user, "User-Agent", "mlflow-python-client/3.4.0"};

        ask("POST", "registered-models/alias", "{\"name\":\"trail\",\"alias\":\"best\",\"version\":\"1\"}", headers);
        ask("POST", "model-versions/transition-stage", "{\"name\":\"trail\",\"version\":\"1\",\"stage\":\"Staging\"}", headers);
        ask("DELETE", "model-versions/delete", "{\"name\":\"trail\",\"version\":\"1\"}", headers);
        ask("DELETE", "registered-models/delete", "{\"name\":\"trail\"}", headers);

        List<AuditEntry> trail = trail("trail").reversed();
        assertThat(trail).extracting(AuditEntry::action).containsExactly("register", "alias", "stage", "delete", "delete");
        assertThat(trail.subList(1, 5)).extracting(AuditEntry::actor).containsOnly("ada");
        assertThat(trail.getFirst().actor()).isEqualTo("mlflow client");
        assertThat(trail).noneMatch(entry -> entry.toString().contains("secret"));
        assertThat(trail.getLast().reason()).contains("mlflow-python-client/3.4.0");
    }

    @Test
    void aPathOfADiskIsTakenOfARunThatKeepsItsFilesThere() {
        String experiment = ask(
                        "POST", "experiments/create", "{\"name\":\"on a disk\",\"artifact_location\":\"file:///srv/mlruns/7\"}")
                .path("experiment_id")
                .asText();
        JsonNode info = ask("POST", "runs/create", "{\"experiment_id\":\"%s\"}".formatted(experiment)).at("/run/info");
        String run = info.path("run_id").asText();
        String files = info.path("artifact_uri").asText();
        String path = files.substring("file://".length());
        model("disk");

        assertThat(files).isEqualTo("file:///srv/mlruns/7/" + run + "/artifacts");
        assertThat(version("disk", files + "/model", run)).isEqualTo(1);
        assertThat(version("disk", path + "/model", run)).isEqualTo(2);
        assertThat(version("disk", path + "/model", "another")).isZero();
        assertThat(version("disk", path + "/../../other/artifacts/model", run)).isZero();
        assertThat(version("disk", "/srv/mlruns/7", run)).isZero();
        assertThat(ask("GET", "model-versions/get?name=disk&version=3", "").path("error_code").asText())
                .isEqualTo("RESOURCE_DOES_NOT_EXIST");
    }

    @Test
    void aVersionOfAClientIsInTheViewOfTheProjectOnlyAsWhatItIs() {
        model("foreign");
        version("foreign", "runs:/r1/model", "r1");
        ask("POST", "registered-models/alias", "{\"name\":\"foreign\",\"alias\":\"champion\",\"version\":\"1\"}");

        List<ModelVersion> served = server.catalog().read(tx -> tx.versions("foreign"));
        Optional<ModelVersion> champion = server.catalog().read(tx -> tx.alias("foreign", ModelVersion.CHAMPION));
        assertThat(served).isEmpty();
        assertThat(champion).isEmpty();
        assertThat(ask("GET", "registered-models/alias?name=foreign&alias=champion", "").at("/model_version/version").asText())
                .isEqualTo("1");
    }
}
