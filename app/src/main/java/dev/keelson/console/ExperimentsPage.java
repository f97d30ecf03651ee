package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.SectionsView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.registry.runs.TrackedRuns;
import dev.keelson.registry.tracking.Lifecycle;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The experiments, with how many runs each has. */
final class ExperimentsPage {
    private static final int SIZE = 100;

    private final Backend backend;
    private final ZoneId zone;

    ExperimentsPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    SectionsView view(Shell shell, int page, boolean deleted) {
        JsonNode found = new TrackedRuns(backend.catalog(), backend.clock())
                .experiments(
                        null, deleted ? Lifecycle.View.DELETED_ONLY : Lifecycle.View.ACTIVE_ONLY, SIZE, page);
        SectionDraft draft = new SectionDraft(deleted ? "Deleted" : "Newest first");
        SheetDraft sheet = new SheetDraft("Experiments").words("Experiment", "Id", "Made", "Changed").numbers("Runs");
        for (JsonNode each : found.path("experiments")) {
            String name = each.path("name").asText();
            sheet.row(List.of(
                    Cell.link(name, "/runs?experiment=" + Paging.encoded(name)),
                    Cell.of(each.path("id").asText()),
                    Cell.of(minute(each.path("created_at"))),
                    Cell.of(minute(each.path("updated_at"))),
                    Cell.of(Text.count(each.path("runs").asLong()))));
        }
        if (sheet.isEmpty()) {
            draft.empty(deleted ? "None is deleted." : "Nothing yet.", deleted ? "" : "keelson run");
        }
        List<Section.Link> links = new ArrayList<>();
        links.add(new Section.Link("All runs", "/runs"));
        links.add(
                deleted
                        ? new Section.Link("Those that are not deleted", "/experiments")
                        : new Section.Link("Deleted ones", "/experiments?deleted=true"));
        if (page > 1) {
            links.add(new Section.Link("Before", address(page - 1, deleted)));
        }
        if (found.path("next").isNumber()) {
            links.add(new Section.Link("Next", address(page + 1, deleted)));
        }
        return new SectionsView(shell, "Experiments", links, List.of(draft.sheet(sheet).done()));
    }

    private static String address(int page, boolean deleted) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("deleted", deleted ? "true" : "");
        parameters.put("page", page > 1 ? Integer.toString(page) : "");
        return Paging.address("/experiments", parameters);
    }

    private String minute(JsonNode at) {
        return at.isTextual() ? Text.minute(Instant.parse(at.asText()), zone) : Text.NONE;
    }
}
