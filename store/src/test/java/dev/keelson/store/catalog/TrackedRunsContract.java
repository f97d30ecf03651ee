package dev.keelson.store.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.runs.RunColumns;
import dev.keelson.registry.runs.RunExport;
import dev.keelson.registry.runs.RunPage;
import dev.keelson.registry.runs.RunQuery;
import dev.keelson.registry.runs.RunTable;
import dev.keelson.registry.runs.RunTags;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.runs.TrainedRuns;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keelson's own view of runs over a real store. */
public abstract class TrackedRunsContract {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private Catalog catalog;
    private TrackedRuns tracked;
    private String experiment;

    /** A new, empty catalogue. */
    protected abstract Catalog newCatalog();

    @BeforeEach
    void open() {
        catalog = newCatalog();
        tracked = new TrackedRuns(catalog, () -> START);
        experiment = catalog.write(tx -> tx.tracking().createExperiment("trial", null, Map.of(), START).id());
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private static String id(int number) {
        return String.format(Locale.ROOT, "%032x", 0xabcd_0000_0000L + number);
    }

    /** A run of a client: its loss falls from step to step, and ends a little worse than it was. */
    private String run(int number, Map<String, String> tags) {
        String id = id(number);
        catalog.update(tx -> {
            tx.tracking().createRun(id, experiment, "run " + number, "kim", START.plusSeconds(number), tags);
            List<MetricPoint> points = new ArrayList<>();
            for (int step = 0; step < 5; step++) {
                points.add(new MetricPoint("loss", (step < 4 ? 1.0 - 0.2 * step : 0.5) + number, step, step));
            }
            points.add(new MetricPoint("auc", 0.5 + 0.01 * number, 0, 0));
            tx.tracking().log(id, points, Map.of("depth", Integer.toString(number % 3), "seed", "1"), Map.of());
        });
        return id;
    }

    private RunPage list(@Nullable String filter, @Nullable String order, String columns, int limit, int page) {
        return tracked.list(new RunQuery(
                List.of("trial"), null, filter, order, RunColumns.parse(columns), false, null, Lifecycle.View.ACTIVE_ONLY, limit, page, true));
    }

    private static List<String> ids(RunPage page) {
        return page.items().stream().map(item -> item.run().info().id()).toList();
    }

    @Test
    void runsAreFilteredOrderedAndPagedByTheStore() {
        for (int i = 0; i < 7; i++) {
            run(i, Map.of());
        }

        RunPage first = list("metrics.auc > 0.505 AND params.depth != '2'", "metrics.auc DESC", "metrics.auc", 2, 1);
        RunPage last = list("metrics.auc > 0.505 AND params.depth != '2'", "metrics.auc DESC", "metrics.auc", 2, 2);

        assertThat(ids(first)).containsExactly(id(6), id(4));
        assertThat(first.more()).isTrue();
        assertThat(first.total()).isEqualTo(4);
        assertThat(first.toJson().path("next").asInt()).isEqualTo(2);
        assertThat(ids(last)).containsExactly(id(3), id(1));
        assertThat(last.toJson().path("next").isNull()).isTrue();
    }

    @Test
    void everyPointOfAMetricCanBeAColumn() {
        run(1, Map.of());

        RunPage page = list(null, null, "metrics.loss,metrics.loss:min,metrics.loss:max,metrics.loss:best,metrics.loss:@1,metrics.loss:@9", 10, 1);
        JsonNode metrics = page.toJson().path("runs").path(0).path("metrics");

        assertThat(metrics.path("loss").asDouble()).isEqualTo(1.5);
        assertThat(metrics.path("loss:min").asDouble()).isEqualTo(1.4, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(metrics.path("loss:max").asDouble()).isEqualTo(2.0);
        assertThat(metrics.path("loss:best")).isEqualTo(metrics.path("loss:min"));
        assertThat(metrics.path("loss:@1").asDouble()).isEqualTo(1.8);
        assertThat(metrics.has("loss:@9")).isFalse();
        assertThat(metrics.has("auc")).isFalse();
    }

    @Test
    void nestedRunsAreFoldedUnderTheirParent() {
        String parent = run(1, Map.of());
        String child = run(2, Map.of(RunTags.PARENT, parent));

        RunPage folded = list(null, null, "metrics.auc", 10, 1);
        RunQuery flat = new RunQuery(
                List.of(), null, null, null, RunColumns.METRICS, true, null, Lifecycle.View.ACTIVE_ONLY, 10, 1, false);
        RunQuery of = new RunQuery(
                List.of(), null, null, null, RunColumns.METRICS, false, parent, Lifecycle.View.ACTIVE_ONLY, 10, 1, false);

        assertThat(ids(folded)).containsExactly(parent);
        assertThat(folded.items().getFirst().children()).isEqualTo(1);
        assertThat(ids(tracked.list(flat))).containsExactly(child, parent);
        assertThat(ids(tracked.list(of))).containsExactly(child);
        assertThat(tracked.list(of).items().getFirst().parent()).isEqualTo(parent);
        assertThat(tracked.whole(parent).path("children").path(0).path("id").asText()).isEqualTo(child);
    }

    @Test
    void aDeletedRunIsListedAsSuchAndComesBack() {
        String run = run(1, Map.of());

        tracked.delete(run);
        RunQuery deleted = new RunQuery(
                List.of(), null, null, null, RunColumns.METRICS, false, null, Lifecycle.View.DELETED_ONLY, 10, 1, false);

        assertThat(ids(list(null, null, "metrics.auc", 10, 1))).isEmpty();
        assertThat(ids(tracked.list(deleted))).containsExactly(run);
        assertThatThrownBy(() -> tracked.describe(run, null, "late", Map.of()))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));

        tracked.restore(run);

        assertThat(ids(list(null, null, "metrics.auc", 10, 1))).containsExactly(run);
    }

    @Test
    void notesTagsAndNamesAreWrittenAndRemoved() {
        String run = run(1, Map.of());
        Map<String, @Nullable String> removed = new HashMap<>();
        removed.put("team", null);

        tracked.describe(run, "better name", "look here", Map.of("team", "red"));
        JsonNode written = tracked.whole(run.substring(0, 32));
        tracked.describe(run, null, "", removed);
        JsonNode after = tracked.whole(run);

        assertThat(written.path("name").asText()).isEqualTo("better name");
        assertThat(written.path("note").asText()).isEqualTo("look here");
        assertThat(written.path("tags").path("team").asText()).isEqualTo("red");
        assertThat(after.path("note").asText()).isEmpty();
        assertThat(after.path("tags").has("team")).isFalse();
    }

    @Test
    void aComparisonTellsWhatDiffersAndDrawsCurves() {
        List<String> runs = List.of(run(1, Map.of()), run(2, Map.of()), run(3, Map.of()));

        RunTable table = tracked.compare(runs, Set.of("loss"), 3);

        assertThat(table.params().stream().filter(RunTable.Line::differs).map(RunTable.Line::name)).containsExactly("depth");
        assertThat(table.curves().get("loss")).hasSize(3);
        List<MetricPoint> points =
                table.curves().getOrDefault("loss", Map.of()).getOrDefault(runs.getFirst(), List.of());
        assertThat(points.getFirst().step()).isZero();
        assertThat(points.getLast().step()).isEqualTo(4);
        assertThat(points.size()).isBetween(2, 4);
        assertThatThrownBy(() -> tracked.compare(List.of(runs.getFirst(), "ffffffff"), Set.of(), 2))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RUN_NOT_FOUND));
    }

    @Test
    void anExportHasEveryRunThatMatches() throws IOException {
        for (int i = 0; i < 3; i++) {
            run(i, Map.of());
        }
        StringBuilder csv = new StringBuilder();
        StringBuilder json = new StringBuilder();
        RunQuery query = new RunQuery(
                List.of("trial"), null, null, "start_time", RunColumns.EVERYTHING, false, null, Lifecycle.View.ACTIVE_ONLY, 1, 1, false);

        long written = tracked.export(query, RunExport.Format.CSV, csv);
        tracked.export(query, RunExport.Format.JSONL, json);

        assertThat(written).isEqualTo(3);
        assertThat(csv.toString().lines().toList())
                .hasSize(4)
                .first()
                .asString()
                .startsWith("id,name,model,status,user,started_at,ended_at,parent,metrics.auc,metrics.loss,params.depth,params.seed");
        assertThat(csv.toString().lines().skip(1).findFirst().orElseThrow()).startsWith(id(0) + ",run 0,trial,running,kim,");
        assertThat(json.toString().lines()).hasSize(3);
    }

    @Test
    void aCurveIsThinnedAndKeepsItsEnds() {
        String run = run(1, Map.of());
        List<MetricPoint> points = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            points.add(new MetricPoint("long", step, step, step));
        }
        catalog.update(tx -> tx.tracking().log(run, points, Map.of(), Map.of()));

        JsonNode curve = tracked.curve(run, "long", Long.MIN_VALUE, Long.MAX_VALUE, 100);
        JsonNode part = tracked.curve(run, "long", 10, 12, 100);

        assertThat(curve.path("count").asInt()).isEqualTo(3_000);
        assertThat(curve.path("thinned").asBoolean()).isTrue();
        assertThat(curve.path("points").size()).isBetween(50, 110);
        assertThat(curve.path("points").get(0).get(0).asInt()).isZero();
        assertThat(curve.path("points").get(curve.path("points").size() - 1).get(0).asInt()).isEqualTo(2_999);
        assertThat(part.path("points")).hasSize(3);
        assertThatThrownBy(() -> tracked.curve(run, "none", 0, 1, 10))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void experimentsAreMadeRenamedDeletedAndRestored() {
        tracked.createExperiment("new", Map.of("team", "red"));

        assertThatThrownBy(() -> tracked.createExperiment("new", Map.of()))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ALREADY_EXISTS));
        assertThat(tracked.changeExperiment("new", "newer", Map.of()).path("name").asText()).isEqualTo("newer");
        tracked.setExperimentLifecycle("newer", Lifecycle.DELETED);
        JsonNode left = tracked.experiments("name LIKE 'new%'", Lifecycle.View.ACTIVE_ONLY, 10, 1);
        assertThat(left.path("experiments")).isEmpty();
        assertThat(tracked.setExperimentLifecycle("newer", Lifecycle.ACTIVE).path("lifecycle").asText()).isEqualTo("active");
        assertThatThrownBy(() -> tracked.changeExperiment("newr", "x", Map.of()))
                .hasMessageContaining("There is no experiment (newr)")
                .hasMessageContaining("newer");
        assertThatThrownBy(() -> tracked.setExperimentLifecycle("Default", Lifecycle.DELETED))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    }

    private Run trained(String id, int version) {
        Run run = new Run(
                id,
                "football",
                Run.Status.FINISHED,
                START,
                START.plusSeconds(9),
                Map.of("seed", "7"),
                Map.of("test_accuracy", 0.5),
                TrainedRuns.tags("full to 2026-03-01", "kim", Map.of("git.commit", "0123456789abcdef0123456789abcdef01234567")),
                List.of(new Run.Artifact("importance.csv", "ab".repeat(32), 17)),
                "{\"dataset_version\":\"%s\",\"configuration\":{\"source\":\"matches\"}}".formatted("cd".repeat(32)));
        catalog.update(tx -> {
            TrainedRuns.put(tx, run);
            tx.addVersion(new ModelVersion(
                    "football", version, id, id + id, ModelVersion.Kind.INITIAL, START, START.plusSeconds(version)));
        });
        return run;
    }

    @Test
    void aTrainingIsARunLikeThoseOfClients() {
        trained(id(1), 1);

        JsonNode whole = tracked.whole("football@1");
        RunPage page = tracked.list(new RunQuery(
                List.of(), "football", "tags.`mlflow.source.name` = 'keelson'", null, RunColumns.parse("metrics.test_accuracy,params.seed"),
                false, null, Lifecycle.View.ACTIVE_ONLY, 10, 1, false));

        assertThat(whole.path("name").asText()).isEqualTo("full to 2026-03-01");
        assertThat(whole.path("user").asText()).isEqualTo("kim");
        assertThat(whole.path("inputs").path(0).path("name").asText()).isEqualTo("matches");
        assertThat(whole.path("inputs").path(0).path("digest").asText()).hasSize(32);
        assertThat(whole.path("artifacts").path(0).path("path").asText()).isEqualTo("importance.csv");
        assertThat(whole.path("versions").path(0).path("version").asInt()).isEqualTo(1);
        assertThat(page.toJson().path("runs").path(0).path("params").path("seed").asText()).isEqualTo("7");
    }

    @Test
    void referencesPointToVersionsAndRuns() {
        trained(id(1), 1);
        trained(id(2), 2);
        trained(id(3), 3);
        catalog.update(tx -> {
            tx.setAlias("football", ModelVersion.CHAMPION, 1);
            tx.registry().setStage("football", 2, Stage.PRODUCTION, false, START);
        });

        assertThat(version("models:/football@champion")).isEqualTo(1);
        assertThat(version("football")).isEqualTo(1);
        assertThat(version("models:/football/Production")).isEqualTo(2);
        assertThat(version("models:/football/latest")).isEqualTo(3);
        assertThat(version("football v2")).isEqualTo(2);
        assertThat(version("runs:/" + id(3))).isEqualTo(3);
        assertThat(tracked.version("football", "production").version()).isEqualTo(2);
        assertThat(tracked.info("models:/football/Production").id()).isEqualTo(id(2));
        assertThat(tracked.run("football@champion").id()).isEqualTo(id(1));
        refused("models:/football@challenger", ErrorCode.VERSION_NOT_FOUND, "its aliases are champion");
        refused("models:/football/Staging", ErrorCode.VERSION_NOT_FOUND, "no version in the stage Staging");
        refused("models:/footbal/1", ErrorCode.MODEL_NOT_FOUND, "football");
        assertThatThrownBy(() -> tracked.version("other", "models:/football/1"))
                .hasMessageContaining("is to the model (football); one to other was expected");
    }

    private int version(String reference) {
        RegisteredVersion version = tracked.version(null, reference);
        assertThat(version.model()).isEqualTo("football");
        return version.version();
    }

    private void refused(String reference, ErrorCode code, String text) {
        assertThatThrownBy(() -> tracked.version(null, reference))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.getMessage()).contains(text);
                });
    }
}
