package dev.keelson.registry.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.MetricSummary;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.TrackedRun;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RunTableTest {
    private static TrackedRun run(String id, Map<String, Double> metrics, Map<String, String> params) {
        TreeMap<String, MetricSummary> summaries = new TreeMap<>();
        metrics.forEach((key, value) ->
                summaries.put(key, new MetricSummary(new MetricPoint(key, value, 0, 0), value, value, 1)));
        return new TrackedRun(
                new RunInfo(
                        id, "1", id, "kim", Run.Status.FINISHED, Instant.EPOCH, Instant.EPOCH, Lifecycle.ACTIVE, "mlflow-artifacts:/1"),
                summaries,
                new TreeMap<>(params),
                new TreeMap<>(Map.of(RunTags.NAME, id)),
                List.of(),
                List.of(),
                Map.of());
    }

    @Test
    void onlyWhatDiffersIsTold() {
        RunTable table = RunTable.of(
                List.of(
                        run("a", Map.of("auc", 0.8, "n", 10.0), Map.of("depth", "3", "seed", "1")),
                        run("b", Map.of("auc", 0.9, "n", 10.0), Map.of("depth", "4", "seed", "1")),
                        run("c", Map.of("auc", Double.NaN, "n", 10.0), Map.of("seed", "1"))),
                List.of("x", "x", "x"),
                Map.of());

        JsonNode told = table.toJson(false);

        assertThat(told.path("params")).hasSize(1);
        assertThat(told.path("params").path(0).toString()).contains("depth", "[\"3\",\"4\",null]");
        assertThat(told.path("metrics")).hasSize(1);
        assertThat(told.path("metrics").path(0).path("values").toString()).isEqualTo("[0.8,0.9,null]");
        assertThat(told.path("tags")).isEmpty();
        assertThat(table.toJson(true).path("params")).hasSize(2);
    }

    @Test
    void curvesAreTriplesOfStepValueAndTime() {
        RunTable table = RunTable.of(
                List.of(run("a", Map.of("loss", 0.5), Map.of())),
                List.of("x"),
                Map.of("loss", Map.of("a", List.of(new MetricPoint("loss", 0.7, 5, 0), new MetricPoint("loss", Double.NaN, 6, 1)))));

        JsonNode curve = table.toJson(false).path("curves").path("loss").path(0);

        assertThat(curve.path("run").asText()).isEqualTo("a");
        assertThat(curve.path("points").toString()).isEqualTo("[[0,0.7,5],[1,null,6]]");
    }
}
