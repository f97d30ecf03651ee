package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.SeededBackend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.PolicyLine;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.governance.PromotionRules;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.train.WorsenedSegments;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages of the registry and what their forms do, over HTTP. */
final class RegistryPagesTest {
    private static final String MODEL = "/registry/football-1x2";
    private static final String CLIENTS = "churn <b> & co";

    private static SeededBackend seen;
    private static KeelsonServer server;
    private static Client client;

    private PolicyLine.State state = PolicyLine.State.PASSED;

    @BeforeAll
    static void start() {
        seen = SeededBackend.seeded();
        registerOfAClient(seen);
        server = KeelsonServer.start(seen, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    @BeforeEach
    void rules() {
        seen.rules(new Asking());
    }

    private static void registerOfAClient(SeededBackend backend) {
        Instant at = Instant.parse("2020-07-01T10:00:00Z");
        backend.catalog().update(tx -> {
            tx.registry().createModel(CLIENTS, "Who leaves.", Map.of("team", "sales"), at);
            tx.registry()
                    .addRegistered(new RegisteredVersion(
                            CLIENTS,
                            1,
                            Stage.STAGING,
                            "s3://bucket/churn",
                            null,
                            null,
                            null,
                            "ann",
                            "First <try>",
                            at,
                            at,
                            new TreeMap<>(Map.of("framework", "sklearn")),
                            List.of(),
                            null));
        });
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private interface Use {
        void by(SeededBackend backend, Client user);
    }

    /** A server of its own, for what changes something. */
    private void alone(Use use) {
        SeededBackend backend = SeededBackend.seeded();
        backend.rules(new Asking());
        registerOfAClient(backend);
        KeelsonServer own = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        try (Client user = new Client(own.url())) {
            use.by(backend, user);
        } finally {
            own.stop();
        }
    }

    private static int champion(SeededBackend backend) {
        return backend.alias("football-1x2", ModelVersion.CHAMPION).orElseThrow().version();
    }

    @Test
    void registryShowsStageAndRoleSideBySideOfTheProjectsAndClientsModels() {
        String page = client.get("/registry").text();

        assertThat(page)
                .contains("/registry/football-1x2/versions/7", "Production</span>", "champion</span>")
                .contains("Staging</span>", "challenger</span>", "champion v7")
                .contains("churn &lt;b&gt; &amp; co", "/registry/churn%20%3Cb%3E%20%26%20co", "a client's")
                .doesNotContain("churn <b>");
        assertThat(client.get("/registry?page=9").text()).contains("Nothing on this page", "/registry?page=8");
    }

    @Test
    void modelShowsVersionsAndWhatServedWhen() {
        String page = client.get(MODEL).text();

        assertThat(page)
                .contains("class=\"chart serving broad\"", "class=\"span now\"", "Which version of football-1x2 served when")
                .contains("serves now", "Decided by", "Not worse than the champion", "<summary>Evidence</summary>")
                .contains("href=\"/runs/", "Put side by side", "Promote a version", "Preview a rollback")
                .contains("/api/v1/models/football-1x2/history");
    }

    @Test
    void modelOfAClientCanHaveStagesAndAliasesButNotServe() {
        String model = "/registry/" + encoded(CLIENTS);
        String page = client.get(model).text();
        String version = client.get(model + "/versions/1").text();

        assertThat(page)
                .contains("Who leaves.", "sales", "s3://bucket/churn", "framework=sklearn", "First &lt;try&gt;")
                .contains("no version of this model ever served", "Clients registered all versions", "Set or remove an alias");
        assertThat(version)
                .contains("A client registered it: Keelson has no model of it that could serve.")
                .contains("disabled>Promote v1</button>")
                .contains("Card: not known", "Card: what was logged");
    }

    @Test
    void modelOfAClientIsInTheInterfaceToo() {
        String model = "/api/v1/models/" + encoded(CLIENTS);

        assertThat(client.get("/api/v1/models").json().path("models"))
                .extracting(each -> each.path("name").asText())
                .contains(CLIENTS);
        assertThat(client.get(model).json().path("declared").asBoolean(true)).isFalse();
        assertThat(client.get(model + "/versions").json().path("versions").get(0).path("kind").asText())
                .isEqualTo("client");
        assertThat(client.get(model + "/history").json().path("history")).isEmpty();
        assertThat(client.post(model + "/promote", "{\"version\": 1, \"reason\": \"Better.\"}").status())
                .isEqualTo(409);
    }

    @Test
    void versionShowsItsCardItsPolicyAndWhatCanBeDone() {
        String page = client.get(MODEL + "/versions/8").text();

        assertThat(page)
                .contains("May it serve?", "accuracy &gt; 0.7", "0.6 to 0.7", "accuracy is 0.65.", "passed</span>")
                .contains("Another person is asked to agree", "It never served, so that going to it is a promotion.")
                .contains("Card: what it is for", "To tell who wins.", "Card: metrics of the test period", "Card: checklist")
                .contains("/api/v1/models/football-1x2/versions/8/card?format=md", "Beside v7");
        assertThat(client.get(MODEL + "/versions/7").text())
                .contains("It serves already.", "It serves: it stays in Production until another version is promoted.");
    }

    @Test
    void buttonIsDisabledWithTheLinesThatDoNotHold() {
        state = PolicyLine.State.FAILED;

        assertThat(client.get(MODEL + "/versions/8").text())
                .contains("disabled>Promote v8</button>", "does not meet the policy (promote)", "failed</span>")
                .contains("Where it is worse than v", "Loss more than the champion", "segment = E1", "Worst where segment = E1 (100 of 200 events)");
        assertThat(client.get("/api/v1/models/football-1x2/versions/8/promotion").json().at("/where_worse/segments/0/rows").asInt()).isEqualTo(100);
    }

    @Test
    void rollbackIsPreviewedAndChangesNothing() {
        String page = client.get(MODEL + "/rollback?version=3").text();
        Client.Answer before = client.get(MODEL + "/rollback");

        assertThat(page)
                .contains("Roll football-1x2 back to v3?", "v3 will answer every request", "When v3 served before")
                .contains("stage of v3", "What differs between their trainings", "name=\"from\" value=\"7\"", "rolling back to v7");
        assertThat(before.text()).contains("back to v6?");
        assertThat(champion(seen)).isEqualTo(7);
        assertThat(client.get(MODEL + "/rollback?version=4").text())
                .contains("It never served, and its policy asks for a person", "disabled>Roll back to v4</button>");
        assertThat(client.get(MODEL + "/rollback?version=7").status()).isEqualTo(409);
    }

    @Test
    void versionsAndStagesAreComparedAndExported() {
        String two = client.get("/version-comparison?model=football-1x2&version=3&version=7").text();
        String stage = client.get("/version-comparison?stage=production").text();

        assertThat(two)
                .contains("football-1x2 v3</th>", "football-1x2 v7</th>", "test_log_loss", "0.9728 to 0.9948")
                .contains("/api/v1/version-comparison?model=football-1x2&amp;versions=3%2C7&amp;format=csv");
        assertThat(stage).contains("football-1x2 v7</th>", "football-1x2-odds v1</th>", "?stage=Production&amp;format=md");
        assertThat(client.get("/api/v1/version-comparison?model=football-1x2&versions=3%2C7&format=csv").status())
                .isEqualTo(200);
    }

    @Test
    void trailIsPagedFilteredAndVerified() {
        String page = client.get("/audit").text();
        String filtered = client.get("/audit?model=football-1x2&action=reject").text();
        String none = client.get("/audit?actor=nobody").text();
        String head = seen.governance().verify(null).head();

        assertThat(page).contains("sound</span>", head, "lines.", "<summary>Evidence</summary>", "/api/v1/audit?limit=1000");
        assertThat(filtered).contains("1 of ", "football-1x2 v4", "selected>reject</option>").doesNotContain("<b>football-1x2 v5</b>");
        assertThat(none).contains("Filtered away: none of the", "Show all");
        assertThat(client.get("/audit?head=" + head).text()).contains("The hash that was given is one of its lines.");
        assertThat(client.get("/audit?head=" + "ab".repeat(32)).text()).contains("broken</span>", "no line has the hash");
    }

    @ParameterizedTest
    @CsvSource({
        "/registry/none, 404",
        "/registry/football-1x2/versions/99, 404",
        "/registry/football-1x2/versions/x, 400",
        "/registry/football-1x2/rollback?version=99, 404",
        "/version-comparison, 400",
        "/version-comparison?stage=Live, 400",
        "/version-comparison?model=football-1x2&version=0, 400",
        "/audit?page=0, 400"
    })
    void whatIsNotThereIsSaid(String path, int status) {
        assertThat(client.get(path).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/registry/football-1x2/versions/7",
                "/registry/football-1x2/rollback?version=6",
                "/version-comparison?model=football-1x2&version=3&version=7"
            })
    void everyPageIsStrictAboutWhatItLoads(String path) {
        Client.Answer page = client.get(path);

        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'").doesNotContain("unsafe");
        assertThat(page.text()).doesNotContain(" style=", "<style", "NaN", "Infinity").doesNotContainPattern(" on[a-z]+=");
    }

    @Test
    void promotionWaitsForAnotherPersonWhoSeesTheEvidence() {
        alone((backend, user) -> {
            Client.Answer asked = user.post(MODEL + "/promote", "version=8&actor=ada&reason=Better+in+autumn.");
            String card = user.get("/registry").text();
            String version = user.get(MODEL + "/versions/8").text();
            Client.Answer own = user.post(MODEL + "/approve", "version=8&actor=ada&reason=Mine.");
            int before = champion(backend);
            Client.Answer agreed = user.post(MODEL + "/approve", "version=8&actor=bob&reason=Looked+at+it.");

            assertThat(asked.status()).isEqualTo(303);
            assertThat(asked.header("Location")).isEqualTo(MODEL);
            assertThat(card).contains("football-1x2 v8 waits for a person", "ada asks: Better in autumn.", "accuracy &gt; 0.7", "0.65");
            assertThat(card.indexOf("waits for a person")).isLessThan(card.indexOf("Registered models"));
            assertThat(version).contains("disabled>Promote v8</button>", "It waits for a person already.");
            assertThat(user.get(MODEL).text()).doesNotContain("waits for a person");
            assertThat(own.status()).isEqualTo(409);
            assertThat(before).isEqualTo(7);
            assertThat(agreed.status()).isEqualTo(303);
            assertThat(champion(backend)).isEqualTo(8);
            assertThat(user.get("/audit?actor=bob").text()).contains("Looked at it.", "approve</span>");
        });
    }

    @Test
    void requestIsRejectedWithAComment() {
        alone((backend, user) -> {
            user.post(MODEL + "/promote", "version=8&actor=ada&reason=Better.");

            Client.Answer rejected = user.post(MODEL + "/reject", "version=8&actor=bob&reason=Too+early.");

            assertThat(rejected.status()).isEqualTo(303);
            assertThat(champion(backend)).isEqualTo(7);
            assertThat(user.get(MODEL + "/versions/8").text()).contains("retired</span>").doesNotContain("waits for a person");
            assertThat(user.post(MODEL + "/reject", "version=8&actor=bob&reason=Again.").status()).isEqualTo(404);
        });
    }

    @Test
    void nothingChangesWithoutWhoAndWhy() {
        alone((backend, user) -> {
            long lines = backend.governance().verify(null).lines();

            for (String form : List.of("promote", "approve", "reject", "rollback", "stage", "alias")) {
                String fields = "version=6&from=7&stage=Staging&alias=blue";
                assertThat(user.post(MODEL + "/" + form, fields + "&reason=Why.").status()).as(form).isEqualTo(400);
                assertThat(user.post(MODEL + "/" + form, fields + "&actor=ada&reason=+").status()).as(form).isEqualTo(400);
            }

            assertThat(backend.governance().verify(null).lines()).isEqualTo(lines);
        });
    }

    @Test
    void rollbackIsDoneOnlyWhenWhatServesIsWhatThePreviewSaid() {
        alone((backend, user) -> {
            Client.Answer stale = user.post(MODEL + "/rollback", "version=3&from=6&actor=ada&reason=Draws.");
            int still = champion(backend);
            Client.Answer done = user.post(MODEL + "/rollback", "version=3&from=7&actor=ada&reason=v7+misses+draws.");

            assertThat(stale.status()).isEqualTo(409);
            assertThat(stale.text()).contains("v7 serves now, and not v6 as the preview said");
            assertThat(still).isEqualTo(7);
            assertThat(done.status()).isEqualTo(303);
            assertThat(champion(backend)).isEqualTo(3);
            assertThat(user.get(MODEL).text()).contains("v7 misses draws.", "rollback</span>");
        });
    }

    @Test
    void stagesAndAliasesAreChangedAndTheChampionStays() {
        alone((backend, user) -> {
            String theirs = "/registry/" + encoded(CLIENTS);
            Client.Answer stage = user.post(theirs + "/stage", "version=1&stage=Archived&actor=ann&reason=Old.");
            Client.Answer alias = user.post(MODEL + "/alias", "version=2&alias=blue&actor=ann&reason=Try.");
            String with = user.get(MODEL + "/versions/2").text();
            Client.Answer gone = user.post(MODEL + "/alias", "version=2&alias=blue&remove=true&actor=ann&reason=Done.");

            assertThat(stage.status()).isEqualTo(303);
            assertThat(stage.header("Location")).isEqualTo(theirs);
            assertThat(backend.governance().version(CLIENTS, 1).stage()).isEqualTo(Stage.ARCHIVED);
            assertThat(alias.status()).isEqualTo(303);
            assertThat(with).contains("blue");
            assertThat(gone.status()).isEqualTo(303);
            assertThat(backend.governance().version("football-1x2", 2).aliases()).isEmpty();
            assertThat(user.post(MODEL + "/alias", "version=2&alias=blue&remove=true&actor=a&reason=b").status()).isEqualTo(404);
            assertThat(user.post(MODEL + "/alias", "version=2&alias=v3&actor=a&reason=b").status()).isEqualTo(400);
            assertThat(user.post(MODEL + "/stage", "version=7&stage=Archived&actor=a&reason=b").status()).isEqualTo(409);
            assertThat(user.post(MODEL + "/stage", "version=7&stage=Live&actor=a&reason=b").status()).isEqualTo(400);
        });
    }

    @Test
    void runLeadsToTheVersionThatWasRegisteredFromIt() {
        String run = seen.versions("football-1x2").getFirst().runId();

        assertThat(client.get("/runs/" + run).text()).contains("Registered as football-1x2 v", "/registry/football-1x2/versions/");
        assertThat(client.get("/models/football-1x2").text()).contains("href=\"/registry/football-1x2\"");
    }

    /** Of two hundred events on ten days those of one league were lost. */
    private static ObjectNode worseInOneLeague() {
        int[] days = IntStream.range(0, 200).map(i -> i / 20).toArray();
        double[] before = IntStream.range(0, 200).mapToDouble(i -> 1 + 0.01 * (i % 7)).toArray();
        double[] after = IntStream.range(0, 200).mapToDouble(i -> 1 + 0.01 * (i % 5) + (i % 2)).toArray();
        List<String> leagues = IntStream.range(0, 200).mapToObj(i -> "E" + i % 2).toList();
        return WorsenedSegments.of(
                new WorsenedSegments.Compared(
                        1, new double[200], before, after, days, Map.of("segment", leagues), List.of(), Collections.nCopies(200, new double[0])),
                "log_loss",
                1);
    }

    private final class Asking implements PromotionRules {
        @Override
        public Optional<ObjectNode> whereWorse(ModelVersion version, ModelVersion champion) {
            return Optional.of(worseInOneLeague());
        }

        @Override
        public boolean serves(String model) {
            return model.startsWith("football");
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
