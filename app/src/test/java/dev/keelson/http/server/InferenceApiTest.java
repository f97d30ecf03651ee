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

/** The Open Inference Protocol over REST. */
final class InferenceApiTest {
    private static final String MODEL = "/v2/models/football-1x2";
    private static final String HOME = "{\"name\":\"HomeTeam\",\"shape\":[2],\"datatype\":\"BYTES\",\"data\":[\"A\",\"B\"]}";
    private static final String AWAY = "{\"name\":\"AwayTeam\",\"shape\":[2,1],\"datatype\":\"BYTES\",\"data\":[[\"C\"],[\"D\"]]}";

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

    private static JsonNode infer(String inputs) {
        Client.Answer answer = client.post(MODEL + "/infer", "{\"id\":\"r-1\",\"inputs\":[" + inputs + "]}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    private static void assertRefused(Client.Answer answer, int status, String text) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json().path("error").asText()).contains(text);
    }

    @Test
    void theServerTellsWhatItIsAndThatItIsReady() {
        assertThat(client.get("/v2").json().path("name").asText()).isEqualTo("keelson");
        assertThat(client.get("/v2").json().at("/extensions/0").asText()).isEqualTo("model_repository");
        assertThat(client.get("/v2/health/live").json().path("live").asBoolean()).isTrue();
        JsonNode ready = client.get("/v2/health/ready").json();
        assertThat(ready.path("ready").asBoolean() && ready.path("live").asBoolean()).isTrue();
    }

    @Test
    void aModelTellsItsColumnsAndOutputs() {
        JsonNode model = client.get(MODEL).json();

        assertThat(model.path("name").asText()).isEqualTo("football-1x2");
        assertThat(model.path("platform").asText()).isEqualTo("keelson");
        assertThat(model.at("/versions/0").asText()).isEqualTo("7");
        assertThat(model.path("versions")).hasSize(8);
        assertThat(model.path("inputs").findValuesAsText("name"))
                .containsExactly("HomeTeam", "AwayTeam", "AvgH", "crowd");
        assertThat(model.path("inputs").findValuesAsText("datatype")).containsExactly("BYTES", "BYTES", "FP64", "INT64");
        assertThat(model.at("/inputs/0/shape/0").asInt()).isEqualTo(-1);
        assertThat(model.at("/outputs/0/shape").toString()).isEqualTo("[-1,3]");
        assertThat(client.get(MODEL + "/ready").json().path("ready").asBoolean()).isTrue();
        assertThat(client.get(MODEL + "/versions/7").json().path("name").asText()).isEqualTo("football-1x2");
    }

    @Test
    void oneInputForEachColumnMakesRows() {
        JsonNode answer = infer(HOME + "," + AWAY
                + ",{\"name\":\"AvgH\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[2.5,null]}"
                + ",{\"name\":\"crowd\",\"shape\":[2],\"datatype\":\"UINT16\",\"data\":[100,null]}");

        assertThat(answer.path("model_name").asText()).isEqualTo("football-1x2");
        assertThat(answer.path("model_version").asText()).isEqualTo("7");
        assertThat(answer.path("id").asText()).isEqualTo("r-1");
        assertThat(answer.path("outputs").findValuesAsText("name"))
                .containsExactly("probabilities", "classes", "predicted", "prediction_id");
        assertThat(answer.at("/outputs/0/shape").toString()).isEqualTo("[2,3]");
        assertThat(answer.at("/outputs/0/data").toString()).isEqualTo("[0.5,0.3,0.2,0.5,0.3,0.2]");
        assertThat(answer.at("/outputs/2/data").toString()).isEqualTo("[\"H\",\"H\"]");
        assertThat(answer.at("/outputs/3/datatype").asText()).isEqualTo("BYTES");
        assertThat(backend.lastRows().getFirst())
                .isEqualTo(Map.of("HomeTeam", "A", "AwayTeam", "C", "AvgH", 2.5, "crowd", 100L));
        assertThat(backend.lastRows().getLast()).containsEntry("AvgH", null).containsEntry("crowd", null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1.5,100,2.5,200]", "[[1.5,100],[2.5,200]]"})
    void aMatrixHoldsTheNumbersInTheOrderOfTheColumns(String data) {
        infer("{\"name\":\"entity\",\"shape\":[2],\"datatype\":\"BYTES\",\"data\":[\"A|C\",\"B|D\"]},"
                + "{\"name\":\"input-0\",\"shape\":[2,2],\"datatype\":\"FP64\",\"data\":" + data + "}");

        assertThat(backend.lastRows().getFirst())
                .isEqualTo(Map.of("HomeTeam", "A", "AwayTeam", "C", "AvgH", 1.5, "crowd", 100L));
        assertThat(backend.lastRows().getLast()).containsEntry("crowd", 200L);
    }

    @Test
    void theEntityOfOneRowMayBeAParameter() {
        Client.Answer answer = client.post(
                MODEL + "/versions/@champion/infer",
                "{\"parameters\":{\"entity\":\"A|C\",\"durable\":true,\"as_of\":\"2020-03-01\"},\"inputs\":["
                        + "{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP64\",\"data\":[1,2]}]}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().has("id")).isFalse();
        assertThat(backend.lastRows().getFirst()).containsEntry("HomeTeam", "A").containsEntry("crowd", 2L);
        assertThat(backend.lastOptions().version()).isEqualTo("@champion");
        assertThat(backend.lastOptions().durable()).isTrue();
        assertThat(backend.lastOptions().asOf()).hasToString("2020-03-01T00:00:00Z");
    }

    @Test
    void outputsComeAsAndInTheOrderInWhichTheyAreAskedFor() {
        Client.Answer answer = client.post(
                MODEL + "/infer",
                "{\"inputs\":[" + HOME + "," + AWAY + "],\"outputs\":[{\"name\":\"confidence\"},{\"name\":\"predicted\"}]}");

        assertThat(answer.json().path("outputs").findValuesAsText("name")).containsExactly("confidence", "predicted");
        assertThat(answer.json().at("/outputs/0/data").toString()).isEqualTo("[0.5,0.5]");
    }

    @Test
    void aSetStandsAmongTheOutputsWhenItIsTold() {
        JsonNode answer = infer("{\"name\":\"HomeTeam\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"Guided\"]},"
                + "{\"name\":\"AwayTeam\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"C\"]}");

        JsonNode set = answer.path("outputs").path(answer.path("outputs").size() - 1);
        assertThat(set.path("name").asText()).isEqualTo("set");
        assertThat(set.path("data").toString()).isEqualTo("[true,true,false]");
        assertThat(set.path("shape").toString()).isEqualTo("[1,3]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        "{\"name\":\"AvgH\",\"shape\":[2],\"datatype\":\"FP65\",\"data\":[1,2]}; datatype",
        "{\"name\":\"AvgH\",\"shape\":[3],\"datatype\":\"FP64\",\"data\":[1,2,3]}; expected as many of each",
        "{\"name\":\"AvgH\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":[1]}; has 1 elements",
        "{\"name\":\"AvgH\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":[1,\"x\"]}; AvgH[1]: The value (\"x\")",
        "{\"name\":\"AvgH\",\"shape\":[2],\"datatype\":\"INT8\",\"data\":[1,200]}; whole number that INT8 holds",
        "{\"name\":\"AvgH\",\"shape\":[2],\"datatype\":\"BOOL\",\"data\":[1,true]}; true or false",
        "{\"name\":\"AvgH\",\"shape\":[2,1],\"datatype\":\"FP64\",\"data\":[[1],[2,3]]}; do not fit its shape",
        "{\"name\":\"AvgH\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":[[[1]]]}; do not fit its shape",
        "{\"name\":\"AvgH\",\"shape\":[-1],\"datatype\":\"FP64\",\"data\":[]}; shape",
        "{\"name\":\"AvgH\",\"shape\":[99999999999,99999999999],\"datatype\":\"FP64\",\"data\":[]}; shape",
        "{\"name\":\"x\",\"shape\":[2,3],\"datatype\":\"FP64\",\"data\":[1,2,3,4,5,6]}; a matrix [2, 2] of numbers with [AvgH, crowd]",
        "{\"name\":\"HomeTeam\",\"shape\":[2],\"datatype\":\"BYTES\",\"data\":[\"A\",\"B\"]}; stands there twice",
        "{\"name\":\"entity\",\"shape\":[2],\"datatype\":\"BYTES\",\"data\":[\"A|B\",\"B\"]}; HomeTeam|AwayTeam",
        "7; no name"
    })
    void whatIsNoTensorIsRefusedWithItsName(String input, String text) {
        assertRefused(
                client.post(MODEL + "/infer", "{\"inputs\":[" + HOME + "," + AWAY + "," + input + "]}"), 400, text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        "``; The body is empty",
        "{; The body is not JSON",
        "[]; no JSON object",
        "{}; There are no inputs",
        "{\"inputs\":[]}; There are no inputs",
        "{\"id\":7,\"inputs\":[]}; The id (7)",
        "{\"inputs\":[{\"name\":\"HomeTeam\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"A\"]}]}; rows[0].AwayTeam",
        "{\"inputs\":[{\"name\":\"HomeTeam\",\"shape\":[0],\"datatype\":\"BYTES\",\"data\":[]}]}; from 1 to 10000 rows",
        "{\"parameters\":{\"durable\":\"yes\"},\"inputs\":[{\"name\":\"HomeTeam\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"A\"]}]}; true or false",
        "{\"outputs\":[{\"name\":\"speed\"}],\"inputs\":[{\"name\":\"HomeTeam\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"A\"]}]}; There is no output (speed)"
    })
    void aBodyThatIsNoRequestIsRefused(String body, String text) {
        assertRefused(client.post(MODEL + "/infer", body), 400, text);
    }

    @Test
    void unknownModelsAddressesAndMethodsAreToldApart() {
        assertRefused(client.get("/v2/models/none"), 404, "no model (none)");
        assertRefused(client.post("/v2/models/none/infer", "{\"inputs\":[" + HOME + "]}"), 404, "no model (none)");
        assertRefused(client.get("/v2/nothing"), 404, "There is nothing at /v2/nothing");
        assertRefused(client.get(MODEL + "/infer"), 405, "expected POST");
        assertThat(client.get(MODEL + "/infer").header("Allow")).isEqualTo("POST");
        assertRefused(client.post(MODEL + "/infer", "{}", "Origin", "http://evil.example"), 403, "evil.example");
        assertRefused(client.announce(MODEL + "/infer", "{\"x\":\"" + "x".repeat(9 << 20) + "\"}"), 413, "8 MiB");
    }

    @Test
    void withoutAChampionNothingIsReady() {
        try (KeelsonServer empty = KeelsonServer.start(SeededBackend.empty(), KeelsonServer.DEFAULT_HOST, 0);
                Client other = new Client(empty.url())) {
            assertThat(other.get("/v2/health/live").status()).isEqualTo(200);
            assertThat(other.get("/v2/health/ready").status()).isEqualTo(503);
            assertThat(other.get(MODEL + "/ready").json().path("ready").asBoolean(true)).isFalse();
            assertRefused(other.post(MODEL + "/infer", "{\"inputs\":[" + HOME + "," + AWAY + "]}"), 503, "champion");
            assertThat(other.post("/v2/repository/index", "{\"ready\":true}").json()).isEmpty();
            assertThat(other.post("/v2/repository/index", "").json().at("/0/state").asText()).isEqualTo("UNAVAILABLE");
        }
    }

    @Test
    void theRepositoryListsModelsAndLoadsVersions() {
        JsonNode index = client.post("/v2/repository/index", "{}").json();

        assertThat(index).hasSize(2);
        assertThat(index.at("/0/name").asText()).isEqualTo("football-1x2");
        assertThat(index.at("/0/version").asText()).isEqualTo("7");
        assertThat(index.at("/0/state").asText()).isEqualTo("READY");
        assertThat(client.post("/v2/repository/models/football-1x2/load", "").json().path("ready").asBoolean()).isTrue();
        assertRefused(client.post("/v2/repository/models/football-1x2/unload", ""), 501, "registry");
        assertThat(client.post("/v2/repository/models/football-1x2/unload", "{\"parameters\":{\"version\":3}}").status())
                .isEqualTo(200);
        assertRefused(client.post("/v2/repository/models/none/load", ""), 404, "none");
    }
}
