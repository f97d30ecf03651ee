package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Shell;
import dev.keelson.control.retrain.ModelSuggestion.State;
import dev.keelson.control.retrain.ModelSuggestion;
import dev.keelson.control.retrain.Suggestions;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.registry.governance.PolicyReport;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** One suggestion: what would have been done and why, what it rests on, how it turned out, and the two answers. */
final class SuggestionPage {
    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;

    SuggestionPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
    }

    BlocksView view(Shell shell, String id) {
        ModelSuggestion each = new Suggestions(backend.catalog(), backend.clock()).one(id);
        List<Block> blocks = new ArrayList<>();
        blocks.add(Block.of(what(each), answers(each)));
        evidence(each).forEach(section -> blocks.add(Block.of(section)));
        blocks.add(Block.of(since(backend.loop().suggestion(id))));
        return new BlocksView(shell, Text.sentence(SuggestionsPage.what(each)), List.of(new Section.Link("All suggestions", SuggestionsPage.ADDRESS)), blocks);
    }

    private Section what(ModelSuggestion each) {
        SectionDraft draft = new SectionDraft("What would have been done")
                .badge(SuggestionsPage.badge(each))
                .lead(each.text())
                .fact("Came up first", Text.minute(each.at(), zone))
                .fact("Came up last", Text.minute(each.lastAt(), zone))
                .fact("How often", each.count() == 1 ? "once" : Text.count(each.count()) + " times");
        if (!each.decider().isEmpty()) {
            draft.fact("Answered by", each.decider()).fact("Reason", each.comment());
        }
        if (each.decidedAt() != null) {
            draft.fact("Answered", Text.minute(each.decidedAt(), zone));
        }
        if (each.state() == State.OPEN && !visit.may(Role.ADMIN)) {
            draft.note("Your token may look at it; answering it needs the role admin.");
        }
        return draft.link("As JSON", "/api/v1/suggestions/" + Paging.encoded(each.id())).done();
    }

    private List<Action> answers(ModelSuggestion each) {
        if (each.state() != State.OPEN || !visit.may(Role.ADMIN)) {
            return List.of();
        }
        return List.of(
                answer(each, "accept", "Accept").danger().effect(accepted(each)).done(),
                answer(each, "dismiss", "Dismiss").effect(dismissed(each)).done());
    }

    private static ActionDraft answer(ModelSuggestion each, String verb, String title) {
        return new ActionDraft(title, SuggestionsPage.ADDRESS)
                .hidden("suggestion", each.id())
                .hidden("verb", verb)
                .whoAndWhy("Why");
    }

    private static String accepted(ModelSuggestion each) {
        return switch (each.action()) {
            case RETRAIN -> "%s is trained again now; what comes of it is a challenger that its policy judges.".formatted(each.model());
            case PROMOTE -> "v%d will answer every request of %s from now on, unless its policy asks for another person; it is looked at once more."
                    .formatted(each.version(), each.model());
            case ROLL_BACK -> "The rollout of %s ends; v%d is taken back.".formatted(each.model(), each.version());
            case STAKES -> "";
        };
    }

    private static String dismissed(ModelSuggestion each) {
        return switch (each.action()) {
            case RETRAIN -> "Nothing is trained; what serves stays.";
            case PROMOTE -> "v%d is archived and is no challenger any more; what serves stays.".formatted(each.version());
            case ROLL_BACK -> "The rollout goes on as it is.";
            case STAKES -> "";
        };
    }

    // ---- what it rests on

    private List<Section> evidence(ModelSuggestion each) {
        return switch (each.action()) {
            case RETRAIN -> List.of(drift(each));
            case PROMOTE -> List.of(policy(each));
            case ROLL_BACK -> List.of(new SectionDraft("What it rests on")
                    .lead("A guardrail of the rollout is broken.")
                    .link("The rollout", "/models/" + Paging.encoded(each.model()) + "/rollout")
                    .done());
            case STAKES -> List.of();
        };
    }

    private static Section drift(ModelSuggestion each) {
        JsonNode request = each.request();
        JsonNode drift = request == null ? null : request.path("drift");
        SectionDraft draft = new SectionDraft("What it rests on");
        if (request != null) {
            draft.fact("Asked for by", Text.words(request.path("trigger").asText()));
        }
        if (drift != null && drift.isObject()) {
            String sentence = drift.path("sentence").asText();
            draft.lead(each.text().contains(sentence) ? "" : sentence)
                    .fact("Drift check", Text.words(drift.path("verdict").asText()))
                    .fact("Columns that moved", "%s of %s".formatted(Text.count(drift.path("drifted").asLong()), Text.count(drift.path("features").asLong())))
                    .fact("Rows", Text.count(drift.path("rows").asLong()));
        }
        String page = "/models/" + Paging.encoded(each.model());
        return draft.link("Drift of " + each.model(), page + "/drift").link("Performance", page + "/performance").done();
    }

    private Section policy(ModelSuggestion each) {
        int version = each.version() == null ? 0 : each.version();
        SectionDraft draft = new SectionDraft("What it rests on");
        try {
            PolicyReport report = backend.governance().check(each.model(), version);
            draft.badge(verdict(report)).lead(report.sentence()).note("The conditions as they stand now.").sheet(Promotions.lines(report));
        } catch (KeelsonException e) { // such as a version that serves by now, or was deleted
            draft.note("Its conditions cannot be looked at any more: " + Text.problems(e));
        }
        return draft.link("v" + version, Promotions.address(each.model(), version)).done();
    }

    private static Badge verdict(PolicyReport report) {
        return switch (report.verdict()) {
            case PASSED -> new Badge(Level.OK, "passed");
            case FAILED -> new Badge(Level.HIGH, "failed");
            case NOT_YET_KNOWN -> new Badge(Level.UNKNOWN, "not yet known");
        };
    }

    private Section since(JsonNode told) {
        return new SectionDraft("How it turned out").lead(Text.withMinutes(told.at("/since/sentence").asText(), zone)).done();
    }
}
