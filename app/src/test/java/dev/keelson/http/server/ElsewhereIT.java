package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.PriceProject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that others serve, watched like one of the project: health, baselines, streams and its pages, over HTTP. */
final class ElsewhereIT {
    private static final Instant NOW = Instant.parse("2024-06-30T00:00:00Z");
    private static final int DAYS = 100;
    private static final String API = "/api/v1/models/tips/";
    private static final String SECTIONS = """
            elsewhere:
              tips: { classes: [lost, won], features: [form] }
              goals: {}
              picks: { classes: [lost, won], features: [form] }
            monitors:
              picked: { model: picks, current: last 30d, segments: [segment], multivariate: true }
              theirs: { model: tips, baseline: [training, last 30d], current: "last 7d, at least 100 rows", streams: [log_loss, form] }
              worse: { model: tips, metric: log_loss }
            schedules:
              health: { cron: "0 6 * * *", run: health }
            """;

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);

    @SuppressWarnings("NullAway.Init") // set before each test
    private LiveBackend backend;

    @SuppressWarnings("NullAway.Init") // set before each test
    private KeelsonServer server;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Client client;

    @BeforeEach
    void open() throws IOException {
        Project project = PriceProject.in(folder, PriceProject.model("direction", "logistic") + SECTIONS);
        backend = LiveBackend.open(project, now::get);
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @Test
    void whatSchedulesDoForAModelCanBeAskedForAsAJob() {
        for (String run : new String[] {"drift", "decay", "health", "baseline"}) {
            Client.Answer asked = client.post(
                    "/api/v1/jobs", "{\"run\": \"%s\", \"model\": \"tips\", \"actor\": \"ann\", \"reason\": \"To see.\"}".formatted(run));
            assertThat(asked.status()).as(asked.text()).isEqualTo(200);
            assertThat(asked.json().path("kind").asText()).isEqualTo(run);
            assertThat(asked.json().path("subject").asText()).isEqualTo("model/tips");
        }
        Client.Answer unwatched =
                client.post("/api/v1/jobs", "{\"run\": \"decay\", \"model\": \"goals\", \"actor\": \"ann\", \"reason\": \"To see.\"}");
        Client.Answer wrong = client.post(
                "/api/v1/jobs", "{\"run\": \"decay\", \"model\": \"tip\", \"on_decay\": \"x\", \"on_drift\": \"alert\", \"reason\": \"x\"}");

        assertThat(unwatched.status()).isEqualTo(400);
        assertThat(unwatched.text()).contains("No monitor of the project lets a job (decay) be about the model (goals)", "`metric`");
        assertThat(wrong.text()).contains("on_decay", "alert or retrain", "(on_drift)", "no model (tip)");
        assertThat(client.get("/api/v1/jobs?model=tips").json().path("jobs")).hasSize(4);
    }

    @AfterEach
    void close() {
        client.close();
        server.stop();
        backend.close();
    }

    /**
     * Twelve predictions a day with what happened.
     *
     * @param turned of the last days, that what is likely does not happen
     */
    private void handIn(int turned) {
        Random random = new Random(7);
        StringBuilder csv = new StringBuilder("entity,probabilities.lost,probabilities.won,features.form,event_time,at,outcome,outcome_known_at\n");
        for (int day = 0; day < DAYS; day++) {
            for (int i = 0; i < 12; i++) {
                Instant at = NOW.minus(Duration.ofDays(DAYS - day)).plus(Duration.ofHours(i));
                double p = 0.15 + 0.7 * random.nextDouble();
                boolean won = random.nextDouble() < (day >= DAYS - turned ? 1 - p : p);
                csv.append("b%d-%d,%s,%s,%s,%s,%s,%s,%s\n".formatted(
                        day, i, 1 - p, p, 10 * p + random.nextGaussian(), at, at, won ? "won" : "lost", at.plus(Duration.ofHours(3))));
            }
        }
        Client.Answer taken = client.post(API + "predictions", csv.toString(), "Content-Type", "text/csv");
        assertThat(taken.json().path("accepted").asInt()).as(taken.text()).isEqualTo(12 * DAYS);
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }

    @Test
    void aModelThatStaysAsGoodAsItWasNeedsNothing() {
        handIn(0);
        client.post(API + "drift-check", "");

        JsonNode health = client.post(API + "health", "").json();

        assertThat(health.path("version").asInt()).isZero();
        assertThat(health.path("requires_retraining").asBoolean(true)).isFalse();
        assertThat(health.at("/scores/performance/score").asDouble()).isGreaterThan(0.5);
        assertThat(health.at("/scores/performance/sentence").asText()).contains("early advantage", "on its first settled days");
        assertThat(health.at("/scores/drift/score").isNumber()).isTrue();
        assertThat(health.at("/scores/calibration/score").isNumber()).isTrue();
        assertThat(health.at("/scores/freshness/score").isNull()).isTrue();
        assertThat(health.at("/figures/trained_to").isNull()).isTrue();
        assertThat(client.get(API + "health/history").json().path("reports")).hasSize(1);
        assertThat(client.get("/metrics").text())
                .contains("model_performance_score{model=\"tips\"}", "model_drift_score{feature=\"overall\",model=\"tips\"}");
        assertThat(client.get("/models/tips/health").text()).contains("early advantage", "elsewhere", "not known here").doesNotContain("NaN");
    }

    @Test
    void aModelThatTurnsIsToldToThoseWhoServeIt() {
        handIn(60);

        JsonNode health = client.get(API + "health").json();
        JsonNode first = health.path("recommendations").path(0);

        assertThat(health.path("requires_retraining").asBoolean()).as(health.toString()).isTrue();
        assertThat(health.path("why").asText()).contains("on its first settled days");
        assertThat(first.path("action").asText()).isEqualTo("retrain");
        assertThat(first.path("sentence").asText()).contains("Have those who serve it train it anew");
        assertThat(first.path("command").isNull()).isTrue();
        assertThat(client.get(API + "health?format=html").text()).contains("Health of tips elsewhere");
    }

    @Test
    void withoutOutcomesNothingIsClaimed() {
        JsonNode health = client.get("/api/v1/models/goals/health").json();

        assertThat(health.path("verdict").asText()).isEqualTo("unknown");
        assertThat(health.path("requires_retraining").isNull()).isTrue();
        assertThat(client.get("/models/goals").text()).contains("no outcome of a prediction is known", "a number");
        assertThat(client.get("/models/goals/health").status()).isEqualTo(200);
        assertThat(client.get("/models/goals/streaks").text()).contains("this model predicts numbers");
    }

    @Test
    void baselinesAreWhatWasHandedIn() {
        handIn(0);
        String create = "/api/v1/baselines";

        JsonNode both = client.post(create, "{\"model\": \"tips\", \"reason\": \"By hand.\"}").json().path("baselines");
        Client.Answer dataset = client.post(create, "{\"model\": \"tips\", \"source\": \"dataset abc\", \"reason\": \"By hand.\"}");
        Client.Answer nothing = client.post(create, "{\"model\": \"goals\", \"source\": \"last 30d\", \"reason\": \"By hand.\"}");
        JsonNode report = client.post(API + "drift-check", "").json();

        assertThat(both).extracting(each -> each.path("id").asText()).containsExactly("tips.training.1", "tips.last-30d.1");
        assertThat(both.path(0).path("origin").asText()).contains("its training data are not here");
        assertThat(both.path(0).path("rows").asInt()).isEqualTo(600);
        assertThat(both.path(1).path("rows").asInt()).isEqualTo(30 * 12);
        assertThat(both.path(1).path("columns")).extracting(each -> each.path("name").asText()).containsExactly("form", "p(won)");
        assertThat(dataset.status()).isEqualTo(400);
        assertThat(dataset.text()).contains("no dataset is known to hold what it is asked");
        assertThat(nothing.text()).contains("would have 0 rows", "predictions submit goals");
        assertThat(report.path("baselines")).extracting(each -> each.path("baseline").asText()).containsExactly("tips.training.1", "tips.last-30d.1");
        assertThat(client.get("/api/v1/baselines?model=tips").json().path("baselines")).hasSize(2);
        assertThat(client.get("/models/tips/drift").text()).contains("Against each baseline", "/models/tips/baselines/tips.last-30d.1");
        assertThat(client.get("/models/tips/baselines/tips.last-30d.1").text()).contains("rolling", "p(won)");
        assertThat(client.post("/models/tips/baselines", "source=last+30d&actor=ann&reason=Anew.").header("Location")).isEqualTo("/models/tips/drift");
    }

    @Test
    void olderPredictionsThatComeLaterBecomeTheReference() {
        handIn(0);
        client.post(API + "drift-check", "");
        Instant before = NOW.minus(Duration.ofDays(DAYS + 5));
        client.post(
                API + "predictions",
                "{\"predictions\": [{\"entity\": \"old\", \"event_time\": \"%s\", \"at\": \"%s\", \"probabilities\": {\"lost\": 0.5, \"won\": 0.5}}]}".formatted(before, before));

        JsonNode report = client.post(API + "drift-check", "").json();

        assertThat(report.at("/baselines/0/baseline").asText()).isEqualTo("tips.training.2");
        assertThat(client.get("/api/v1/baselines/tips.training.2").json().path("from").asText()).isEqualTo(before.toString());
    }

    @Test
    void streamsTakeItsErrorsAndFeatures() {
        handIn(30);

        JsonNode told = client.post(API + "streams", "").json();
        JsonNode again = client.post(API + "streams", "").json();

        assertThat(told.path("values").asInt()).isEqualTo(again.path("streams").size() * 12 * DAYS);
        assertThat(again.path("values").asInt()).isZero();
        assertThat(told.path("found")).as(told.toString()).extracting(each -> each.path("of").asText()).contains("log_loss");
        assertThat(client.get("/models/tips/drift").text()).contains("Streams</h2>", "The last change: log_loss rose");
        assertThat(texts(client.get(API + "health").json().path("concerns"))).anyMatch(each -> each.contains("log_loss rose"));
    }

    private Client.Answer compare(String body) {
        return client.post("/api/v1/drift-checks", body);
    }

    @Test
    void itIsASideOfAComparisonByPeriod() {
        handIn(0);
        client.post("/api/v1/baselines", "{\"model\": \"tips\", \"source\": \"last 30d\", \"reason\": \"By hand.\"}");

        JsonNode standing = compare("{\"model\": \"tips\"}").json();
        JsonNode periods = compare(
                        """
                        {"reference": "served:tips@2024-04-01..2024-05-01", "current": "served:tips@2024-05-01..2024-06-01"}""")
                .json();
        JsonNode last = compare("{\"model\": \"tips\", \"reference\": \"baseline:tips.last-30d\", \"current\": \"14d\", \"columns\": [\"form\"]}").json();
        JsonNode whole = compare("{\"model\": \"tips\", \"current\": \"3650d\"}").json();
        Client.Answer nothing = compare("{\"model\": \"goals\"}");
        Client.Answer misspelt = compare("{\"reference\": \"champion:tipps\", \"current\": \"served:tips\"}");

        assertThat(standing.path("reference").asText()).as(standing.toString()).isEqualTo("tips, the first predictions handed in: its training data are not here");
        assertThat(standing.path("n_samples_reference").asInt()).isEqualTo(600);
        assertThat(standing.path("n_samples_current").asInt()).isEqualTo(100); // seven days hold fewer
        assertThat(standing.path("features")).extracting(each -> each.path("name").asText()).containsExactlyInAnyOrder("form", "p(won)");
        assertThat(periods.path("n_samples_reference").asInt()).as(periods.toString()).isEqualTo(30 * 12);
        assertThat(periods.path("n_samples_current").asInt()).isEqualTo(31 * 12);
        assertThat(periods.path("verdict").asText()).isEqualTo("none");
        assertThat(last.path("n_samples_reference").asInt()).as(last.toString()).isEqualTo(360);
        assertThat(last.path("n_samples_current").asInt()).isEqualTo(14 * 12);
        assertThat(last.path("n_features").asInt()).isEqualTo(1);
        assertThat(whole.path("n_samples_current").asInt()).as("never what stands for training data").isEqualTo(600);
        assertThat(nothing.json().path("verdict").asText()).as(nothing.text()).isEqualTo("insufficient");
        assertThat(misspelt.text()).contains("There is no model (tipps)", "Maybe `tips` was meant");
    }

    @Test
    void itsSegmentsAndAllColumnsTogetherAreJudged() {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("entity,probabilities.lost,probabilities.won,features.form,segment,event_time,at\n");
        for (int i = 0; i < DAYS * 12; i++) {
            Instant at = NOW.minus(Duration.ofDays(DAYS)).plus(Duration.ofHours(2L * i));
            boolean home = i % 2 == 0;
            double form = random.nextGaussian() + (home && i > DAYS * 9 ? 3 : 0);
            double p = 0.3 + 0.4 * random.nextDouble();
            csv.append("p%d,%s,%s,%s,%s,%s,%s\n".formatted(i, 1 - p, p, form, home ? "home" : "away", at, at));
        }
        Client.Answer taken = client.post("/api/v1/models/picks/predictions", csv.toString(), "Content-Type", "text/csv");

        JsonNode report = client.post("/api/v1/models/picks/drift-check", "").json();

        assertThat(taken.json().path("accepted").asInt()).as(taken.text()).isEqualTo(DAYS * 12);
        assertThat(report.path("n_segments").asInt()).as(report.toString()).isEqualTo(2);
        assertThat(report.path("findings").valueStream().filter(each -> each.path("kind").asText().equals("segment")))
                .extracting(each -> each.path("subject").asText())
                .containsExactly("segment=home, form");
        assertThat(report.at("/multivariate/auc").asDouble()).isGreaterThan(0.65);
        assertThat(report.at("/multivariate/importance/form").asDouble()).isGreaterThan(0.5);
    }

    @Test
    void theReportOfAcisKnowsIt() {
        handIn(0);

        Client.Answer told = client.get("/api/v1/drift-report?model=tips&days_lookback=30");
        Client.Answer few = client.get("/api/v1/drift-report?model=goals");

        assertThat(told.json().path("n_samples_current").asInt()).as(told.text()).isEqualTo(30 * 12);
        assertThat(told.json().path("n_samples_reference").asInt()).isEqualTo(600);
        assertThat(few.text()).contains("goals was asked 0 times in the last 7 days; 100 are needed");
    }

    @Test
    void itsPagesAreFoundFromEachOther() {
        handIn(0);

        String page = client.get("/models/tips").text();

        assertThat(page)
                .contains("<h1>tips</h1>", "neither its versions nor what it was trained on", "lost, won", ">1,200<", "href=\"/models/tips/streaks\"")
                .contains("By version", "/models/tips/performance", "keelson health tips")
                .doesNotContain("href=\"/models/tips/rollout\"", "NaN");
        assertThat(client.get("/models/tips/streaks").text()).contains("Chance by order", "As JSON");
        assertThat(client.get("/").text()).contains("href=\"/models/tips\">tips", "href=\"/models/tips/health\"");
        assertThat(client.get("/models").header("Location")).isEqualTo("/");
        assertThat(client.get("/registry").text()).contains("Served elsewhere", "href=\"/models/tips\"");
        assertThat(client.get("/predictions?model=tips").text()).contains("href=\"/models/tips\"");
        assertThat(client.get("/performance").text()).contains("href=\"/models/tips/performance\"");
        assertThat(client.get("/models/tips/rollout").text()).contains("is served by others");
        JsonNode listed = client.get("/api/v1/models").json().path("models");
        assertThat(listed).anyMatch(each -> each.path("name").asText().equals("tips") && each.path("elsewhere").asBoolean());
        assertThat(client.get("/api/v1/models/tips").json().path("features")).hasSize(1);
    }

    @Test
    void betsThatAreHandedInAreToldInMoney() {
        StringBuilder csv = new StringBuilder("entity,probabilities.lost,probabilities.won,event_time,at,bet.on,bet.odds,bet.stake,bet.closing_odds,outcome,outcome_known_at\n");
        Random random = new Random(2);
        double profit = 0;
        for (int i = 0; i < 840; i++) {
            Instant at = NOW.minus(Duration.ofHours(2L * (840 - i)));
            double p = 0.2 + 0.6 * random.nextDouble();
            boolean won = random.nextDouble() < p;
            boolean settled = i < 820;
            boolean bet = i % 4 != 0;
            double odds = Math.round(100 * 1.04 / p) / 100.0 + 0.01;
            profit += settled && bet ? (won ? 5 * (odds - 1) : -5) : 0;
            csv.append("m%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n".formatted(
                    i, 1 - p, p, at, at, bet ? "won" : "", bet ? odds : "", bet ? "5" : "", bet && i % 2 == 0 ? odds - 0.005 : "",
                    settled ? (won ? "won" : "lost") : "", settled ? at.plus(Duration.ofHours(1)) : ""));
        }
        Client.Answer taken = client.post(API + "predictions", csv.toString(), "Content-Type", "text/csv");

        JsonNode told = client.get(API + "performance?window=week").json();
        JsonNode last = told.path("windows").path(told.path("windows").size() - 1).path("money");
        String page = client.get("/models/tips/performance?window=week").text();
        JsonNode streaks = client.get(API + "streaks?of=bets").json();

        assertThat(taken.json().path("accepted").asInt()).as(taken.text()).isEqualTo(840);
        assertThat(told.at("/money/settled/bets").asInt()).isEqualTo(615);
        assertThat(told.at("/money/settled/profit/value").asDouble()).isCloseTo(profit, within(1e-6));
        assertThat(told.at("/money/settled/roi/lower").asDouble()).isLessThan(told.at("/money/settled/roi/value").asDouble());
        assertThat(told.at("/money/settled/clv_bets").asInt()).isEqualTo(205);
        assertThat(last.path("bets").asInt()).isGreaterThan(last.at("/settled/bets").asInt());
        assertThat(last.at("/expected/bets").asInt()).isEqualTo(last.path("bets").asInt());
        assertThat(last.at("/expected/profit/lower").isNumber()).isTrue();
        assertThat(page).contains("Money</h2>", "Expected profit of all", "Closing line value").doesNotContain("NaN");
        assertThat(streaks.path("results").asInt()).isEqualTo(615);
        assertThat(streaks.at("/money/sentence").isTextual()).isTrue();
    }

    @Test
    void probabilitiesThatAreOffAreAnAlertOnce() {
        handIn(60);

        JsonNode first = client.post(API + "decay-check", "").json();
        client.post(API + "decay-check", "");
        JsonNode alerts = client.get("/api/v1/alerts").json().path("alerts");

        assertThat(first.at("/calibration/verdict").asText()).as(first.toString()).isEqualTo("miscalibrated");
        assertThat(first.at("/calibration/level").asDouble()).isEqualTo(0.01);
        assertThat(first.at("/calibration/sentence").asText()).contains("the probabilities are off");
        assertThat(alerts.valueStream().filter(each -> each.path("title").asText().equals("Its probabilities are off"))).as(alerts.toString()).hasSize(1);
        assertThat(client.get("/models/tips/performance").text()).contains("the probabilities are off");
    }

    @Test
    void everyFaultOfABetIsTold() {
        Client.Answer wrong = client.post(
                API + "predictions",
                """
                {"entity": "x", "probabilities": {"lost": 0.5, "won": 0.5}, "bet": {"on": "draw", "odds": 1, "stake": -2, "price": 3}}
                """);
        Client.Answer number = client.post("/api/v1/models/goals/predictions", "{\"entity\": \"x\", \"value\": 2, \"bet\": {\"on\": \"won\", \"odds\": 2}}");

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("A bet on (draw) cannot be", "bet.odds is wrong; expected a number above 1", "bet.stake is wrong", "The key price is unknown");
        assertThat(number.text()).contains("predicts numbers; a bet is on a class");
    }

    @Test
    void everyWrongParameterOfPerformanceIsToldAtOnce() {
        Client.Answer wrong = client.get(API + "performance?window=fortnight&from=abc&version=x");

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("parameter window", "day, week, month or days such as 7d", "parameter from", "parameter version");
    }
}
