package dev.keelson.http.server;

import static dev.keelson.http.server.ApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.SeededBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that change something, each on a project of its own. */
class ApiChangesTest {
    private static final String PREDICT = "/api/v1/models/football-1x2/predict";
    private static final String ROW = "{\"HomeTeam\":\"Northport\",\"AwayTeam\":\"Langley\"}";

    private SeededBackend backend;
    private KeelsonServer server;
    private Client client;

    @BeforeEach
    void start() {
        backend = SeededBackend.seeded();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void anUnexpectedFailureSaysNothingOfItsInside() {
        backend.failWith(new IllegalStateException("password=hunter2"));

        Client.Answer answer = client.post(PREDICT, ROW);

        assertProblem(answer, 500, ErrorCode.INTERNAL);
        assertThat(answer.text()).doesNotContain("hunter2");
    }

    @Test
    void aFullDiskIsUnavailable() {
        backend.failWith(new KeelsonException(ErrorCode.DISK_FULL, "The disk is full.", "Maybe free some space."));

        Client.Answer answer = client.post(PREDICT, ROW);

        assertProblem(answer, 503, ErrorCode.DISK_FULL);
        assertThat(answer.json().path("hint").asText()).isEqualTo("Maybe free some space.");
    }

    @Test
    void applyRegistersThePlanOnceAndOnlyFromHere() {
        assertThat(client.get("/api/v1/plan").json().path("changed").asBoolean()).isTrue();

        Client.Answer applied = client.post("/api/v1/apply", "{}");

        assertThat(applied.json().at("/changes/0/name").asText()).isEqualTo("team");
        assertThat(client.get("/api/v1/plan").json().path("changed").asBoolean()).isFalse();
        assertProblem(client.get("/api/v1/apply"), 405, ErrorCode.BAD_REQUEST);
    }

    @Test
    void labelsAreListedWithTheirModelsAndShown() {
        JsonNode labels = client.get("/api/v1/labels").json().path("labels");
        String name = labels.path(0).path("name").asText();

        Client.Answer shown = client.get("/api/v1/labels/" + name);

        assertThat(labels.path(0).path("models")).isNotEmpty();
        assertThat(shown.json().path("rows").asInt()).isEqualTo(3);
        assertThat(shown.json().path("missing").asInt()).isEqualTo(1);
        assertProblem(client.get("/api/v1/labels/matches.nothing"), 404, ErrorCode.NOT_FOUND);
    }

    @Test
    void outcomesReachTheirPredictions() {
        JsonNode open = client.get("/api/v1/predictions?settled=false&limit=2").json().path("predictions");
        String byId = "{\"prediction_id\":\"" + open.path(0).path("id").asText() + "\",\"outcome\":\"H\"}";
        String byEntity = "{\"model\":\"" + open.path(1).path("model").asText() + "\",\"entity\":\""
                + open.path(1).path("entity").asText() + "\",\"outcome\":\"D\",\"known_at\":\"2020-07-05T08:00:00Z\"}";

        Client.Answer answer = client.post("/api/v1/outcomes", "{\"outcomes\":[" + byId + "," + byEntity + "]}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
        JsonNode first = client.get("/api/v1/predictions/" + open.path(0).path("id").asText()).json();
        JsonNode second = client.get("/api/v1/predictions/" + open.path(1).path("id").asText()).json();
        assertThat(first.path("outcome").asText()).isEqualTo("H");
        assertThat(second.path("outcome_known_at").asText()).isEqualTo("2020-07-05T08:00:00Z");
    }

    @Test
    void anOutcomeSaysWhetherItMatchedAndWhatItCorrected() {
        String entity = client.get("/api/v1/predictions?settled=false&limit=1&model=football-1x2")
                .json()
                .path("predictions")
                .path(0)
                .path("entity")
                .asText();
        String outcome = "{\"model\":\"football-1x2\",\"entity\":\"%s\",\"outcome\":\"%s\"}";
        client.post("/api/v1/outcomes", outcome.formatted(entity, "H"));

        JsonNode again = client.post("/api/v1/outcomes", outcome.formatted(entity, "H")).json();
        JsonNode other = client.post("/api/v1/outcomes", outcome.formatted(entity, "A")).json();
        JsonNode strange = client.post("/api/v1/outcomes", outcome.formatted("E0|2020-01-01|No|Body", "H")).json();

        assertThat(again.path("repeated").asInt()).isEqualTo(1);
        assertThat(again.path("outcomes").path(0).path("matched").asBoolean()).isTrue();
        assertThat(again.path("outcomes").path(0).has("corrected")).isFalse();
        assertThat(other.path("corrected").asInt()).isEqualTo(1);
        assertThat(other.path("outcomes").path(0).path("corrected").toString()).isEqualTo("{\"from\":\"H\",\"to\":\"A\"}");
        assertThat(strange.path("accepted").asInt()).isEqualTo(1);
        assertThat(strange.path("unmatched").asInt()).isEqualTo(1);
        assertThat(strange.path("outcomes").path(0).path("matched").asBoolean(true)).isFalse();
        assertThat(client.get("/metrics").text())
                .contains("keelson_serve_outcomes_total 4.0")
                .contains("keelson_serve_outcomes_unmatched_total 1.0")
                .contains("keelson_serve_outcomes_corrected_total 1.0");
    }

    @Test
    void anOutcomeOfAnUnknownPredictionIsKeptAndToldAsUnmatched() {
        String id = "01234567-89ab-cdef-0123-456789abcdef";

        Client.Answer answer =
                client.post("/api/v1/outcomes", "{\"prediction_id\":\"" + id + "\",\"outcome\":\"H\"}");
        Client.Answer wrong =
                client.post("/api/v1/outcomes", "{\"prediction_id\":\"" + id + "\",\"outcome\":\"X\"}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("unmatched").asInt()).isEqualTo(1);
        assertThat(answer.json().path("outcomes").path(0).path("entity").asText()).isEqualTo(id);
        assertThat(answer.json().path("outcomes").path(0).has("model")).isFalse();
        assertThat(wrong.json().path("errors").findValuesAsText("field")).containsExactly("outcomes[0].outcome");
        assertProblem(wrong, 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void anOutcomeOfATimeThatCannotBeIsRefusedWithItsField() {
        String entity = client.get("/api/v1/predictions?settled=false&limit=1&model=football-1x2")
                .json()
                .path("predictions")
                .path(0)
                .path("entity")
                .asText();

        Client.Answer answer = client.post(
                "/api/v1/outcomes",
                "[{\"model\":\"football-1x2\",\"entity\":\"" + entity
                        + "\",\"outcome\":\"H\",\"known_at\":\"2019-01-01T00:00:00Z\"}]");

        assertProblem(answer, 400, ErrorCode.BAD_REQUEST);
        assertThat(answer.json().path("errors").findValuesAsText("field")).containsExactly("outcomes[0].known_at");
        assertThat(answer.text()).contains("before the event");
    }

    @Test
    void aPredictionSaysWhatSpeaksAgainstIt() {
        JsonNode predictions = client.post(
                        PREDICT, "[" + ROW + ",{\"HomeTeam\":\"Arsenall\",\"AwayTeam\":\"Langley\"}]")
                .json()
                .path("predictions");

        assertThat(predictions.path(0).has("warnings")).isFalse();
        assertThat(predictions.path(1).path("warnings").path(0).asText()).contains("did you mean `Arsenal`?");
    }

    @Test
    void aPredictionHasItsSetAndDecisionWhereTheModelTellsThem() {
        JsonNode predictions = client.post(
                        PREDICT, "[" + ROW + ",{\"HomeTeam\":\"Guided\",\"AwayTeam\":\"Langley\"}]")
                .json()
                .path("predictions");

        assertThat(predictions.path(0).has("set")).isFalse();
        assertThat(predictions.path(0).has("decision")).isFalse();
        JsonNode guided = predictions.path(1);
        assertThat(guided.path("set").toString()).isEqualTo("[\"H\",\"D\"]");
        assertThat(guided.path("coverage").asDouble()).isEqualTo(0.9);
        assertThat(guided.path("disagreement").toString()).isEqualTo("{\"mean\":0.48,\"deviation\":0.03}");
        assertThat(guided.path("decision").toString())
                .isEqualTo("{\"act\":true,\"class\":\"H\",\"score\":0.05,\"threshold\":0.04}");
        assertThat(guided.has("as_of")).isTrue();
    }

    @Test
    void aVersionIsPromotedAndRolledBackWithAReason() {
        String promote = "/api/v1/models/football-1x2/promote";

        Client.Answer promoted = client.post(promote, "{\"version\":8,\"reason\":\"It is better.\",\"actor\":\"ada\"}");
        Client.Answer again = client.post(promote, "{\"version\":8,\"reason\":\"Once more.\"}");
        Client.Answer rolled = client.post("/api/v1/models/football-1x2/rollback", "{\"reason\":\"It is worse.\"}");

        assertThat(promoted.json().path("version").asInt()).isEqualTo(8);
        assertProblem(again, 409, ErrorCode.TRANSITION_REFUSED);
        assertThat(rolled.json().path("version").asInt()).isEqualTo(7);
        JsonNode audit = client.get("/api/v1/audit?model=football-1x2&limit=2").json().path("audit");
        assertThat(audit.findValuesAsText("actor")).containsExactly("api", "ada");
        assertProblem(client.post(promote, "{\"version\":99,\"reason\":\"x\"}"), 404, ErrorCode.VERSION_NOT_FOUND);
        Client.Answer wrong = client.post(promote, "{\"version\":\"two\"}");
        assertProblem(wrong, 400, ErrorCode.BAD_REQUEST);
        assertThat(wrong.json().path("errors").findValuesAsText("field")).containsExactly("version", "reason");
    }

    @Test
    void aModelThatWasTrainedElsewhereIsImported() {
        String address = "/api/v1/models/football-1x2/import";
        String body = """
                {"file_name":"their.onnx","file":"AAEC","samples":"a\\n1\\n","inputs":["x=a"],"link":"softmax",
                 "tolerance":0.001,"reason":"It is theirs."}""";

        Client.Answer imported = client.post(address, body);
        Client.Answer wrong = client.post(
                address,
                "{\"file\":\"?\",\"samples\":7,\"inputs\":\"x\",\"link\":\"probit\",\"tolerance\":2}");

        assertThat(imported.status()).isEqualTo(200);
        assertThat(imported.json().path("version").path("model").asText()).isEqualTo("football-1x2");
        assertThat(imported.json().path("holds").asText()).isEqualTo("reads [x=a]");
        assertThat(imported.json().path("verified_difference").asDouble()).isEqualTo(1e-7);
        assertProblem(wrong, 400, ErrorCode.BAD_REQUEST);
        assertThat(wrong.json().path("errors").findValuesAsText("field"))
                .contains("file_name", "file", "samples", "inputs", "link", "tolerance", "reason");
        assertProblem(client.post("/api/v1/models/none/import", body), 404, ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void metricsCountPredictionsErrorsAndLag() {
        client.post(PREDICT, "[" + ROW + "," + ROW + "]");
        client.post(PREDICT, "{}");

        String metrics = client.get("/metrics").text();

        assertThat(metrics)
                .contains("model_predictions_total{model=\"football-1x2\",version=\"7\"} 2.0")
                .contains("model_prediction_latency_seconds_bucket{model=\"football-1x2\",version=\"7\"")
                .contains("model_prediction_errors_total{code=\"K304\",model=\"football-1x2\",version=\"7\"} 1.0")
                .contains("keelson_serve_journal_lag_bytes")
                .contains("jvm_memory_used_bytes");
    }
}
