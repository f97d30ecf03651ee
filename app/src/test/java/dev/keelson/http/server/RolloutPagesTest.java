package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.ApiDocument;
import dev.keelson.http.SeededBackend;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages of rollouts, of the log while one runs, and of the API, over HTTP. */
final class RolloutPagesTest {
    private static final String PAGE = "/models/football-1x2/rollout";
    private static final String WHO = "&actor=ann&reason=It+looks+well.";

    private static SeededBackend backend;
    private static KeelsonServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        backend = SeededBackend.seeded().withRollouts();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static PredictionEvent answered() {
        return backend.predictions(new PredictionQuery(SeededBackend.MODEL, null, "champion", null, null, true, null, true, 1))
                .getFirst()
                .event();
    }

    @Test
    void rolloutSaysWhereItStandsWithItsSplitItsNumbersAndItsPace() {
        String page = client.get(PAGE).text();

        assertThat(page)
                .contains("v8 answers 25", "step 2 of 3", "class=\"chart split\"", "observed: v7 74.8 %, v8 25.2 %")
                .contains("10,000 answers counted.", "At this pace", "error_rate&lt;=1%", "kept</span>")
                .contains("What each version did", "7,480", "51.2 %", "52.5 %")
                .contains("Evidence by settled day: better", "decides at 3.00", "Mean gain of the candidate by settled day")
                .contains("Rollouts of this model, newest first", "/rollouts/r1", "rolled back</span>")
                .contains("As of", "hx-trigger=\"every 5s\"")
                .doesNotContain("Begin a rollout")
                .doesNotContain("NaN")
                .doesNotContain("<b>it");
    }

    @Test
    void onlyWhatIsLegalCanBePressedAndTheRestSaysWhy() {
        String page = client.get(PAGE).text();

        assertThat(page)
                .contains("disabled>Promote</button> <span class=\"quiet\">The gain (0.0016) is not shown to be above 0 yet.")
                .contains("action=\"" + PAGE + "/advance\"", "action=\"" + PAGE + "/pause\"", "action=\"" + PAGE + "/abort\"")
                .doesNotContain("Resume", "It is not paused.", "action=\"" + PAGE + "/resume\"");
    }

    @Test
    void finishedRolloutKeepsItsPageWithoutAnythingToPress() {
        String page = client.get("/rollouts/r1").text();

        assertThat(page)
                .contains("rolled back</span>", "broken</span>", "One guardrail is broken.", "is broken: 40 of 900")
                .contains("Try &lt;b&gt;it&lt;/b&gt;.", "The rollout of v4 over v6 is over (rolled back)")
                .doesNotContain("action=\"" + PAGE, "disabled", "rolled_back", "hx-trigger");
        assertThat(client.get("/rollouts").text()).contains("/rollouts/r1", "/rollouts/r2", PAGE);
        assertThat(client.get("/rollouts/none").status()).isEqualTo(404);
        assertThat(client.get("/models/none/rollout").status()).isEqualTo(404);
    }

    @Test
    void rolloutIsPausedAbortedAndBegunAgainByItsForms() {
        KeelsonServer own = KeelsonServer.start(SeededBackend.seeded().withRollouts(), KeelsonServer.DEFAULT_HOST, 0);
        try (Client user = new Client(own.url())) {
            Client.Answer nameless = user.post(PAGE + "/pause", "rollout=r2&revision=2&reason=x");
            Client.Answer foreign = user.post(PAGE + "/pause", "rollout=r2&revision=2" + WHO, "Origin", "http://elsewhere.example");
            Client.Answer paused = user.post(PAGE + "/pause", "rollout=r2&revision=2" + WHO);
            Client.Answer stale = user.post(PAGE + "/advance", "rollout=r2&revision=2" + WHO);
            String held = user.get(PAGE).text();
            Client.Answer aborted = user.post(PAGE + "/abort", "rollout=r2&revision=2" + WHO);
            String over = user.get(PAGE).text();
            Client.Answer wrong = user.post(PAGE, "version=8&kind=steps&sticky=entity&share=5" + WHO);
            Client.Answer begun = user.post(
                    PAGE,
                    "version=8&kind=steps&sticky=client&steps=5%25%3A1h%2C50%25&guardrails=error_rate%3C%3D2%25&unpaired=true" + WHO);
            String fresh = user.get(PAGE).text();

            assertThat(nameless.status()).isEqualTo(400);
            assertThat(foreign.status()).isEqualTo(403);
            assertThat(paused.header("Location")).isEqualTo(PAGE);
            assertThat(stale.status()).isEqualTo(409);
            assertThat(stale.text()).contains("changed since the page was shown");
            assertThat(held).contains("paused</span>", "action=\"" + PAGE + "/resume\"").doesNotContain("action=\"" + PAGE + "/pause\"");
            assertThat(aborted.status()).isEqualTo(303);
            assertThat(over).contains("aborted</span>", "It looks well.").contains("<form method=\"post\" action=\"" + PAGE + "\">");
            assertThat(wrong.status()).isEqualTo(400);
            assertThat(begun.header("Location")).isEqualTo(PAGE);
            assertThat(fresh)
                    .contains("v8 over v7", "error_rate&lt;=2%", "What both are worth is not compared", "Switched off: only one of both")
                    .doesNotContain("NaN");
        } finally {
            own.stop();
        }
    }

    // ---- the log

    @Test
    void logShowsAnswersUnlessShadowsAreAskedFor() {
        assertThat(client.get("/predictions").text()).contains("840 predictions").doesNotContain("challenger, shadow");
        assertThat(client.get("/predictions?served=false").text()).contains("5 predictions", "challenger, shadow", "anna");
        assertThat(client.get("/predictions?served=any").text()).contains("845 predictions");
        assertThat(client.get("/predictions?served=any&role=challenger&version=8&metadata=T-7").text()).contains("5 predictions");
        assertThat(client.get("/predictions?min_confidence=0.4&outcome=H&settled=true").text())
                .contains("<option value=\"H\" selected>", "cursor=", "min_confidence=0.4&amp;");
        assertThat(client.get("/predictions?min_confidence=2").status()).isEqualTo(400);
        assertThat(client.get("/predictions?served=perhaps").status()).isEqualTo(400);
    }

    @Test
    void logIsSearchedByIdWhateverElseIsTyped() {
        PredictionEvent event = answered();

        assertThat(client.get("/predictions?id=" + event.id() + "&version=99").text()).contains("1 prediction,", "/predictions/" + event.id());
        assertThat(client.get("/predictions?id=" + new UUID(1, 1)).text()).contains("Filtered away");
        assertThat(client.get("/predictions?id=x").status()).isEqualTo(400);
    }

    @Test
    void predictionStandsBesideTheShadowOfTheSameEntity() {
        PredictionEvent event = answered();
        String shadow = backend.predictions(new PredictionQuery(
                        SeededBackend.MODEL, 8, "challenger", null, null, null, event.entity(), true, 1))
                .getFirst()
                .event()
                .id()
                .toString();

        assertThat(client.get("/predictions/" + event.id()).text())
                .contains("champion, it was the answer", "this one", "/predictions/" + shadow, "challenger, shadow")
                .contains("set, right in 90.0 % of rows", "H, D", "present</span>", "watched for drift alone", "/registry/football-1x2/versions/7");
        assertThat(client.get("/predictions/" + shadow).text())
                .contains("in shadow: not the answer", "anna", "T-7", "&lt;b&gt;")
                .contains("/predictions/" + event.id());
    }

    // ---- the API

    @Test
    void apiListsEveryAddressAndEachGroupHasAllThatBelongsToIt() {
        ApiDocument document = ApiDocument.load();
        String all = client.get("/api").text();

        for (ApiDocument.Operation each : document.operations()) {
            assertThat(all).as(each.id()).contains("#" + each.id() + "\"");
        }
        for (String group : document.operations().stream().map(ApiDocument.Operation::group).distinct().toList()) {
            Client.Answer page = client.get("/api?group=" + group);
            assertThat(page.status()).as(group).isEqualTo(200);
            List<ApiDocument.Operation> shown =
                    document.operations().stream().filter(each -> each.group().equals(group)).toList();
            assertThat(shown).allSatisfy(each -> assertThat(page.text()).contains("<section id=\"" + each.id() + "\">"));
            assertThat(page.text().split("curl ", -1)).hasSize(shown.size() + 1);
        }
        assertThat(client.get("/api?group=nothing").status()).isEqualTo(404);
    }

    @Test
    void predictHasItsBodyItsCommandAndTheCallOfTheJavaClient() {
        String page = client.get("/api?group=models").text();
        Matcher section = Pattern.compile("<section id=\"predict\">(.*?)</section>", Pattern.DOTALL).matcher(page);

        assertThat(section.find()).isTrue();
        assertThat(section.group(1))
                .contains("POST /api/v1/models/{name}/predict", "as_of", "durable?: boolean", "Body, text/csv")
                .contains("curl -H 'Content-Type: application/json' -d '{", "/api/v1/models/football-1x2/predict'")
                .contains("keelson.predict(", "413")
                .doesNotContain("Try it");
    }

    @Test
    void whatIsTriedLeadsToTheAddressItself() {
        Client.Answer tried = client.get("/try/versions?name=football-1x2");
        Client.Answer queried = client.get("/try/predictions?model=football-1x2&text=a%26b");

        assertThat(tried.header("Location")).isEqualTo("/api/v1/models/football-1x2/versions");
        assertThat(queried.header("Location")).isEqualTo("/api/v1/predictions?model=football-1x2&text=a%26b");
        assertThat(client.get(tried.header("Location")).status()).isEqualTo(200);
        assertThat(client.get("/try/versions?name=" + "%2F%2Felsewhere.example").header("Location"))
                .isEqualTo("/api/v1/models/%2F%2Felsewhere.example/versions");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/try/promote?name=x", "/try/none"})
    void whatChangesSomethingCannotBeTried(String address) {
        assertThat(client.get(address).status()).isEqualTo(404);
    }
}
