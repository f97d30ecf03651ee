package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.HealthReports;
import dev.keelson.http.SeededBackend;
import dev.keelson.monitor.health.HealthReport;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.alert.Alert;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Health reports over HTTP and in the console. */
final class HealthApiTest {
    private static final String ADDRESS = "/api/v1/models/football-1x2/health";
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

    @Test
    void reportTellsWhatItRestsOnAndWhatToDo() {
        JsonNode report = client.get(ADDRESS).json();

        assertThat(report.path("model").asText()).isEqualTo("football-1x2");
        assertThat(report.path("scores").properties()).hasSize(4);
        report.path("scores").forEach(score -> {
            assertThat(score.path("sentence").asText()).endsWith(".");
            assertThat(score.path("score").isNull() || (score.path("score").asDouble() >= 0 && score.path("score").asDouble() <= 1))
                    .as("%s", score)
                    .isTrue();
        });
        assertThat(report.at("/figures/drift/verdict").asText()).isEqualTo("alarm");
        assertThat(report.path("recommendations")).isNotEmpty();
        assertThat(report.path("recommendations").path(0).path("sentence").asText()).isNotEmpty();
    }

    @Test
    void keptReportsAreTheHistory() {
        int before = client.get(ADDRESS + "/history").json().path("reports").size();
        JsonNode kept = client.post(ADDRESS, "").json();
        JsonNode history = client.get(ADDRESS + "/history?version=" + kept.path("version").asInt()).json().path("reports");

        assertThat(history.path(0)).isEqualTo(kept);
        assertThat(client.get(ADDRESS + "/history").json().path("reports").size()).isBetween(before, before + 1); // the clock stands
        assertThat(client.get(ADDRESS + "/history?version=999").json().path("reports")).isEmpty();
        assertThat(client.get("/models/football-1x2/health").text()).contains("1 kept report; the last of", "What to do next");
    }

    @Test
    void alertOfAStreamIsAConcern() {
        SeededBackend seeded = SeededBackend.seeded();
        seeded.catalog().update(tx -> tx.alerts().add(Alert.raised(
                "1", "stream/football-1x2/log_loss", "drift", Alert.Severity.WARNING, "football-1x2", "log_loss rose", "It rose.", "", "",
                Instant.parse("2020-01-01T00:00:00Z"))));

        HealthReport report = new HealthReports(seeded).judge("football-1x2");

        assertThat(report.concerns()).contains("Streams changed: log_loss rose.");
        assertThat(report.recommendations()).anyMatch(each -> each.command().equals("keelson drift streams --model football-1x2"));
    }

    @Test
    void historyIsDrawnOnTheWholeScale() {
        SeededBackend twice = SeededBackend.seeded();
        HealthReport report = new HealthReports(twice).check("football-1x2");
        ObjectNode earlier = report.toJson().put("at", "2020-01-01T00:00:00Z");
        twice.catalog().update(tx -> tx.putReport(new StoredReport(
                "earlier", HealthReport.KIND, "football-1x2", Instant.parse("2020-01-01T00:00:00Z"), report.verdict(), earlier.toString())));
        KeelsonServer other = KeelsonServer.start(twice, KeelsonServer.DEFAULT_HOST, 0);

        try (Client reader = new Client(other.url())) {
            assertThat(reader.get("/models/football-1x2/health").text())
                    .contains("Scores of 2 kept reports over time", "2020-01-01 00:00", ">1.0</text>", ">0.0</text>");
        } finally {
            other.stop();
        }
    }

    @Test
    void reportStandsAloneAsAFile() {
        Client.Answer page = client.get(ADDRESS + "?format=html");

        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'").doesNotContain("unsafe");
        assertThat(page.text()).startsWith("<!doctype html>").contains("Health of football-1x2 v", "Freshness").doesNotContain("<script");
    }

    @Test
    void wrongQuestionsAreNamed() {
        assertThat(client.get("/api/v1/models/nobody/health").status()).isEqualTo(404);
        assertThat(client.get(ADDRESS + "?format=pdf").status()).isEqualTo(400);
        assertThat(client.get("/api/v1/models/tips/rollouts").text()).contains("is served by others");
    }
}
