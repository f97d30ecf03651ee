package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.ReportCharts.Estimate;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.BenchmarksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.SectionsView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.Benchmarks.Benchmark;
import dev.keelson.http.Benchmarks.State;
import dev.keelson.registry.ModelVersion;
import dev.keelson.train.BenchmarkDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The benchmarks of sets of models, and one of their reports. */
final class BenchmarkPage {
    private static final int SHOWN = 100;
    private static final List<String> LOSSES = List.of("log_loss", "rmse");

    private final Backend backend;
    private final ZoneId zone;

    BenchmarkPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    BenchmarksView list(Shell shell) {
        List<Benchmark> all = backend.benchmarks().list();
        String running = all.stream()
                .filter(each -> each.state() == State.RUNNING)
                .findFirst()
                .map(each -> "Running: the set %s, %d of %d models are through. Load the page again to see how far it is."
                        .formatted(each.set(), each.done(), each.of()))
                .orElse("");
        SectionDraft draft = new SectionDraft("Reports");
        SheetDraft sheet = new SheetDraft("Benchmarks, newest first")
                .words("Benchmark", "Set", "Verdict")
                .numbers("Models", "Targets met", "Regressions");
        for (Benchmark each : all.subList(0, Math.min(SHOWN, all.size()))) {
            JsonNode result = each.result();
            JsonNode summary = result == null ? null : result.path("summary");
            sheet.row(List.of(
                    Cell.link(Text.minute(each.startedAt(), zone), "/benchmarks/" + Paging.encoded(each.id())),
                    Cell.of(each.set()),
                    Cell.of(badge(each)),
                    Cell.of(summary == null ? each.done() + " of " + each.of() : Text.count(summary.path("models").asInt())),
                    Cell.of(
                            summary == null || !summary.path("targets").isNumber()
                                    ? Text.NONE
                                    : summary.path("targets_met").asInt() + " of " + summary.path("targets").asInt()),
                    Cell.of(
                            summary == null || !summary.path("regressions").isNumber()
                                    ? Text.NONE
                                    : Text.count(summary.path("regressions").asInt()))));
        }
        if (sheet.isEmpty()) {
            boolean serves = backend.project().models().stream()
                    .anyMatch(model -> backend.alias(model.name(), ModelVersion.CHAMPION).isPresent());
            draft.empty(
                    "Nothing yet: no benchmark has been run." + (serves ? "" : " First a version must serve."),
                    serves ? "keelson benchmark" : "keelson run");
        }
        List<String> sets = backend.project().benchmarks().stream()
                .map(BenchmarkDefinition::name)
                .toList();
        return new BenchmarksView(shell, sets, running, draft.sheet(sheet).done());
    }

    private static Badge badge(Benchmark benchmark) {
        return switch (benchmark.state()) {
            case RUNNING -> new Badge(Badge.Level.UNKNOWN, "running");
            case FAILED -> new Badge(Badge.Level.HIGH, "failed");
            case DONE -> {
                JsonNode result = benchmark.result();
                yield verdict(result == null ? "" : result.path("summary").path("verdict").asText());
            }
        };
    }

    private static Badge verdict(String verdict) {
        return switch (verdict) {
            case "ok" -> new Badge(Badge.Level.OK, "ok");
            case "missed" -> new Badge(Badge.Level.HIGH, "targets missed");
            case "regressed" -> new Badge(Badge.Level.MODERATE, "regressed");
            default -> new Badge(Badge.Level.UNKNOWN, "done");
        };
    }

    SectionsView one(Shell shell, String id) {
        Benchmark benchmark = backend.benchmarks()
                .find(id)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND, "There is no benchmark (%s).".formatted(id), "Maybe look at the list."));
        List<Section.Link> links = List.of(
                new Section.Link("All benchmarks", "/benchmarks"),
                new Section.Link("As JSON", "/api/v1/benchmarks/" + Paging.encoded(id)));
        List<Section> sections = new ArrayList<>();
        JsonNode report = benchmark.result();
        sections.add(summary(benchmark));
        if (report != null) {
            regressions(report, sections);
            targets(report, sections);
            metrics(report, sections);
            latency(report, sections);
            confusion(report, sections);
        }
        return new SectionsView(shell, "Benchmark of " + benchmark.set(), links, sections);
    }

    private Section summary(Benchmark benchmark) {
        SectionDraft draft = new SectionDraft("Verdict").badge(badge(benchmark));
        draft.fact("Begun", Text.minute(benchmark.startedAt(), zone));
        JsonNode report = benchmark.result();
        if (report == null) {
            Problem failure = benchmark.failure();
            return failure == null
                    ? draft.lead("%d of %d models are through.".formatted(benchmark.done(), benchmark.of()))
                            .note("Load the page again to see how far it is.")
                            .done()
                    : draft.empty("Failed: " + failure.message(), "").done();
        }
        JsonNode summary = report.path("summary");
        draft.lead(sentence(summary));
        if (report.path("compared_with").isTextual()) {
            String before = report.path("compared_with").asText();
            draft.fact("Compared with", before).link("The benchmark before", "/benchmarks/" + Paging.encoded(before));
        }
        SheetDraft sheet = new SheetDraft("Models of the benchmark")
                .words("Model", "State")
                .numbers("Version", "Rows judged")
                .words("From", "To");
        for (JsonNode model : report.path("benchmarks")) {
            boolean ok = model.path("status").asText().equals("ok");
            JsonNode rows = model.path("rows");
            sheet.row(List.of(
                    Cell.link(model.path("model").asText(), "/models/" + Paging.encoded(model.path("model").asText())),
                    new Cell(
                            "",
                            ok ? "" : model.path("failure").asText("") + " " + model.path("hint").asText(""),
                            null,
                            new Badge(ok ? Badge.Level.OK : Badge.Level.HIGH, ok ? "judged" : "failed")),
                    Cell.of(ok ? "v" + model.path("version").asInt() : Text.NONE),
                    Cell.of(
                            ok ? Text.count(rows.path("judged").asLong()) : Text.NONE,
                            ok ? "of %s, seen %s".formatted(Text.count(rows.path("asked").asLong()), Text.count(rows.path("seen").asLong())) : ""),
                    Cell.of(ok ? day(rows.path("from")) : Text.NONE),
                    Cell.of(ok ? day(rows.path("to")) : Text.NONE)));
        }
        return draft.sheet(sheet).done();
    }

    private static String sentence(JsonNode summary) {
        int models = summary.path("models").asInt();
        int failed = summary.path("failed").asInt();
        int worse = summary.path("regressions").asInt();
        return "%d %s judged%s; %s; %s."
                .formatted(
                        models - failed,
                        models - failed == 1 ? "model was" : "models were",
                        failed == 0 ? "" : ", %d could not be".formatted(failed),
                        summary.path("targets").asInt() == 0
                                ? "the set has no targets"
                                : "%d of %d targets are met"
                                        .formatted(summary.path("targets_met").asInt(), summary.path("targets").asInt()),
                        worse == 0 ? "nothing is worse than before" : "%d %s worse than before".formatted(worse, worse == 1 ? "metric is" : "metrics are"));
    }

    private static String day(JsonNode at) {
        String text = at.asText();
        return text.length() > 10 ? text.substring(0, 10) : text;
    }

    private static void regressions(JsonNode report, List<Section> sections) {
        SheetDraft sheet = new SheetDraft("Regressions")
                .words("Model", "Metric")
                .numbers("Before", "Now", "Worse by")
                .words("Judged on");
        for (JsonNode each : report.path("regressions")) {
            sheet.row(List.of(
                    Cell.of(each.path("model").asText()),
                    Cell.of(Text.words(each.path("metric").asText())),
                    Cell.of(value(each.path("before"))),
                    Cell.of(value(each.path("now"))),
                    Cell.of(Text.percent(SheetDraft.number(each.path("worse_by")))),
                    Cell.of(each.path("same_rows").asBoolean() ? "the same rows" : "other rows than before")));
        }
        if (!sheet.isEmpty()) {
            sections.add(new SectionDraft("Worse than before").sheet(sheet).done());
        }
    }

    private static String value(JsonNode node) {
        return node.isNumber() ? decimal(node.asDouble()) : node.asText();
    }

    private static String decimal(double value) {
        return Math.abs(value) < 10 ? Text.fixed(value, 4) : Text.short3(value);
    }

    private static void targets(JsonNode report, List<Section> sections) {
        SheetDraft sheet = new SheetDraft("Targets").words("Model", "Target").numbers("Value").words("Verdict");
        for (JsonNode model : report.path("benchmarks")) {
            for (JsonNode target : model.path("targets")) {
                boolean met = target.path("met").asBoolean();
                sheet.row(List.of(
                        Cell.of(model.path("model").asText()),
                        Cell.of(target.path("target").asText()),
                        Cell.of(target.path("value").isNumber() ? decimal(target.path("value").asDouble()) : "not measured"),
                        Cell.of(new Badge(met ? Badge.Level.OK : Badge.Level.HIGH, met ? "met" : "missed"))));
            }
        }
        SectionDraft draft = new SectionDraft("Targets");
        sections.add(
                sheet.isEmpty()
                        ? draft.empty("Switched off: the set has no targets; the project file lists them under `benchmarks`.", "keelson validate").done()
                        : draft.sheet(sheet).done());
    }

    private static void metrics(JsonNode report, List<Section> sections) {
        List<JsonNode> models = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (JsonNode model : report.path("benchmarks")) {
            if (model.path("status").asText().equals("ok")) {
                models.add(model);
                model.path("metrics").properties().forEach(metric -> names.add(metric.getKey()));
            }
        }
        if (models.isEmpty()) {
            return;
        }
        SectionDraft draft = new SectionDraft("Metrics");
        for (String loss : LOSSES) {
            List<Estimate> estimates = models.stream()
                    .filter(model -> model.path("metrics").has(loss))
                    .map(model -> new Estimate(
                            model.path("model").asText(),
                            SheetDraft.number(model.path("metrics").path(loss)),
                            SheetDraft.number(model.path("metrics").path(loss + "_lower")),
                            SheetDraft.number(model.path("metrics").path(loss + "_upper")),
                            best(report, loss, model) ? "best" : ""))
                    .toList();
            if (!estimates.isEmpty()) {
                double least = estimates.stream().mapToDouble(Estimate::value).min().orElse(0);
                draft.broad(ReportCharts.estimates(
                        RunMetrics.name(loss) + " of each model with its 95 % interval",
                        estimates,
                        least,
                        RunMetrics.name(loss) + ", lower is better; dashed: the best",
                        value -> Text.fixed(value, 4)));
            }
        }
        SheetDraft sheet = new SheetDraft("Metrics by model").words("Metric");
        models.forEach(model -> sheet.numbers(model.path("model").asText()));
        for (String name : names) {
            boolean end = name.endsWith("_lower") || name.endsWith("_upper");
            if (end && names.contains(name.substring(0, name.length() - "_lower".length()))) {
                continue;
            }
            List<Cell> cells = new ArrayList<>(List.of(Cell.of(RunMetrics.name(name))));
            for (JsonNode model : models) {
                JsonNode metrics = model.path("metrics");
                Cell cell = SheetDraft.estimate(
                        SheetDraft.number(metrics.path(name)),
                        SheetDraft.number(metrics.path(name + "_lower")),
                        SheetDraft.number(metrics.path(name + "_upper")),
                        name.equals("n") ? value -> Text.count((long) value) : BenchmarkPage::decimal);
                cells.add(best(report, name, model) && models.size() > 1
                        ? Cell.of(cell.text() + " best", cell.detail())
                        : cell);
            }
            sheet.row(cells);
        }
        sections.add(draft.sheet(sheet)
                .note("On rows that no model was trained on; 95 % intervals, clustered by day.")
                .done());
    }

    private static boolean best(JsonNode report, String metric, JsonNode model) {
        return report.path("performance_summary").path("best").path(metric).path("model").asText().equals(model.path("model").asText());
    }

    private static void latency(JsonNode report, List<Section> sections) {
        SheetDraft sheet = new SheetDraft("Latency")
                .words("Model")
                .numbers("Median, ms", "95 %, ms", "99 %, ms", "A row of a batch, ms", "Calls");
        for (JsonNode model : report.path("benchmarks")) {
            JsonNode latency = model.path("latency");
            if (latency.isObject()) {
                sheet.row(List.of(
                        Cell.of(model.path("model").asText(), latency.path("failure").asText("")),
                        Cell.of(Text.fixed(SheetDraft.number(latency.path("p50_ms")), 3)),
                        Cell.of(Text.fixed(SheetDraft.number(latency.path("p95_ms")), 3)),
                        Cell.of(Text.fixed(SheetDraft.number(latency.path("p99_ms")), 3)),
                        Cell.of(Text.fixed(SheetDraft.number(latency.path("batch_row_ms")), 4)),
                        Cell.of(latency.path("calls").isNumber() ? Text.count(latency.path("calls").asLong()) : Text.NONE)));
            }
        }
        if (!sheet.isEmpty()) {
            sections.add(new SectionDraft("Latency")
                    .sheet(sheet)
                    .note("In this process, features read and advice given as for a request, without the network.")
                    .done());
        }
    }

    private static void confusion(JsonNode report, List<Section> sections) {
        for (JsonNode model : report.path("benchmarks")) {
            JsonNode matrix = model.path("confusion");
            if (!matrix.isArray()) {
                continue;
            }
            List<String> outputs =
                    model.path("outputs").valueStream().map(JsonNode::asText).toList();
            SheetDraft sheet = new SheetDraft("Rows of %s by class".formatted(model.path("model").asText()))
                    .words("Came true");
            outputs.forEach(output -> sheet.numbers("predicted " + output));
            for (int r = 0; r < matrix.size() && r < outputs.size(); r++) {
                JsonNode line = matrix.path(r);
                double rows = line.valueStream().mapToDouble(JsonNode::asDouble).sum();
                List<Cell> cells = new ArrayList<>(List.of(Cell.of(outputs.get(r))));
                for (int c = 0; c < outputs.size(); c++) {
                    double count = line.path(c).asDouble();
                    cells.add(Cell.of(Text.count((long) count), rows > 0 ? Text.percent(count / rows) : ""));
                }
                sheet.row(cells);
            }
            sections.add(new SectionDraft("Confusion of " + model.path("model").asText())
                    .sheet(sheet)
                    .note("Predicted is the %s; shares are of the rows of each true class.".formatted(model.path("decision").asText("most probable class")))
                    .done());
        }
    }
}
