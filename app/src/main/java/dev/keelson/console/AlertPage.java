package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.AlertsView.Told;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.project.ServeDefinition.Role;
import java.time.ZoneId;
import java.util.List;

/** One alert: what, how bad, since when, what helps, and what became of each message about it. */
final class AlertPage {
    static final List<Option> SNOOZES = List.of(
            new Option("1h", "an hour"),
            new Option("8h", "8 hours"),
            new Option("1d", "a day"),
            new Option("3d", "3 days"),
            new Option("7d", "a week"),
            new Option("30d", "30 days"));

    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;

    AlertPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
    }

    BlocksView view(Shell shell, String id) {
        JsonNode alert = backend.alerts().one(id);
        List<Block> blocks = List.of(Block.of(what(alert), actions(alert)), Block.of(deliveries(alert)));
        return new BlocksView(
                shell, alert.path("title").asText(), List.of(new Section.Link("All alerts", "/alerts")), blocks, AlertText.isOpen(alert));
    }

    private Section what(JsonNode alert) {
        SectionDraft draft = new SectionDraft(Text.sentence(AlertText.about(alert)))
                .badge(AlertText.severity(alert))
                .lead(alert.path("text").asText())
                .fact("State", Text.words(alert.path("state").asText()))
                .fact("Seen", AlertText.count(alert))
                .fact("First", Moments.of(alert.path("first_at"), zone).text())
                .fact("Last", Moments.of(alert.path("last_at"), zone).text())
                .fact("Cause", alert.path("cause").asText());
        if (alert.path("snoozed_until").isTextual()) {
            draft.fact("Silent until", Moments.of(alert.path("snoozed_until"), zone).text());
        }
        if (alert.path("ended_at").isTextual()) {
            draft.fact("Resolved", Moments.of(alert.path("ended_at"), zone).text());
        }
        if (!alert.path("actor").asText().isEmpty()) {
            draft.fact("Changed last by", "%s: %s".formatted(alert.path("actor").asText(), alert.path("reason").asText()));
        }
        if (!alert.path("command").asText().isEmpty()) {
            draft.fact("What helps", alert.path("command").asText());
        }
        if (!alert.path("page").asText().isEmpty()) {
            draft.link("Look at it", alert.path("page").asText());
        }
        if (AlertText.isOpen(alert) && !visit.may(Role.ADMIN)) {
            draft.note("Your token may look at it; changing it needs the role admin.");
        }
        return draft.link("As JSON", "/api/v1" + AlertText.address(alert.path("id").asText())).done();
    }

    private List<Action> actions(JsonNode alert) {
        if (!AlertText.isOpen(alert) || !visit.may(Role.ADMIN)) {
            return List.of();
        }
        return List.of(
                change(alert, "acknowledge", "Acknowledge", "You know of it: it is silent until it is resolved.").done(),
                change(alert, "snooze", "Snooze", "It is silent for a time; after that it opens when its cause comes again.")
                        .choice("for", "For", "1d", SNOOZES)
                        .done(),
                change(alert, "resolve", "Resolve", "Its cause is gone. It also resolves by itself when the next check says so.").done());
    }

    private static ActionDraft change(JsonNode alert, String verb, String title, String effect) {
        return new ActionDraft(title, "/alerts")
                .hidden("alert", alert.path("id").asText())
                .hidden("verb", verb)
                .hidden("back", AlertText.address(alert.path("id").asText()))
                .effect(effect)
                .whoAndWhy("Why");
    }

    private Section deliveries(JsonNode alert) {
        SheetDraft sheet = new SheetDraft("Messages").words("Made", "Channel", "What", "State").numbers("Tries").words("Last problem");
        for (JsonNode each : alert.path("deliveries")) {
            Told told = AlertText.told(each, zone);
            sheet.row(List.of(
                    Cell.of(told.at().text()),
                    Cell.of(each.path("channel").asText()),
                    Cell.of(told.what()),
                    Cell.of(told.state()),
                    Cell.of(Text.count(each.path("attempts").asInt())),
                    Cell.of(told.problem().isEmpty() ? Text.NONE : told.problem())));
        }
        SectionDraft draft = new SectionDraft("Where it was told").sheet(sheet);
        if (sheet.isEmpty()) {
            draft.empty(
                    backend.alerts().channels().path("channels").isEmpty()
                            ? "Switched off: the project file names no channel under `alerts`."
                            : "Nothing yet: no channel asks for alerts of this kind.",
                    "");
        }
        return draft.done();
    }
}
