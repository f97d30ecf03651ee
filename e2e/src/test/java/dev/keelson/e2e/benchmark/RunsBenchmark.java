package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.SimulatedProject;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.registry.runs.RunColumns;
import dev.keelson.registry.runs.RunQuery;
import dev.keelson.registry.runs.RunTags;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.MetricPoint;
import dev.keelson.store.sqlite.SqliteCatalog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pages of the list of runs and the comparison of 500 runs as the server makes them, on SQLite, JSON included: 50,000 runs ({@code
 * --rows}) of 12 metrics of 10 points and 10 params, every fifth nested in another.
 */
public final class RunsBenchmark implements Task {
    private static final int METRICS = 12;
    private static final int PARAMS = 10;
    private static final int STEPS = 10;
    private static final int IN_ONE = 500;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int runs = arguments.number("rows", 50_000);
        int repeats = arguments.number("repeats", 20);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        Path folder = Files.createTempDirectory("keelson-e2e-");
        try (Catalog catalog = SqliteCatalog.open(folder.resolve("catalog.db"))) {
            long start = System.nanoTime();
            fill(catalog, runs);
            node.put("runs", runs).put("filled_s", Math.round((System.nanoTime() - start) / 1e8) / 10.0);
            TrackedRuns tracked = new TrackedRuns(catalog, InstantSource.fixed(START));
            String columns = "metrics.metric_0,metrics.metric_1:min,metrics.metric_2:@5,params.param_0,params.param_1,note";
            list(node, "first_page", tracked, repeats, null, null, columns, 1);
            list(node, "first_page_counted", tracked, repeats, null, null, columns, 0);
            list(node, "first_page_of_all_metrics", tracked, repeats, null, null, "metrics.*", 1);
            list(node, "page_400", tracked, repeats, null, null, columns, Math.max(1, runs * 4 / 5 / 100));
            list(node, "by_a_metric", tracked, repeats, null, "metrics.metric_3 DESC", columns, 1);
            list(node, "filtered_by_a_metric_and_ordered", tracked, repeats, "metrics.metric_3 > 0.9", "metrics.metric_4", columns, 1);
            list(node, "filtered_by_a_param", tracked, repeats, "params.param_0 = '7'", null, columns, 1);
            list(node, "filtered_by_a_part_of_a_tag", tracked, repeats, "tags.team LIKE '%d 1%'", "metrics.metric_0", columns, 1);
            List<String> compared = new ArrayList<>();
            for (int i = 0; i < Math.min(TrackedRuns.MOST_COMPARED, runs); i++) {
                compared.add(id(i * (runs / Math.min(TrackedRuns.MOST_COMPARED, runs))));
            }
            node.put("compared_runs", compared.size());
            node.set("compare", Timing.of(2, repeats, () -> tracked.compare(compared, Set.of(), 2).toJson(false).toString().length()).millis());
            node.set(
                    "compare_with_three_curves",
                    Timing.of(2, repeats, () -> tracked.compare(compared, Set.of("metric_0", "metric_1", "metric_2"), 200)
                                    .toJson(false)
                                    .toString()
                                    .length())
                            .millis());
            node.set("one_run", Timing.of(2, repeats, () -> tracked.whole(id(1)).toString().length()).millis());
        } finally {
            SimulatedProject.delete(folder);
        }
        return node;
    }

    /** @param page 0 for the first with a count of all */
    private static void list(
            ObjectNode to,
            String name,
            TrackedRuns tracked,
            int repeats,
            @Nullable String filter,
            @Nullable String order,
            String columns,
            int page)
            throws Exception {
        to.set(
                name,
                Timing.of(2, repeats, () -> tracked.list(new RunQuery(
                                        List.of("bench"),
                                        null,
                                        filter,
                                        order,
                                        RunColumns.parse(columns),
                                        false,
                                        null,
                                        Lifecycle.View.ACTIVE_ONLY,
                                        100,
                                        Math.max(1, page),
                                        page == 0))
                                .toJson()
                                .toString()
                                .getBytes(StandardCharsets.UTF_8)
                                .length)
                        .millis());
    }

    private static String id(int run) {
        return String.format(Locale.ROOT, "%08x%024x", run * 2_654_435_761L & 0xffff_ffffL, run);
    }

    private static void fill(Catalog catalog, int runs) {
        Random random = new Random(7);
        String experiment = catalog.write(tx -> tx.tracking().createExperiment("bench", null, Map.of(), START).id());
        for (int from = 0; from < runs; from += IN_ONE) {
            int first = from;
            catalog.update(tx -> {
                for (int i = first; i < Math.min(runs, first + IN_ONE); i++) {
                    Map<String, String> tags = new HashMap<>(Map.of("team", "red " + i % 100, "mlflow.user", "ann"));
                    if (i % 5 == 4) {
                        tags.put(RunTags.PARENT, id(i - 1));
                    }
                    tx.tracking().createRun(id(i), experiment, "run " + i, "ann", START.plusSeconds(i), tags);
                    List<MetricPoint> points = new ArrayList<>();
                    for (int m = 0; m < METRICS; m++) {
                        for (int step = 0; step < STEPS; step++) {
                            points.add(new MetricPoint("metric_" + m, random.nextDouble(), 1_767_225_600_000L + step, step));
                        }
                    }
                    Map<String, String> params = new HashMap<>();
                    for (int p = 0; p < PARAMS; p++) {
                        params.put("param_" + p, Integer.toString(random.nextInt(50)));
                    }
                    tx.tracking().log(id(i), points, params, Map.of());
                }
            });
        }
    }
}
