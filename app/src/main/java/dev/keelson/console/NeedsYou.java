package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Attention;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.control.retrain.ModelSuggestion;
import dev.keelson.control.retrain.Suggestions;
import dev.keelson.http.Backend;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.AlertQuery;
import dev.keelson.registry.governance.Approval;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What waits for a person: suggestions and requests without an answer, and open alerts; newest first, and the newest of them alone. */
final class NeedsYou {
    private static final int SHOWN = 10;
    /** More than anybody reads; those beyond are in the inbox. */
    private static final int ALERTS = 100;
    /** Their alerts only repeat them. */
    private static final Set<String> TOLD = Set.of("suggestion", "approval");

    private final List<Item> items = new ArrayList<>();
    private final Set<String> causes = new HashSet<>();

    private record Item(Instant at, Attention told) {}

    NeedsYou(Backend backend) {
        ZoneId zone = backend.project().zone();
        new Suggestions(backend.catalog(), backend.clock())
                .list(null, ModelSuggestion.State.OPEN)
                .forEach(each -> add(each.lastAt(), suggestion(each, zone)));
        backend.governance().pending().forEach(each -> add(each.requestedAt(), approval(each, zone)));
        backend.alerts().list(new AlertQuery(Set.of(Alert.State.OPEN), null, null, null, ALERTS)).path("alerts").forEach(each -> {
            causes.add(each.path("cause").asText());
            if (!TOLD.contains(each.path("kind").asText())) {
                add(Instant.parse(each.path("last_at").asText()), alert(each, zone));
            }
        });
        items.sort(Comparator.comparing(Item::at).reversed());
    }

    private void add(Instant at, Attention told) {
        items.add(new Item(at, told));
    }

    /** Whether an open alert says of a cause what is wrong, such as {@code drift/football-1x2}. */
    boolean tells(String cause) {
        return causes.contains(cause);
    }

    /** The newest. */
    List<Attention> newest() {
        return items.stream().limit(SHOWN).map(Item::told).toList();
    }

    /** How many there are beside {@link #newest}. */
    int more() {
        return Math.max(0, items.size() - SHOWN);
    }

    private static Attention suggestion(ModelSuggestion each, ZoneId zone) {
        return new Attention(
                new Badge(Level.MODERATE, "suggestion"),
                each.text(),
                each.page(),
                "keelson suggestions show " + each.id(),
                Moments.of(each.lastAt(), zone));
    }

    private static Attention approval(Approval each, ZoneId zone) {
        return new Attention(
                new Badge(Level.MODERATE, "approval"),
                "v%d of %s waits for a person to agree; %s asks: %s".formatted(each.version(), each.model(), each.requester(), each.reason()),
                "/registry",
                "keelson models approve %s %d --reason \"...\"".formatted(each.model(), each.version()),
                Moments.of(each.requestedAt(), zone));
    }

    private static Attention alert(JsonNode each, ZoneId zone) {
        String model = each.path("model").asText();
        String command = each.path("command").asText();
        return new Attention(
                AlertText.severity(each),
                (model.isEmpty() ? "" : model + ": ") + each.path("title").asText(),
                AlertText.address(each.path("id").asText()),
                command.isEmpty() ? null : command,
                Moments.of(each.path("last_at"), zone));
    }
}
