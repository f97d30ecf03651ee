package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.SeededBackend;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The log beside predicting, over HTTP. */
final class JournalApiTest {
    private static final String SUBMIT = "/api/v1/models/tips/predictions";
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
    void trainingsAndEvaluationsAreTakenOnceAndListed() {
        String event =
                """
                {"kind":"evaluation","model":"tips","version":7,"run":"r1","at":"2020-01-01T00:00:00Z",\
                "metrics":{"log_loss":0.98},"metadata":{"why":"weekly"}}""";

        Client.Answer taken = client.post("/api/v1/events", "{\"events\":[" + event + "]}");
        client.post("/api/v1/events", event);
        JsonNode listed = client.get("/api/v1/events?kind=evaluation&model=tips&text=weekly").json().path("events");

        assertThat(taken.status()).isEqualTo(200);
        assertThat(listed).hasSize(1);
        assertThat(listed.path(0).path("id")).isEqualTo(taken.json().path("ids").path(0));
        assertThat(listed.path(0).path("at").asText()).isEqualTo("2020-01-01T00:00:00Z");
        assertThat(listed.path(0).path("metrics").path("log_loss").asDouble()).isEqualTo(0.98);
        assertThat(listed.path(0).path("metadata").path("why").asText()).isEqualTo("weekly");
        assertThat(client.get("/api/v1/events?kind=training&model=tips").json().path("events")).isEmpty();
    }

    @Test
    void whatIsWrongWithAnEventIsNamed() {
        Client.Answer answer = client.post(
                "/api/v1/events",
                "[{\"kind\":\"party\",\"model\":\"tip\",\"version\":\"x\",\"metrics\":{\"a\":\"NaN\"},\"metadata\":3,\"z\":1}]");

        assertThat(answer.status()).isIn(400, 404);
        assertThat(fields(answer))
                .contains(
                        "events[0].kind", "events[0].model", "events[0].version", "events[0].metrics.a", "events[0].metadata",
                        "events[0].z");
    }

    @Test
    void predictionsMadeElsewhereAreTakenOnceWithTheirOutcomes() {
        String row =
                """
                {"id":"game 1","entity":"a|b","version":"2024-06-a","at":"2020-05-01T10:00:00Z",\
                "probabilities":{"H":0.5,"D":0.3,"A":0.2},"features":{"form":"2.5"},"client":"desk","metadata":{"n":1},\
                "outcome":"H","outcome_known_at":"2020-05-02T10:00:00Z"}""";

        JsonNode first = client.post(SUBMIT, "{\"predictions\":[" + row + "]}").json();
        JsonNode again = client.post(SUBMIT, row).json();
        JsonNode logged = client.get("/api/v1/predictions/" + first.path("predictions").path(0).path("id").asText())
                .json();

        assertThat(first.path("accepted").asInt()).isOne();
        assertThat(first.path("outcomes").path("matched").asInt()).isOne();
        assertThat(again.path("repeated").asInt()).isOne();
        assertThat(again.path("outcomes").path("repeated").asInt()).isOne();
        assertThat(logged.path("role").asText()).isEqualTo("elsewhere");
        assertThat(logged.path("served").asBoolean()).isTrue();
        assertThat(logged.path("probabilities").path("D").asDouble()).isEqualTo(0.3);
        assertThat(logged.path("metadata").path("version").asText()).isEqualTo("2024-06-a");
        assertThat(logged.path("metadata").path("n").asInt()).isOne();
        assertThat(logged.path("outcome").asText()).isEqualTo("H");

        Client.Answer other = client.post(SUBMIT, row.replace("0.5", "0.4").replace("0.2", "0.3"));
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.text()).contains("other content");
    }

    @Test
    void predictionsMadeElsewhereComeAsCsvAndAreFound() {
        String csv =
                """
                entity,probabilities.H,probabilities.D,probabilities.A,features.elo,event_time,version,metadata
                c|d,0.2,0.2,0.6,12,2020-06-01T10:00:00Z,3,"{""campaign"":""spring""}"
                e|f,0.9,0.05,0.05,,2020-06-02T10:00:00Z,3,
                """;

        Client.Answer answer = client.post(SUBMIT, csv, "Content-Type", "text/csv");
        JsonNode found = client.get(
                        "/api/v1/predictions?model=tips&role=elsewhere&served=true&min_confidence=0.5&max_confidence=0.7&metadata=SPRING")
                .json();
        Client.Answer outcomes =
                client.post("/api/v1/outcomes", "model,entity,outcome\ntips,c|d,A\ntips,e|f,A\n", "Content-Type", "text/csv");

        assertThat(answer.json().path("accepted").asInt()).isEqualTo(2);
        assertThat(found.path("total").asInt()).isOne();
        assertThat(found.path("predictions").path(0).path("entity").asText()).isEqualTo("c|d");
        assertThat(found.path("predictions").path(0).path("version").asInt()).isEqualTo(3);
        assertThat(outcomes.json().path("matched").asInt()).isEqualTo(2);
        assertThat(client.get("/api/v1/predictions?model=tips&outcome=A&from=2020-06-01T00:00:00Z").json().path("total").asInt())
                .isEqualTo(2);
    }

    private static final String DAILY =
            """
            entity,event_time,probabilities.H,probabilities.D,probabilities.A,outcome,outcome_known_at
            %1$s,2020-03-01T00:00:00Z,0.6,0.2,0.2,H,2020-03-03T00:00:00Z
            %1$s,2020-03-08T00:00:00Z,0.5,0.3,0.2,A,%2$s
            %1$s,2020-03-15T00:00:00Z,0.5,0.3,0.2,,
            """;

    private static String daily(String entity) {
        return DAILY.formatted(entity, "2020-03-10T00:00:00Z");
    }

    private static List<String> outcomes(String entity) {
        return client.get("/api/v1/predictions?model=tips&text=" + entity).json().path("predictions").valueStream()
                .map(each -> each.path("event_time").asText().substring(8, 10) + " " + each.path("outcome").asText("open"))
                .sorted()
                .toList();
    }

    @Test
    void windowThatEndsBeforeItBeginsIsRefused() {
        Client.Answer answer = client.get("/api/v1/predictions?model=tips&from=2020-06-01&to=2020-05-01");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("parameter to is wrong; expected a time after from (2020-0");
    }

    @Test
    void outcomeThatComesWithARowSettlesThatRowAlone() {
        Client.Answer first = client.post(SUBMIT, daily("AAPL"), "Content-Type", "text/csv");
        Client.Answer again = client.post(SUBMIT, daily("AAPL"), "Content-Type", "text/csv");

        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(first.json().at("/outcomes/matched").asInt()).isEqualTo(2);
        assertThat(again.json().path("repeated").asInt()).isEqualTo(3);
        assertThat(again.json().at("/outcomes/repeated").asInt()).isEqualTo(2);
        assertThat(outcomes("AAPL")).containsExactly("01 H", "08 A", "15 open");
    }

    @Test
    void laterOutcomesAreOfOnePredictionOrOfTheOpenOnes() {
        JsonNode rows = client.post(SUBMIT, daily("MSFT"), "Content-Type", "text/csv").json().path("predictions");

        JsonNode byEntity = client.post("/api/v1/outcomes", "{\"model\":\"tips\",\"entity\":\"MSFT\",\"outcome\":\"D\"}").json();
        assertThat(byEntity.path("matched").asInt()).isOne();
        assertThat(outcomes("MSFT")).containsExactly("01 H", "08 A", "15 D");

        JsonNode byId = client.post(
                        "/api/v1/outcomes",
                        "{\"prediction_id\":\"%s\",\"outcome\":\"D\"}".formatted(rows.at("/1/id").asText()))
                .json();
        assertThat(byId.at("/outcomes/0/corrected/from").asText()).isEqualTo("A");
        assertThat(outcomes("MSFT")).containsExactly("01 H", "08 D", "15 D");
    }

    @Test
    void byEntityAnOutcomeThatCameWithTheLastRowIsCorrected() {
        client.post(SUBMIT, daily("NVDA").lines().limit(3).collect(Collectors.joining("\n")), "Content-Type", "text/csv");

        JsonNode told = client.post("/api/v1/outcomes", "{\"model\":\"tips\",\"entity\":\"NVDA\",\"outcome\":\"H\"}").json();

        assertThat(told.at("/outcomes/0/corrected/from").asText()).isEqualTo("A");
        assertThat(outcomes("NVDA")).containsExactly("01 H", "08 H");
    }

    @Test
    void refusedRequestLeavesNothingInTheLog() {
        String early = DAILY.formatted("GOOG", "2020-03-07T00:00:00Z");
        String twice = daily("GOOG") + "GOOG,2020-03-08T00:00:00Z,0.5,0.3,0.2,H,2020-03-10T00:00:00Z\n";

        Client.Answer tooEarly = client.post(SUBMIT, early, "Content-Type", "text/csv");
        Client.Answer contradicting = client.post(SUBMIT, twice, "Content-Type", "text/csv");

        assertThat(tooEarly.status()).isEqualTo(400);
        assertThat(fields(tooEarly)).containsExactly("predictions[1].outcome_known_at");
        assertThat(tooEarly.text()).contains("The outcome of (GOOG) was known at 2020-03-07", "before the event at 2020-03-08");
        assertThat(contradicting.status()).isEqualTo(400);
        assertThat(fields(contradicting)).containsExactly("predictions[3].outcome");
        assertThat(outcomes("GOOG")).isEmpty();
    }

    @Test
    void whatIsWrongWithAPredictionIsNamed() {
        Client.Answer answer = client.post(
                SUBMIT,
                """
                [{"entity":"x","probabilities":{"H":0.5,"X":0.5},"features":{"age":1},"at":"soon"},
                 {"probabilities":{"H":0.5,"D":0.1,"A":0.1},"served":"maybe","at":"2999-01-01T00:00:00Z"}]""");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(fields(answer))
                .contains(
                        "predictions[0].probabilities.X", "predictions[0].features.age", "predictions[0].at",
                        "predictions[1].entity", "predictions[1].probabilities", "predictions[1].served", "predictions[1].at");
        assertThat(client.post("/api/v1/models/goals/predictions", "{\"entity\":\"g\",\"value\":\"many\"}").status())
                .isEqualTo(400);
        assertThat(client.post("/api/v1/models/goals/predictions", "{\"entity\":\"g\",\"value\":2.5}").status())
                .isEqualTo(200);
        assertThat(client.post("/api/v1/models/" + SeededBackend.MODEL + "/predictions", "{}").text())
                .contains("served here");
        assertThat(client.post("/api/v1/models/tipps/predictions", "{}").status()).isEqualTo(404);
        assertThat(client.post(SUBMIT, "entity,entity\na,b\n", "Content-Type", "text/csv").status()).isEqualTo(400);
    }

    @Test
    void copiesAreComparedAndTheRemoteTableToldOf() {
        JsonNode told = client.post("/api/v1/predictions/reconcile", "{\"repair\":true}").json();

        assertThat(told.path("agrees").asBoolean()).isTrue();
        assertThat(told.path("repair").asBoolean()).isTrue();
        assertThat(told.path("copies").path(0).path("copy").asText()).isEqualTo("index");
        assertThat(client.post("/api/v1/predictions/reconcile", "").status()).isEqualTo(200);
        assertThat(client.post("/api/v1/predictions/reconcile", "{\"repair\":1}").status()).isEqualTo(400);
        assertThat(client.get("/api/v1/predictions/remote").json().path("configured").asBoolean())
                .isFalse();
    }

    private static List<String> fields(Client.Answer answer) {
        return answer.json().path("errors").valueStream().map(error -> error.path("field").asText()).toList();
    }
}
