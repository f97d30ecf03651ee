package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Benchmarks.Benchmark;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson benchmark}. */
@Command(
        name = "benchmark",
        description = "Judge the champions of a set on the same rows that none has seen; exit code 1 on a missed target or a"
                + " regression.",
        footer = "Targets stand under `benchmarks` of the project file. Latency is measured one model after the other.")
final class BenchmarkCommand extends KeelsonCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "SET",
            description = "Its name under `benchmarks`; with --show also the id of a report (default: the only one, or all"
                    + " models).")
    @Nullable String set;

    @Option(names = "--list", description = "List the reports that are kept, newest first.")
    boolean listing;

    @Option(names = "--show", description = "Show a report that is kept instead of measuring.")
    boolean showing;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "With --list: at most so many (default: 50).")
    int limit = 50;

    @Override
    int run(Session session) {
        Project project = session.project();
        if (listing) {
            return list(session, project);
        }
        JsonNode report = showing ? shown(project) : measure(session, project, set);
        boolean finding = tell(session, report);
        ObjectNode document = Catalogued.object();
        report.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
        session.console().document(document);
        return finding && !showing ? NO : YES;
    }

    /** Measures a set. */
    static JsonNode measure(Session session, Project project, @Nullable String set) {
        ProgressLine progress = session.progress("benchmark");
        try (LiveProject live = LiveProject.open(project, session.clock())) {
            return live.benchmark(set, (done, of) -> progress.at(done, of, "models"));
        }
    }

    private int list(Session session, Project project) {
        Limits.check(limit);
        List<Benchmark> found;
        try (ProjectReading state = ProjectReading.open(project)) {
            found = state.benchmarks(set, limit);
        }
        ObjectNode document = Catalogued.object();
        ArrayNode list = document.putArray("benchmarks");
        List<List<String>> rows = new ArrayList<>();
        for (Benchmark each : found) {
            ObjectNode node = each.toShortJson();
            list.add(node);
            JsonNode summary = node.path("summary");
            rows.add(List.of(
                    each.startedAt().toString(),
                    each.set(),
                    summary.path("verdict").asText(),
                    summary.path("models").asText(),
                    summary.path("failed").asText(),
                    "%d of %d".formatted(summary.path("targets_met").asInt(), summary.path("targets").asInt()),
                    summary.path("regressions").asText(),
                    each.id()));
        }
        session.console()
                .table(List.of("WHEN", "SET", "VERDICT", "MODELS", "FAILED", "TARGETS", "REGRESSIONS", "ID"), rows);
        session.console().document(document);
        if (rows.isEmpty()) {
            session.console().note("No benchmark was run yet; `keelson benchmark` runs one.");
        }
        return YES;
    }

    private JsonNode shown(Project project) {
        String wanted = set == null ? ProjectReading.benchmarkSet(project) : set;
        try (ProjectReading state = ProjectReading.open(project)) {
            return state.benchmark(wanted)
                    .map(Benchmark::result)
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.NOT_FOUND,
                            "There is no report of a benchmark (%s).".formatted(wanted),
                            "Maybe `keelson benchmark --list` has it."));
        }
    }

    /** Writes a report; whether a target was missed or something became worse. */
    static boolean tell(Session session, JsonNode report) {
        Console console = session.console();
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode each : report.path("benchmarks")) {
            boolean ok = each.path("status").asText().equals("ok");
            int met = 0;
            for (JsonNode target : each.path("targets")) {
                met += target.path("met").asBoolean() ? 1 : 0;
            }
            boolean number = each.path("outputs").isMissingNode();
            JsonNode metrics = each.path("metrics");
            rows.add(List.of(
                    each.path("model").asText(),
                    ok ? "v" + each.path("version").asInt() : "failed",
                    number(each.at("/rows/judged"), false),
                    number(metrics.path(number ? "rmse" : "log_loss"), true),
                    number(metrics.path(number ? "mae" : "accuracy"), true),
                    number(metrics.path(number ? "r2" : "macro_f1"), true),
                    number(each.at("/latency/p95_ms"), true),
                    each.path("targets").isEmpty() ? "" : "%d of %d".formatted(met, each.path("targets").size())));
            if (!ok) {
                console.note("%s: %s".formatted(each.path("model").asText(), each.path("failure").asText()));
            } else if (each.at("/rows/seen").asInt() > 0) {
                console.note("%s: %d of %d rows were part of its training and do not count; %d lie in its test period."
                        .formatted(
                                each.path("model").asText(),
                                each.at("/rows/seen").asInt(),
                                each.at("/rows/asked").asInt(),
                                each.at("/rows/holdout").asInt()));
            }
        }
        console.table(
                List.of(
                        "MODEL", "VERSION", "ROWS", "LOG LOSS (RMSE)", "ACCURACY (MAE)", "MACRO F1 (R2)", "P95 MS", "TARGETS"),
                rows);
        for (JsonNode missed : report.at("/performance_summary/target_achievement/missed")) {
            console.note("missed: %s %s: %s"
                    .formatted(
                            missed.path("model").asText(),
                            missed.path("target").asText(),
                            missed.path("value").isNumber() ? Texts.number(missed.path("value").asDouble()) : "not measured"));
        }
        for (JsonNode worse : report.path("regressions")) {
            console.note("worse: %s %s: %s, was %s%s"
                    .formatted(
                            worse.path("model").asText(),
                            worse.path("metric").asText(),
                            text(worse.path("now")),
                            text(worse.path("before")),
                            worse.path("same_rows").asBoolean(true) ? "" : " (on other rows)"));
        }
        JsonNode achieved = report.at("/performance_summary/target_achievement");
        console.note("%d of %d targets met, %d regressions%s."
                .formatted(
                        achieved.path("met").asInt(),
                        achieved.path("of").asInt(),
                        report.path("regressions").size(),
                        report.path("compared_with").isTextual() ? "" : " (nothing to compare with yet)"));
        return achieved.path("met").asInt() < achieved.path("of").asInt()
                || !report.path("regressions").isEmpty();
    }

    private static String text(JsonNode value) {
        return value.isNumber() ? Texts.number(value.asDouble()) : value.asText();
    }

    private static String number(JsonNode value, boolean real) {
        return !value.isNumber() ? "" : real ? Texts.number(value.asDouble()) : value.asText();
    }
}
