package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.http.Backend;
import dev.keelson.project.ServeDefinition.Role;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** The streams of a model that are watched value by value, and the changes that were found in them. */
final class StreamsSection {
    private static final int LISTED = 30;

    private StreamsSection() {}

    static Block of(Backend backend, Visit visit, String model) {
        boolean named = backend.project().drift().stream()
                .anyMatch(each -> each.models().contains(model) && !each.streams().of().isEmpty());
        return Block.of(section(backend, model, named), named && visit.may(Role.ADMIN) ? List.of(follow(model)) : List.of());
    }

    private static Action follow(String model) {
        return new ActionDraft("Follow the streams now", "/models/%s/streams".formatted(Paging.encoded(model)))
                .effect("Takes in what was predicted and settled since the last time, as the schedule does with each drift check; a change that is found is an alert.")
                .done();
    }

    private static Section section(Backend backend, String model, boolean named) {
        SectionDraft draft = new SectionDraft("Streams");
        JsonNode told = backend.streams().changes(model);
        if (!named && told.path("streams").isEmpty()) {
            return draft.empty("Switched off: no drift monitor of this model names a stream.", "streams: [log_loss]").done();
        }
        boolean nothing = told.path("streams").valueStream().allMatch(each -> each.path("values").asLong() == 0);
        if (nothing && told.path("changes").isEmpty()) {
            return draft.empty("Nothing yet: no value was taken into its streams.", "keelson drift streams --model " + model).done();
        }
        ZoneId zone = backend.project().zone();
        SheetDraft streams = new SheetDraft("Streams").words("Stream", "Detector").numbers("Values", "Mean");
        for (JsonNode each : told.path("streams")) {
            streams.row(List.of(
                    Cell.of(each.path("of").asText()),
                    Cell.of(each.path("detector").asText()),
                    Cell.of(Text.count(each.path("values").asLong())),
                    Cell.of(Text.short3(SheetDraft.number(each.path("mean"))))));
        }
        JsonNode changes = told.path("changes");
        SheetDraft found = new SheetDraft("Changes, newest first").words("Began", "Stream", "Detector").numbers("Mean before", "Mean since", "Values since").words("Shown by the value of");
        for (JsonNode each : changes.valueStream().limit(LISTED).toList()) {
            found.row(List.of(
                    Cell.of("about " + Text.minute(Instant.parse(each.path("began").asText()), zone)),
                    Cell.of(each.path("of").asText()),
                    Cell.of(each.path("detector").asText()),
                    Cell.of(Text.short3(SheetDraft.number(each.path("before")))),
                    Cell.of(Text.short3(SheetDraft.number(each.path("after")))),
                    Cell.of(Text.count(each.path("values_since").asLong())),
                    Cell.of(Text.minute(Instant.parse(each.path("found").asText()), zone))));
        }
        draft.sheet(streams).sheet(found).note("Values and means are since the stream began or last changed. With few values since a change its mean is exaggerated.");
        if (changes.isEmpty()) {
            draft.badge(new Badge(Level.OK, "no change")).lead("No detector has found a change.");
        } else {
            draft.lead("The last change: " + Text.withMinutes(changes.path(0).path("sentence").asText(), zone));
        }
        return draft.link("As JSON", "/api/v1/models/%s/streams".formatted(Paging.encoded(model))).done();
    }
}
