package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.HealthReportPage;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoggedModel;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson health}. */
@Command(
        name = "health",
        description = {
            "Performance, drift, calibration and freshness of the version that serves, and what to do next; also of models that others serve.",
            "Exit code 1 when a model should be trained anew. Each report is kept."
        })
final class HealthCommand extends KeelsonCommand {
    private static final List<String> SCORES = List.of("performance", "drift", "calibration", "freshness");

    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "This model only, also one under `elsewhere` (default: all).")
    @Nullable String model;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the report to a file as well: .html of one model, else JSON.")
    @Nullable String out;

    @Override
    int run(Session session) throws IOException {
        Project project = session.project();
        String named = model;
        List<String> names = named == null
                ? LoggedModel.all(project).stream().map(LoggedModel::name).toList()
                : List.of(LoggedModel.of(project, named).name());
        String file = out;
        boolean html = file != null && file.toLowerCase(Locale.ROOT).endsWith(".html");
        if (html && names.size() > 1) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "--out FILE.html writes the report of one model; the project has %s.".formatted(String.join(", ", names)),
                    "Maybe `keelson health %s --out %s`.".formatted(names.getFirst(), file));
        }
        ObjectNode document = Catalogued.object();
        ArrayNode reports = document.putArray("reports");
        try (LiveProject live = LiveProject.open(project, session.clock())) {
            names.forEach(name -> reports.add(live.checkHealth(name)));
        }
        show(session.console(), reports);
        if (file != null) {
            write(session, session.path(file), html ? HealthReportPage.html(reports.get(0), project.zone()) : document.toPrettyString());
        }
        session.console().document(document);
        return reports.valueStream().anyMatch(report -> report.path("requires_retraining").asBoolean()) ? NO : YES;
    }

    private static void show(Console console, ArrayNode reports) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode report : reports) {
            List<String> row = new ArrayList<>(List.of(
                    report.path("model").asText(), version(report), score(report.path("overall"))));
            SCORES.forEach(name -> row.add(score(report.path("scores").path(name))));
            row.add(report.path("verdict").asText());
            rows.add(row);
        }
        console.table(
                List.of("MODEL", "VERSION", "OVERALL", "PERFORMANCE", "DRIFT", "CALIBRATION", "FRESHNESS", "VERDICT"), rows);
        Function<String, String> prefix = name -> reports.size() > 1 ? name + ": " : "";
        for (JsonNode report : reports) {
            String name = prefix.apply(report.path("model").asText());
            SCORES.forEach(each -> console.note("%s%s: %s".formatted(name, each, report.path("scores").path(each).path("sentence").asText())));
            for (JsonNode each : report.path("recommendations")) {
                console.note(name + each.path("sentence").asText());
                if (each.path("command").isTextual()) {
                    console.note("  `%s`".formatted(each.path("command").asText()));
                }
                if (each.at("/worth/sentence").isTextual()) {
                    console.note("  " + each.at("/worth/sentence").asText());
                }
            }
        }
    }

    private static String version(JsonNode report) {
        return report.path("version").asInt() == 0 ? "elsewhere" : "v" + report.path("version").asInt();
    }

    private static String score(JsonNode score) {
        return score.path("score").isNumber() ? String.format(Locale.ROOT, "%.2f", score.path("score").asDouble()) : "unknown";
    }

    private static void write(Session session, Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw Failures.writing(file, e);
        }
        session.console().note("Written to %s.".formatted(session.shown(file)));
    }
}
