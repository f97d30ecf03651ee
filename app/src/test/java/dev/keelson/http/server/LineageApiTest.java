package dev.keelson.http.server;

import static dev.keelson.http.server.ApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.http.SeededBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Lineage over HTTP and as a page. */
class LineageApiTest {
    private static KeelsonServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        server = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static List<String> kinds(JsonNode graph) {
        List<String> kinds = new ArrayList<>();
        graph.path("nodes").forEach(node -> kinds.add(node.path("kind").asText()));
        return kinds;
    }

    @Test
    void modelVersionHasItsRunAndItsPredictions() {
        JsonNode graph = client.get("/api/v1/lineage?of=football-1x2@v2&limit=5").json();

        assertThat(graph.path("start").asText()).isEqualTo("model/football-1x2@v2");
        assertThat(kinds(graph))
                .containsExactly("run", "model", "prediction", "prediction", "prediction", "prediction", "prediction");
        assertThat(graph.path("edges")).hasSize(6);
        assertThat(graph.path("notes")).hasSize(1);
    }

    @Test
    void oneWayAndItsPagesAreAskedFor() {
        JsonNode up = client.get("/api/v1/lineage?of=football-1x2@v2&up=true").json();
        JsonNode first = client.get("/api/v1/lineage?of=football-1x2@v2&down=true&limit=3").json();
        JsonNode second = client.get("/api/v1/lineage?of=football-1x2@v2&down=true&limit=3&offset=3").json();

        assertThat(kinds(up)).containsExactly("run", "model");
        assertThat(first.path("nodes")).hasSize(4);
        assertThat(second.path("nodes").findValuesAsText("id"))
                .doesNotContainAnyElementsOf(first.path("nodes").findValuesAsText("id").subList(1, 4));
    }

    @Test
    void eventsOfOpenLineageAreGiven() {
        JsonNode events =
                client.get("/api/v1/lineage/openlineage?of=football-1x2@v2&up=true").json().path("events");

        assertThat(events.findValuesAsText("eventType")).containsExactly("START", "COMPLETE");
        assertThat(events.path(0).path("job").path("name").asText()).isEqualTo("train.football-1x2");
    }

    @Test
    void wrongQuestionsAreToldApart() {
        Client.Answer unknown = client.get("/api/v1/lineage?of=football-1x3@v2");

        assertProblem(unknown, 404, ErrorCode.NOT_FOUND);
        assertThat(unknown.text()).contains("football-1x2@v2");
        assertProblem(client.get("/api/v1/lineage"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/lineage?of=x&depth=11"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void pageShowsLinksWithoutScripts() {
        Client.Answer page = client.get("/lineage?of=football-1x2@v2");
        Client.Answer missing = client.get("/lineage?of=nothing");

        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.text())
                .contains("<svg class=\"chart lineage\"", "href=\"/lineage?of=model%2Ffootball-1x2%40v2&amp;depth=2\"", "rel=\"next\"")
                .doesNotContain("onclick");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'").doesNotContain("unsafe");
        assertThat(missing.status()).isEqualTo(404);
        assertThat(client.get("/lineage").text()).contains("SOURCE:key");
    }
}
