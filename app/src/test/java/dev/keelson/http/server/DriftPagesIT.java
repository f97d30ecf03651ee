package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.SeededBackend;
import dev.keelson.project.Project;
import dev.keelson.project.ServeDefinition;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.PriceProject;
import dev.keelson.wiring.RunPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of drift over a real project: baselines side by side, streams, and a model that others serve. */
final class DriftPagesIT {
    private static final Instant NOW = Instant.parse("2024-02-10T00:00:00Z");
    private static final String MODEL = "direction";
    private static final String SUBMIT = "/api/v1/models/tips/predictions";
    private static final String WHO = "actor=ann&reason=The+week+began.";
    private static final String SECTIONS = """
            elsewhere: { tips: { classes: [H, D, A], features: [elo] } }
            monitors:
              drift: { model: direction, baseline: [training, last 4d], current: "last 7d, at least 100 rows", streams: [close] }
              theirs: { model: tips, current: "last 7d, at least 100 rows" }
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

    /** Prices are higher by a fifth in the four days before the window, which are what the rolling baseline holds. */
    @BeforeEach
    void open() throws IOException {
        Project project = PriceProject.in(folder, PriceProject.model(MODEL, "logistic") + SECTIONS);
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("symbol,time,close,volume\n");
        Instant start = NOW.minus(Duration.ofDays(40));
        for (int hour = 0; hour < 24 * 40; hour++) {
            long close = Math.round((hour >= 24 * 29 && hour < 24 * 33 ? 1.2 : 1) * (100 + random.nextInt(20)));
            csv.append("BTC,%s,%d,%d\n".formatted(start.plus(Duration.ofHours(hour)), close, 1 + random.nextInt(1000)));
        }
        Files.writeString(folder.resolve("prices.csv"), csv.toString());
        RunPipeline.run(project, now::get, line -> {});
        backend = LiveBackend.open(project, now::get);
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterEach
    void close() {
        client.close();
        server.stop();
        backend.close();
    }

    /** A request at every hour of the last seven days. */
    private void predict() {
        Random random = new Random(8);
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (int hour = 24 * 7; hour > 0; hour--) {
            rows.add(Map.of(
                    "symbol", "BTC",
                    "time", NOW.minus(Duration.ofHours(hour)).toString(),
                    "close", 1.0 * (100 + random.nextInt(20)),
                    "volume", 1.0 + random.nextInt(1000)));
        }
        backend.predict(MODEL, rows, PredictOptions.DEFAULT);
    }

    @Test
    void baselinesStandSideBySideAndTheirDisagreementIsTold() {
        predict();
        Client.Answer checked = client.post("/models/direction/drift", "");
        String page = client.get("/models/direction/drift").text();

        assertThat(checked.status()).as(checked.text()).isEqualTo(303);
        assertThat(page)
                .contains("Against each baseline", "they disagree</span>", "Against `last 4d` close moved", "/models/direction/baselines/direction.training.1")
                .contains("frozen", "rolling", "The first check asked for it.", "action=\"/models/direction/baselines\"");
    }

    @Test
    void baselinesAreMadeAnewAndShownColumnByColumn() {
        String before = client.get("/models/direction/drift").text();
        Client.Answer nameless = client.post("/models/direction/baselines", "reason=x");
        Client.Answer wrong = client.post("/models/direction/baselines", "source=yesterday&" + WHO);
        Client.Answer made = client.post("/models/direction/baselines", "source=&" + WHO);
        Client.Answer again = client.post("/models/direction/baselines", "source=last+4d&" + WHO);
        String page = client.get("/models/direction/drift").text();
        String one = client.get("/models/direction/baselines/direction.last-4d.2").text();

        assertThat(before).contains("no baseline of this model is kept", "keelson baseline create --model direction").doesNotContain("Against each baseline");
        assertThat(nameless.status()).isEqualTo(400);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(made.header("Location")).isEqualTo("/models/direction/drift");
        assertThat(again.status()).isEqualTo(303);
        assertThat(page).contains("direction.training.1", "direction.last-4d.1", "direction.last-4d.2", "by ann", "The week began.");
        assertThat(one).contains("direction.last-4d.2</h2>", "rolling", "Rank error", "close", "volume", "exact", "/api/v1/baselines/direction.last-4d.2").doesNotContain("NaN");
        assertThat(client.get("/models/direction/baselines/none").status()).isEqualTo(404);
        assertThat(client.get("/models/none/baselines/direction.last-4d.2").status()).isEqualTo(404);
    }

    @Test
    void aBaselineIsMadeAnewAndDeletedByWhoIsSure() {
        client.post("/models/direction/baselines", "source=last+4d&" + WHO);
        String id = backend.baselines().list(MODEL).at("/baselines/0/id").asText();
        String page = client.get("/models/direction/drift").text();
        String one = client.get("/models/direction/baselines/" + id).text();
        String delete = "/models/direction/baselines/delete";
        Client.Answer unsure = client.post(delete, "baseline=" + id + "&" + WHO);
        Client.Answer nameless = client.post(delete, "sure=true&reason=x&baseline=" + id);
        Client.Answer unknown = client.post(delete, "sure=true&baseline=none&" + WHO);
        Client.Answer deleted = client.post(delete, "sure=true&baseline=" + id + "&" + WHO);

        assertThat(page).contains("Delete a baseline", "name=\"sure\"", "do not come back");
        assertThat(one).contains("Make it anew", "name=\"source\" value=\"last 4d\"", "Yes, delete " + id);
        assertThat(unsure.status()).isEqualTo(400);
        assertThat(nameless.status()).isEqualTo(400);
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(deleted.header("Location")).isEqualTo("/models/direction/drift");
        assertThat(client.get("/models/direction/baselines/" + id).status()).isEqualTo(404);
        assertThat(backend.audit(MODEL, 9)).extracting(each -> each.action()).contains("make_baseline", "delete_baseline");
    }

    @Test
    void everythingThatIsWrongWithARequestIsToldAtOnce() {
        String checked = client.post(
                        "/api/v1/drift-checks",
                        "{\"colums\": [\"x\"], \"policy\": \"foo\", \"share\": 7, \"min_samples\": -2, \"reference\": \"none.csv\", \"multivariate\": \"yes\"}")
                .text();
        String simulated = client.post(
                        "/api/v1/drift-simulations",
                        "{\"scal\": \"x\", \"scale\": \"close=much\", \"drop\": \"clos\", \"seed\": 0.5, \"policy\": \"foo\", \"out\": \"x.txt\", \"current\": \"prices.csv\"}")
                .text();

        assertThat(checked)
                .contains("The key colums", "no policy (foo)", "`share` is 7.0", "`min_samples` is -2", "(none.csv)", "`multivariate` is \\\"yes\\\"");
        assertThat(simulated)
                .contains("The key scal ", "`scale` is `close=much`", "no column (clos)", "`seed` is 0.5", "no policy (foo)", "`out` is `x.txt`");
    }

    @Test
    void streamsTellTheirDetectorsAndWhenAChangeBegan() {
        String before = client.get("/models/direction/drift").text();
        Random random = new Random(4);
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (int hour = 800; hour > 0; hour--) {
            rows.add(Map.of(
                    "symbol", "BTC",
                    "time", NOW.minus(Duration.ofHours(hour)).toString(),
                    "close", (hour > 300 ? 1.0 : 1.2) * (100 + random.nextInt(20)),
                    "volume", 1.0 + random.nextInt(1000)));
        }
        backend.predict(MODEL, rows, PredictOptions.DEFAULT);
        assertThat(client.post("/models/direction/streams", "", "Content-Type", "application/x-www-form-urlencoded").status()).isEqualTo(303);
        String page = client.get("/models/direction/drift").text();

        assertThat(before).contains("Follow the streams now", "action=\"/models/direction/streams\"");
        assertThat(before).contains("no value was taken into its streams", "keelson drift streams --model direction");
        assertThat(backend.streams().changes(MODEL).path("changes")).isNotEmpty();
        assertThat(page).contains("page_hinkley", "adwin", "The last change: close rose from", "Values since", "about 2024-01-2");
    }

    @Test
    void aModelThatOthersServeHasItsPages() {
        String empty = client.get("/models/tips/drift").text();
        StringBuilder csv = new StringBuilder("entity,probabilities.H,probabilities.D,probabilities.A,features.elo,event_time,version\n");
        Random random = new Random(6);
        for (int i = 0; i < 600; i++) {
            csv.append("g%d,0.5,0.3,0.2,%s,%s,1\n".formatted(i, (i < 400 ? 0 : 300) + 50 * random.nextGaussian(), NOW.minus(Duration.ofHours(600L - i))));
        }
        Client.Answer taken = client.post(SUBMIT, csv.toString(), "Content-Type", "text/csv");
        Client.Answer checked = client.post("/models/tips/drift", "");
        String page = client.get("/models/tips/drift").text();
        String overview = client.get("/").text();

        assertThat(empty).contains("has not been checked for drift", "keelson drift check --model tips", "Check drift now", "href=\"/models/tips/health\"").doesNotContain("href=\"/models/tips/rollout\"");
        assertThat(taken.json().path("accepted").asInt()).as(taken.text()).isEqualTo(600);
        assertThat(checked.header("Location")).as(checked.text()).isEqualTo("/models/tips/drift");
        assertThat(page).contains("<h1>tips</h1>", "alarm</span>", "elo", "href=\"/models/tips/performance\"", "Baselines</h2>", "tips.training.1").doesNotContain("Simulate a fault", "NaN");
        assertThat(overview).contains("Models served elsewhere", "href=\"/models/tips\">tips", "href=\"/models/tips/drift\"", ">600<", "keelson drift report --model tips");
        assertThat(client.get("/models/tips/performance").text()).contains("href=\"/models/tips/drift\"");
    }

    @Test
    void whoMayOnlyLookIsOfferedNoNewBaselines() {
        ServeDefinition serve = new ServeDefinition(
                null, Map.of("board", new ServeDefinition.Token("board-board-board-board", ServeDefinition.Role.READ)), List.of(), List.of(),
                ServeDefinition.Limits.DEFAULT);
        KeelsonServer guarded = KeelsonServer.start(SeededBackend.seeded().serving(serve), KeelsonServer.DEFAULT_HOST, 0);
        String[] token = {"Authorization", "Bearer board-board-board-board"};
        try (Client reader = new Client(guarded.url())) {
            assertThat(reader.get("/models/football-1x2/drift", token).text()).contains("Baselines</h2>").doesNotContain("Make baselines anew", "Delete a baseline", "Follow the streams now");
            assertThat(reader.post("/models/football-1x2/baselines", WHO, token).status()).isEqualTo(403);
            assertThat(reader.post("/models/football-1x2/baselines/delete", WHO, token).status()).isEqualTo(403);
        } finally {
            guarded.stop();
        }
    }
}
