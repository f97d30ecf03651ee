package dev.keelson.http.server;

import static dev.keelson.http.server.ApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.http.SeededBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks, review and versions over HTTP. */
class DataApiTest {
    private KeelsonServer server;
    private Client client;

    @BeforeEach
    void start() {
        server = KeelsonServer.start(SeededBackend.loaded(), KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void checkIsMadeAndKept() {
        Client.Answer made = client.post("/api/v1/data/checks", "{}");

        assertThat(made.status()).as(made.text()).isEqualTo(200);
        assertThat(made.json().path("verdict").asText()).isEqualTo("warned");
        assertThat(made.json().path("checks").path(2).path("condition").asText()).isEqualTo("rows: odds < 50");
        assertThat(client.get("/api/v1/data/checks").json().path("checks").path(0))
                .isEqualTo(made.json());
        assertThat(client.post("/api/v1/data/checks", "{\"version\":\"latest\"}")
                        .json()
                        .path("of")
                        .asText())
                .isEqualTo("version");
    }

    @Test
    void tablesAreWrittenBackAndSayHowFarTheyGot() {
        Client.Answer full = client.post("/api/v1/sync", "{\"full\": true}");
        Client.Answer looked = client.post("/api/v1/sync", "{\"dry_run\": true}");
        Client.Answer status = client.get("/api/v1/sync");

        assertThat(full.json().path("tables").path(0).path("rows").asInt()).isEqualTo(9);
        assertThat(looked.json().path("tables").path(0).path("dry_run").asBoolean()).isTrue();
        assertThat(status.json().path("tables").path(0).path("state").asText()).isEqualTo("complete");
        assertProblem(client.post("/api/v1/sync", "{\"tables\": [\"bet\"]}"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post("/api/v1/sync", "{\"full\": 1}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/sync", "[]"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void rowIsCorrectedAndTheCorrectionUndone() {
        JsonNode open = client.get("/api/v1/data/review?open=true").json().path("rows");
        String address = "/api/v1/data/review/" + open.path(0).path("row").asText();

        Client.Answer unexplained = client.post(address, "{\"action\":\"accept\"}");
        Client.Answer unknown = client.post(address, "{\"action\":\"correct\",\"reason\":\"x\",\"cells\":{\"odd\":\"2\"}}");
        Client.Answer decided = client.post(
                address, "{\"action\":\"correct\",\"reason\":\"Typo.\",\"actor\":\"ann\",\"cells\":{\"odds\":\"1.5\"}}");

        assertThat(open).hasSize(2);
        assertProblem(unexplained, 400, ErrorCode.BAD_REQUEST);
        assertProblem(unknown, 400, ErrorCode.BAD_REQUEST);
        assertThat(decided.status()).as(decided.text()).isEqualTo(200);
        assertThat(decided.json().path("cells").path("odds").path("before").asText()).isEqualTo("0.5");
        assertThat(client.get("/api/v1/data/review?open=true").json().path("rows")).hasSize(1);
        Client.Answer reverted = client.post(
                "/api/v1/data/review/decisions/" + decided.json().path("id").asText() + "/revert",
                "{\"reason\":\"It was right.\"}");
        assertThat(reverted.json().path("action").asText()).isEqualTo("revert");
        assertThat(client.get("/api/v1/data/review?open=true").json().path("rows")).hasSize(2);
        assertThat(client.get("/api/v1/data/review/decisions").json().path("decisions")).hasSize(2);
        assertProblem(
                client.post("/api/v1/data/review/abc", "{\"action\":\"accept\",\"reason\":\"x\"}"),
                404,
                ErrorCode.REVIEW_NOT_FOUND);
    }

    @Test
    void versionsAreListedDescribedComparedAndTagged() {
        JsonNode versions = client.get("/api/v1/data/versions").json().path("versions");
        String first = versions.path(1).path("id").asText();
        assertThat(versions.findValuesAsText("latest")).containsExactly("true", "false");

        Client.Answer tagged = client.post("/api/v1/data/versions/" + first + "/tags", "{\"tag\":\"first\"}");
        JsonNode difference = client.get("/api/v1/data/diff?before=first").json();

        assertThat(tagged.status()).as(tagged.text()).isEqualTo(200);
        assertThat(difference.path("added").asInt()).isEqualTo(2);
        assertThat(difference.path("changed").asInt()).isEqualTo(1);
        assertThat(difference.path("examples").path(0).path("cells").path("odds").path("after").asText())
                .isEqualTo("2.5");
        assertThat(client.get("/api/v1/data/versions/first").json().path("columns")).hasSize(3);
        assertThat(client.get("/api/v1/data/versions/latest?as_of=2020-07-06T08:59:30Z")
                        .json()
                        .path("id")
                        .asText())
                .isEqualTo(first);
        assertThat(client.get("/api/v1/data/versions").json().path("tags").path("first").asText())
                .isEqualTo(first);
        assertProblem(client.get("/api/v1/data/versions/nothing"), 404, ErrorCode.DATASET_NOT_FOUND);
        assertProblem(client.get("/api/v1/data/diff"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(
                client.post("/api/v1/data/versions/latest/tags", "{\"tag\":\"../x\"}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void namesAreTakenAwayAndWhatNothingNamesIsCollected() {
        client.post("/api/v1/data/versions/latest/tags", "{\"tag\":\"now\"}");

        assertThat(client.delete("/api/v1/data/tags/now").json().path("removed").asBoolean()).isTrue();
        assertThat(client.get("/api/v1/data/versions").json().path("tags").has("now")).isFalse();
        assertThat(client.get("/api/v1/data/garbage").json().path("removed").asBoolean()).isFalse();
        assertThat(client.post("/api/v1/data/garbage/collect", "{}").json().path("removed").asBoolean()).isTrue();
        assertThat(client.delete("/api/v1/data/tags/now", "Origin", "http://evil.example").status()).isEqualTo(403);
    }
}
