package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.AlertsView;
import dev.keelson.console.view.Pages;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The inbox: alerts by state, kind and model, and the channels that tell them. */
final class AlertsPage {
    private static final String ADDRESS = "/alerts";
    private static final String ALL = "all";
    /** More open alerts than anybody counts. */
    private static final int MOST = 100;
    /** Of so many alerts the kinds are offered. */
    private static final int KINDS = 500;

    private final Backend backend;
    private final Visit visit;
    private final ZoneId zone;

    AlertsPage(Backend backend, Visit visit) {
        this.backend = backend;
        this.visit = visit;
        this.zone = backend.project().zone();
    }

    /** How many alerts are open, in words; empty when none is. */
    static String open(Backend backend) {
        int open = backend.alerts().list(new AlertQuery(Set.of(Alert.State.OPEN), null, null, null, MOST)).path("alerts").size();
        return open == 0 ? "" : open == MOST ? (MOST - 1) + "+" : Integer.toString(open);
    }

    AlertsView view(Shell shell, AlertsView.Asked asked, int page) {
        List<AlertsView.Row> rows = new ArrayList<>();
        int from = (page - 1) * Paging.SIZE;
        JsonNode found = backend.alerts()
                .list(new AlertQuery(states(asked.state()), blankless(asked.kind()), blankless(asked.model()), null, from + Paging.SIZE + 1))
                .path("alerts");
        for (int i = from; i < Math.min(found.size(), from + Paging.SIZE); i++) {
            rows.add(row(found.path(i)));
        }
        return new AlertsView(
                shell,
                form(asked),
                rows,
                pages(asked, page, found.size() > from + Paging.SIZE),
                empty(asked, page),
                channels(),
                visit.may(Role.ADMIN) ? "" : "Your token may look at them; changing one needs the role admin.");
    }

    private static @Nullable String blankless(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Set<Alert.State> states(String word) {
        return switch (word) {
            case "" -> EnumSet.complementOf(EnumSet.of(Alert.State.RESOLVED));
            case ALL -> Set.of();
            default -> Set.of(Alert.State.valueOf(word.toUpperCase(Locale.ROOT)));
        };
    }

    private static Pages pages(AlertsView.Asked asked, int page, boolean more) {
        Map<String, String> parameters = asked.parameters();
        parameters.put("page", Integer.toString(page + 1));
        String next = more ? Paging.address(ADDRESS, parameters) : null;
        parameters.put("page", page == 2 ? "" : Integer.toString(page - 1));
        return new Pages("", "", page == 1 ? null : Paging.address(ADDRESS, parameters), next);
    }

    private String empty(AlertsView.Asked asked, int page) {
        if (page > 1) {
            return "Nothing on this page.";
        }
        if (!asked.kind().isEmpty() || !asked.model().isEmpty() || asked.state().equals("acknowledged") || asked.state().equals("snoozed")) {
            return "Filtered away: there is no such alert.";
        }
        boolean any = backend.alerts().list(new AlertQuery(Set.of(), null, null, null, 1)).path("alerts").size() > 0;
        return any
                ? "Nothing is open. Those that are resolved are kept: choose the state."
                : backend.project().schedules().isEmpty()
                        ? "Nothing yet: alerts are raised by scheduled jobs, and the project file has no schedule."
                        : "Nothing yet: no check and no job has raised an alert.";
    }

    private AlertsView.Row row(JsonNode alert) {
        return new AlertsView.Row(
                alert.path("id").asText(),
                AlertText.address(alert.path("id").asText()),
                AlertText.severity(alert),
                AlertText.state(alert),
                AlertText.silent(alert, zone),
                alert.path("title").asText(),
                AlertText.about(alert),
                alert.path("text").asText(),
                alert.path("command").asText(),
                alert.path("page").asText(),
                AlertText.count(alert),
                Moments.of(alert.path("first_at"), zone),
                Moments.of(alert.path("last_at"), zone),
                AlertText.isOpen(alert));
    }

    private Action form(AlertsView.Asked asked) {
        Set<String> kinds = new TreeSet<>();
        backend.alerts().list(new AlertQuery(Set.of(), null, null, null, KINDS)).path("alerts")
                .forEach(each -> kinds.add(each.path("kind").asText()));
        List<Option> kind = new ArrayList<>(List.of(new Option("", "every kind")));
        kinds.forEach(each -> kind.add(new Option(each, Text.words(each))));
        List<Option> model = new ArrayList<>(List.of(new Option("", "every model")));
        backend.project().models().stream().map(ModelDefinition::name).forEach(each -> model.add(new Option(each, each)));
        return new ActionDraft("Show", ADDRESS)
                .get()
                .choice("state", "State", asked.state(), List.of(
                        new Option("", "not resolved"),
                        new Option("open", "open"),
                        new Option("acknowledged", "acknowledged"),
                        new Option("snoozed", "snoozed"),
                        new Option("resolved", "resolved"),
                        new Option(ALL, "all")))
                .choice("kind", "Kind", asked.kind(), kind)
                .choice("model", "Model", asked.model(), model)
                .done();
    }

    private List<AlertsView.Channel> channels() {
        List<AlertsView.Channel> channels = new ArrayList<>();
        backend.alerts().channels().path("channels").forEach(each -> {
            List<String> kinds = new ArrayList<>();
            each.path("on").forEach(kind -> kinds.add(Text.words(kind.asText())));
            JsonNode last = each.path("last");
            channels.add(new AlertsView.Channel(
                    each.path("name").asText(),
                    kinds.isEmpty() ? "everything" : String.join(", ", kinds),
                    last.isObject() ? AlertText.told(last, zone) : null));
        });
        return channels;
    }
}
