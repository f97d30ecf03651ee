package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.http.SeededBackend;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.Experiment;
import dev.keelson.registry.tracking.MetricPoint;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RunPagesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int RUNS = 60;

    private static SeededBackend backend;
    private static KeelsonServer server;
    private static Client client;

    @BeforeAll
    static void start() {
        backend = SeededBackend.seeded();
        backend.catalog().update(tx -> {
            Experiment experiment = tx.tracking().createExperiment("sweep <1>", null, Map.of(), START);
            for (int i = 0; i < RUNS; i++) {
                String id = id(i);
                tx.tracking()
                        .createRun(
                                id,
                                experiment.id(),
                                "run-" + i,
                                "ann",
                                START.plusSeconds(i),
                                Map.of("mlflow.runName", "run-" + i));
                List<MetricPoint> points = new ArrayList<>();
                for (int step = 0; step < 5; step++) {
                    points.add(new MetricPoint("loss", 1.0 / (step + 1) + i, START.toEpochMilli() + step, step));
                }
                points.add(new MetricPoint("f1", i / 100.0, START.toEpochMilli(), 0));
                tx.tracking().log(id, points, Map.of("depth", Integer.toString(i % 7), "same", "x"), Map.of());
                tx.tracking().updateRun(id, Run.Status.FINISHED, START.plusSeconds(i + 1), null);
            }
        });
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static String id(int i) {
        return "%032x".formatted(0xabc000 + i);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void listIsPagedAndOrderedByWhatItsAddressSays() {
        String first = client.get("/runs?experiment=" + encoded("sweep <1>")).text();
        String second = client.get("/runs?page=2&experiment=" + encoded("sweep <1>")).text();
        String best = client.get("/runs?order=" + encoded("metrics.`f1` DESC") + "&columns=" + encoded("metrics.f1,params.depth")
                        + "&experiment=" + encoded("sweep <1>"))
                .text();

        assertThat(first).contains("60 runs, 1 to 50 shown", ">run-59</a>", "sweep &lt;1&gt;").doesNotContain(">run-9</a>");
        assertThat(second).contains("51 to 60 shown", ">run-9</a>").doesNotContain(">run-59</a>");
        assertThat(best.indexOf(">run-59</a>")).isLessThan(best.indexOf(">run-58</a>"));
        assertThat(best).contains("aria-sort=\"descending\"", "0.590");
    }

    @Test
    void filterAndAnyPickOfAMetricAreUnderstood() {
        String page = client.get("/runs?filter=" + encoded("params.depth = '3' and metrics.f1 < 0.2") + "&columns="
                        + encoded("metrics.loss:max, metrics.loss:@2"))
                .text();

        assertThat(page).contains("3 runs", ">run-3</a>", ">run-10</a>", ">run-17</a>", "loss:max", "4.00", "3.33");
    }

    @Test
    void faultyFilterIsSaidOnThePage() {
        Client.Answer page = client.get("/runs?filter=" + encoded("metrics.f1 <"));

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.text()).contains("role=\"alert\"").contains("Invalid clause(s) in filter string");
    }

    @Test
    void pageOrExperimentThatIsNotThereIsSaid() {
        String page = client.get("/runs?page=99").text();
        String experiment = client.get("/runs?experiment=nope").text();

        assertThat(page).contains("role=\"alert\"", "There is no page 99:").doesNotContain("Nothing yet");
        assertThat(experiment).contains("role=\"alert\"", "There is no experiment (nope).").doesNotContain("Nothing yet");
    }

    @Test
    void comparisonShowsWhatDiffersAndCurves() {
        String page = client.get("/runs/compare?id=" + id(1) + "&id=" + id(2) + "&id=" + id(3)).text();

        assertThat(page)
                .contains("3 runs side by side", "<th scope=\"row\">depth</th>", "1 more are alike", "curves")
                .contains("loss by step, of 3 runs")
                .contains("All settings together")
                .doesNotContain("<th scope=\"row\">same</th>");
    }

    @Test
    void runOfAClientHasItsCurvesAndIsDeletedAndRestored() {
        assertThat(client.get("/runs/" + id(5)).text()).contains("loss by step", "run-5", "ann");

        Client.Answer deleted = client.post("/runs/" + id(5) + "/delete", "", "Content-Type", "application/x-www-form-urlencoded");

        assertThat(deleted.status()).isEqualTo(303);
        assertThat(client.get("/runs/" + id(5)).text()).contains("This run was deleted");
        assertThat(client.get("/runs?deleted=true").text()).contains(">run-5</a>");

        client.post("/runs/" + id(5) + "/restore", "", "Content-Type", "application/x-www-form-urlencoded");

        assertThat(client.get("/runs?deleted=true").text()).doesNotContain(">run-5</a>");
    }

    @Test
    void experimentsLeadToTheirRuns() {
        assertThat(client.get("/experiments").text())
                .contains("sweep &lt;1&gt;", "/runs?experiment=sweep%20%3C1%3E", ">60<");
    }
}
