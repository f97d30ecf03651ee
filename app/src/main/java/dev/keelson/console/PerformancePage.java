package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.BetCharts.Hits;
import dev.keelson.console.BetCharts.Money;
import dev.keelson.console.Charts.ReliabilityPoint;
import dev.keelson.console.ReportCharts.Estimate;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Pages;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Bets;
import dev.keelson.http.LoggedModel;
import dev.keelson.project.ServeDefinition;
import dev.keelson.train.ModelDefinition;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How settled bets did, by sport, market, institution, league, odds or time, and the bets behind each figure. */
public final class PerformancePage {
    private static final String ADDRESS = "/performance";
    /** Groups that are drawn; the table has all. */
    private static final int DRAWN = 25;
    /** Steps of the money that are listed beside its picture. */
    private static final int LISTED = 10;

    /** Bets behind a figure that are shown on one page. */
    private static final int SIZE = 50;

    private final Backend backend;
    private final ZoneId zone;

    PerformancePage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    /**
     * What is asked.
     *
     * @param question as it is understood
     * @param from as it was typed, or empty
     * @param to as it was typed, or empty
     */
    public record Asked(Bets.Question question, String from, String to) {
        /** The parameters of its address, with its groups or without. */
        Map<String, String> parameters(boolean groups) {
            Map<String, String> all = new LinkedHashMap<>();
            if (groups && !question.by().equals(List.of("all"))) {
                all.put("by", String.join(",", question.by()));
            }
            question.where().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(each -> all.put(each.getKey(), each.getValue()));
            all.put("from", from);
            all.put("to", to);
            all.put("model", question.model() == null ? "" : question.model());
            return all;
        }

        boolean narrowed() {
            return parameters(false).values().stream().anyMatch(value -> !value.isEmpty());
        }
    }

    // ---- figures

    BlocksView view(Shell shell, Asked asked) {
        ServeDefinition.Bets bets = backend.project().serve().bets();
        if (bets == null) {
            return new BlocksView(shell, "", links(), List.of(switchedOff("Performance")));
        }
        JsonNode answer;
        try {
            answer = backend.bets().performance(asked.question());
        } catch (KeelsonException e) {
            if (e.problems().getFirst().code() != ErrorCode.DATASET_NOT_FOUND) {
                throw e;
            }
            return new BlocksView(shell, "", List.of(), List.of(nothing("Nothing yet: no bets were loaded.", "keelson data load")));
        }
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.of(asked(answer, asked), List.of(form(answer, asked, bets))));
        JsonNode total = answer.path("total");
        if (!total.isObject()) {
            blocks.add(
                    asked.narrowed()
                            ? Block.of(new SectionDraft("In all")
                                    .empty("Filtered away: no settled bet is within these filters.", "")
                                    .link("Show all", ADDRESS)
                                    .done())
                            : nothing(
                                    "Nothing yet: no bet of the latest data is settled. Bets count once they have a value in `%s`."
                                            .formatted(bets.profit()),
                                    "keelson data load"));
            return new BlocksView(shell, "", List.of(), blocks);
        }
        blocks.add(Block.of(total(answer, asked)));
        if (!asked.question().by().equals(List.of("all"))) {
            blocks.add(Block.of(groups(answer, asked)));
        }
        blocks.add(Block.of(calibration(answer)));
        return new BlocksView(shell, "", links(), blocks);
    }

    /** How good each model was by window, also of those that others serve. */
    private List<Section.Link> links() {
        return LoggedModel.all(backend.project()).stream()
                .map(model -> new Section.Link(
                        "Predictions of " + model.name(), "/models/%s/performance".formatted(Paging.encoded(model.name()))))
                .toList();
    }

    static Block switchedOff(String title) {
        return Block.of(new SectionDraft(title)
                .empty("Switched off: the project scores no bets. Name the model that does in the project file.", "serve: { bets: { model: MODEL } }")
                .done());
    }

    private static Block nothing(String why, String command) {
        return Block.of(new SectionDraft("Performance").empty(why, command).done());
    }

    private static Section asked(JsonNode answer, Asked asked) {
        SectionDraft draft = new SectionDraft("What is counted").lead(
                asked.question().model() == null
                        ? "Settled bets of the latest data; what was expected is the fair chance."
                        : "Settled bets of the latest data that %s predicted; what was expected is its chance.".formatted(asked.question().model()));
        asked.question().where().forEach((name, value) -> {
            Map<String, String> without = asked.parameters(true);
            without.remove(name);
            draft.link("%s: %s ✕".formatted(Text.sentence(word(name)), value), Paging.address(ADDRESS, without));
        });
        if (asked.narrowed()) {
            draft.link("Without filters", Paging.address(ADDRESS, Map.of("by", asked.parameters(true).getOrDefault("by", ""))));
        }
        return draft.link("As JSON", Paging.address("/api/v1/performance", asked.parameters(true)))
                .link("Groups as CSV", Paging.address("/api/v1/performance", with(asked.parameters(true), "format", "csv")))
                .note("Data " + answer.path("dataset").asText() + ".")
                .done();
    }

    private static Map<String, String> with(Map<String, String> parameters, String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.put(name, value);
        return all;
    }

    /** A column as people read it. */
    static String word(String name) {
        return Text.words(name.endsWith("_name") ? name.substring(0, name.length() - "_name".length()) : name);
    }

    private Action form(JsonNode answer, Asked asked, ServeDefinition.Bets bets) {
        List<String> names = new ArrayList<>(bets.by());
        names.addAll(List.of("odds_band", "month"));
        List<String> by = asked.question().by();
        ActionDraft draft = new ActionDraft("Show", ADDRESS).get();
        List<String> groups = new ArrayList<>(names);
        groups.addAll(List.of("week", "day"));
        draft.choice("by", "By", by.getFirst(), choices(groups, "all together", "all"));
        draft.choice("by", "and by", by.size() > 1 ? by.get(1) : "", choices(groups, "nothing else", ""));
        for (String name : names) {
            List<Option> options = new ArrayList<>(List.of(new Option("", "any")));
            answer.path("values").path(name).forEach(value -> options.add(new Option(value.asText(), value.asText())));
            draft.choice(name, Text.sentence(word(name)), value(asked, name), options);
        }
        List<Option> models = new ArrayList<>(List.of(new Option("", "any or none")));
        backend.project().models().stream()
                .map(ModelDefinition::name)
                .filter(name -> name.equals(bets.model()) || name.equals(asked.question().model()))
                .forEach(name -> models.add(new Option(name, name)));
        return draft.day("from", "Placed from", day(asked.from()))
                .day("to", "before", day(asked.to()))
                .choice("model", "Predicted by", asked.question().model() == null ? "" : asked.question().model(), models)
                .done();
    }

    private static String day(String typed) {
        return typed.length() > 10 ? typed.substring(0, 10) : typed;
    }

    private static String value(Asked asked, String name) {
        for (Map.Entry<String, String> each : asked.question().where().entrySet()) {
            if (each.getKey().equals(name) || (each.getKey() + "_name").equals(name)) {
                return each.getValue();
            }
        }
        return "";
    }

    private static List<Option> choices(List<String> names, String none, String value) {
        List<Option> options = new ArrayList<>(List.of(new Option(value, none)));
        names.forEach(name -> options.add(new Option(name, word(name))));
        return options;
    }

    private Section total(JsonNode answer, Asked asked) {
        JsonNode total = answer.path("total");
        long bets = total.path("bets").asLong();
        SectionDraft draft = new SectionDraft("In all")
                .badge(verdict(total))
                .lead(sentence(answer))
                .fact("Bets", Text.count(bets))
                .fact("Won of won and lost", interval(total, "win_rate"))
                .fact("Expected to be won", percent(total, "expected_win_rate"))
                .fact("Staked", BetCharts.money(total.path("staked").asDouble()))
                .fact("Profit", BetCharts.signed(total.path("profit").asDouble()))
                .fact("ROI", interval(total, "roi"))
                .fact("Mean edge", percent(total, "mean_edge"))
                .fact("Closing line value", clv(total))
                .fact("Mean odds", Text.fixed(total.path("mean_odds").asDouble(), 2));
        List<Money> money = new ArrayList<>();
        answer.path("timeline").path("points").forEach(point -> money.add(new Money(
                LocalDate.parse(point.path("from").asText()),
                point.path("total").asDouble(),
                SheetDraft.number(point.path("total_lower")),
                SheetDraft.number(point.path("total_upper")))));
        String step = answer.path("timeline").path("step").asText();
        SheetDraft sheet = new SheetDraft("Money over time, newest first")
                .words("First day of the " + step)
                .numbers("Bets so far", "Staked in the " + step, "Profit in the " + step, "Profit so far");
        JsonNode points = answer.path("timeline").path("points");
        for (int i = points.size() - 1; i >= Math.max(0, points.size() - LISTED); i--) {
            JsonNode point = points.path(i);
            sheet.row(List.of(
                    Cell.of(point.path("from").asText()),
                    Cell.of(Text.count(point.path("bets").asLong())),
                    Cell.of(BetCharts.money(point.path("staked").asDouble())),
                    Cell.of(BetCharts.signed(point.path("profit").asDouble())),
                    SheetDraft.estimate(
                            point.path("total").asDouble(),
                            SheetDraft.number(point.path("total_lower")),
                            SheetDraft.number(point.path("total_upper")),
                            BetCharts::signed)));
        }
        return draft.broad(BetCharts.money(money))
                .sheet(sheet)
                .note(points.size() > LISTED ? "The table has the last %d of %d; all are in the JSON.".formatted(LISTED, points.size()) : "")
                .note("Intervals of 95 % take the bets of a day together: by how the profits of the days so far scatter.")
                .link("The bets", Paging.address(ADDRESS + "/bets", asked.parameters(false)))
                .done();
    }

    private static Badge verdict(JsonNode group) {
        if (group.path("few").asBoolean()) {
            return new Badge(Level.UNKNOWN, "not enough yet");
        }
        if (group.path("roi_lower").asDouble() > 0) {
            return new Badge(Level.OK, "earns");
        }
        return group.path("roi_upper").asDouble() < 0 ? new Badge(Level.HIGH, "loses") : new Badge(Level.UNKNOWN, "may be chance");
    }

    private static String sentence(JsonNode answer) {
        JsonNode total = answer.path("total");
        long bets = total.path("bets").asLong();
        String did = "%s settled %s brought %s of %s staked: ROI %s"
                .formatted(
                        Text.count(bets),
                        bets == 1 ? "bet" : "bets",
                        BetCharts.signed(total.path("profit").asDouble()),
                        BetCharts.money(total.path("staked").asDouble()),
                        signedPercent(total.path("roi").asDouble()));
        if (total.path("few").asBoolean()) {
            return "%s. That is not enough yet to tell skill from chance: %d bets are the least.".formatted(did, answer.path("few_below").asInt());
        }
        if (total.path("roi_lower").isNull()) {
            return did + ". All are of one day, of which nothing can be told about others.";
        }
        String interval = " (%s to %s)"
                .formatted(signedPercent(total.path("roi_lower").asDouble()), signedPercent(total.path("roi_upper").asDouble()));
        boolean chance = total.path("roi_lower").asDouble() <= 0 && total.path("roi_upper").asDouble() >= 0;
        return did + interval + (chance ? ", which chance alone can explain." : ".");
    }

    private static String signedPercent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%+.1f %%", 100 * share) : Text.NONE;
    }

    private static String percent(JsonNode group, String name) {
        return Text.percent(SheetDraft.number(group.path(name)));
    }

    private static String interval(JsonNode group, String name) {
        String text = percent(group, name);
        return group.path(name + "_lower").isNumber()
                ? "%s (%s to %s)".formatted(text, percent(group, name + "_lower"), percent(group, name + "_upper"))
                : text;
    }

    private static String clv(JsonNode group) {
        return group.path("clv").isNumber()
                ? "%s of %s bets".formatted(signedPercent(group.path("clv").asDouble()), Text.count(group.path("clv_bets").asLong()))
                : "no closing odds";
    }

    // ---- groups

    private static Section groups(JsonNode answer, Asked asked) {
        List<String> by = asked.question().by();
        List<String> named = new ArrayList<>();
        answer.path("by").forEach(name -> named.add(name.asText()));
        String title = "By " + String.join(" and ", by.stream().map(PerformancePage::word).toList());
        SheetDraft sheet = new SheetDraft(title);
        named.forEach(name -> sheet.words(Text.sentence(word(name))));
        sheet.numbers("Bets", "Won", "Expected", "Staked", "Profit", "ROI", "Mean edge", "CLV").words("Says");
        List<Estimate> roi = new ArrayList<>();
        List<Estimate> clv = new ArrayList<>();
        List<Hits> hits = new ArrayList<>();
        for (JsonNode group : answer.path("groups")) {
            Map<String, String> inside = asked.parameters(false);
            List<Cell> cells = new ArrayList<>();
            List<String> values = new ArrayList<>();
            for (String name : named) {
                values.add(group.path("group").path(name).asText());
                inside.put(name, values.getLast());
            }
            for (int i = 0; i < named.size(); i++) {
                Map<String, String> only = asked.parameters(true);
                only.put(named.get(i), values.get(i));
                cells.add(Cell.link(shown(values.get(i)), Paging.address(ADDRESS, only)));
            }
            cells.add(Cell.link(Text.count(group.path("bets").asLong()), Paging.address(ADDRESS + "/bets", inside)));
            cells.add(estimate(group, "win_rate"));
            cells.add(Cell.of(percent(group, "expected_win_rate")));
            cells.add(Cell.of(BetCharts.money(group.path("staked").asDouble())));
            cells.add(Cell.of(BetCharts.signed(group.path("profit").asDouble())));
            cells.add(estimate(group, "roi"));
            cells.add(Cell.of(percent(group, "mean_edge")));
            cells.add(
                    group.path("clv").isNumber()
                            ? Cell.of(percent(group, "clv"), "%s bets".formatted(Text.count(group.path("clv_bets").asLong())))
                            : Cell.of(Text.NONE));
            cells.add(Cell.of(verdict(group)));
            sheet.row(cells);
            String name = String.join(" · ", values.stream().map(PerformancePage::shown).toList());
            roi.add(estimate(name, group, "roi"));
            clv.add(estimate(name, group, "clv"));
            hits.add(new Hits(
                    name,
                    SheetDraft.number(group.path("win_rate")),
                    SheetDraft.number(group.path("win_rate_lower")),
                    SheetDraft.number(group.path("win_rate_upper")),
                    SheetDraft.number(group.path("expected_win_rate"))));
        }
        int drawn = Math.min(DRAWN, roi.size());
        SectionDraft draft = new SectionDraft(title)
                .lead(answer.path("note").asText())
                .broad(ReportCharts.estimates(title + ": ROI with its 95 % interval", roi.subList(0, drawn), 0, "ROI, percent", PerformancePage::points))
                .broad(BetCharts.hits(hits.subList(0, drawn)));
        if (clv.stream().anyMatch(each -> Double.isFinite(each.value()))) {
            draft.broad(ReportCharts.estimates(
                    title + ": closing line value", clv.subList(0, drawn), Double.NaN, "closing line value, percent", PerformancePage::points));
        }
        if (drawn < roi.size()) {
            draft.note("Drawn are the first %d of %d groups.".formatted(drawn, roi.size()));
        }
        return draft.sheet(sheet)
                .note("A group's name counts within it alone; its number of bets lists them with what was predicted.")
                .done();
    }

    private static String shown(String value) {
        return value.isEmpty() ? "not said" : value;
    }

    private static String points(double percent) {
        return Double.isFinite(percent) ? String.format(Locale.ROOT, "%+.1f %%", percent) : Text.NONE;
    }

    private static Cell estimate(JsonNode group, String name) {
        return SheetDraft.estimate(
                SheetDraft.number(group.path(name)),
                SheetDraft.number(group.path(name + "_lower")),
                SheetDraft.number(group.path(name + "_upper")),
                Text::percent);
    }

    private static Estimate estimate(String name, JsonNode group, String figure) {
        return new Estimate(
                name,
                100 * SheetDraft.number(group.path(figure)),
                100 * SheetDraft.number(group.path(figure + "_lower")),
                100 * SheetDraft.number(group.path(figure + "_upper")),
                group.path("few").asBoolean() ? "few" : "");
    }

    // ---- calibration

    private static Section calibration(JsonNode answer) {
        SectionDraft draft = new SectionDraft("Calibration");
        List<ReliabilityPoint> points = new ArrayList<>();
        SheetDraft sheet = new SheetDraft("Chances and what came true").words("Chance from").numbers("Bets", "Mean chance", "Won");
        for (JsonNode bin : answer.path("calibration")) {
            ReliabilityPoint point = new ReliabilityPoint(
                    bin.path("forecast").asDouble(),
                    bin.path("observed").asDouble(),
                    bin.path("observed_lower").asDouble(),
                    bin.path("observed_upper").asDouble(),
                    bin.path("bets").asLong());
            points.add(point);
            sheet.row(List.of(
                    Cell.of("%s to %s".formatted(Text.percent(bin.path("lower").asDouble()), Text.percent(bin.path("upper").asDouble()))),
                    Cell.of(Text.count(point.count())),
                    Cell.of(Text.percent(point.forecast())),
                    SheetDraft.estimate(point.observed(), point.lower(), point.upper(), Text::percent)));
        }
        if (points.isEmpty()) {
            return draft.empty("Nothing yet: no bet that was won or lost has a chance.", "").done();
        }
        return draft.lead("How often bets were won, by how often they were expected to be.")
                .broad(Charts.reliability("bets that were won", points))
                .sheet(sheet)
                .note("Won or lost bets in ten bins of their chance, with Wilson's 95 % interval; shaded is where exact chances would lie.")
                .done();
    }

    // ---- the bets behind a figure

    BlocksView bets(Shell shell, Asked asked, int offset) {
        ServeDefinition.Bets bets = backend.project().serve().bets();
        if (bets == null) {
            return new BlocksView(shell, "", List.of(), List.of(switchedOff("Settled bets")));
        }
        JsonNode answer = backend.bets().settled(asked.question(), offset, SIZE);
        long total = answer.path("total").asLong();
        SheetDraft sheet = new SheetDraft("Settled bets, newest first").words("Placed");
        bets.by().forEach(name -> sheet.words(Text.sentence(word(name))));
        sheet.numbers("Odds", "Closed at", "Chance", "Stake", "Profit").words("Result", "Predicted");
        for (JsonNode bet : answer.path("bets")) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.of(Text.minute(Instant.parse(bet.path("placed_at").asText()), zone), bet.path("key").asText()));
            bets.by().forEach(name -> cells.add(Cell.of(shown(bet.path(name).asText()))));
            cells.add(Cell.of(Text.fixed(SheetDraft.number(bet.path("odds")), 2)));
            cells.add(Cell.of(Text.fixed(SheetDraft.number(bet.path("closing_odds")), 2)));
            cells.add(Cell.of(percent(bet, "chance")));
            cells.add(Cell.of(BetCharts.money(bet.path("stake").asDouble())));
            cells.add(Cell.of(BetCharts.signed(bet.path("profit").asDouble())));
            cells.add(Cell.of(bet.path("result").asText()));
            String prediction = bet.path("prediction").textValue();
            cells.add(prediction == null ? Cell.of("not predicted") : Cell.link("the prediction", "/predictions/" + prediction));
            sheet.row(cells);
        }
        SectionDraft draft = new SectionDraft("Settled bets").lead(filters(asked));
        if (sheet.isEmpty()) {
            draft.empty("Filtered away: no settled bet is within these filters.", "");
        }
        draft.sheet(sheet).link("Their figures", Paging.address(ADDRESS, asked.parameters(true)));
        draft.link("As JSON", Paging.address("/api/v1/performance/bets", asked.parameters(false)));
        Map<String, String> parameters = asked.parameters(false);
        Pages pages = new Pages(
                Text.count(total) + (total == 1 ? " bet" : " bets"),
                "",
                offset == 0 ? null : at(parameters, Math.max(0, offset - SIZE)),
                answer.path("next_cursor").isTextual() ? at(parameters, offset + SIZE) : null);
        return new BlocksView(shell, "", List.of(), List.of(new Block(draft.done(), List.of(), List.of(), pages)));
    }

    private static String at(Map<String, String> parameters, int offset) {
        return Paging.address(ADDRESS + "/bets", offset == 0 ? parameters : with(parameters, "cursor", Integer.toString(offset)));
    }

    private static String filters(Asked asked) {
        List<String> said = new ArrayList<>();
        asked.parameters(false).forEach((name, value) -> {
            if (!value.isEmpty()) {
                said.add("%s %s".formatted(word(name), value));
            }
        });
        return said.isEmpty() ? "All of them." : Text.sentence(String.join(", ", said)) + ".";
    }
}
