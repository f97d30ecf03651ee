package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson slices}. */
@Command(
        name = "slices",
        description = "Metrics of a run's test period with intervals, by segment, and the slices whose loss is worse than that of the rest.")
final class SlicesCommand extends KeelsonCommand {
    @Parameters(
            paramLabel = "MODEL|RUN",
            description = "A model (its champion), or a run, as `runs show` takes it.")
    String name = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "10",
            description = "Show at most so many slices that are not worse beyond chance (default: 10).")
    int limit = 10;

    @Option(
            names = "--again",
            description = "Judge anew by the segments and metrics that the project file has now; nothing is trained or kept.")
    boolean again;

    @Override
    int run(Session session) {
        ObjectNode document;
        Limits.check(limit);
        try (ProjectReading state = ProjectReading.open(session.project())) {
            boolean model = session.project().models().stream().anyMatch(each -> each.name().equals(name));
            Run run = state.named(model ? name + "@" + ModelVersion.CHAMPION : name);
            document = state.slices(run, again);
        }
        Console console = session.console();
        metrics(console, document);
        segments(console, document.path("segments"));
        slices(console, document.path("search"));
        slices(console, document.path("surprise"));
        console.document(document);
        console.note(document.path("search").path("verdict").asText());
        if (document.has("surprise")) {
            console.note(document.path("surprise").path("verdict").asText());
        }
        return YES;
    }

    private static void metrics(Console console, JsonNode document) {
        List<List<String>> rows = new ArrayList<>();
        document.path("metrics").properties().forEach(metric ->
                rows.add(List.of(metric.getKey(), number(metric.getValue(), "value"), interval(metric.getValue()), "")));
        for (JsonNode metric : document.path("custom")) {
            rows.add(List.of(
                    metric.path("name").asText(),
                    number(metric, "value"),
                    interval(metric),
                    metric.path("better").asText() + " is better"));
        }
        console.table(List.of("METRIC", "VALUE", "95 % INTERVAL", ""), rows);
    }

    private static void segments(Console console, JsonNode segments) {
        if (segments.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        boolean numbers = segments.get(0).path("metrics").has("rmse");
        List<String> shown = numbers ? List.of("rmse", "mae", "r2") : List.of("log_loss", "accuracy", "roc_auc", "ece");
        for (JsonNode segment : segments) {
            List<String> row = new ArrayList<>(List.of(
                    segment.path("segment").asText(),
                    segment.path("value").asText(),
                    segment.path("rows").asText(),
                    segment.path("days").asText()));
            for (String metric : shown) {
                JsonNode measured = segment.path("metrics").path(metric);
                row.add((number(measured, "value") + " " + interval(measured)).strip());
            }
            rows.add(row);
        }
        List<String> header = new ArrayList<>(List.of("SEGMENT", "VALUE", "ROWS", "DAYS"));
        shown.forEach(metric -> header.add(metric.replace('_', ' ').toUpperCase(Locale.ROOT)));
        console.table(header, rows);
    }

    private void slices(Console console, JsonNode search) {
        List<List<String>> rows = new ArrayList<>();
        int others = 0;
        for (JsonNode slice : search.path("slices")) {
            boolean worse = slice.path("worse").asBoolean();
            if (!worse && others++ >= limit) {
                continue;
            }
            List<String> conditions = new ArrayList<>();
            slice.path("conditions").forEach(condition -> conditions.add(condition.asText()));
            rows.add(List.of(
                    search.path("of").asText(),
                    String.join(" and ", conditions),
                    slice.path("rows").asText(),
                    slice.path("days").asText(),
                    number(slice, "loss"),
                    number(slice, "expected"),
                    number(slice, "rest"),
                    number(slice, "difference_at_least"),
                    String.format(Locale.ROOT, "%.3f", slice.path("p").asDouble()),
                    worse ? "worse" : "by chance"));
        }
        console.table(
                List.of("BY", "SLICE", "ROWS", "DAYS", "LOSS", "EXPECTED", "REST", "WORSE BY AT LEAST", "ADJUSTED P", ""), rows);
    }

    private static String number(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isNumber() ? String.format(Locale.ROOT, "%.4g", value.asDouble()) : "";
    }

    private static String interval(JsonNode node) {
        return node.has("lower") ? "[" + number(node, "lower") + ", " + number(node, "upper") + "]" : "";
    }
}
