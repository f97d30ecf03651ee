package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.ResultAnalysis;
import dev.keelson.http.ResultRows;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Streaks of a model's results, what follows what, and whether their order is chance. */
public final class StreaksPage {
    private final Backend backend;
    private final LoggedModel model;
    private final ZoneId zone;

    StreaksPage(Backend backend, LoggedModel model) {
        this.backend = backend;
        this.model = model;
        this.zone = backend.project().zone();
    }

    /**
     * What is asked.
     *
     * @param results as it is understood
     * @param from as it was typed, or empty
     * @param to as it was typed, or empty
     */
    public record Asked(ResultRows.Asked results, String from, String to) {
        private Map<String, String> parameters() {
            Map<String, String> all = new LinkedHashMap<>();
            all.put("of", results.of().word());
            all.put("from", from);
            all.put("to", to);
            all.put("text", results.text() == null ? "" : results.text());
            return all;
        }
    }

    BlocksView view(Shell shell, Asked asked) {
        if (model.isNumber()) {
            return new BlocksView(shell, "", List.of(), List.of(Block.of(new SectionDraft("Streaks")
                    .empty("There are none: this model predicts numbers, and streaks are of classes.", "keelson streaks --file FILE --result COLUMN")
                    .done())));
        }
        if (asked.results().of() == ResultRows.Of.BETS && !hasBets()) {
            return new BlocksView(shell, "", List.of(), List.of(new Block(
                    new SectionDraft("Streaks")
                            .empty("Switched off: the project scores no bets.", "serve: { bets: { model: " + model.name() + " } }")
                            .done(),
                    List.of(),
                    List.of(form(asked)),
                    Block.WHOLE)));
        }
        JsonNode told = ResultAnalysis.of(ResultRows.ofModel(backend, model.name(), asked.results()));
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block(verdict(told, asked), List.of(), List.of(form(asked)), Block.WHOLE));
        if (told.path("results").asInt() > 0) {
            blocks.add(Block.of(streaks(told)));
            blocks.add(Block.of(transitions(told)));
            blocks.add(Block.of(tests(told)));
        }
        return new BlocksView(shell, "", List.of(), blocks);
    }

    private Action form(Asked asked) {
        List<Option> kinds = new ArrayList<>(List.of(
                new Option("hits", "whether it was right"), new Option("outcomes", "what came true")));
        if (hasBets() || asked.results().of() == ResultRows.Of.BETS) {
            kinds.add(new Option("bets", "whether bets were won"));
        }
        return new ActionDraft("Show", "/models/" + model.name() + "/streaks")
                .get()
                .open()
                .choice("of", "Results", asked.results().of().word(), kinds)
                .text("text", "Entity or key", asked.parameters().getOrDefault("text", ""), false)
                .day("from", "From", asked.from())
                .day("to", "Before", asked.to())
                .done();
    }

    private boolean hasBets() {
        return model.elsewhere() || backend.project().serve().bets() != null;
    }

    private Section verdict(JsonNode told, Asked asked) {
        int results = told.path("results").asInt();
        SectionDraft draft = new SectionDraft("Streaks").lead(told.path("sentence").asText());
        if (results == 0) {
            return draft.empty("Nothing yet: no settled prediction is within what is asked.", "keelson predictions outcomes FILE").done();
        }
        draft.badge(switch (told.path("verdict").asText()) {
            case ResultAnalysis.BEYOND_CHANCE -> new Badge(Level.MODERATE, "not chance");
            case "chance" -> new Badge(Level.OK, "chance");
            default -> new Badge(Level.UNKNOWN, "too few results");
        });
        for (JsonNode each : told.path("categories")) {
            draft.fact(
                    Text.sentence(each.path("name").asText()),
                    "%s of %s, %s (%s to %s)".formatted(
                            Text.count(each.path("count").asLong()), Text.count(results), Text.percent(each.path("share").asDouble()),
                            Text.percent(each.path("lower").asDouble()), Text.percent(each.path("upper").asDouble())));
        }
        JsonNode current = told.path("current_streak");
        draft.fact("Now", "%d %s in a row".formatted(current.path("length").asInt(), current.path("result").asText()));
        List<String> names = told.path("categories").valueStream().map(each -> each.path("name").asText()).toList();
        List<String> last = told.path("last").valueStream().map(each -> each.path("result").asText()).toList();
        draft.broad(StreakCharts.strip(last, names));
        if (told.at("/money/sentence").isTextual()) {
            draft.note(told.at("/money/sentence").asText());
        }
        told.path("cannot_say").forEach(each -> draft.note("Cannot be said: " + each.asText()));
        told.path("notes").forEach(each -> draft.note(each.asText()));
        return draft.link("As JSON", Paging.address("/api/v1/models/" + model.name() + "/streaks", asked.parameters())).done();
    }

    private Section streaks(JsonNode told) {
        boolean stated = told.path("longest_streaks").path(0).has("chance_as_stated");
        SheetDraft sheet = new SheetDraft("Streaks").words("Streak", "Result").numbers("Length").words("From", "To");
        sheet.numbers("Chance by order", stated ? "Chance as stated" : "Chance by rate");
        for (JsonNode each : told.path("longest_streaks")) {
            streak(sheet, "longest", each);
        }
        streak(sheet, "current", told.path("current_streak"));
        SectionDraft draft = new SectionDraft("How long")
                .lead("How often streaks of each length came, against how often chance brings them.");
        Map<String, List<StreakCharts.Length>> lengths = new LinkedHashMap<>();
        for (JsonNode each : told.path("streak_lengths")) {
            lengths.computeIfAbsent(each.path("result").asText(), none -> new ArrayList<>())
                    .add(new StreakCharts.Length(
                            each.path("length").asInt(), each.path("seen").asLong(), each.path("expected").asDouble()));
        }
        lengths.forEach((name, each) -> draft.chart(StreakCharts.lengths(name, each)));
        return draft.sheet(sheet)
                .note("Chance by order: the share of all orders of these results that have a longest streak (or end in one) at least as long; "
                        + (stated ? "as stated: by the chances that were told beforehand." : "by rate: if each result came with the rate seen, whatever came before.")
                        + " All are exact.")
                .done();
    }

    private void streak(SheetDraft sheet, String kind, JsonNode streak) {
        sheet.row(List.of(
                Cell.of(kind),
                Cell.of(streak.path("result").asText()),
                Cell.of(Text.count(streak.path("length").asLong())),
                Cell.of(time(streak.path("from"), streak.path("first").asInt())),
                Cell.of(time(streak.path("to"), streak.path("first").asInt() + streak.path("length").asInt() - 1)),
                Cell.of(chance(streak.path("chance_by_order"))),
                Cell.of(chance(streak.has("chance_as_stated") ? streak.path("chance_as_stated") : streak.path("chance_by_rate")))));
    }

    private String time(JsonNode at, int place) {
        return at.isTextual() ? Text.day(Instant.parse(at.asText()), zone) : "result " + place;
    }

    private static String chance(JsonNode chance) {
        double value = SheetDraft.number(chance);
        return value < 0.001 ? "< 0.1 %" : Text.percent(value);
    }

    private static Section transitions(JsonNode told) {
        SheetDraft sheet = new SheetDraft("What came after what").words("After", "Came").numbers("Times", "Expected", "Share");
        List<StreakCharts.Transition> cells = new ArrayList<>();
        for (JsonNode each : told.path("transitions")) {
            cells.add(new StreakCharts.Transition(
                    each.path("before").asText(), each.path("after").asText(), each.path("count").asLong(),
                    each.path("expected").asDouble(), each.path("share").asDouble()));
            sheet.row(List.of(
                    Cell.of(each.path("before").asText()),
                    Cell.of(each.path("after").asText()),
                    Cell.of(Text.count(each.path("count").asLong())),
                    Cell.of(Text.fixed(each.path("expected").asDouble(), 1)),
                    SheetDraft.estimate(each.path("share").asDouble(), each.path("lower").asDouble(), each.path("upper").asDouble(), Text::percent)));
        }
        SectionDraft draft = new SectionDraft("What follows what");
        if (cells.isEmpty()) {
            return draft.empty("Nothing yet: one result has none before it.", "").done();
        }
        return draft.lead("Shares of what came right after each result, with 95 % intervals.")
                .chart(StreakCharts.transitions(cells))
                .sheet(sheet)
                .note("The stronger the colour, the more often; expected: if what came before did not matter.")
                .done();
    }

    private static Section tests(JsonNode told) {
        SectionDraft draft = new SectionDraft("Is it chance?");
        if (told.path("tests").isEmpty()) {
            return draft.empty(told.path("sentence").asText(), "").done();
        }
        SheetDraft sheet = new SheetDraft("Tests").words("Test", "What it says").numbers("Statistic", "p", "Adjusted p").words("By", "");
        for (JsonNode each : told.path("tests")) {
            boolean found = each.path("found").asBoolean();
            sheet.row(List.of(
                    Cell.of(Text.sentence(Text.words(each.path("name").asText()))),
                    Cell.of(each.path("sentence").asText()),
                    Cell.of(Text.short3(each.path("statistic").asDouble())),
                    Cell.of(p(each.path("p"))),
                    Cell.of(p(each.path("adjusted_p"))),
                    Cell.of(each.path("method").asText()),
                    Cell.of(new Badge(found ? Level.MODERATE : Level.OK, found ? "beyond chance" : "chance"))));
        }
        JsonNode lags = told.at("/serial_correlation/lags");
        if (lags.isArray()) {
            double[] correlations = lags.valueStream().mapToDouble(JsonNode::asDouble).toArray();
            draft.chart(StreakCharts.correlations(correlations, told.at("/serial_correlation/band").asDouble()));
        }
        JsonNode entropy = told.path("entropy");
        if (entropy.isObject()) {
            draft.fact("Uncertainty", "%s of %s bits".formatted(Text.fixed(entropy.path("bits_corrected").asDouble(), 3), Text.fixed(entropy.path("bits_at_most").asDouble(), 3)));
            draft.fact("Knowing the last", "%s bits".formatted(Text.fixed(entropy.path("bits_given_last").asDouble(), 3)));
        }
        return draft.sheet(sheet)
                .note("Tests of the order are adjusted together (Benjamini and Hochberg); those of the shares are questions of their own.")
                .done();
    }

    private static String p(JsonNode p) {
        return !p.isNumber() ? Text.NONE : p.asDouble() < 0.001 ? "< 0.001" : Text.fixed(p.asDouble(), 3);
    }
}
