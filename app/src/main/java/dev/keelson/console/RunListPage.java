package dev.keelson.console;

import dev.keelson.console.view.Pages;
import dev.keelson.console.view.RunsView;
import dev.keelson.console.view.RunsView.Head;
import dev.keelson.console.view.Shell;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.runs.RunColumns;
import dev.keelson.registry.runs.RunColumns.Column;
import dev.keelson.registry.runs.RunPage;
import dev.keelson.registry.runs.RunQuery;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search.Entity;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The list of runs: filtered, ordered and paged by the store; only what is shown is read. */
final class RunListPage {
    private static final int MOST_EXPERIMENTS = 500;
    private static final int MOST_KEYS = 500;
    private static final int COLUMNS_WITHOUT_CHOICE = 6;
    private static final List<String> FIRST =
            List.of("test_log_loss", "test_brier", "test_accuracy", "test_rmse", "test_r2");
    private static final String START = "attributes.start_time";

    private final Backend backend;
    private final ZoneId zone;

    RunListPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    RunsView view(Shell shell, RunsView.Query query, int page) {
        TrackedRuns tracked = new TrackedRuns(backend.catalog(), backend.clock());
        List<String> experiments = tracked.experimentNames(MOST_EXPERIMENTS);
        String within = query.experiment().isEmpty() ? null : query.experiment();
        boolean ofProject = within != null
                && backend.project().models().stream().anyMatch(model -> model.name().equals(within));
        List<String> metrics = tracked.keys(within, Entity.METRIC);
        List<String> known = new ArrayList<>();
        metrics.stream().limit(MOST_KEYS).forEach(key -> known.add("metrics." + quoted(key)));
        tracked.keys(within, Entity.PARAM).stream().limit(MOST_KEYS).forEach(key -> known.add("params." + quoted(key)));
        List<Head> heads = new ArrayList<>();
        List<RunsView.Row> rows = new ArrayList<>();
        Pages pages = new Pages("", "", null, null);
        String problem = "";
        try {
            RunColumns columns = query.columns().isBlank() ? usual(metrics) : RunColumns.parse(query.columns());
            columns.columns().forEach(column -> heads.add(head(query, column)));
            RunPage found = tracked.list(new RunQuery(
                            within == null || ofProject ? List.of() : List.of(within), // one that is not there is told
                            ofProject ? within : null,
                            query.filter().isBlank() ? null : query.filter(),
                            query.order().isBlank() ? null : query.order(),
                            columns,
                            query.nested(),
                            query.parent().isEmpty() ? null : query.parent(),
                            query.deleted() ? Lifecycle.View.DELETED_ONLY : Lifecycle.View.ACTIVE_ONLY,
                            Paging.SIZE,
                            page,
                            true));
            Map<String, String> versions = versions();
            found.items().forEach(item -> rows.add(row(item, columns, versions, query)));
            pages = pages(query, page, found);
            if (found.items().isEmpty() && page > 1) {
                problem = "There is no page %d: %s there, %d on a page."
                        .formatted(page, found.total() == null ? "fewer runs are" : are(found.total()), Paging.SIZE);
            }
        } catch (KeelsonException e) {
            problem = Text.problems(e);
        }
        boolean chosen = !query.filter().isBlank() || query.deleted() || !query.parent().isEmpty();
        return new RunsView(
                shell,
                experiments,
                query,
                known,
                heads,
                ordering(query, START, "Started", false),
                rows,
                pages,
                problem,
                chosen ? "" : "keelson run");
    }

    private static String are(long runs) {
        return runs == 1 ? "1 run is" : Text.count(runs) + " runs are";
    }

    /** What is shown where nothing was chosen. */
    private static RunColumns usual(List<String> metrics) {
        List<String> first = FIRST.stream().filter(metrics::contains).toList();
        return new RunColumns((first.isEmpty() ? metrics : first)
                .stream()
                        .limit(COLUMNS_WITHOUT_CHOICE)
                        .map(key -> new Column(Entity.METRIC, key, RunColumns.Pick.LAST, 0))
                        .toList());
    }

    private static String quoted(String key) {
        return key.matches("[\\w.]+") ? key : "`" + key + "`";
    }

    private static Head head(RunsView.Query query, Column column) {
        String entity =
                switch (column.entity()) {
                    case METRIC -> "metrics.";
                    case PARAM -> "params.";
                    default -> "tags.";
                };
        boolean metric = column.entity() == Entity.METRIC;
        return ordering(query, entity + "`" + column.key() + "`", column.name(), metric);
    }

    /** A header that orders by a key; once more, and the other way round. */
    private static Head ordering(RunsView.Query query, String key, String name, boolean number) {
        boolean first = number && RunColumns.smaller(name);
        String sorted = query.order().equals(key + " ASC")
                ? "ascending"
                : query.order().equals(key + " DESC") ? "descending" : "none";
        boolean ascending = sorted.equals("none") ? first : sorted.equals("descending");
        return new Head(name, number, address(query, key + (ascending ? " ASC" : " DESC"), 1), sorted);
    }

    private static String address(RunsView.Query query, String order, int page) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("experiment", query.experiment());
        parameters.put("filter", query.filter());
        parameters.put("columns", query.columns());
        parameters.put("order", order);
        parameters.put("nested", query.nested() ? "true" : "");
        parameters.put("deleted", query.deleted() ? "true" : "");
        parameters.put("parent", query.parent());
        parameters.put("page", page > 1 ? Integer.toString(page) : "");
        return Paging.address("/runs", parameters);
    }

    private static Pages pages(RunsView.Query query, int page, RunPage found) {
        long total = found.total() == null ? found.items().size() : found.total();
        long from = (page - 1L) * Paging.SIZE;
        return new Pages(
                Text.count(total) + (total == 1 ? " run" : " runs"),
                total <= Paging.SIZE
                        ? ""
                        : "%s to %s shown".formatted(Text.count(from + 1), Text.count(from + found.items().size())),
                page == 1 ? null : address(query, query.order(), page - 1),
                found.more() ? address(query, query.order(), page + 1) : null);
    }

    /** Run to the version that was made of it. */
    private Map<String, String> versions() {
        Map<String, String> versions = new HashMap<>();
        backend.project().models().forEach(definition -> {
            for (ModelVersion version : backend.versions(definition.name())) {
                versions.put(version.runId(), "v" + version.version());
            }
        });
        return versions;
    }

    private RunsView.Row row(RunPage.Item item, RunColumns columns, Map<String, String> versions, RunsView.Query query) {
        RunInfo run = item.run().info();
        return new RunsView.Row(
                run.id(),
                run.name().isBlank() ? run.id().substring(0, Math.min(8, run.id().length())) : run.name(),
                item.experiment(),
                Badges.status(run.status()),
                Text.minute(run.startedAt(), zone),
                run.endedAt() == null ? Text.NONE : Text.duration(Duration.between(run.startedAt(), run.endedAt())),
                versions.getOrDefault(run.id(), Text.NONE),
                item.children() == 0 ? "" : Text.count(item.children()) + (item.children() == 1 ? " run of it" : " runs of it"),
                item.children() == 0
                        ? null
                        : address(
                                new RunsView.Query(
                                        "", "", "", query.columns(), false, query.deleted(), run.id()),
                                "",
                                1),
                columns.columns().stream().map(column -> cell(item.cell(column))).toList());
    }

    static String cell(@Nullable Object value) {
        return switch (value) {
            case null -> Text.NONE;
            case Double number -> Text.short3(number);
            default -> value.toString();
        };
    }
}
