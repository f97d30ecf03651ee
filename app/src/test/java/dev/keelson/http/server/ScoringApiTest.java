package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.SeededBackend;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The addresses of MLflow's scoring server. */
final class ScoringApiTest {
    private static final String JSON = "application/json";

    private static SeededBackend backend;
    private static KeelsonServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        backend = SeededBackend.seeded();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static Client.Answer ask(String body) {
        return client.post("/invocations", body, "Content-Type", JSON);
    }

    private static void assertRefused(Client.Answer answer, int status, String code, String text) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.json().path("error_code").asText()).isEqualTo(code);
        assertThat(answer.json().path("message").asText()).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"dataframe_split\":{\"columns\":[\"AwayTeam\",\"HomeTeam\",\"crowd\",\"AvgH\",\"more\"],\"index\":[0],\"data\":[[\"C\",\"A\",9.0,2,1]]}}",
        "{\"dataframe_records\":[{\"HomeTeam\":\"A\",\"AwayTeam\":\"C\",\"AvgH\":2,\"crowd\":9,\"more\":{}}]}",
        "{\"instances\":[{\"HomeTeam\":\"A\",\"AwayTeam\":\"C\",\"AvgH\":2,\"crowd\":9}]}",
        "{\"instances\":[[\"A\",\"C\",2,9]]}",
        "{\"inputs\":{\"HomeTeam\":[\"A\"],\"AwayTeam\":[\"C\"],\"AvgH\":[2],\"crowd\":[9]},\"params\":{\"durable\":true,\"version\":3}}",
        "{\"inputs\":[[\"A\",\"C\",2,9]]}"
    })
    void everyFormatOfMlflowMakesTheSameRow(String body) {
        Client.Answer answer = ask(body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("predictions").toString()).isEqualTo("[{\"H\":0.5,\"D\":0.3,\"A\":0.2}]");
        assertThat(answer.json().path("prediction_ids")).hasSize(1);
        assertThat(backend.lastRows())
                .containsExactly(Map.of("HomeTeam", "A", "AwayTeam", "C", "AvgH", 2L, "crowd", 9L));
    }

    @Test
    void paramsSayHow() {
        ask("{\"inputs\":{\"HomeTeam\":[\"A\"],\"AwayTeam\":[\"C\"]},\"params\":{\"durable\":true,\"version\":3,\"as_of\":\"2020-02-01\"}}");

        assertThat(backend.lastOptions().durable()).isTrue();
        assertThat(backend.lastOptions().version()).isEqualTo("3");
        assertThat(backend.lastOptions().asOf()).hasToString("2020-02-01T00:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/csv", "application/csv", "text/csv; charset=UTF-8"})
    void csvHasAHeaderAndMayHaveMoreColumns(String type) {
        Client.Answer answer = client.post(
                "/models/football-1x2/invocations",
                "\uFEFFHomeTeam,AwayTeam,AvgH,crowd,other\n\"A, B\",C,2.5,,x\nD,E,,7,\n",
                "Content-Type",
                type);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("predictions")).hasSize(2);
        assertThat(backend.lastRows().getFirst()).containsEntry("HomeTeam", "A, B").containsEntry("AvgH", 2.5).containsEntry("crowd", null);
        assertThat(backend.lastRows().getLast()).containsEntry("crowd", 7L).doesNotContainKey("other");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        "``; no JSON object",
        "[{\"HomeTeam\":\"A\"}]; no JSON object",
        "{; not JSON",
        "{}; no rows",
        "{\"instances\":[],\"inputs\":{}}; exactly one of",
        "{\"instances\":[[\"A\",\"C\",1,2]],\"signature_name\":\"x\"}; signature_name",
        "{\"instances\":[]}; There are no rows",
        "{\"instances\":[[1,2,3,4,5,6]]}; has 6 values for 4 columns",
        "{\"inputs\":{\"HomeTeam\":[\"A\",\"B\"],\"AwayTeam\":[\"C\"]}}; expected as many of each",
        "{\"inputs\":7}; an object of columns",
        "{\"dataframe_split\":{\"columns\":[\"a\"]}}; has no data",
        "{\"dataframe_records\":[{\"HomeTeam\":\"A\"}]}; AwayTeam",
        "{\"dataframe_records\":[{\"HomeTeam\":[1]}]}; expected a number, a text",
        "{\"instances\":[[\"A\",\"C\",1,2]],\"params\":{\"durable\":\"yes\"}}; durable",
        "{\"instances\":[[\"A\",\"C\",1,2]],\"params\":[]}; params"
    })
    void whatIsNoRequestIsRefusedInMlflowsWords(String body, String text) {
        assertRefused(ask(body), 400, "BAD_REQUEST", text);
    }

    @Test
    void otherContentIsNotSupported() {
        for (String type : new String[] {"text/plain", "application/json; charset=latin-1", "application/xml"}) {
            Client.Answer answer = client.post("/invocations", "{}", "Content-Type", type);
            assertThat(answer.status()).isEqualTo(415);
            assertThat(answer.header("Content-Type")).startsWith("text/plain");
        }
    }

    @Test
    void unknownModelsAndOtherOriginsAreRefused() {
        assertRefused(
                client.post("/models/none/invocations", "{}", "Content-Type", JSON), 404, "RESOURCE_DOES_NOT_EXIST", "none");
        assertRefused(
                client.post("/invocations", "{}", "Content-Type", JSON, "Origin", "http://evil.example"),
                403,
                "PERMISSION_DENIED",
                "evil.example");
        assertThat(client.get("/invocations").status()).isEqualTo(405);
    }

    @Test
    void theServerAnswersItsProbes() {
        JsonNode health = client.get("/health").json();

        assertThat(client.get("/ping").status()).isEqualTo(200);
        assertThat(client.get("/version").text()).isEqualTo("2.17.2");
        assertThat(health.path("status").asText()).isEqualTo("up");
    }
}
