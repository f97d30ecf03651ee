package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.ReportCharts.Estimate;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.http.Backend;
import dev.keelson.registry.Run;
import dev.keelson.registry.RunSlices;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a run did on parts of its test period. */
final class SlicesSection {
    private static final int MOST = 25;

    private SlicesSection() {}

    /** The section; of a run that was not judged on a test period of its own it says so. */
    static Section of(Backend backend, Run run) {
        SectionDraft draft = new SectionDraft("Segments and slices of the test period");
        Optional<JsonNode> kept = RunFiles.json(backend, run, RunSlices.FILE);
        if (kept.isEmpty()) {
            return draft.empty("Nothing here: this run was not judged on a test period of its own.", "keelson slices " + run.id()).done();
        }
        JsonNode document = kept.get();
        String metric = document.path("loss").asText().equals("log_loss") ? "log_loss" : "mse";
        String loss = Text.words(document.path("loss").asText());
        JsonNode search = document.path("search");
        if (search.isObject()) {
            draft.badge(
                            search.path("worse").asInt() > 0
                                    ? new Badge(Badge.Level.MODERATE, "worse slices")
                                    : new Badge(search.path("searched").asInt() > 0 ? Badge.Level.OK : Badge.Level.UNKNOWN, search.path("searched").asInt() > 0 ? "none worse" : "not searched"))
                    .lead(search.path("verdict").asText());
        }
        draft.fact("Rows", Text.count(document.path("rows").asLong())).fact("Days", Text.count(document.path("days").asLong()));
        List<Estimate> estimates = new ArrayList<>();
        SheetDraft segments = new SheetDraft("Segments").words("Segment").numbers("Rows", "Days", Text.sentence(loss));
        for (JsonNode segment : document.path("segments")) {
            JsonNode value = segment.path("metrics").path(metric);
            String name = segment.path("segment").asText() + " = " + segment.path("value").asText();
            segments.row(List.of(
                    Cell.of(name),
                    Cell.of(Text.count(segment.path("rows").asLong())),
                    Cell.of(Text.count(segment.path("days").asLong())),
                    SheetDraft.estimate(value, each -> Text.fixed(each, 4))));
            if (value.path("value").isNumber() && estimates.size() < MOST) {
                estimates.add(new Estimate(
                        name,
                        value.path("value").asDouble(),
                        SheetDraft.number(value.path("lower")),
                        SheetDraft.number(value.path("upper")),
                        ""));
            }
        }
        for (JsonNode slice : search.path("slices")) {
            if (estimates.size() < MOST) {
                estimates.add(new Estimate(
                        name(slice),
                        SheetDraft.number(slice.path("loss")),
                        Double.NaN,
                        Double.NaN,
                        slice.path("worse").asBoolean() ? "worse" : ""));
            }
        }
        if (!estimates.isEmpty()) {
            draft.broad(ReportCharts.estimates(
                    "Loss of segments and slices against that of all rows",
                    estimates,
                    document.path("metrics").path(metric).path("value").asDouble(),
                    loss + "; dashed: all rows",
                    value -> Text.fixed(value, 4)));
        }
        draft.sheet(segments).sheet(slices(search, "Slices with the greatest loss", loss));
        JsonNode surprise = document.path("surprise");
        if (surprise.isObject()) {
            draft.sheet(slices(surprise, "Slices with more loss than the model expected", loss));
            draft.note(surprise.path("verdict").asText());
        }
        return draft.note("Intervals are of 95 % and resample whole days; p is adjusted for all slices that were looked at.").done();
    }

    private static SheetDraft slices(JsonNode search, String label, String loss) {
        SheetDraft sheet = new SheetDraft(label)
                .words(label)
                .numbers("Rows", "Days", Text.sentence(loss), "The rest", "Difference at least", "p, adjusted")
                .words("Verdict");
        for (JsonNode slice : search.path("slices")) {
            boolean worse = slice.path("worse").asBoolean();
            sheet.row(List.of(
                    Cell.of(name(slice)),
                    Cell.of(Text.count(slice.path("rows").asLong())),
                    Cell.of(Text.count(slice.path("days").asLong())),
                    Cell.of(Text.fixed(SheetDraft.number(slice.path("loss")), 4)),
                    Cell.of(Text.fixed(SheetDraft.number(slice.path("rest")), 4)),
                    Cell.of(Text.fixed(SheetDraft.number(slice.path("difference_at_least")), 4)),
                    Cell.of(Text.fixed(SheetDraft.number(slice.path("p")), 4)),
                    Cell.of(new Badge(worse ? Badge.Level.MODERATE : Badge.Level.UNKNOWN, worse ? "worse" : "no evidence"))));
        }
        return sheet;
    }

    private static String name(JsonNode slice) {
        return slice.path("conditions").valueStream().map(JsonNode::asText).collect(Collectors.joining(" and "));
    }
}
