package dev.keelson.http.server;

import static dev.keelson.http.server.ApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.http.SeededBackend;
import dev.keelson.project.ServeDefinition;
import dev.keelson.project.ServeDefinition.Limits;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.project.ServeDefinition.Token;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.governance.PromotionRules;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Promotion, approval, rollback, comparison and the trail over HTTP. */
final class GovernanceApiTest {
    private static final String MODEL = "/api/v1/models/football-1x2";
    private static final String V8 = MODEL + "/versions/8";

    private SeededBackend backend;
    private KeelsonServer server;
    private Client client;
    private PolicyLine.State state = PolicyLine.State.PASSED;

    @BeforeEach
    void start() {
        backend = SeededBackend.seeded();
        backend.rules(new Asking());
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void promotionWaitsForAnotherPerson() {
        Client.Answer asked = client.post(MODEL + "/promote", "{\"version\":8,\"reason\":\"Better.\",\"actor\":\"ada\"}");
        JsonNode pending = client.get("/api/v1/approvals?state=pending").json().path("approvals");
        Client.Answer own = client.post(V8 + "/approve", "{\"reason\":\"Mine.\",\"actor\":\"ada\"}");
        Client.Answer agreed = client.post(V8 + "/approve", "{\"reason\":\"Looked at it.\",\"actor\":\"bob\"}");

        assertThat(asked.status()).isEqualTo(202);
        assertThat(asked.json().path("serves").asBoolean()).isFalse();
        assertThat(pending).hasSize(1);
        assertThat(pending.path(0).path("report").path("lines").path(0).path("condition").asText()).isEqualTo("accuracy > 0.7");
        assertProblem(own, 409, ErrorCode.TRANSITION_REFUSED);
        assertThat(agreed.json().path("serves").asBoolean()).isTrue();
        assertThat(client.get(MODEL).json().path("champion").path("version").asInt()).isEqualTo(8);
        assertProblem(client.post(V8 + "/reject", "{\"reason\":\"Late.\"}"), 404, ErrorCode.NOT_FOUND);
    }

    @Test
    void whereThereAreTokensNobodyActsInAnothersName() {
        server.stop();
        SeededBackend tokens = SeededBackend.seeded()
                .serving(new ServeDefinition(
                        null,
                        Map.of("ada", new Token("ada-ada-ada-ada-ada", Role.ADMIN), "bob", new Token("bob-bob-bob-bob-bob", Role.ADMIN)),
                        List.of(),
                        List.of(),
                        Limits.DEFAULT));
        tokens.rules(new Asking());
        String ada = "Bearer ada-ada-ada-ada-ada";
        try (KeelsonServer guarded = KeelsonServer.start(tokens, KeelsonServer.DEFAULT_HOST, 0);
                Client http = new Client(guarded.url())) {
            http.post(MODEL + "/promote", "{\"version\":8,\"reason\":\"Better.\",\"actor\":\"eve\"}", "Authorization", ada);

            Client.Answer own = http.post(V8 + "/approve", "{\"reason\":\"Mine.\",\"actor\":\"bob\"}", "Authorization", ada);
            Client.Answer agreed = http.post(
                    V8 + "/approve", "{\"reason\":\"Looked at it.\"}", "Authorization", "Bearer bob-bob-bob-bob-bob");

            assertProblem(own, 409, ErrorCode.TRANSITION_REFUSED);
            assertThat(agreed.json().path("serves").asBoolean()).isTrue();
            JsonNode last = http.get(MODEL + "/history", "Authorization", ada).json().path("history");
            assertThat(last.path(last.size() - 1).path("approver").asText(last.toString())).contains("bob");
        }
    }

    @Test
    void policyIsToldLineByLineAndForcedWithAReason() {
        state = PolicyLine.State.FAILED;

        JsonNode report = client.get(V8 + "/promotion").json();
        Client.Answer refused = client.post(MODEL + "/promote", "{\"version\":8,\"reason\":\"Better.\"}");
        Client.Answer forced = client.post(MODEL + "/promote", "{\"version\":8,\"reason\":\"We must.\",\"force\":true}");

        assertThat(report.path("verdict").asText()).isEqualTo("failed");
        assertThat(report.path("lines").path(0).path("lower").asDouble()).isEqualTo(0.6);
        assertProblem(refused, 409, ErrorCode.TRANSITION_REFUSED);
        assertThat(refused.json().path("detail").asText()).contains("accuracy is 0.65");
        assertThat(forced.status()).isEqualTo(200);
        JsonNode last = client.get(MODEL + "/history").json().path("history");
        assertThat(last.path(last.size() - 1).path("forced").asBoolean()).isTrue();
        assertProblem(client.post(MODEL + "/promote", "{\"version\":8,\"reason\":\"x\",\"force\":1}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void rollbackToAnyVersionIsPreviewed() {
        JsonNode preview = client.get(MODEL + "/rollback?version=3").json();
        Client.Answer back = client.post(MODEL + "/rollback", "{\"version\":3,\"reason\":\"v7 misses draws.\"}");

        assertThat(preview.path("from").asInt()).isEqualTo(7);
        assertThat(preview.path("served")).hasSize(1);
        assertThat(preview.path("changes").path(0).asText()).isEqualTo("champion: v7 -> v3");
        assertThat(back.json().path("version").asInt()).isEqualTo(3);
        assertThat(back.json().path("rollback").path("undo").asText()).contains("rollback football-1x2 7");
        assertProblem(client.get(MODEL + "/rollback?version=99"), 404, ErrorCode.VERSION_NOT_FOUND);
    }

    @Test
    void versionsAreComparedAndExported() {
        JsonNode json = client.get("/api/v1/version-comparison?model=football-1x2&versions=3,7").json();
        String csv = client.get("/api/v1/version-comparison?stage=production&format=csv").text();

        assertThat(json.path("versions")).hasSize(2);
        assertThat(json.path("metrics")).isNotEmpty();
        assertThat(csv).startsWith("what,football-1x2 v7,");
        assertProblem(client.get("/api/v1/version-comparison"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/version-comparison?stage=Live&format=xml"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void trailIsVerifiedAndCardsAreWritten() {
        JsonNode found = client.get("/api/v1/audit/verify").json();
        JsonNode other = client.get("/api/v1/audit/verify?head=" + "ab".repeat(32)).json();
        JsonNode card = client.get(MODEL + "/versions/7/card").json();
        String text = client.get(MODEL + "/versions/7/card?format=md").text();

        assertThat(found.path("sound").asBoolean()).isTrue();
        assertThat(found.path("lines").asInt()).isGreaterThan(7);
        assertThat(other.path("sound").asBoolean()).isFalse();
        assertThat(card.path("role").asText()).isEqualTo("champion");
        assertThat(card.path("metrics")).isNotEmpty();
        assertThat(text).startsWith("# football-1x2 v7\n").contains("## Limits", "To tell who wins.", "## Checklist");
    }

    private final class Asking implements PromotionRules {
        @Override
        public boolean serves(String model) {
            return true;
        }

        @Override
        public PolicyReport check(ModelVersion version, @Nullable ModelVersion champion, Instant at) {
            return new PolicyReport(
                    version.model(),
                    version.version(),
                    champion == null ? null : champion.version(),
                    "promote",
                    true,
                    at,
                    List.of(new PolicyLine("acis", "accuracy > 0.7", 0.65, 0.6, 0.7, "> 0.7", state, "accuracy is 0.65.")));
        }
    }
}
