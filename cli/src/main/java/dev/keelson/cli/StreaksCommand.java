package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.ResultAnalysis;
import dev.keelson.http.ResultRows;
import dev.keelson.http.ResultRows.Of;
import dev.keelson.project.Project;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ProjectReading;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson streaks}. */
@Command(
        name = "streaks",
        description = {
            "Streaks, transitions and randomness of results: of a model's predictions or bets, or of a column of a file.",
            "Exit code 1 when the order of the results is not chance."
        },
        footer = {
            "",
            "Examples:",
            "  keelson streaks football-1x2 --of outcomes --text Arsenal",
            "  keelson streaks --file bets.csv --result won --odds odds --chance p --time placed_at"
        })
final class StreaksCommand extends KeelsonCommand {
    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "A model, also one under `elsewhere` of the project file.")
    @Nullable String model;

    @Option(
            names = "--of",
            paramLabel = "WHAT",
            description = "hits: whether the predicted class came true (default); outcomes: the class that did; bets: whether the bet was won.")
    @Nullable String of;

    @Mixin
    PredictionOptions which = new PredictionOptions();

    @Option(names = "--text", paramLabel = "TEXT", description = "Only where the entity or its keys contain this, such as a team.")
    @Nullable String text;

    @Option(names = "--file", paramLabel = "FILE", description = "A file instead: CSV (also .gz), a JSON list, or a JSON object a line.")
    @Nullable String file;

    @Option(names = "--result", paramLabel = "COLUMN", description = "Its column of results (default: result).")
    String result = "result";

    @Option(names = "--chance", paramLabel = "COLUMN", description = "Its column of stated chances of the success.")
    @Nullable String chance;

    @Option(names = "--odds", paramLabel = "COLUMN", description = "Its column of decimal odds.")
    @Nullable String odds;

    @Option(names = "--time", paramLabel = "COLUMN", description = "Its column of times; without it rows are taken in their order.")
    @Nullable String time;

    @Option(names = "--success", paramLabel = "VALUE", description = "The result that is the success; else words such as won and W say.")
    @Nullable String success;

    @Option(names = "--only", paramLabel = "COLUMN=VALUE", description = "Only rows that have this; may be repeated.")
    Map<String, String> only = new LinkedHashMap<>();

    @Override
    int run(Session session) {
        String name = model;
        String path = file;
        if ((name == null) == (path == null)) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    name == null ? "Neither a model nor a file is named." : "Both a model and a file are named; one of them was expected.",
                    "Maybe `keelson streaks MODEL`, or `keelson streaks --file FILE --result COLUMN`.");
        }
        ObjectNode told = ResultAnalysis.of(path != null ? ofFile(session, path) : ofModel(session, name == null ? "" : name));
        show(session.console(), told);
        session.console().document(told);
        return told.path("verdict").asText().equals(ResultAnalysis.BEYOND_CHANCE) ? NO : YES;
    }

    private ResultRows ofFile(Session session, String path) {
        ResultRows.Columns columns = new ResultRows.Columns(result, chance, odds, time, success, only);
        List<JsonNode> table = new ArrayList<>();
        RowFile.read(session, path).rows().forEach(table::add);
        return ResultRows.ofTable(path, table, columns, zone(session));
    }

    /** That of the project, where there is one. */
    private static ZoneId zone(Session session) {
        try {
            return session.project().zone();
        } catch (KeelsonException e) {
            if (e.code() != ErrorCode.PROJECT_NOT_FOUND) {
                throw e;
            }
            return ZoneOffset.UTC;
        }
    }

    private ResultRows ofModel(Session session, String name) {
        Project project = session.project();
        ResultRows.Asked asked = new ResultRows.Asked(
                Of.of(of).orElseThrow(() -> new KeelsonException(
                        ErrorCode.USAGE, "--of (%s) is not known; expected hits, outcomes or bets.".formatted(of), null)),
                which.version,
                which.from(project),
                which.to(project),
                text);
        LoggedModel logged = LoggedModel.of(project, name);
        if (asked.of() == Of.BETS && !logged.elsewhere()) {
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                return ResultRows.ofBets(name, asked, live.bets());
            }
        }
        try (ProjectReading state = ProjectReading.open(project)) {
            return ResultRows.ofPredictions(logged, asked, state::predictions);
        }
    }

    private static void show(Console console, JsonNode told) {
        List<List<String>> shares = new ArrayList<>();
        for (JsonNode each : told.path("categories")) {
            shares.add(List.of(
                    each.path("name").asText(),
                    "%,d".formatted(each.path("count").asLong()),
                    percent(each, "share"),
                    "[%s, %s]".formatted(percent(each, "lower"), percent(each, "upper"))));
        }
        console.table(List.of("RESULT", "COUNT", "SHARE", "95 % INTERVAL"), shares);
        List<List<String>> streaks = new ArrayList<>();
        told.path("longest_streaks").forEach(each -> streaks.add(streak("longest", each)));
        if (told.path("current_streak").isObject()) {
            streaks.add(streak("current", told.path("current_streak")));
        }
        console.table(List.of("STREAK", "RESULT", "LENGTH", "FROM", "TO", "CHANCE BY ORDER", "CHANCE BY RATE"), streaks);
        List<List<String>> transitions = new ArrayList<>();
        for (JsonNode each : told.path("transitions")) {
            transitions.add(List.of(
                    each.path("before").asText(),
                    each.path("after").asText(),
                    "%,d".formatted(each.path("count").asLong()),
                    percent(each, "share"),
                    "[%s, %s]".formatted(percent(each, "lower"), percent(each, "upper")),
                    String.format(Locale.ROOT, "%.1f", each.path("expected").asDouble())));
        }
        console.table(List.of("AFTER", "CAME", "COUNT", "SHARE", "95 % INTERVAL", "EXPECTED"), transitions);
        List<List<String>> tests = new ArrayList<>();
        for (JsonNode each : told.path("tests")) {
            tests.add(List.of(
                    each.path("name").asText(),
                    Texts.number(each.path("statistic").asDouble()),
                    p(each.path("p")),
                    p(each.path("adjusted_p")),
                    each.path("method").asText(),
                    each.path("sentence").asText()));
        }
        console.table(List.of("TEST", "STATISTIC", "P", "ADJUSTED", "BY", "WHAT IT SAYS"), tests);
        console.note(told.path("sentence").asText());
        if (told.at("/money/sentence").isTextual()) {
            console.note(told.at("/money/sentence").asText());
        }
        told.path("cannot_say").forEach(each -> console.note("Cannot be said: " + each.asText()));
        told.path("notes").forEach(each -> console.note(each.asText()));
    }

    private static List<String> streak(String kind, JsonNode streak) {
        return List.of(
                kind,
                streak.path("result").asText(),
                "%,d".formatted(streak.path("length").asLong()),
                streak.path("from").isTextual() ? streak.path("from").asText() : "result " + streak.path("first").asText(),
                streak.path("to").asText("").replace("null", ""),
                percent(streak, "chance_by_order"),
                percent(streak, streak.has("chance_as_stated") ? "chance_as_stated" : "chance_by_rate"));
    }

    private static String percent(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isNumber() ? String.format(Locale.ROOT, "%.3g %%", 100 * value.asDouble()) : "";
    }

    private static String p(JsonNode value) {
        return !value.isNumber() ? "" : value.asDouble() < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", value.asDouble());
    }
}
