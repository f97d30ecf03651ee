package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.SeededBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Performance and decay over HTTP and as a page. */
final class PerformanceApiTest {
    private static final String MODEL = "/api/v1/models/football-1x2";
    private static KeelsonServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        server = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @Test
    void windowsComeWithMaturityAndIntervals() {
        JsonNode told = client.get(MODEL + "/performance?window=month").json();

        assertThat(told.path("window").asText()).isEqualTo("month");
        assertThat(told.path("windows")).isNotEmpty();
        long predicted = 0;
        for (JsonNode window : told.path("windows")) {
            predicted += window.path("predicted").asLong();
            assertThat(window.path("maturity").asDouble()).isBetween(0.0, 1.0);
            JsonNode loss = window.at("/realised/metrics/log_loss");
            if (loss.path("lower").isNumber()) {
                assertThat(loss.path("value").asDouble())
                        .isBetween(loss.path("lower").asDouble(), loss.path("upper").asDouble());
            }
        }
        assertThat(predicted).isEqualTo(told.path("predicted").asLong()).isPositive();
        assertThat(told.at("/estimates/method").asText()).isEqualTo("cbpe");
        assertThat(told.at("/calibration/classes")).hasSize(3);
        assertThat(told.at("/worst/verdict").asText()).isNotEmpty();
    }

    @Test
    void withoutAWindowTheScoresByVersionAreToldAsBefore() {
        JsonNode told = client.get(MODEL + "/performance").json();

        assertThat(told.has("versions")).isTrue();
        assertThat(told.has("windows")).isFalse();
    }

    @Test
    void decayIsCheckedKeptAndListed() {
        JsonNode checked = client.post(MODEL + "/decay-check", "").json();
        JsonNode listed = client.get("/api/v1/decay-reports?model=football-1x2&limit=1").json().path("decay_reports").path(0);
        JsonNode kept = client.get("/api/v1/decay-reports/" + listed.path("id").asText()).json();

        assertThat(checked.path("verdict").asText()).isIn("none", "not_enough_evidence", "decayed");
        assertThat(checked.path("metrics").path(0).path("metric").asText()).isEqualTo("log_loss");
        assertThat(listed.path("verdict")).isEqualTo(checked.path("verdict"));
        assertThat(kept.path("reason")).isEqualTo(checked.path("reason"));
    }

    @Test
    void whatIsWrongIsNamed() {
        Client.Answer window = client.get(MODEL + "/performance?window=fortnight");
        Client.Answer unwatched = client.post("/api/v1/models/tips/decay-check", "");

        assertThat(window.status()).isEqualTo(400);
        assertThat(window.text()).contains("fortnight", "day, week, month");
        assertThat(unwatched.status()).isEqualTo(400);
        assertThat(unwatched.text()).contains("No performance monitor watches the model (tips)", "metric: log_loss");
        assertThat(client.get("/api/v1/decay-reports/none").status()).isEqualTo(404);
        assertThat(client.post("/api/v1/models/football-2x1/decay-check", "").status()).isEqualTo(404);
    }

    @Test
    void thePageDrawsTheWindowsAndOffersTheCheck() {
        Client.Answer page = client.get("/models/football-1x2/performance?window=month&metric=accuracy");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text())
                .contains("Realised and expected", "Accuracy window by window, realised and estimated", "Check now", "Where it is worst");
        assertThat(client.get("/models/tips/performance").text()).contains("Realised and expected");
    }
}
