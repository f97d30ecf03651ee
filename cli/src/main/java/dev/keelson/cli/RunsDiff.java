package dev.keelson.cli;

import dev.keelson.registry.RunDifference;
import dev.keelson.registry.RunDifference.Measured;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson runs diff}. */
@Command(
        name = "diff",
        description = "What differs between two runs: data, definitions, parameters, metrics, environment, files; nothing else.")
final class RunsDiff extends KeelsonCommand {
    @Parameters(index = "0", paramLabel = "A", description = "A run, as `runs show` takes it.")
    String first = "";

    @Parameters(index = "1", paramLabel = "B", description = "Another.")
    String second = "";

    @Override
    int run(Session session) {
        RunDifference difference;
        try (ProjectReading state = ProjectReading.open(session.project())) {
            difference = RunDifference.of(state.named(first), state.named(second));
        }
        Console console = session.console();
        List<List<String>> rows = new ArrayList<>();
        for (RunDifference.Metric metric : difference.metrics()) {
            Measured a = metric.a();
            Measured b = metric.b();
            rows.add(List.of(
                    "metric",
                    metric.name(),
                    text(a),
                    text(b),
                    a == null || b == null ? "" : String.format(Locale.ROOT, "%+.4g", b.value() - a.value())));
        }
        for (RunDifference.Line line : difference.lines()) {
            rows.add(List.of(
                    line.section(),
                    line.name(),
                    ReproduceCommand.cut(console, line.a()),
                    ReproduceCommand.cut(console, line.b()),
                    ""));
        }
        console.table(List.of("SECTION", "WHAT", "A", "B", "B - A"), rows);
        console.document(difference.toJson());
        if (difference.isEmpty()) {
            console.note("The runs are the same.");
        }
        return YES;
    }

    private static String text(@Nullable Measured measured) {
        if (measured == null) {
            return "";
        }
        String value = String.format(Locale.ROOT, "%.6g", measured.value());
        return Double.isFinite(measured.lower()) && Double.isFinite(measured.upper())
                ? value + String.format(Locale.ROOT, " [%.6g, %.6g]", measured.lower(), measured.upper())
                : value;
    }
}
