package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.http.SeededBackend;
import dev.keelson.registry.runs.RunTags;
import dev.keelson.registry.tracking.MetricPoint;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Experiments and runs over HTTP. */
class TrackingApiTest {
    private static SeededBackend backend;
    private static KeelsonServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        backend = SeededBackend.seeded();
        backend.catalog().update(tx -> {
            String experiment = tx.tracking().createExperiment("client's", null, Map.of(), Instant.EPOCH).id();
            for (int i = 0; i < 6; i++) {
                String id = "c11e%028x".formatted(i);
                tx.tracking()
                        .createRun(
                                id,
                                experiment,
                                "run " + i,
                                "kim",
                                Instant.ofEpochSecond(1_800_000_000L + i),
                                i == 5 ? Map.of(RunTags.PARENT, "c11e%028x".formatted(0)) : Map.of());
                List<MetricPoint> points = new ArrayList<>();
                for (int step = 0; step < 2_000; step++) {
                    points.add(new MetricPoint("val/loss", 1.0 / (1 + step) + i, step, step));
                }
                tx.tracking().log(id, points, Map.of("depth", Integer.toString(i)), Map.of());
            }
        });
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String id(int run) {
        return "c11e%028x".formatted(run);
    }

    @Test
    void aPageHasWhatWasAskedAndTheNumberOfTheNext() {
        String address = "/api/v1/runs?experiment=" + encoded("client's") + "&filter=" + encoded("metrics.`val/loss` < 3.5")
                + "&order=" + encoded("metrics.`val/loss` DESC") + "&columns="
                + encoded("metrics.`val/loss`:max,params.depth") + "&limit=2&count=true";

        JsonNode first = client.get(address).json();
        JsonNode second = client.get(address + "&page=2").json();

        assertThat(first.path("total").asInt()).isEqualTo(4);
        assertThat(first.path("next").asInt()).isEqualTo(2);
        assertThat(first.path("runs").path(0).path("id").asText()).isEqualTo(id(3));
        assertThat(first.path("runs").path(0).path("metrics").toString()).isEqualTo("{\"val/loss:max\":4.0}");
        assertThat(first.path("runs").path(0).path("params").toString()).isEqualTo("{\"depth\":\"3\"}");
        assertThat(second.path("runs").path(1).path("id").asText()).isEqualTo(id(0));
        assertThat(second.path("runs").path(1).path("children").asInt()).isEqualTo(1);
        assertThat(second.path("next").isNull()).isTrue();
    }

    @Test
    void runsOfClientsAndTrainingsAreInOneList() {
        JsonNode runs = client.get("/api/v1/runs?limit=1000").json().path("runs");

        List<String> models = new ArrayList<>();
        runs.forEach(run -> models.add(run.path("model").asText()));

        assertThat(models).contains("client's", SeededBackend.MODEL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filter=metrics.a%20LIKE%20%27x%27", "filter=1%3D1%3B%20drop%20table%20runs", "order=nothing", "columns=start_time", "limit=0",
                "page=0", "deleted=maybe", "nested=1"
            })
    void aQuestionThatIsNoneIsRefused(String query) {
        ApiTest.assertProblem(client.get("/api/v1/runs?" + query), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void anExperimentThatIsNotThereIsNotFound() {
        ApiTest.assertProblem(client.get("/api/v1/runs?experiment=none"), 404, ErrorCode.NOT_FOUND);
        assertThat(client.get("/api/v1/runs?model=none").json().path("runs")).isEmpty();
    }

    @Test
    void aCurveIsThinnedForDrawing() {
        JsonNode curve = client.get("/api/v1/runs/" + id(1) + "/metrics/val/loss?points=50").json();

        assertThat(client.get("/api/v1/runs/" + id(1) + "/metrics/" + encoded("val/loss") + "?points=50").json()).isEqualTo(curve);
        assertThat(curve.path("count").asInt()).isEqualTo(2_000);
        assertThat(curve.path("thinned").asBoolean()).isTrue();
        assertThat(curve.path("points").size()).isBetween(25, 60);
        ApiTest.assertProblem(client.get("/api/v1/runs/" + id(1) + "/metrics/none"), 404, ErrorCode.NOT_FOUND);
    }

    @Test
    void aComparisonHasOnlyWhatDiffers() {
        JsonNode table = client.get("/api/v1/runs/compare?ids=" + id(1) + "," + id(2) + "&curve=" + encoded("val/loss") + "&points=10")
                .json();

        assertThat(table.path("runs")).hasSize(2);
        assertThat(table.path("params").path(0).path("values").toString()).isEqualTo("[\"1\",\"2\"]");
        assertThat(table.path("curves").path("val/loss")).hasSize(2);
        ApiTest.assertProblem(client.get("/api/v1/runs/compare"), 400, ErrorCode.BAD_REQUEST);
        ApiTest.assertProblem(client.get("/api/v1/runs/compare?ids=" + id(1) + ",ffffffff"), 404, ErrorCode.RUN_NOT_FOUND);
    }

    @Test
    void runsAreExported() {
        Client.Answer csv = client.get("/api/v1/runs/export?experiment=" + encoded("client's") + "&columns=params.depth&order=start_time");
        Client.Answer lines = client.get("/api/v1/runs/export?format=jsonl&nested=true&experiment=" + encoded("client's"));

        assertThat(csv.header("Content-Type")).startsWith("text/csv");
        assertThat(csv.text().lines().findFirst()).contains("id,name,model,status,user,started_at,ended_at,parent,params.depth");
        assertThat(csv.text().lines()).hasSize(6);
        assertThat(lines.text().lines()).hasSize(6);
        ApiTest.assertProblem(client.get("/api/v1/runs/export?filter=x"), 400, ErrorCode.BAD_REQUEST);
        ApiTest.assertProblem(client.get("/api/v1/runs/export?format=xml"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void aRunIsNotedDeletedAndRestored() {
        String address = "/api/v1/runs/" + id(4);

        JsonNode noted = client.patch(address, "{\"note\":\"see *this*\",\"tags\":{\"team\":\"red\"}}").json();
        JsonNode deleted = client.delete(address).json();
        Client.Answer late = client.patch(address, "{\"note\":\"late\"}");
        JsonNode listed = client.get("/api/v1/runs?deleted=true").json().path("runs");
        JsonNode restored = client.post(address + "/restore", "").json();

        assertThat(noted.path("note").asText()).isEqualTo("see *this*");
        assertThat(noted.path("tags").path("team").asText()).isEqualTo("red");
        assertThat(deleted.path("lifecycle").asText()).isEqualTo("deleted");
        assertThat(late.json().path("type").asText()).isEqualTo(ErrorCode.CONFLICT.code());
        assertThat(listed.path(0).path("id").asText()).isEqualTo(id(4));
        assertThat(restored.path("lifecycle").asText()).isEqualTo("active");
        ApiTest.assertProblem(client.patch(address, "{\"tags\":{\"team\":7}}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void experimentsAreChanged() {
        JsonNode made = client.post("/api/v1/experiments", "{\"name\":\"fresh\",\"tags\":{\"a\":\"b\"}}").json();
        JsonNode renamed = client.patch("/api/v1/experiments/fresh", "{\"name\":\"fresher\",\"tags\":{\"a\":null}}").json();
        JsonNode deleted = client.delete("/api/v1/experiments/" + made.path("id").asText()).json();
        JsonNode restored = client.post("/api/v1/experiments/fresher/restore", "").json();
        JsonNode listed = client.get("/api/v1/experiments?filter=" + encoded("name = 'client''s' OR 1=1")).json();

        assertThat(renamed.path("name").asText()).isEqualTo("fresher");
        assertThat(renamed.path("tags")).isEmpty();
        assertThat(deleted.path("lifecycle").asText()).isEqualTo("deleted");
        assertThat(restored.path("lifecycle").asText()).isEqualTo("active");
        assertThat(listed.path("type").asText()).isEqualTo(ErrorCode.BAD_REQUEST.code());
        assertThat(client.get("/api/v1/experiments").json().path("experiments").path(0).has("runs")).isTrue();
    }

    @Test
    void aRunIsFoundByTheVersionThatCameFromIt() {
        JsonNode run = client.get("/api/v1/runs/" + encoded(SeededBackend.MODEL + "@champion")).json();

        assertThat(run.path("model").asText()).isEqualTo(SeededBackend.MODEL);
        assertThat(run.path("versions").path(0).path("version").asInt()).isEqualTo(7);
    }
}
