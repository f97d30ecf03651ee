package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.SeededBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What requests say of their bodies and of the answers they take. */
final class NegotiationTest {
    private static final String PREDICT = "/api/v1/models/" + SeededBackend.MODEL + "/predict";
    private static final String INFER = "/v2/models/" + SeededBackend.MODEL + "/infer";
    private static final String ROW = "{\"HomeTeam\":\"A\",\"AwayTeam\":\"B\",\"AvgH\":1.5,\"crowd\":2}";
    private static final String TENSORS =
            """
            {"inputs":[{"name":"HomeTeam","shape":[1],"datatype":"BYTES","data":["A"]},
              {"name":"AwayTeam","shape":[1],"datatype":"BYTES","data":["B"]},
              {"name":"AvgH","shape":[1],"datatype":"FP64","data":[1.5]},
              {"name":"crowd","shape":[1],"datatype":"INT64","data":[2]}]}
            """;

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
    void aBodyOfAnotherTypeIsRefused() {
        for (String type : new String[] {"application/xml", "image/png", "text/plain"}) {
            Client.Answer predicted = client.post(PREDICT, ROW, "Content-Type", type);
            assertThat(predicted.status()).as(type).isEqualTo(415);
            assertThat(predicted.json().path("detail").asText())
                    .contains(type, "application/json", "text/csv", "application/x-ndjson", "application/vnd.apache.parquet");
            assertThat(client.post(INFER, TENSORS, "Content-Type", type).status()).isEqualTo(415);
            assertThat(client.post("/api/v1/outcomes", "[]", "Content-Type", type).status()).isEqualTo(415);
        }
    }

    @Test
    void jsonIsReadByWhateverNameItHas() {
        for (String type : new String[] {
            "application/json", "Application/JSON; charset=utf-8", "text/json", "application/x-www-form-urlencoded"
        }) {
            assertThat(client.post(PREDICT, ROW, "Content-Type", type).status()).as(type).isEqualTo(200);
            assertThat(client.post(INFER, TENSORS, "Content-Type", type).status()).as(type).isEqualTo(200);
        }
    }

    @Test
    void whoTakesNoJsonIsRefused() {
        for (String accepted : new String[] {"image/png", "text/html", "application/json;q=0"}) {
            assertThat(client.post(PREDICT, ROW, "Content-Type", "application/json", "Accept", accepted).status())
                    .as(accepted)
                    .isEqualTo(406);
            assertThat(client.post(INFER, TENSORS, "Content-Type", "application/json", "Accept", accepted).status())
                    .isEqualTo(406);
        }
        for (String accepted : new String[] {"*/*", "application/*", "text/html, application/json;q=0.9", "image/png, */*;q=0.1"}) {
            assertThat(client.post(PREDICT, ROW, "Content-Type", "application/json", "Accept", accepted).status())
                    .as(accepted)
                    .isEqualTo(200);
        }
    }

    @Test
    void aReconciliationIsAskedForInPlainWords() {
        String path = "/api/v1/predictions/reconcile";

        for (String junk : new String[] {"junk", "[1]", "{\"repare\":true}", "{\"repair\":\"yes\"}", "{} {}", "null", "7"}) {
            assertThat(client.post(path, junk, "Content-Type", "application/json").status()).as(junk).isEqualTo(400);
        }
    }
}
