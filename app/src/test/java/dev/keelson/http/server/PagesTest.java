package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.SeededBackend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
    private static SeededBackend backend;
    private static KeelsonServer server;
    private static KeelsonServer bare;
    private static Client client;
    private static Client before;

    @BeforeAll
    static void start() {
        backend = SeededBackend.seeded();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        bare = KeelsonServer.start(SeededBackend.empty(), KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
        before = new Client(bare.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        before.close();
        server.stop();
        bare.stop();
    }

    static Stream<String> pages() {
        return Stream.of(
                "/",
                "/models/football-1x2",
                "/models/football-1x2/drift",
                "/models/football-1x2/health",
                "/models/football-1x2/streaks",
                "/models/football-1x2/streaks?of=outcomes&text=nobody",
                "/models/football-1x2/streaks?of=outcomes",
                "/drift",
                "/models/football-1x2/replay",
                "/models/football-1x2/replay?all=true",
                "/models/football-1x2/policies",
                "/models/football-1x2/training",
                "/models/football-1x2/studies",
                "/models/football-1x2/calibration",
                "/models/football-1x2/backtest",
                "/models/football-1x2/importance",
                "/models/football-1x2/importance?rows=500",
                "/benchmarks",
                "/predictions",
                "/predictions?text=nobody",
                "/runs",
                "/predictions?served=any&role=challenger&min_confidence=0.4&max_confidence=0.9&outcome=H&metadata=x",
                "/predictions?id=00000000-0000-0000-0000-000000000000",
                "/models/football-1x2/rollout",
                "/rollouts",
                "/api",
                "/api?group=models",
                "/runs?model=football-1x2-odds",
                "/registry",
                "/registry/football-1x2",
                "/version-comparison?stage=Production",
                "/audit",
                "/data",
                "/data/matches/rows",
                "/review",
                "/review?source=matches&state=all",
                "/versions",
                "/features",
                "/features/team_form",
                "/features/league_odds?key=Northport");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPageIsStrictAboutWhatItLoads(String path) {
        Client.Answer page = client.get(path);

        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'").doesNotContain("unsafe");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(page.text())
                .startsWith("<!doctype html>")
                .doesNotContain(" style=")
                .doesNotContain("<style")
                .doesNotContainPattern(" on[a-z]+=")
                .doesNotContain("NaN")
                .doesNotContain("Infinity");
        assertThat(page.text().strip()).endsWith("</html>");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPageOfANewProjectSaysWhatToDo(String path) {
        Client.Answer page = before.get(path);

        assertThat(page.status()).as(page.text()).isEqualTo(200);
        assertThat(page.text()).containsPattern("keelson (run|predict|replay|policy compare|tune|rollout start|data check|features [a-z]+)|Show all|All addresses|Try it");
    }

    @Test
    void driftReportsAreListedShownAndHeldSideBySide() {
        String id = backend.reports("drift", SeededBackend.MODEL, 1).getFirst().id();

        String list = client.get("/drift?of=football-1x2").text();
        String one = client.get("/drift/" + id).text();

        assertThat(list)
                .contains("football-1x2 over time", "Reports that are kept", "/drift/" + id, "Compare any two tables", "Simulate a fault");
        assertThat(one).contains("Columns, worst first", "Over time", "format=html");
        assertThat(client.get("/drift/none", "Accept", "text/html").status()).isEqualTo(404);
    }

    @Test
    void everyEmptySectionOfAModelNamesACommand() {
        String page = before.get("/models/football-1x2").text();

        assertThat(page.split("<p class=\"empty\">", -1)).hasSizeGreaterThan(5);
        for (String section : page.split("<p class=\"empty\">", -1)) {
            if (!section.startsWith("<!doctype")) {
                assertThat(section.substring(0, section.indexOf("</p>")))
                        .startsWith("Nothing yet: ")
                        .contains("<code class=\"command\">keelson run</code>");
            }
        }
    }

    @Test
    void aModelThatCannotPredictIsTrainedFirst() {
        assertThat(before.get("/predictions").text()).contains("no version serves").contains("keelson run");
        assertThat(before.get("/models/football-1x2/replay").text()).contains("keelson replay</code>");
        assertThat(before.get("/models/football-1x2/policies").text())
                .contains("keelson policy compare --model football-1x2</code>", "Compare policies", "Advise a schedule");
        assertThat(before.get("/models/football-1x2/drift").text()).contains("no version serves").contains("keelson run");
    }

    @Test
    void theOverviewPutsWhatNeedsAPersonFirst() {
        String page = client.get("/").text();

        assertThat(page.indexOf("columns moved far")).isBetween(0, page.indexOf("Trained to"));
        assertThat(page).contains("v7 serves, v8 in shadow").contains("830 outcomes").contains("market 0.9670");
    }

    @Test
    void theModelPageShowsVersionsBaselinesReliabilityAndDecisions() {
        String page = client.get("/models/football-1x2").text();

        assertThat(page)
                .contains("<span class=\"role\">champion</span>")
                .contains("frequencies</th>")
                .contains("0.9712 to 0.9932")
                .contains("Reliability of the forecasts of H")
                .contains("Not enough evidence yet: 6 match days")
                .contains("Roll back to v6");
    }

    @Test
    void calibrationIsShownBeforeAndAfterWithTheThresholdAndItsInterval() {
        String page = client.get("/models/football-1x2/calibration").text();

        assertThat(page)
                .contains("Reliability of the forecasts of H")
                .contains("Reliability of the forecasts of H, before")
                .contains("temperature 1.0800")
                .contains("Acts on H where its edge")
                .contains("-3.20 (-18.4 to 11.9)")
                .contains("Profit by threshold, test period")
                .contains("chosen 0.0400: -3.20")
                .contains("shaded thresholds act on fewer than 20 rows");
        assertThat(client.get("/models/football-1x2/calibration?run=none").status()).isEqualTo(404);
    }

    @Test
    void aBacktestIsDrawnTabledAndRepeatedWithOtherStakes() {
        String own = client.get("/models/football-1x2/backtest").text();
        String flat = client.get("/models/football-1x2/backtest?stake=flat(10)&commission=0.02").text();
        String wrong = client.get("/models/football-1x2/backtest?stake=%3Cb%3E").text();

        assertThat(own)
                .contains("class=\"chart wealth broad\"")
                .contains("return on stakes</th>")
                .contains("By month")
                .contains("/api/v1/models/football-1x2/backtest/bets\"")
                .contains("kelly(0.25)");
        assertThat(flat)
                .contains("<dd>flat(10)</dd>")
                .contains("/backtest/bets?stake=flat%2810%29&amp;commission=0.02\"");
        assertThat(wrong)
                .contains("Failed: The value (&lt;b&gt;) of stakes is wrong")
                .contains("<dd>kelly(0.25)</dd>")
                .doesNotContain("bets?stake");
        assertThat(client.get("/models/football-1x2/backtest?commission=2").text()).contains("must be at least 0 and below 1");
    }

    @Test
    void aBenchmarkIsBegunAndItsReportRead() {
        KeelsonServer own = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        try (Client user = new Client(own.url())) {
            String report = user.get("/benchmarks/benchmark-weekly-0").text();
            Client.Answer refused = user.post("/benchmarks", "", "Origin", "http://elsewhere.example");
            String before = user.get("/benchmarks").text();
            Client.Answer begun = user.post("/benchmarks", "");
            String after = user.get("/benchmarks").text();

            assertThat(report)
                    .contains("2 models were judged, 1 could not be; 1 of 2 targets are met; 1 metric is worse than before.")
                    .contains("The model (football-goals) has no champion yet. Maybe run")
                    .contains("Confusion of football-1x2-odds")
                    .contains("other rows than before")
                    .contains("0.9683 best")
                    .doesNotContain("NaN");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(before).contains("Judge the models now").contains("1 of 2").contains("targets missed");
            assertThat(begun.header("Location")).endsWith("/benchmarks");
            assertThat(after).contains("Running: the set weekly, 0 of 2 models").doesNotContain("Judge the models now");
            assertThat(user.get("/benchmarks/none").status()).isEqualTo(404);
        } finally {
            own.stop();
        }
    }

    @Test
    void importanceIsTrackedAndContributionsAreComputedWhenAsked() {
        String plain = client.get("/models/football-1x2/importance").text();
        String asked = client.get("/models/football-1x2/importance?rows=500").text();
        String failed = client.get("/models/football-1x2-odds/importance?rows=500").text();

        assertThat(plain)
                .contains("v7 on its test period: of 1 of 3 features shown it cannot be told that the loss grows")
                .contains("2 features moved by 10.0 % or more")
                .contains("Not computed: it reads the data again")
                .contains("class=\"chart trends broad\"");
        assertThat(asked).contains("over 500 rows, those of the test period").contains("up when higher (0.80)").contains("both ways");
        assertThat(failed).contains("Failed: The model (football-1x2-odds) was trained on other features.");
        assertThat(client.get("/models/football-1x2/importance?rows=many").status()).isEqualTo(400);
    }

    @Test
    void aPredictionIsExplainedByAWaterfall() {
        String id = backend.predictions(new PredictionQuery(SeededBackend.MODEL, null, null, null, null, true, null, true, 1))
                .getFirst()
                .event()
                .id()
                .toString();

        assertThat(client.get("/predictions/" + id).text())
                .contains("What led to H")
                .contains("overround_b365 = missing")
                .contains("-0.150")
                .contains("told of this row");
    }

    @Test
    void aRunLeadsToWhatItWasJudgedByAndShowsItsSlices() {
        String id = backend.runs(SeededBackend.MODEL, 1).getFirst().id();
        String page = client.get("/runs/" + id).text();

        assertThat(page)
                .contains("/models/football-1x2/calibration?run=" + id)
                .contains("/models/football-1x2/backtest?run=" + id)
                .contains("1 slice is worse than the rest: elo_gap &lt; -120 &amp; league &lt;b&gt;.")
                .contains("elo_gap &lt; -120 and league = &lt;b&gt;")
                .contains("div = E1");
    }

    @Test
    void policiesOfStakesAreShownWithTheirEstimates() {
        assertThat(client.get("/bandits").text()).contains("/bandits/stake-size");
        assertThat(client.get("/bandits/stake-size").text())
                .contains("stake-size v1 is not better than the current policy.")
                .contains("-0.00500 to 0.00900")
                .contains("decides")
                .doesNotContain("NaN");
        assertThat(before.get("/bandits").text()).contains("Switched off").contains("keelson validate");
        assertThat(client.get("/bandits/none").status()).isEqualTo(404);
    }

    @Test
    void theDriftPageShowsTheWorstColumnFirst() {
        String page = client.get("/models/football-1x2/drift").text();
        String table = page.substring(page.indexOf("Columns, worst first"));

        assertThat(table.indexOf("overround_b365")).isLessThan(table.indexOf("elo_gap"));
        assertThat(page).contains("Rule recommended").contains("Check drift now").contains("2 alarm, 9 checked");
    }

    @Test
    void anEarlierReportHasItsOwnAddress() {
        String id = backend.reports("drift", SeededBackend.MODEL, 16).getLast().id();

        String page = client.get("/models/football-1x2/drift?report=" + id).text();

        assertThat(page).contains("No drift").doesNotContain("What moved most");
        assertThat(client.get("/models/football-1x2/drift?report=none", "Accept", "text/html").status())
                .isEqualTo(404);
    }

    @Test
    void theReplayPageShowsWhetherItPaid() {
        String page = client.get("/models/football-1x2/replay").text();

        assertThat(page)
                .contains("Retraining paid: log loss 0.9850")
                .contains("never retrain")
                .contains("2018-11-19 to 2020-06-29, 84 steps: ")
                .contains("Timeline of the loop")
                .contains("All 84 steps");
    }

    @Test
    void whatWasTypedIsShownAsText() {
        Client.Answer page = client.get("/predictions?text=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22");

        assertThat(page.text()).doesNotContain("<script>alert").contains("&lt;script>alert(1)&lt;/script>&#34;");
    }

    @Test
    void aPredictionShowsItsFeatures() {
        String id = backend.predictions(new PredictionQuery(
                        SeededBackend.MODEL, null, null, null, null, true, null, true, 1))
                .getFirst()
                .event()
                .id()
                .toString();

        String page = client.get("/predictions/" + id).text();

        assertThat(page).contains("elo_gap").contains("happened, known since").contains("overround_b365");
    }

    @Test
    void aPredictionLeadsToWhatItCameFrom() {
        PredictionEvent event = backend.predictions(new PredictionQuery(
                        SeededBackend.MODEL, null, null, null, null, true, null, true, 1))
                .getFirst()
                .event();

        assertThat(client.get("/predictions/" + event.id()).text())
                .contains("/features/team_form", "the request, or made of others")
                .contains("/registry/football-1x2/versions/" + event.version(), "The run that made it", "Its record in the log");
    }

    @Test
    void aRunShowsItsProvenance() {
        String page = client.get("/runs/" + backend.runs(SeededBackend.MODEL, 1).getFirst().id()).text();

        assertThat(page).contains("environment.java").contains("18798").contains("xgboost.rounds");
    }

    @Test
    void aMissingPageIsAPageForBrowsersAndAProblemForPrograms() {
        Client.Answer page = client.get("/models/football-9", "Accept", "text/html");
        Client.Answer problem = client.get("/models/football-9");

        assertThat(page.status()).isEqualTo(404);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(page.text()).contains("There is no model (football-9)");
        assertThat(problem.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void theThemeIsRememberedAndComesBackToThePage() {
        Client.Answer answer = client.post("/theme", "theme=dark&back=%2Fpredictions%3Ftext%3Da%2Bb");

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("Location")).isEqualTo("/predictions?text=a+b");
        assertThat(answer.header("Set-Cookie")).startsWith("keelson_theme=dark;").contains("SameSite=Strict");
        assertThat(client.get("/", "Cookie", "keelson_theme=dark").text()).contains("data-theme=\"dark\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example/", "https://evil.example/", "/\\evil.example", "/a%0d%0aSet-Cookie:x"})
    void theThemeLeadsNowhereElse(String back) {
        assertThat(client.post("/theme", "theme=dark&back=" + back.replace("/", "%2F")).header("Location"))
                .isEqualTo("/");
    }

    @Test
    void aRollbackNeedsAReasonAndTakesEffect() {
        SeededBackend own = SeededBackend.seeded();
        try (KeelsonServer other = KeelsonServer.start(own, KeelsonServer.DEFAULT_HOST, 0);
                Client user = new Client(other.url())) {
            Client.Answer without = user.post("/models/football-1x2/rollback", "reason=");
            Client.Answer with = user.post("/models/football-1x2/rollback", "reason=Too+many+misses");

            assertThat(without.status()).isEqualTo(400);
            assertThat(with.status()).isEqualTo(303);
            assertThat(own.alias(SeededBackend.MODEL, ModelVersion.CHAMPION).orElseThrow().version()).isEqualTo(6);
            assertThat(own.audit(SeededBackend.MODEL, 1).getFirst().reason()).isEqualTo("Too many misses");
        }
    }

    @Test
    void aDriftCheckLeadsToItsReport() {
        Client.Answer answer = client.post("/models/football-1x2/drift", "");

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("Location")).isEqualTo("/models/football-1x2/drift");
    }

    @Test
    void staticFilesAreCachedForEverUnderTheirVersion() {
        String page = client.get("/").text();
        String address = page.substring(page.indexOf("/static/base.css"));
        address = address.substring(0, address.indexOf('"'));

        assertThat(client.get(address).header("Cache-Control")).contains("immutable");
        assertThat(client.get("/static/base.css").header("Cache-Control")).isEqualTo("no-cache");
        assertThat(client.get("/static/base.css", "Accept-Encoding", "gzip").header("Content-Encoding")).isEqualTo("gzip");
        assertThat(client.get("/static/vendor/inter-latin-wght-normal.woff2").header("Content-Type")).isEqualTo("font/woff2");
        assertThat(client.get("/static/../openapi.yaml").status()).isIn(400, 404);
        assertThat(client.get("/static/none.css").status()).isEqualTo(404);
    }

    @Test
    void aTrainingIsBegunFollowedAndStopped() {
        KeelsonServer own = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        try (Client user = new Client(own.url())) {
            Client.Answer refused =
                    user.post("/models/football-1x2/training", "", "Origin", "http://elsewhere.example");
            String address = user.post("/models/football-1x2/training", "").header("Location");
            String running = user.get(address).text();
            String other = user.get("/models/football-1x2-odds/training").text();
            String id = address.substring(address.indexOf('=') + 1);
            String stopped = user.get(user.post("/models/football-1x2/training/" + id + "/cancel", "")
                            .header("Location"))
                    .text();

            assertThat(refused.status()).isEqualTo(403);
            assertThat(running)
                    .contains("Fitting: 3 of 8 fits have ended")
                    .contains("<progress max=\"8\" value=\"3\"")
                    .contains("Fit 3 of 8 ended.")
                    .contains("hx-trigger=\"every 1s\"");
            assertThat(other).contains("football-1x2 is trained now").contains("<button disabled");
            assertThat(stopped)
                    .contains("Stopped when 3 of 8 fits have ended; nothing was registered.")
                    .doesNotContain("hx-trigger=\"every");
        } finally {
            own.stop();
        }
    }

    @Test
    void aTrainingThatHasEndedLeadsToItsRun() {
        String page = client.get("/models/football-1x2/training").text();

        assertThat(page)
                .contains("football-1x2 v8, challenger, test log loss 0.9817.")
                .contains("href=\"/runs/" + backend.runs(SeededBackend.MODEL, 1).getFirst().id())
                .contains("becomes the challenger and is judged in shadow beside v7");
    }

    @Test
    void aSearchIsDrawnTabledAndTellsItsBestSettings() {
        String list = client.get("/models/football-1x2/studies").text();
        String page = client.get("/models/football-1x2/studies/study-football-1x2-2020-07-01T10:00:00Z").text();
        String sorted = client.get("/models/football-1x2/studies/study-football-1x2-2020-07-01T10:00:00Z?sort=loss").text();

        assertThat(list).contains("max_depth").contains("2..8").contains("60 of 60");
        assertThat(page)
                .contains("max_depth: 3, learning_rate: 0.05")
                .contains("settings of the project file")
                .contains("stopped early, because they were worse than others")
                .contains("Importance of the settings")
                .contains("The best 2 have learning_rate 0.0")
                .contains("log loss against learning_rate".replace("log", "Log"))
                .contains("The learner took too much memory.")
                .contains("1 to 50 shown")
                .doesNotContain("NaN");
        assertThat(page.split("class=\"chart study slice\"", -1)).hasSize(5);
        assertThat(sorted).containsPattern("(?s)<tbody>\\s*<tr class=\"own\">");
        assertThat(client.get("/models/football-1x2/studies/none").status()).isEqualTo(404);
        assertThat(client.get("/models/football-1x2-odds/studies").text()).contains("Switched off: the project file");
    }

    @Test
    void aSearchIsBegunStoppedAndResumed() {
        KeelsonServer own = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        try (Client user = new Client(own.url())) {
            String studies = "/models/football-1x2/studies";
            String address = user.post(studies, "trials=9&sampler=cma_es&seed=").header("Location");
            String running = user.get(address).text();
            user.post(address + "/cancel", "");
            String stopped = user.get(address).text();
            String resumed = user.get(user.post(address + "/resume", "").header("Location")).text();

            assertThat(running)
                    .contains("Running: 1 of 9 trials have ended")
                    .contains("Nothing to compare yet")
                    .contains("hx-trigger=\"every 2s\"");
            assertThat(stopped).contains("Stopped after 1 of 9 trials. They are kept").contains(">Resume<");
            assertThat(resumed).contains("Running: 1 of 9").contains("cma es");
            assertThat(user.post(studies, "trials=many").status()).isEqualTo(400);
            assertThat(user.post(studies, "").status()).isEqualTo(409);
        } finally {
            own.stop();
        }
    }
}
