package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.runs.RunColumns;
import dev.keelson.registry.runs.RunPage;
import dev.keelson.registry.runs.RunQuery;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.registry.tracking.Search;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson runs list}. */
@Command(
        name = "list",
        description = "List runs, the latest first; trials of searches are folded under their search.",
        footer = "Example: keelson runs list --filter \"metrics.auc > 0.8\" --order \"metrics.auc DESC\" --columns metrics.auc:best,params.depth")
final class RunsList extends KeelsonCommand {
    /** Metrics of runs that the project did not train, when no columns are asked. */
    private static final int METRICS_SHOWN = 5;

    @Mixin
    final RunSelection selection = new RunSelection();

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "At most so many (default: 50).")
    int limit = 50;

    @Option(names = "--page", paramLabel = "N", defaultValue = "1", description = "Which page of so many (default: 1).")
    int page = 1;

    @Override
    int run(Session session) {
        Project project = session.project();
        Limits.check(limit);
        if (limit > RunQuery.MOST || page < 1) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "--limit (%d) must be at most %d, and --page (%d) at least 1.".formatted(limit, RunQuery.MOST, page),
                    "Maybe `keelson runs export` writes them all.");
        }
        Console console = session.console();
        boolean usual = selection.columns == null && selection.ofProject(project);
        List<String> header = new ArrayList<>();
        RunColumns own = own(project, header);
        RunQuery query = selection.query(project, usual && !console.json() ? own : RunColumns.METRICS, limit, page);
        Optional<RunPage> found;
        try (ProjectReading state = ProjectReading.open(project)) {
            found = state.tracked(session.clock()).map(tracked -> tracked.list(query));
        }
        RunPage runs = found.orElseGet(() -> new RunPage(query, List.of(), false, null));
        RunColumns shown = usual ? own : selection.columns == null ? some(runs) : query.columns();
        if (usual) {
            table(console, List.of("RUN", "MODEL", "STATUS", "STARTED"), header, runs, shown, false);
        } else {
            table(
                    console,
                    List.of("RUN", "NAME", "EXPERIMENT", "STATUS", "STARTED"),
                    expanded(shown, runs).columns().stream().map(RunColumns.Column::name).toList(),
                    runs,
                    expanded(shown, runs),
                    true);
        }
        ObjectNode document = runs.toJson();
        console.document(document);
        if (runs.items().isEmpty()) {
            console.note(
                    page > 1
                            ? "There is no page %d of %d runs each; --page 1 shows the first.".formatted(page, limit)
                            : selection.filter == null && selection.experiments.isEmpty()
                            ? "There are no runs yet; `keelson run` trains."
                            : "No run matches.");
        } else if (runs.more()) {
            console.note("There are more: --page %d shows the next.".formatted(page + 1));
        }
        return YES;
    }

    /** What is shown of trainings of the project. */
    private RunColumns own(Project project, List<String> header) {
        header.addAll(List.of("LOG LOSS", "BRIER", "ACCURACY"));
        List<RunColumns.Column> columns = new ArrayList<>();
        List<String> metrics = new ArrayList<>(List.of("test_log_loss", "test_brier", "test_accuracy"));
        boolean numbers = project.models().stream()
                .anyMatch(each -> each.isNumber() && (selection.model == null || each.name().equals(selection.model)));
        if (numbers) {
            header.addAll(List.of("RMSE", "R2"));
            metrics.addAll(List.of("test_rmse", "test_r2"));
        }
        metrics.forEach(metric ->
                columns.add(new RunColumns.Column(Search.Entity.METRIC, metric, RunColumns.Pick.LAST, 0)));
        return new RunColumns(columns);
    }

    /** The first metrics that runs of a page have. */
    private static RunColumns some(RunPage page) {
        TreeSet<String> keys = new TreeSet<>();
        page.items().forEach(item -> keys.addAll(item.run().metrics().keySet()));
        return new RunColumns(keys.stream()
                .limit(METRICS_SHOWN)
                .map(key -> new RunColumns.Column(Search.Entity.METRIC, key, RunColumns.Pick.LAST, 0))
                .toList());
    }

    /** Stars replaced by what the runs of a page have. */
    private static RunColumns expanded(RunColumns columns, RunPage page) {
        List<RunColumns.Column> all = new ArrayList<>();
        for (RunColumns.Column column : columns.columns()) {
            if (!column.key().equals(RunColumns.Column.ALL)) {
                all.add(column);
                continue;
            }
            TreeSet<String> keys = new TreeSet<>();
            page.items()
                    .forEach(item -> keys.addAll(
                            switch (column.entity()) {
                                case METRIC -> item.run().metrics().keySet();
                                case PARAM -> item.run().params().keySet();
                                case TAG, ATTRIBUTE, DATASET -> item.run().tags().keySet();
                            }));
            keys.forEach(key -> all.add(new RunColumns.Column(column.entity(), key, RunColumns.Pick.LAST, 0)));
        }
        return new RunColumns(all);
    }

    private void table(
            Console console, List<String> first, List<String> titles, RunPage page, RunColumns columns, boolean named) {
        List<String> header = new ArrayList<>(first);
        header.addAll(titles);
        if (selection.nested) {
            header.add("PARENT");
        }
        List<List<String>> rows = new ArrayList<>();
        for (RunPage.Item item : page.items()) {
            RunInfo info = item.run().info();
            List<String> row = new ArrayList<>();
            row.add(shortened(console, info.id()));
            if (named) {
                row.add(info.name());
            }
            row.add(item.experiment());
            row.add(info.status().name().toLowerCase(Locale.ROOT));
            row.add(info.startedAt().toString());
            columns.columns().forEach(column -> row.add(text(item.cell(column))));
            if (selection.nested) {
                String parent = item.parent();
                row.add(parent == null ? "" : shortened(console, parent));
            }
            rows.add(row);
        }
        console.table(header, rows);
    }

    static String shortened(Console console, String id) {
        return console.terminal() ? id.substring(0, Math.min(12, id.length())) : id;
    }

    private static String text(@Nullable Object value) {
        return value instanceof Double number ? Texts.number(number) : Texts.orEmpty(value);
    }
}
