package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.error.ErrorCode;
import dev.keelson.http.SeededBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class OtherRegistryApiTest {
    @SuppressWarnings("NullAway.Init") // set before the tests
    private static KeelsonServer server;

    @SuppressWarnings("NullAway.Init")
    private static Client client;

    @BeforeAll
    static void start() {
        server = KeelsonServer.start(SeededBackend.loaded(), KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    @Test
    void theStatusIsTold() {
        Client.Answer answer = client.get("/api/v1/registry");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("waiting").asInt()).isEqualTo(2);
    }

    @Test
    void aRegistryThatDoesNotAnswerIs503() {
        Client.Answer answer = client.post("/api/v1/registry/sync", "{}");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).contains(ErrorCode.REGISTRY_UNREACHABLE.code());
    }

    @Test
    void conflictsAreToldAndDecided() {
        Client.Answer list = client.get("/api/v1/registry/conflicts?settled=true");
        Client.Answer settled =
                client.post("/api/v1/registry/conflicts/0123456789", "{\"keep\": \"local\", \"actor\": \"ann\"}");

        assertThat(list.json().path("conflicts")).hasSize(1);
        assertThat(settled.json().path("kept").asText()).isEqualTo("local");
        assertThat(settled.json().path("settled_by").asText()).isEqualTo("ann");
        assertThat(client.get("/api/v1/registry/conflicts?settled=x").status()).isEqualTo(400);
        assertThat(client.post("/api/v1/registry/conflicts/0123456789", "{\"keep\": \"both\"}").status()).isEqualTo(400);
        assertThat(client.post("/api/v1/registry/conflicts/none", "{\"keep\": \"local\"}").status()).isEqualTo(404);
    }
}
