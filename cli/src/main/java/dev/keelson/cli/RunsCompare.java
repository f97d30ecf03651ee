package dev.keelson.cli;

import dev.keelson.registry.runs.RunTable;
import dev.keelson.registry.tracking.RunInfo;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson runs compare}. */
@Command(
        name = "compare",
        description = "Runs side by side: the parameters, metrics, data and tags in which they differ.")
final class RunsCompare extends KeelsonCommand {
    @Parameters(arity = "2..*", paramLabel = "RUN", description = "Runs, as `runs show` takes them; up to 500.")
    List<String> runs = new ArrayList<>();

    @Option(names = "--all", description = "Also what is the same in all of them.")
    boolean all;

    @Option(names = "--curve", paramLabel = "METRIC", description = "With --json: also the points of this metric; may be repeated.")
    List<String> curves = new ArrayList<>();

    @Option(
            names = "--points",
            paramLabel = "N",
            defaultValue = "200",
            description = "Points of each curve of each run, about (default: 200).")
    int points = 200;

    @Override
    int run(Session session) {
        Limits.check(points);
        RunTable table;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            state.named(runs.getFirst()); // says what is missing where nothing was stored yet
            table = state.tracked(session.clock())
                    .orElseThrow()
                    .compare(runs, new LinkedHashSet<>(curves), Math.max(2, points));
        }
        Console console = session.console();
        List<String> header = new ArrayList<>(List.of("SECTION", "WHAT"));
        table.runs().forEach(run -> header.add(RunsList.shortened(console, run.id())));
        List<List<String>> rows = new ArrayList<>();
        about(rows, "name", table.runs().stream().map(RunInfo::name).toList());
        about(rows, "experiment", table.experiments());
        about(rows, "status", table.runs().stream().map(run -> run.status().name().toLowerCase(Locale.ROOT)).toList());
        about(rows, "started_at", table.runs().stream().map(run -> run.startedAt().toString()).toList());
        lines(rows, "param", table.params());
        lines(rows, "metric", table.metrics());
        lines(rows, "data", table.inputs());
        lines(rows, "tag", table.tags());
        console.table(header, rows);
        console.document(table.toJson(all));
        return YES;
    }

    private void about(List<List<String>> rows, String name, List<String> values) {
        if (all || values.stream().distinct().count() > 1) {
            row(rows, "run", name, values);
        }
    }

    private <T> void lines(List<List<String>> rows, String section, List<RunTable.Line<T>> lines) {
        for (RunTable.Line<T> line : lines) {
            if (all || line.differs()) {
                row(rows, section, line.name(), line.values().stream().map(RunsCompare::text).toList());
            }
        }
    }

    private static void row(List<List<String>> rows, String section, String name, List<String> values) {
        List<String> row = new ArrayList<>(List.of(section, name));
        row.addAll(values);
        rows.add(row);
    }

    private static String text(@Nullable Object value) {
        return value instanceof Double number ? String.format(Locale.ROOT, "%.6g", number) : Texts.orEmpty(value);
    }
}
