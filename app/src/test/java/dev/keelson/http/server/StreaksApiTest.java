package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.SeededBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Streaks over HTTP. */
final class StreaksApiTest {
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
    void hitsOfSettledAnswersAreAnalysed() {
        JsonNode told = client.get("/api/v1/models/football-1x2/streaks").json();
        JsonNode outcomes = client.get("/api/v1/models/football-1x2/streaks?of=outcomes").json();

        assertThat(told.path("results").asInt()).isPositive().isEqualTo(outcomes.path("results").asInt());
        assertThat(told.path("categories").valueStream().map(each -> each.path("name").asText())).containsExactly("right", "wrong");
        assertThat(told.path("tests").valueStream().map(each -> each.path("name").asText())).contains("runs", "stated_chances", "longest_right");
        assertThat(outcomes.path("categories").valueStream().map(each -> each.path("name").asText())).containsExactly("H", "D", "A");
        assertThat(told.path("sentence").asText()).endsWith(".");
    }

    @Test
    void thePageSaysThatNoBetsAreScoredAndTheInterfaceRefuses() {
        Client.Answer page = client.get("/models/football-1x2/streaks?of=bets");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("Switched off: the project scores no bets.", "whether bets were won", "what came true");
        assertThat(client.get("/api/v1/models/football-1x2/streaks?of=bets").status()).isEqualTo(404);
    }

    @Test
    void rowsAreHandedInAsCsvOrJson() {
        JsonNode csv = client.post("/api/v1/streaks?result=r", "r\nW\nW\nL\n", "Content-Type", "text/csv").json();
        JsonNode json = client.post("/api/v1/streaks", "{\"rows\":[{\"result\":\"W\",\"chance\":0.5},{\"result\":\"L\",\"chance\":0.5}]}").json();

        assertThat(csv.path("results").asInt()).isEqualTo(3);
        assertThat(csv.at("/current_streak/result").asText()).isEqualTo("L");
        assertThat(json.at("/current_streak/chance_as_stated").asDouble()).isEqualTo(0.5);
    }

    @Test
    void wrongQuestionsAreNamed() {
        assertThat(client.get("/api/v1/models/football-1x2/streaks?of=x&version=-1").json().path("errors")).hasSize(2);
        assertThat(client.get("/api/v1/models/nobody/streaks").status()).isEqualTo(404);
        assertThat(client.post("/api/v1/streaks", "{}").text()).contains("has no rows");
        assertThat(client.post("/api/v1/streaks?only=team", "[{\"result\":\"W\"}]").text()).contains("COLUMN=VALUE");
        assertThat(client.post("/api/v1/streaks", "[{\"outcome\":\"W\"}]").text()).contains("There is no column (result)");
    }
}
