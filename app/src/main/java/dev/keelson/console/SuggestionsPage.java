package dev.keelson.console;

import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.control.retrain.ModelSuggestion.State;
import dev.keelson.control.retrain.ModelSuggestion;
import dev.keelson.control.retrain.Suggestions;
import dev.keelson.http.Backend;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the loop would have done by itself, newest first: those that wait for an answer, and what became of the others. */
public final class SuggestionsPage {
    static final String ADDRESS = "/suggestions";
    private static final String ALL = "all";
    private static final String[] NAMES = {"suggestion", "suggestions"};

    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;

    SuggestionsPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
    }

    /**
     * What is asked for; an empty text asks for nothing.
     *
     * @param state {@code open}, {@code accepted}, {@code dismissed}, {@code overtaken}, {@code observed} or {@code all}; empty for
     *     those that wait
     * @param model about which model
     */
    public record Asked(String state, String model) {
        /** The words of {@code state}. */
        public static List<String> states() {
            List<String> words = new ArrayList<>(Arrays.stream(State.values()).map(State::word).toList());
            words.add(ALL);
            return words;
        }

        private Map<String, String> parameters() {
            Map<String, String> all = new LinkedHashMap<>();
            all.put("state", state);
            all.put("model", model);
            return all;
        }

        private @Nullable State wanted() {
            return state.isEmpty() ? State.OPEN : state.equals(ALL) ? null : State.valueOf(state.toUpperCase(Locale.ROOT));
        }
    }

    static Badge badge(ModelSuggestion each) {
        return switch (each.state()) {
            case OPEN -> new Badge(Level.MODERATE, "waiting");
            case ACCEPTED -> new Badge(Level.OK, each.state().word());
            case DISMISSED, OVERTAKEN, OBSERVED -> new Badge(Level.OFF, each.state().word());
        };
    }

    /** {@code promote v3 of football-1x2}. */
    static String what(ModelSuggestion each) {
        return switch (each.action()) {
            case RETRAIN -> "train %s again".formatted(each.model());
            case PROMOTE -> "promote v%d of %s".formatted(each.version(), each.model());
            case ROLL_BACK -> "take back v%d of %s".formatted(each.version(), each.model());
            case STAKES -> "stakes of " + each.model();
        };
    }

    BlocksView view(Shell shell, Asked asked, int page) {
        List<ModelSuggestion> all = new Suggestions(backend.catalog(), backend.clock())
                .list(asked.model().isEmpty() ? null : asked.model(), asked.wanted());
        SheetDraft sheet = new SheetDraft("Suggestions, newest first").words("What", "State", "Why", "Came up", "Answer");
        for (ModelSuggestion each : Paging.slice(all, page)) {
            sheet.row(List.of(
                    Cell.link(Text.sentence(what(each)), each.page()),
                    Cell.of(badge(each)),
                    Cell.of(each.text()),
                    Cell.of(Text.minute(each.lastAt(), zone), each.count() == 1 ? "once" : Text.count(each.count()) + " times"),
                    each.decider().isEmpty() ? Cell.of(Text.NONE) : Cell.of(each.decider(), each.comment())));
        }
        SectionDraft draft = new SectionDraft("Suggestions")
                .lead("What the loop would have done by itself, had its mode been to act. A person answers; each answer and its reason stay in the audit trail.")
                .sheet(sheet);
        if (sheet.isEmpty()) {
            draft.empty(empty(asked), "");
        }
        if (!visit.may(Role.ADMIN)) {
            draft.note("Your token may look at them; answering one needs the role admin.");
        }
        Block block = new Block(draft.done(), List.of(), List.of(form(asked)), Paging.pages(all.size(), page, NAMES, ADDRESS, asked.parameters()));
        return new BlocksView(shell, "", List.of(), List.of(block));
    }

    private String empty(Asked asked) {
        boolean any = !new Suggestions(backend.catalog(), backend.clock()).list(null, null).isEmpty();
        return any
                ? asked.state().isEmpty() && asked.model().isEmpty()
                        ? "Nothing waits for an answer. Those that were answered are kept: choose the state."
                        : "Filtered away: there is no such suggestion."
                : "Nothing yet: suggestions come where the project file sets the mode of a model to `suggest` or `observe`.";
    }

    private Action form(Asked asked) {
        List<Option> states = new ArrayList<>(List.of(new Option("", "waiting")));
        Asked.states().stream().filter(each -> !each.equals(State.OPEN.word())).forEach(each -> states.add(new Option(each, each)));
        List<Option> models = new ArrayList<>(List.of(new Option("", "every model")));
        backend.project().models().stream().map(ModelDefinition::name).forEach(each -> models.add(new Option(each, each)));
        return new ActionDraft("Show", ADDRESS)
                .get()
                .choice("state", "State", asked.state().equals(State.OPEN.word()) ? "" : asked.state(), states)
                .choice("model", "Model", asked.model(), models)
                .done();
    }
}
