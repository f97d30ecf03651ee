package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Console.Visit;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.monitor.BaselineVerdict;
import dev.keelson.monitor.DriftReport;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.registry.ModelVersion;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What drift of a model is measured against, and what each of several baselines says of a window. */
final class BaselineSections {
    /** The field of the form that says that one means it. */
    private static final String SURE = "sure";

    private static final int LISTED = 30;

    private final Backend backend;
    private final Visit visit;
    private final String model;
    private final ZoneId zone;

    BaselineSections(Backend backend, Visit visit, String model) {
        this.backend = backend;
        this.visit = visit;
        this.model = model;
        this.zone = backend.project().zone();
    }

    static String address(String model) {
        return "/models/" + Paging.encoded(model) + "/baselines";
    }

    private String page(String id) {
        return address(model) + "/" + Paging.encoded(id);
    }

    // ---- side by side

    /** What each baseline says; null where the report has one alone. */
    @Nullable Section sideBySide(DriftReport report) {
        if (report.baselines().size() < 2) {
            return null;
        }
        SheetDraft sheet = new SheetDraft("Verdict by baseline")
                .words("Baseline", "Says", "Why", "Columns that moved", "From", "To")
                .numbers("Rows", "Left out");
        for (BaselineVerdict each : report.baselines()) {
            sheet.row(List.of(
                    new Cell(each.source(), motion(each.frozen()), each.baseline().isEmpty() ? null : page(each.baseline()), null),
                    Cell.of(Badges.verdict(each.verdict().word())),
                    Cell.of(each.reason()),
                    Cell.of(each.columns().isEmpty() ? Text.NONE : String.join(", ", each.columns())),
                    Cell.of(day(each.from())),
                    Cell.of(day(each.to())),
                    Cell.of(Text.count(each.rows())),
                    Cell.of(Text.count(each.leftOut()))));
        }
        SectionDraft draft = new SectionDraft("Against each baseline").sheet(sheet);
        report.disagreement().ifPresent(sentence -> draft.badge(new Badge(Level.MODERATE, "they disagree")).lead(sentence));
        return draft.note("The first one decides; the others are judged beside it.").done();
    }

    private String day(@Nullable Instant at) {
        return at == null ? Text.NONE : Text.day(at, zone);
    }

    private static String motion(boolean frozen) {
        return frozen ? "frozen" : "rolling";
    }

    // ---- kept

    /** Those that are kept, newest first, and the button that makes them anew. */
    Block kept() {
        SheetDraft sheet = new SheetDraft("Baselines, newest first")
                .words("Baseline", "Holds", "From", "To")
                .numbers("Rows", "Columns")
                .words("Made", "Why");
        JsonNode all = backend.baselines().list(model).path("baselines");
        for (JsonNode each : all.valueStream().limit(LISTED).toList()) {
            sheet.row(List.of(
                    Cell.link(each.path("id").asText(), page(each.path("id").asText())),
                    Cell.of(each.path("source").asText(), motion(each.path("frozen").asBoolean())),
                    Cell.of(Text.day(Instant.parse(each.path("from").asText()), zone)),
                    Cell.of(Text.day(Instant.parse(each.path("to").asText()), zone)),
                    Cell.of(Text.count(each.path("rows").asLong())),
                    Cell.of(Text.count(each.path("columns").asLong())),
                    Cell.of(Text.minute(Instant.parse(each.path("at").asText()), zone), "by " + each.path("actor").asText()),
                    Cell.of(each.path("reason").asText())));
        }
        SectionDraft draft = new SectionDraft("Baselines").sheet(sheet);
        if (sheet.isEmpty()) {
            draft.empty(
                    "Nothing yet: no baseline of this model is kept; its first drift check makes those that the monitor names.",
                    "keelson baseline create --model " + model);
        } else {
            draft.lead("Drift is measured against the newest of each that lies before the window; a frozen one stays, a rolling one moves on when it is made anew.");
        }
        if (all.size() > LISTED) {
            draft.note("The newest %d of %d.".formatted(LISTED, all.size()));
        }
        List<String> ids = all.valueStream().map(each -> each.path("id").asText()).toList();
        return Block.of(draft.done(), visit.may(Role.ADMIN) ? List.of(again(), delete(ids)) : List.of());
    }

    private Action again() {
        return new ActionDraft("Make baselines anew", address(model))
                .effect("Each gets the next number and is what the next check compares with; the earlier ones stay.")
                .text("source", "Which: training, last 30d or dataset VERSION; empty for each that the monitor names", "", false)
                .whoAndWhy("Why")
                .refused(
                        LoggedModel.isElsewhere(backend.project(), model) || backend.alias(model, ModelVersion.CHAMPION).isPresent()
                                ? null
                                : "No version serves yet.")
                .done();
    }

    /** Deletes the one that is chosen. */
    private Action delete(List<String> ids) {
        ActionDraft draft = new ActionDraft("Delete a baseline", address(model) + "/delete")
                .danger()
                .effect("Its rows are deleted and do not come back; who did it, when and why stays. The next check that needs one of its kind makes it anew.");
        if (ids.size() == 1) {
            draft.hidden("baseline", ids.getFirst());
        } else if (!ids.isEmpty()) {
            draft.choice("baseline", "Which", ids.getFirst(), ids.stream().map(id -> new Option(id, id)).toList());
        }
        return draft.tick(SURE, ids.size() == 1 ? "Yes, delete %s".formatted(ids.getFirst()) : "Yes, delete it")
                .whoAndWhy("Why")
                .refused(ids.isEmpty() ? "No baseline is kept." : null)
                .done();
    }

    // ---- one

    /**
     * One, column by column, and what can be done with it.
     *
     * @param baseline as the service tells it
     */
    List<Block> one(JsonNode baseline) {
        List<Block> blocks = new ArrayList<>();
        List<Section> sections = sections(baseline);
        blocks.add(Block.of(sections.getFirst(), visit.may(Role.ADMIN) ? changes(baseline) : List.of()));
        sections.subList(1, sections.size()).forEach(each -> blocks.add(Block.of(each)));
        return blocks;
    }

    private List<Action> changes(JsonNode baseline) {
        Action again = new ActionDraft("Make it anew", address(model))
                .hidden("source", baseline.path("source").asText())
                .effect("`%s` is computed now, gets the next number and is what the next check compares with; this one stays."
                        .formatted(baseline.path("source").asText()))
                .whoAndWhy("Why")
                .done();
        return List.of(again, delete(List.of(baseline.path("id").asText())));
    }

    private List<Section> sections(JsonNode baseline) {
        List<Section> sections = new ArrayList<>();
        sections.add(new SectionDraft(baseline.path("id").asText())
                .fact("Holds", baseline.path("source").asText())
                .fact("Kind", motion(baseline.path("frozen").asBoolean()))
                .fact("Number", Text.count(baseline.path("number").asLong()))
                .fact("Rows", Text.count(baseline.path("rows").asLong()))
                .fact("From", Text.minute(Instant.parse(baseline.path("from").asText()), zone))
                .fact("To", Text.minute(Instant.parse(baseline.path("to").asText()), zone))
                .fact("Made", Text.minute(Instant.parse(baseline.path("at").asText()), zone))
                .fact("By", baseline.path("actor").asText())
                .note(Text.sentence(baseline.path("origin").asText()))
                .note(baseline.path("reason").asText())
                .link("Drift of " + model, "/models/" + Paging.encoded(model) + "/drift")
                .link("As JSON", "/api/v1/baselines/" + Paging.encoded(baseline.path("id").asText()))
                .done());
        sections.add(numbers(baseline.path("columns")));
        sections.add(categories(baseline.path("columns")));
        return sections.stream().filter(each -> !each.sheets().isEmpty() || !each.facts().isEmpty()).toList();
    }

    private static Section numbers(JsonNode columns) {
        SheetDraft sheet = new SheetDraft("Numbers")
                .words("Column")
                .numbers("Rows", "Missing", "Mean", "Standard deviation", "Least", "5 %", "25 %", "Median", "75 %", "95 %", "Greatest", "Rank error");
        for (JsonNode each : columns) {
            JsonNode quantiles = each.path("quantiles");
            if (quantiles.isEmpty()) {
                continue;
            }
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.of(each.path("name").asText()), Cell.of(Text.count(each.path("rows").asLong())), Cell.of(missing(each))));
            for (JsonNode figure : List.of(
                    each.path("mean"), each.path("sd"), each.path("min"), quantiles.path("0.05"), quantiles.path("0.25"),
                    quantiles.path("0.50"), quantiles.path("0.75"), quantiles.path("0.95"), each.path("max"))) {
                cells.add(Cell.of(Text.short3(SheetDraft.number(figure))));
            }
            double error = each.path("rank_error").asDouble();
            cells.add(Cell.of(error == 0 ? "exact" : "%s %%".formatted(Text.fixed(100 * error, 2))));
            sheet.row(cells);
        }
        return new SectionDraft("Numbers").sheet(sheet).note("The rank error is by how much of all rows the place of a quantile may be wrong; the other figures are exact.").done();
    }

    private static Section categories(JsonNode columns) {
        SheetDraft sheet = new SheetDraft("Categories").words("Column").numbers("Rows", "Missing").words("The most frequent");
        for (JsonNode each : columns) {
            if (each.path("categories").isEmpty()) {
                continue;
            }
            double known = Math.max(1, each.path("rows").asLong() - each.path("missing").asLong());
            List<String> shares = new ArrayList<>();
            each.path("categories").forEach(value ->
                    shares.add("%s %s".formatted(value.path("value").asText(), Text.percent(value.path("rows").asLong() / known))));
            sheet.row(List.of(
                    Cell.of(each.path("name").asText()),
                    Cell.of(Text.count(each.path("rows").asLong())),
                    Cell.of(missing(each)),
                    Cell.of(String.join(", ", shares))));
        }
        return new SectionDraft("Categories").sheet(sheet).done();
    }

    private static String missing(JsonNode column) {
        return Text.percent(column.path("missing").asDouble() / Math.max(1, column.path("rows").asDouble()));
    }
}
