package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.OpportunitiesView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.http.Bets;
import dev.keelson.project.ServeDefinition;
import dev.keelson.project.ServeDefinition.Role;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opportunities that were captured: what they were worth, where they were seen, what became of them. */
public final class OpportunitiesPage {
    /** Opportunities on one page. */
    public static final int SIZE = 50;

    private static final String ADDRESS = "/opportunities";
    private static final List<String> RESULTS = List.of("won", "half_won", "push", "half_lost", "lost");

    private final Backend backend;
    private final ZoneId zone;
    private final Visit visit;

    OpportunitiesPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.zone = backend.project().zone();
        this.visit = visit;
    }

    /**
     * What is asked.
     *
     * @param filter as it is understood
     * @param from as it was typed, or empty
     * @param to as it was typed, or empty
     */
    public record Asked(Bets.Filter filter, String from, String to) {
        Map<String, String> parameters() {
            Map<String, String> all = new LinkedHashMap<>();
            all.put("state", filter.state() == null ? "" : filter.state());
            all.put("text", filter.text() == null ? "" : filter.text());
            filter.columns().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(each -> all.put(each.getKey(), each.getValue()));
            all.put("from", from);
            all.put("to", to);
            return all;
        }
    }

    private static String address(String id) {
        return ADDRESS + "/" + Paging.encoded(id);
    }

    OpportunitiesView view(Shell shell, Asked asked) {
        ServeDefinition.Bets bets = backend.project().serve().bets();
        if (bets == null) {
            return new OpportunitiesView(
                    shell, form(asked), "No opportunities", List.of(), List.of(), null, null,
                    "Switched off: the project scores no bets. Name the model that does in the project file:",
                    "serve:\n  bets: { model: MODEL }", "");
        }
        JsonNode answer = backend.bets().opportunities(asked.filter());
        Map<String, String> parameters = asked.parameters();
        boolean narrowed = parameters.values().stream().anyMatch(value -> !value.isEmpty());
        List<OpportunitiesView.Row> rows = new ArrayList<>();
        answer.path("opportunities").forEach(each -> rows.add(row(each, bets)));
        long total = answer.path("total").asLong();
        String next = answer.path("next_cursor").textValue();
        Map<String, String> older = new LinkedHashMap<>(parameters);
        older.put("cursor", next == null ? "" : next);
        return new OpportunitiesView(
                shell,
                form(asked),
                Text.count(total) + (total == 1 ? " opportunity" : " opportunities") + ", newest first",
                bets.by().stream().map(name -> Text.sentence(PerformancePage.word(name))).toList(),
                rows,
                asked.filter().cursor() == null ? null : Paging.address(ADDRESS, parameters),
                next == null ? null : Paging.address(ADDRESS, older),
                narrowed
                        ? "Filtered away: opportunities exist only outside these filters, if at all."
                        : "Nothing yet: no opportunity was captured. The browser extension captures them from pages with prices, and so does a command:",
                narrowed ? "" : capture(bets),
                visit.may(Role.PREDICT) ? "" : "Your token may look at them; settling one needs the role predict.");
    }

    /** A command that captures a bet, with the columns of the project. */
    private String capture(ServeDefinition.Bets bets) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("id", "my-first");
        ObjectNode bet = body.putObject("bet");
        bets.by().forEach(name -> bet.put(name, PerformancePage.word(name).toUpperCase(Locale.ROOT)));
        bet.put(bets.odds(), 2.4);
        if (bets.fair() != null) {
            bet.put(bets.fair(), 0.45);
        }
        body.put("bankroll", 1000).putObject("seen").put("url", "https://prices.example/1");
        String token = backend.project().serve().tokens().isEmpty() ? "" : " -H \"Authorization: Bearer $TOKEN\"";
        return "curl -s http://%s/api/v1/opportunities%s -d '%s'".formatted(visit.host(), token, body);
    }

    private static Action form(Asked asked) {
        Map<String, String> typed = asked.parameters();
        ActionDraft draft = new ActionDraft("Show", ADDRESS).get();
        draft.choice(
                        "state",
                        "State",
                        typed.getOrDefault("state", ""),
                        List.of(new Option("", "any"), new Option("open", "open"), new Option("settled", "settled")))
                .text("text", "Text", typed.getOrDefault("text", ""), false)
                .day("from", "Captured from", day(asked.from()))
                .day("to", "before", day(asked.to()));
        asked.filter().columns().forEach((name, value) -> draft.text(name, Text.sentence(PerformancePage.word(name)), value, false));
        return draft.done();
    }

    private static String day(String typed) {
        return typed.length() > 10 ? typed.substring(0, 10) : typed;
    }

    private OpportunitiesView.Row row(JsonNode each, ServeDefinition.Bets bets) {
        JsonNode score = each.path("score");
        return new OpportunitiesView.Row(
                address(each.path("id").asText()),
                Text.minute(Instant.parse(each.path("at").asText()), zone),
                bets.by().stream().map(name -> each.path("bet").path(name).asText(Text.NONE)).toList(),
                Text.fixed(SheetDraft.number(each.path("bet").path(bets.odds())), 2),
                Text.percent(SheetDraft.number(score.path("probability"))),
                Text.percent(SheetDraft.number(score.path("edge"))),
                stake(score),
                score.path("reasons").path(0).asText(""),
                "/predictions/" + score.path("id").asText(),
                source(each.path("seen")),
                link(each.path("seen")),
                state(each),
                brought(each),
                settle(each));
    }

    private static String stake(JsonNode score) {
        JsonNode stake = score.path("stake");
        String share = Text.percent(SheetDraft.number(stake.path("fraction")));
        return stake.path("amount").isNumber() ? "%s (%s)".formatted(BetCharts.money(stake.path("amount").asDouble()), share) : share;
    }

    /** Where it was seen: its title, else its address. */
    private static String source(JsonNode seen) {
        String title = seen.path("title").asText("");
        String url = seen.path("url").asText("");
        return !title.isEmpty() ? title : !url.isEmpty() ? url : seen.isEmpty() ? "not said" : seen.toString();
    }

    /** Its address when it is one of the web, and no script. */
    private static @Nullable String link(JsonNode seen) {
        String url = seen.path("url").asText("");
        return url.startsWith("https://") || url.startsWith("http://") ? url : null;
    }

    private static Badge state(JsonNode each) {
        if (!each.path("state").asText().equals("settled")) {
            return new Badge(Level.UNKNOWN, "open");
        }
        String result = each.path("settlement").path("result").asText();
        Level level = result.endsWith("won") ? Level.OK : result.endsWith("lost") ? Level.HIGH : Level.OFF;
        return new Badge(level, result.equals("push") ? "stake returned" : Text.words(result));
    }

    private static String brought(JsonNode each) {
        JsonNode settlement = each.path("settlement");
        if (!settlement.isObject()) {
            return "";
        }
        return settlement.path("profit").isNumber()
                ? "%s for a stake of %s"
                        .formatted(
                                BetCharts.signed(settlement.path("profit").asDouble()),
                                BetCharts.money(settlement.path("stake").asDouble()))
                : "%s for a stake of 1".formatted(BetCharts.signed(settlement.path("gain").asDouble()));
    }

    private @Nullable Action settle(JsonNode each) {
        if (!visit.may(Role.PREDICT)) {
            return null;
        }
        boolean again = each.path("state").asText().equals("settled");
        JsonNode before = each.path("settlement");
        List<Option> results = RESULTS.stream()
                .map(word -> new Option(word, word.equals("push") ? "stake returned" : Text.words(word)))
                .toList();
        ActionDraft draft = new ActionDraft(again ? "Correct" : "Settle", address(each.path("id").asText()) + "/settle")
                .hidden("back", visit.address())
                .effect(again
                        ? "Takes the place of the result; both stay in the log."
                        : "Is also the outcome of the prediction, unless the stake is returned.")
                .choice("result", "What became of it", again ? before.path("result").asText() : "won", results)
                .text("stake", "What was bet, in money; empty for nothing", before.path("stake").isNumber() ? before.path("stake").asText() : "", false);
        return (again ? draft.hidden("correct", "true") : draft).done();
    }

    // ---- one of them

    BlocksView one(Shell shell, String id) {
        ServeDefinition.Bets bets = backend.project().serve().bets();
        if (bets == null) {
            return new BlocksView(shell, "", List.of(), List.of(PerformancePage.switchedOff("Opportunity")));
        }
        JsonNode each = backend.bets().opportunity(id);
        JsonNode score = each.path("score");
        Action settle = settle(each);
        List<Section.Link> links = List.of(
                new Section.Link("All opportunities", ADDRESS),
                new Section.Link("The prediction", "/predictions/" + score.path("id").asText()),
                new Section.Link(
                        "v%d of %s".formatted(score.path("version").asInt(), score.path("model").asText()),
                        Promotions.address(score.path("model").asText(), score.path("version").asInt())),
                new Section.Link("As JSON", "/api/v1/opportunities/" + Paging.encoded(id)));
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.of(worth(each, bets), settle == null ? List.of() : List.of(settle)));
        blocks.add(Block.of(list("Reasons", score.path("reasons"), "The score gave no reason.")));
        if (!score.path("warnings").isEmpty()) {
            blocks.add(Block.of(list("Warnings", score.path("warnings"), "")));
        }
        blocks.add(Block.of(pairs("The bet", each.path("bet"))));
        blocks.add(Block.of(pairs("Where it was seen", each.path("seen"))));
        return new BlocksView(shell, "", links, blocks);
    }

    private Section worth(JsonNode each, ServeDefinition.Bets bets) {
        JsonNode score = each.path("score");
        JsonNode interval = score.path("interval");
        String between = interval.isObject()
                ? " (%s to %s, by %s)"
                        .formatted(
                                Text.percent(interval.path("lower").asDouble()),
                                Text.percent(interval.path("upper").asDouble()),
                                interval.path("kind").asText())
                : "";
        return new SectionDraft("Opportunity " + each.path("id").asText())
                .badge(state(each))
                .lead(brought(each))
                .fact("Captured", Text.minute(Instant.parse(each.path("at").asText()), zone))
                .fact("Odds", Text.fixed(SheetDraft.number(each.path("bet").path(bets.odds())), 2))
                .fact("Chance", Text.percent(SheetDraft.number(score.path("probability"))) + between)
                .fact("Edge", Text.percent(SheetDraft.number(score.path("edge"))))
                .fact("Edge by the fair chance", Text.percent(SheetDraft.number(score.path("edge_by_fair"))))
                .fact("Stake", stake(score))
                .fact("Stake by", score.path("stake").path("by").asText(Text.NONE))
                .fact("Webhook", each.path("webhook").asText("none"))
                .done();
    }

    private static Section list(String title, JsonNode texts, String empty) {
        SheetDraft sheet = new SheetDraft(title).words("No", title);
        for (int i = 0; i < texts.size(); i++) {
            sheet.row(List.of(Cell.of(Integer.toString(i + 1)), Cell.of(texts.path(i).asText())));
        }
        SectionDraft draft = new SectionDraft(title).sheet(sheet);
        return sheet.isEmpty() ? draft.empty(empty, "").done() : draft.done();
    }

    private static Section pairs(String title, JsonNode object) {
        SheetDraft sheet = new SheetDraft(title).words("Name", "Value");
        object.properties().forEach(each -> sheet.row(List.of(
                Cell.of(each.getKey()), Cell.of(each.getValue().isTextual() ? each.getValue().textValue() : each.getValue().toString()))));
        SectionDraft draft = new SectionDraft(title).sheet(sheet);
        return sheet.isEmpty() ? draft.empty("Not said.", "").done() : draft.done();
    }
}
