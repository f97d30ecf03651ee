package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.SeededBackend;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiTest {
    private static final String PREDICT = "/api/v1/models/football-1x2/predict";
    private static final String ROW = "{\"HomeTeam\":\"Northport\",\"AwayTeam\":\"Langley\",\"AvgH\":2.1,\"neutral\":false,\"referee\":null}";

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

    static void assertProblem(Client.Answer answer, int status, ErrorCode code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("type").asText()).isEqualTo(code.code());
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.json().path("detail").asText()).isNotBlank();
        assertThat(answer.json().path("errors")).isNotEmpty();
    }

    @Test
    void oneRowIsPredicted() {
        Client.Answer answer = client.post(PREDICT, ROW);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        JsonNode prediction = answer.json().path("predictions").path(0);
        assertThat(answer.json().path("predictions")).hasSize(1);
        assertThat(prediction.path("id").asText()).hasSize(36);
        assertThat(prediction.path("model").asText()).isEqualTo("football-1x2");
        assertThat(prediction.path("version").asInt()).isEqualTo(7);
        assertThat(prediction.path("probabilities").path("D").asDouble()).isEqualTo(0.3);
        assertThat(prediction.path("predicted").asText()).isEqualTo("H");
        assertThat(prediction.path("confidence").asDouble()).isEqualTo(0.5);
        assertThat(prediction.path("as_of").asText()).isEqualTo("2020-07-06T09:00:00Z");
    }

    @Test
    void requestsInTheFormOfTheLastAreAnsweredAlike() {
        Client.Answer first = client.post(PREDICT, ROW);
        Client.Answer second = client.post(PREDICT, ROW);
        Client.Answer list = client.post(PREDICT, "{\"rows\":[" + ROW + "," + ROW + "]}");

        assertThat(second.text().replaceAll("\"id\":\"[^\"]+\"", ""))
                .isEqualTo(first.text().replaceAll("\"id\":\"[^\"]+\"", ""));
        assertThat(list.json().path("predictions")).hasSize(2);
        assertThat(client.get("/metrics").text())
                .contains("keelson_serve_stage_seconds_bucket{model=\"football-1x2\",stage=\"parse\",le=\"+Inf\"}");
    }

    @Test
    void aListAndWrappedRowsArePredictedInOrder() {
        Client.Answer list = client.post(PREDICT, "[" + ROW + "," + ROW + "]");
        Client.Answer wrapped =
                client.post(PREDICT, "{\"as_of\":\"2020-01-01T00:00:00Z\",\"rows\":[" + ROW + "],\"durable\":true}");

        assertThat(list.json().path("predictions")).hasSize(2);
        assertThat(wrapped.json().path("predictions").path(0).path("as_of").asText()).isEqualTo("2020-01-01T00:00:00Z");
    }

    @Test
    void optionsMayStandInTheAddress() {
        Client.Answer answer = client.post(PREDICT + "?as_of=2020-03-01&durable=true", ROW);

        assertThat(answer.json().path("predictions").path(0).path("as_of").asText()).isEqualTo("2020-03-01T00:00:00Z");
    }

    @Test
    void everyWrongFieldOfEveryRowIsListed() {
        Client.Answer answer = client.post(
                PREDICT, "[{\"HomeTeam\":1},{\"HomeTeam\":\"Northport\",\"AwayTeam\":null},{\"HomeTeam\":\"A\",\"AwayTeam\":\"B\"}]");

        assertProblem(answer, 400, ErrorCode.BAD_REQUEST);
        assertThat(answer.json().path("errors")).hasSize(3);
        assertThat(answer.json().path("errors").path(0).path("field").asText()).isEqualTo("rows[0].HomeTeam");
        assertThat(answer.json().path("errors").path(0).path("detail").asText()).contains("(1)").contains("expected");
        assertThat(answer.json().path("errors").path(2).path("field").asText()).isEqualTo("rows[1].AwayTeam");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "\"text\"",
                "{\"HomeTeam\":",
                "{\"HomeTeam\": oops}",
                "[]",
                "{\"rows\":[]}",
                "{\"rows\":[7]}",
                "{\"rows\":[{}],\"speed\":1}",
                "{\"rows\":[{\"a\":1}],\"durable\":\"yes\"}",
                "{\"rows\":[{\"a\":1}],\"as_of\":\"yesterday\"}",
                "{\"HomeTeam\":[1,2],\"AwayTeam\":{\"x\":[]}}",
                "{\"HomeTeam\":\"A\",\"HomeTeam\":\"B\",\"AwayTeam\":\"C\"}",
                "{\"HomeTeam\":\"A\",\"AwayTeam\":\"C\"} trailing"
            })
    void aBodyThatIsNotARequestIsRefused(String body) {
        assertProblem(client.post(PREDICT, body), 400, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {PREDICT, "/api/v1/outcomes"})
    void aBodyThatIsNotJsonIsToldInOurWordsWithItsPlace(String path) {
        assertThat(client.post(path, "{\"a\": oops}").text())
                .contains("The body is not JSON at line 1, column ")
                .doesNotContain("Source", "Unrecognized");
        assertThat(client.post(path, "{\"a\":").text())
                .contains("The JSON of the body ends too early at line 1, column ")
                .doesNotContain("Source", "Unexpected");
    }

    @Test
    void aWrongOptionIsRefused() {
        assertProblem(client.post(PREDICT + "?durable=perhaps", ROW), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void aBodyBeyondTheLimitIsRefused() {
        String large = "{\"HomeTeam\":\"" + "x".repeat(9 << 20) + "\"}";

        assertProblem(client.announce(PREDICT, large), 413, ErrorCode.TOO_LARGE);
    }

    @Test
    void anUnknownModelIsNotFound() {
        assertProblem(client.post("/api/v1/models/football-2x1/predict", ROW), 404, ErrorCode.MODEL_NOT_FOUND);
        Client.Answer versions = client.get("/api/v1/models/football-1x3/versions");
        assertProblem(versions, 404, ErrorCode.MODEL_NOT_FOUND);
        assertThat(versions.json().path("hint").asText()).contains("football-1x2");
    }

    @Test
    void beforeTheFirstRunPredictionsAreUnavailable() {
        try (KeelsonServer empty = KeelsonServer.start(SeededBackend.empty(), KeelsonServer.DEFAULT_HOST, 0);
                Client other = new Client(empty.url())) {
            Client.Answer answer = other.post(PREDICT, ROW);

            assertProblem(answer, 503, ErrorCode.NOT_READY);
            assertThat(answer.header("Retry-After")).isEqualTo("5");
            assertProblem(other.get("/ready"), 503, ErrorCode.NOT_READY);
            assertThat(other.get("/health").status()).isEqualTo(200);
        }
    }

    @Test
    void unknownAddressesAndWrongMethodsAreToldApart() {
        assertProblem(client.get("/api/v1/nothing"), 404, ErrorCode.NOT_FOUND);
        Client.Answer wrong = client.get(PREDICT);
        assertProblem(wrong, 405, ErrorCode.BAD_REQUEST);
        assertThat(wrong.header("Allow")).isEqualTo("POST");
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, http://evil.example",
        "Origin, null",
        "Origin, http://127.0.0.1:1",
        "Origin, https://127.0.0.1",
        "Sec-Fetch-Site, cross-site"
    })
    void aPageOfAnotherOriginMayChangeNothing(String header, String value) {
        assertProblem(client.post(PREDICT, ROW, header, value), 403, ErrorCode.FORBIDDEN);
        assertProblem(
                client.post("/api/v1/models/football-1x2/promote", "{\"version\":2,\"reason\":\"x\"}", header, value),
                403,
                ErrorCode.FORBIDDEN);
        assertThat(client.get("/api/v1/models", header, value).status()).isEqualTo(200);
    }

    @Test
    void theOwnOriginMay() {
        assertThat(client.post(PREDICT, ROW, "Origin", server.url()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, true", "127.0.0.1:8710, true", "localhost:1, true", "LOCALHOST, true", "[::1]:8710, true",
        "evil.example, false", "127.0.0.1.evil.example, false", "localhost.evil.example:80, false", "10.0.0.1, false",
        "[::1].evil, false", "127.0.0.1:80:80, false", "'', false"
    })
    void onlyThisMachineIsAHost(String host, boolean allowed) {
        assertThat(RequestGuard.isLoopback(host)).isEqualTo(allowed);
    }

    @Test
    void oneWrongOutcomeMeansNoneIsTaken() {
        JsonNode open = client.get("/api/v1/predictions?settled=false&limit=1").json().path("predictions").path(0);
        String good = "{\"prediction_id\":\"" + open.path("id").asText() + "\",\"outcome\":\"H\"}";

        Client.Answer answer = client.post(
                "/api/v1/outcomes",
                "[" + good + ",{\"model\":\"football-1x2\",\"entity\":\"x\",\"outcome\":\"Q\"},{\"outcome\":\"H\",\"winner\":1},7]");

        assertProblem(answer, 400, ErrorCode.BAD_REQUEST);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .contains("outcomes[1].outcome", "outcomes[2].entity", "outcomes[2].model", "outcomes[2].winner");
        assertThat(client.get("/api/v1/predictions/" + open.path("id").asText()).json().path("outcome").isNull())
                .isTrue();
    }

    @Test
    void pagesOfPredictionsHoldEachOnce() {
        Set<String> seen = new HashSet<>();
        String cursor = "";
        int pages = 0;
        long total;
        do {
            JsonNode page = client.get("/api/v1/predictions?model=football-1x2&limit=97" + cursor).json();
            page.path("predictions").forEach(p -> assertThat(seen.add(p.path("id").asText())).isTrue());
            total = page.path("total").asLong();
            cursor = page.path("next_cursor").isNull() ? "" : "&cursor=" + page.path("next_cursor").asText();
            pages++;
        } while (!cursor.isEmpty());

        assertThat(seen).hasSize((int) total).hasSize(840);
        assertThat(pages).isEqualTo(9);
    }

    @Test
    void filtersNarrowTheList() {
        JsonNode page = client.get(
                        "/api/v1/predictions?model=football-1x2&version=3&settled=true&from=2019-05-01&to=2019-06-01&text=Kings")
                .json();

        assertThat(page.path("predictions")).isNotEmpty().allSatisfy(p -> {
            assertThat(p.path("entity").asText()).contains("Kings");
            assertThat(p.path("version").asInt()).isEqualTo(3);
            assertThat(p.path("event_time").asText()).startsWith("2019-05");
            assertThat(p.path("outcome").isNull()).isFalse();
        });
    }

    @Test
    void allWrongParametersAreListedAtOnce() {
        Client.Answer answer =
                client.get("/api/v1/predictions?limit=0&settled=maybe&from=soon&version=x&cursor=here");

        assertProblem(answer, 400, ErrorCode.BAD_REQUEST);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("limit", "settled", "from", "version", "cursor");
    }

    @Test
    void modelsVersionsRunsAndAuditAreListed() {
        JsonNode model = client.get("/api/v1/models/football-1x2").json();
        JsonNode versions = client.get("/api/v1/models/football-1x2/versions").json().path("versions");
        JsonNode runs = client.get("/api/v1/runs?model=football-1x2&limit=3").json().path("runs");
        JsonNode run = client.get("/api/v1/runs/" + runs.path(0).path("id").asText().substring(0, 12)).json();
        JsonNode audit = client.get("/api/v1/audit?model=football-1x2").json().path("audit");

        assertThat(client.get("/api/v1/models").json().path("models")).hasSize(4);
        assertThat(model.path("champion").path("version").asInt()).isEqualTo(7);
        assertThat(model.path("challenger").path("version").asInt()).isEqualTo(8);
        assertThat(versions).hasSize(8);
        assertThat(runs).hasSize(3);
        assertThat(run.path("provenance").path("rows").asInt()).isEqualTo(18_798);
        assertThat(audit.path(0).path("evidence").path("epochs").asInt()).isEqualTo(6);
        assertProblem(client.get("/api/v1/runs/ffffffffffff"), 404, ErrorCode.RUN_NOT_FOUND);
    }

    @Test
    void driftReportsAreHeldSideBySideAndAskedForWithTheKeysThereAre() {
        JsonNode list = client.get("/api/v1/drift-reports?model=football-1x2").json().path("drift_reports");
        String ids = list.path(0).path("id").asText() + "," + list.path(1).path("id").asText();

        JsonNode last = client.get("/api/v1/drift-comparison?model=football-1x2&last=3").json();
        JsonNode two = client.get("/api/v1/drift-comparison?ids=" + ids).json();

        assertThat(last.path("reports").size()).isEqualTo(3);
        assertThat(last.at("/columns/0/checks").size()).isEqualTo(3);
        assertThat(last.at("/columns/0/change").asDouble()).isGreaterThanOrEqualTo(last.at("/columns/1/change").asDouble());
        assertThat(two.at("/reports/1/id").asText()).isEqualTo(list.path(0).path("id").asText());
        assertProblem(client.get("/api/v1/drift-comparison"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/drift-comparison?ids=none,none"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.get("/api/v1/drift-report?days_lookback=0"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/drift-checks", "{\"refrence\": \"champion\"}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/drift-checks", "{\"columns\": {\"a\": 1}}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/drift-simulations", "{\"scale\": true}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void driftReportsComeInThreeForms() {
        JsonNode list = client.get("/api/v1/drift-reports?model=football-1x2").json().path("drift_reports");
        String address = "/api/v1/drift-reports/" + list.path(0).path("id").asText();

        JsonNode json = client.get(address).json();
        JsonNode acis = client.get(address + "?format=acis").json();
        Client.Answer html = client.get(address + "?format=html");

        assertThat(json.path("verdict").asText()).isEqualTo("alarm");
        assertThat(acis.path("drift_threshold").asDouble()).isEqualTo(0.3);
        assertThat(html.header("Content-Type")).startsWith("text/html");
        assertThat(html.header("Content-Security-Policy")).contains("style-src 'sha256-").doesNotContain("script");
        assertProblem(client.get(address + "?format=pdf"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/drift-reports/none"), 404, ErrorCode.NOT_FOUND);
        assertThat(client.post("/api/v1/models/football-1x2/drift-check", "").json().path("verdict").asText())
                .isEqualTo("alarm");
    }

    @Test
    void replaysCarryTimelineAndComparison() {
        JsonNode body = client.get("/api/v1/replays").json();

        assertThat(body.path("replays")).hasSize(1);
        assertThat(body.path("replays").path(0).path("drift_counts").path("football-1x2").fieldNames())
                .toIterable()
                .containsExactly("alarm", "warning", "none", "insufficient", "off");
        JsonNode timeline = body.path("replays").path(0).path("models").path("football-1x2");
        assertThat(timeline).hasSize(84);
        assertThat(timeline.path(0).path("date").asText()).isLessThan(timeline.path(83).path("date").asText());
        assertThat(body.path("comparisons").path("football-1x2").path("rows").path("market").path("log_loss").asDouble())
                .isEqualTo(0.967);
    }

    @Test
    void historyTakesJsonAndCsvAndGivesTheFormThatIsAccepted() {
        String path = "/api/v1/features/history";
        String json = "{\"features\":[\"form:x\"],\"rows\":[{\"team\":\"A\\\"B\",\"as_of\":null,\"n\":1},{\"n\":2}]}";

        Client.Answer rows = client.post(path, json);
        Client.Answer csv = client.post(path, json, "Accept", "application/xml, text/csv;q=0.9");
        Client.Answer same = client.post(
                path + "?features=form:x", "team,as_of,n\n\"A\"\"B\",,1\n,,2\n", "Content-Type", "text/csv; charset=utf-8");

        assertThat(rows.json().path("rows").path(0).path("asked").asText())
                .isEqualTo("\"team\",\"as_of\",\"n\"\n\"A\"\"B\",,\"1\"\n,,\"2\"\n");
        assertThat(rows.json().path("rows").path(0).path("form.x").isNull()).isTrue();
        assertThat(rows.json().at("/views/0/statuses/present").asInt()).isEqualTo(1);
        assertThat(csv.header("Content-Type")).isEqualTo("text/csv");
        assertThat(csv.text()).isEqualTo("as_of [form:x] {}");
        assertThat(same.json().path("rows").path(0).path("asked").asText()).startsWith("team,as_of,n\n");
        assertThat(client.post(path, json, "Content-Type", "application/x-www-form-urlencoded").status()).isEqualTo(200);
        assertProblem(client.post(path, json, "Accept", "text/html"), 406, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(path, json, "Content-Type", "application/xml"), 415, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(path, "{\"rows\":[{\"a\":1}]}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(path, "{\"features\":[\"a:b\"],\"rows\":[{}]}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(
                client.post(path, "{\"features\":[\"a:b\"],\"where\":[\"x\"],\"rows\":[{\"a\":1}]}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(path + "?features=a:b", "", "Content-Type", "text/csv"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void aSearchForFeaturesIsBegunSeenAndCancelled() {
        String path = "/api/v1/models/football-1x2/feature-generations";

        Client.Answer begun = client.post(path, "{\"budget\":9}");
        String address = begun.header("Location");

        assertThat(begun.status()).isEqualTo(202);
        assertThat(begun.json().path("state").asText()).isEqualTo("running");
        assertThat(client.get(address).json().path("of").asInt()).isEqualTo(9);
        assertThat(client.delete(address).json().path("state").asText()).isEqualTo("cancelled");
        assertThat(client.post(path, "{\"seed\":1}").status()).isEqualTo(200);
        assertThat(client.get("/api/v1/feature-generations?model=football-1x2&limit=1").json().at("/feature_generations/0/result/tried").asInt())
                .isEqualTo(3);
        assertProblem(client.get("/api/v1/feature-generations/none"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post(path, "{\"budget\":10000000000}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(path, "{\"seed\":\"x\"}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/models/none/feature-generations", ""), 404, ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void aSearchForSettingsIsBegunSeenAndCancelled() {
        String path = "/api/v1/models/football-1x2/studies";

        Client.Answer begun = client.post(path, "{\"trials\":9,\"sampler\":\"random\"}");
        String address = begun.header("Location");

        assertThat(begun.status()).isEqualTo(202);
        assertThat(begun.json().path("state").asText()).isEqualTo("running");
        assertThat(client.get(address).json().path("of").asInt()).isEqualTo(9);
        assertThat(client.get(address + "/trials").json().at("/trials/0/loss").asDouble()).isEqualTo(0.5);
        assertThat(client.delete(address).json().path("state").asText()).isEqualTo("cancelled");
        assertThat(client.post(path, "{\"seed\":1}").status()).isEqualTo(200);
        assertThat(client.get("/api/v1/studies?model=football-1x2&limit=1").json().at("/studies/0/result/file_loss").asDouble())
                .isEqualTo(0.6);
        assertProblem(client.get("/api/v1/studies/none"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post(path, "{\"trials\":10000000000}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(path, "{\"sampler\":3}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/models/none/studies", ""), 404, ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void betsAreRefusedWhereTheProjectScoresNone() {
        assertProblem(client.post("/api/v1/bets/score", "{}"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.get("/api/v1/performance"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.get("/api/v1/performance?format=xml"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/performance/bets"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.get("/api/v1/performance/bets?cursor=x"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/opportunities"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.get("/api/v1/opportunities/a"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.get("/api/v1/opportunities?state=new&cursor=x"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/opportunities/a/settle", "{\"result\":\"won\"}"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post("/api/v1/opportunities/a/settle", "{\"result\":\"won\",\"stake\":-1}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/opportunities/a/settle", "{\"other\":1}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void banditsThatAreNotThereAreToldApartFromWrongBodies() {
        assertThat(client.get("/api/v1/bandits").json().path("bandits")).hasSize(1);
        assertProblem(client.get("/api/v1/bandits/none"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post("/api/v1/bandits/none/train", ""), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post("/api/v1/bandits/none/train", "{\"promote\":1}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/bandits/none/evaluate", "{\"version\":0}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/bandits/none/promote", "{\"version\":1}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/bandits/none/decide", "{\"row\":[]}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/bandits/none/decide", "{\"row\":{\"a\":true}}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/bandits/none/reward", "{\"decision\":\"x\"}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/bandits/none/reward", "{\"other\":1}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void modelsAndPredictionsAreExplained() {
        String path = "/api/v1/models/football-1x2/";
        String id = "01890a5d-ac96-774b-bcce-b302099a8057";

        assertThat(client.get(path + "importance?limit=3").json().path("limit").asInt()).isEqualTo(3);
        assertThat(client.get(path + "explain").json().at("/rows/count").asInt()).isEqualTo(500);
        assertThat(client.get(path + "explain?version=2&row=E0%7C2020-01-01").json().path("row").asText())
                .isEqualTo("E0|2020-01-01");
        assertThat(client.get("/api/v1/predictions/" + id + "/explain").json().path("prediction_id").asText()).isEqualTo(id);
        assertProblem(client.get("/api/v1/models/none/explain"), 404, ErrorCode.MODEL_NOT_FOUND);
        assertProblem(client.get(path + "explain?rows=0"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/predictions/none/explain"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void aBenchmarkIsBegunSeenAndListed() {
        Client.Answer begun = client.post("/api/v1/benchmarks", "{\"set\":\"weekly\"}");

        assertThat(begun.status()).isEqualTo(202);
        assertThat(client.get(begun.header("Location")).json().path("state").asText()).isEqualTo("running");
        JsonNode list = client.get("/api/v1/benchmarks?set=weekly").json().path("benchmarks");
        assertThat(list.get(list.size() - 1).at("/summary/verdict").asText()).isEqualTo("missed");
        assertProblem(client.get("/api/v1/benchmarks/none"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post("/api/v1/benchmarks", "{\"set\":\"none\"}"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post("/api/v1/benchmarks", "{\"set\":3}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void aTrainingIsBegunSeenAndCancelledAndThereIsOneAtATime() {
        String path = "/api/v1/models/football-1x2/trainings";

        Client.Answer begun = client.post(path, "{\"actor\":\"ann\"}");
        String address = begun.header("Location");

        assertThat(begun.status()).isEqualTo(202);
        assertThat(begun.json().path("actor").asText()).isEqualTo("ann");
        assertThat(begun.json().path("stage").asText()).isEqualTo("fitting");
        assertThat(client.get(address).json().path("of").asInt()).isEqualTo(8);
        assertThat(client.get(address + "/log").json().at("/log/0/text").asText()).isEqualTo("Fit 3 of 8 ended.");
        assertProblem(
                client.post("/api/v1/models/football-1x2-odds/trainings", ""), 409, ErrorCode.TRANSITION_REFUSED);
        assertThat(client.delete(address).json().path("state").asText()).isEqualTo("cancelled");
        assertThat(client.get("/api/v1/trainings?model=football-1x2&limit=1").json().at("/trainings/0/id").asText())
                .isEqualTo(begun.json().path("id").asText());
        assertProblem(client.get("/api/v1/trainings/none"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post(path, "{\"actor\":3}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void runsAreCheckedAndCompared() {
        JsonNode runs = client.get("/api/v1/runs").json().path("runs");
        String run = runs.path(0).path("id").asText();
        JsonNode check = client.get("/api/v1/runs/" + run + "/check").json();
        JsonNode diff = client.get("/api/v1/runs/" + run + "/diff?with=" + runs.path(1).path("id").asText()).json();

        assertThat(check.path("holds").asBoolean(true)).isFalse();
        assertThat(check.path("lines").findValuesAsText("name")).containsExactly("matches", "xgboost");
        assertThat(check.path("checklist").findValuesAsText("name")).contains("seed", "data_pinned", "clean", "libraries");
        assertThat(diff.path("same").asBoolean(true)).isFalse();
        assertThat(client.get("/api/v1/runs/" + run + "/diff?with=" + run).json().path("same").asBoolean()).isTrue();
        assertProblem(client.get("/api/v1/runs/" + run + "/diff"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/runs/bandit-run-0001/slices"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.get("/api/v1/runs/ffffff/check"), 404, ErrorCode.RUN_NOT_FOUND);
    }

    @Test
    void aBacktestAnswersByTheModelsStakesOrByOthers() throws Exception {
        String address = "/api/v1/models/football-1x2/backtest";

        JsonNode own = client.get(address).json();
        JsonNode other = client.get(address + "?stake=flat(10)&commission=0.02").json();

        assertThat(own.path("kind").asText()).isEqualTo("stakes");
        assertThat(own.at("/totals/bets").asInt()).isPositive();
        assertThat(own.path("curve")).hasSize(121);
        assertThat(own.path("conclusion").asText()).isNotBlank();
        assertThat(other.path("stake").asText()).isEqualTo("flat(10)");
        assertThat(other.at("/definition/limits/commission").asDouble()).isEqualTo(0.02);
        assertThat(client.get(address + "/bets").text()).startsWith("row,day,outcome,");
        assertThat(client.get(address + "?stake=kelly(2)&commission=1.5").json().path("errors")).hasSize(2);
        assertThat(client.get("/api/v1/models/none/backtest").status()).isEqualTo(404);
    }

    @Test
    void aTrainingIsAskedForByItsKindAndRefusedWithNonsense() {
        String address = "/api/v1/models/football-1x2/trainings";
        JsonNode update = client.post(address, "{\"kind\":\"update\",\"rounds\":5,\"promote\":true,\"actor\":\"eve\"}")
                .json();
        client.delete("/api/v1/trainings/" + update.path("id").asText());

        assertThat(update.path("kind").asText()).isEqualTo("update");
        assertThat(update.path("rounds").asInt()).isEqualTo(5);
        assertThat(update.path("promote").asBoolean()).isTrue();
        assertThat(update.path("actor").asText()).isEqualTo("eve");
        assertProblem(client.post(address, "{\"kind\":\"upgrade\"}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(address, "{\"rounds\":5}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(address, "{\"learning_rate\":2,\"kind\":\"update\"}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(address, "{\"min_row\":2}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(address, "{\"promote\":\"yes\"}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/models/none/trainings", "{}"), 404, ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void rolloutsThatAreNotThereAreToldApartFromWrongBodies() {
        String rollout = "/api/v1/models/football-1x2/rollout";

        assertThat(client.get("/api/v1/rollouts").json().path("rollouts")).isEmpty();
        assertThat(client.get("/api/v1/models/football-1x2/rollouts").json().path("rollouts")).isEmpty();
        assertProblem(client.get("/api/v1/rollouts?limit=0"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.get("/api/v1/models/none/rollouts"), 404, ErrorCode.MODEL_NOT_FOUND);
        assertProblem(client.get(rollout), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.get("/api/v1/rollouts/none"), 404, ErrorCode.NOT_FOUND);
        for (String wrong : new String[] {
            "{}",
            "{\"version\":0,\"reason\":\"x\"}",
            "{\"version\":2}",
            "{\"version\":2,\"reason\":\"x\",\"kind\":\"sideways\"}",
            "{\"version\":2,\"reason\":\"x\",\"share\":\"120%\"}",
            "{\"version\":2,\"reason\":\"x\",\"share\":{}}",
            "{\"version\":2,\"reason\":\"x\",\"steps\":[\"5%\"]}",
            "{\"version\":2,\"reason\":\"x\",\"kind\":\"steps\"}",
            "{\"version\":2,\"reason\":\"x\",\"kind\":\"steps\",\"steps\":[{\"share\":2}]}",
            "{\"version\":2,\"reason\":\"x\",\"hold\":\"soon\"}",
            "{\"version\":2,\"reason\":\"x\",\"paired\":\"yes\"}",
            "{\"version\":2,\"reason\":\"x\",\"guardrails\":[\"speed<=1\"]}",
            "{\"version\":2,\"reason\":\"x\",\"other\":1}"
        }) {
            assertProblem(client.post(rollout, wrong), 400, ErrorCode.BAD_REQUEST);
        }
        assertProblem(client.post(rollout + "/abort", "{}"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post(rollout + "/pause", "{\"reason\":\"x\"}"), 404, ErrorCode.NOT_FOUND);
        assertProblem(client.post(rollout + "/promote", "{\"reason\":\"x\",\"force\":1}"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void theDescriptionNamesEveryAddressOfTheApi() {
        JsonNode paths = client.get("/openapi.json").json().path("paths");

        paths.properties().forEach(path -> path.getValue().properties().forEach(method -> {
            String address = path.getKey().replace("{name}", "football-1x2").replace("{id}", "abcd")
                    .replace("{row}", "abcd").replace("{version}", "latest").replace("{tag}", "first").replace("{key}", "loss").replace("{path}", "a/b");
            Client.Answer answer =
                    switch (method.getKey()) {
                        case "get", "head" -> client.get(address);
                        case "delete" -> client.delete(address);
                        case "patch" -> client.patch(address, "{");
                        case "put" -> client.put(address, "x");
                        default -> client.post(address, "{");
                    };
            assertThat(answer.status()).as(method.getKey() + " " + address).isNotEqualTo(405);
            assertThat(answer.text()).doesNotContain("There is nothing at");
        }));
        assertThat(paths.size()).isGreaterThan(140); // all that there is, not a part
    }

    @Test
    void aConnectionKeptAliveAnswersWithoutWaitingForAcknowledgements() {
        client.post(PREDICT, ROW);
        long start = System.nanoTime();

        for (int i = 0; i < 200; i++) {
            client.post(PREDICT, ROW);
        }

        // Nagle's algorithm against delayed acknowledgements costs 40 ms each: 8 s
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(4.0);
    }

    @Test
    void outcomesThatAreNoneAreRefused() {
        assertProblem(client.post("/api/v1/outcomes", "[]"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/outcomes", "{"), 400, ErrorCode.BAD_REQUEST);
        assertProblem(client.post("/api/v1/outcomes", ""), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void aPortInUseIsSaid() {
        assertThat(catchThrowableOfType(
                                KeelsonException.class,
                                () -> KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, server.port()))
                        .problems()
                        .getFirst())
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo(ErrorCode.PORT_IN_USE);
                    assertThat(problem.message()).contains(Integer.toString(server.port()));
                    assertThat(problem.hint()).startsWith("Maybe");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1"})
    void anAddressThatOthersCanReachIsRefused(String host) {
        assertThat(catchThrowableOfType(
                                KeelsonException.class, () -> KeelsonServer.start(backend, host, 0))
                        .code())
                .isEqualTo(ErrorCode.USAGE);
    }
}
