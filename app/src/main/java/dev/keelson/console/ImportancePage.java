package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.ReportCharts.Estimate;
import dev.keelson.console.ReportCharts.Step;
import dev.keelson.console.ReportCharts.Trend;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.SectionsView;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.Explanations;
import dev.keelson.train.ModelDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What matters to a model, to its versions, and to one prediction. */
final class ImportancePage {
    private static final int VERSIONS = 20;
    private static final int MOST_FEATURES = 25;
    private static final int MOST_LINES = 8;
    private static final int MOST_STEPS = 10;

    private final Backend backend;
    private final ModelDefinition model;

    ImportancePage(Backend backend, ModelDefinition model) {
        this.backend = backend;
        this.model = model;
    }

    /** @param rows how many rows to explain, or null to leave that out, as it reads the data */
    SectionsView view(Shell shell, @Nullable Integer rows) {
        List<Section> sections = new ArrayList<>();
        if (backend.versions(model.name()).isEmpty()) {
            sections.add(new SectionDraft("Importance of the features")
                    .empty("Nothing yet: no version of this model has been trained.", "keelson run")
                    .done());
            return new SectionsView(shell, "", List.of(), sections);
        }
        JsonNode document = backend.explanations().importance(model.name(), VERSIONS);
        sections.add(permutation(document));
        sections.add(contributions(rows));
        sections.add(versions(document));
        return new SectionsView(
                shell,
                "",
                List.of(new Section.Link(
                        "As JSON", "/api/v1/models/" + Paging.encoded(model.name()) + "/importance")),
                sections);
    }

    // ---- what the loss says

    private static Section permutation(JsonNode document) {
        SectionDraft draft = new SectionDraft("What each feature is worth");
        List<Estimate> estimates = new ArrayList<>();
        SheetDraft sheet = new SheetDraft("Increase of the loss when a feature is shuffled")
                .words("Feature")
                .numbers("Increase of the loss", "Rows", "Share of the importance");
        int shown = -1;
        List<JsonNode> features = new ArrayList<>();
        document.path("features").forEach(features::add);
        for (int v = 0; v < document.path("versions").size() && shown < 0; v++) { // a refresh has no test period
            int at = v;
            shown = features.stream().anyMatch(each -> each.path("versions").path(at).path("permutation").isObject()) ? v : -1;
        }
        if (shown < 0) {
            return draft.empty(
                            "Nothing yet: of these versions none was measured by shuffling its features on a test period.",
                            "keelson run")
                    .done();
        }
        int version = shown;
        features.sort(Comparator.comparingDouble(
                (JsonNode each) -> -each.path("versions").path(version).path("permutation").path("loss_increase").asDouble(Double.NEGATIVE_INFINITY)));
        for (JsonNode feature : features) {
            JsonNode cell = feature.path("versions").path(version);
            JsonNode worth = cell.path("permutation");
            if (!worth.isObject()) {
                continue;
            }
            double value = SheetDraft.number(worth.path("loss_increase"));
            double lower = SheetDraft.number(worth.path("lower"));
            double upper = SheetDraft.number(worth.path("upper"));
            String name = feature.path("feature").asText();
            if (estimates.size() < MOST_FEATURES) {
                estimates.add(new Estimate(name, value, lower, upper, lower > 0 ? "" : "may be nothing"));
            }
            sheet.row(List.of(
                    Cell.of(name),
                    SheetDraft.estimate(value, lower, upper, each -> Text.fixed(each, 5)),
                    Cell.of(Text.count(worth.path("rows").asLong())),
                    Cell.of(Text.percent(SheetDraft.number(cell.path("share"))))));
        }
        long nothing = estimates.stream().filter(each -> !(each.lower() > 0)).count();
        return draft.lead("v%d on its test period: %s the loss grows without it."
                        .formatted(
                                document.path("versions").path(version).path("version").asInt(),
                                nothing == 0
                                        ? "of each feature shown"
                                        : "of %d of %d features shown it cannot be told that".formatted(nothing, estimates.size())))
                .broad(ReportCharts.estimates(
                        "Increase of the loss when each feature is shuffled, with 95 % intervals",
                        estimates,
                        Double.NaN,
                        "increase of the loss when the feature is shuffled",
                        value -> Text.fixed(value, 4)))
                .sheet(sheet)
                .note("95 % intervals over days. Features that tell the same share what they are worth: shuffling one of them costs little.")
                .done();
    }

    // ---- contributions

    private Section contributions(@Nullable Integer rows) {
        SectionDraft draft = new SectionDraft("Contributions of the features (SHAP)");
        String again = "/models/%s/importance?rows=%d".formatted(Paging.encoded(model.name()), Explanations.ROWS);
        if (rows == null) {
            return draft.empty("Not computed: it reads the data again, which may take some seconds.", "")
                    .link("Explain the champion by %d rows".formatted(Explanations.ROWS), again)
                    .done();
        }
        JsonNode document;
        try {
            document = backend.explanations().model(model.name(), null, rows);
        } catch (KeelsonException e) {
            return draft.empty("Failed: " + Text.problems(e), "").link("Try again", again).done();
        }
        if (!document.path("exact").asBoolean()) {
            return draft.empty(document.path("note").asText("This model is no sum of contributions."), "").done();
        }
        List<Estimate> estimates = new ArrayList<>();
        SheetDraft sheet = new SheetDraft("Mean size of the contributions").words("Feature").numbers("Mean size", "Share");
        List<String> margins = document.path("margins").valueStream().map(JsonNode::asText).toList();
        margins.forEach(margin -> sheet.words("Pushes " + margin));
        for (JsonNode feature : document.path("features")) {
            double share = SheetDraft.number(feature.path("share"));
            String name = feature.path("feature").asText();
            if (estimates.size() < MOST_FEATURES) {
                estimates.add(new Estimate(name, share, Double.NaN, Double.NaN, ""));
            }
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.of(name),
                    Cell.of(Text.fixed(SheetDraft.number(feature.path("mean_abs")), 4)),
                    Cell.of(Text.percent(share))));
            margins.forEach(margin -> cells.add(Cell.of(direction(feature.path("margins").path(margin)))));
            sheet.row(cells);
        }
        JsonNode over = document.path("rows");
        return draft.lead("v%d over %s rows, %s.".formatted(
                        document.path("version").asInt(),
                        Text.count(over.path("count").asLong()),
                        over.path("of").asText().equals("test") ? "those of the test period" : "the newest"))
                .broad(ReportCharts.estimates(
                        "Share of each feature in the contributions", estimates, Double.NaN, "share of the mean size of all contributions", Text::percent))
                .sheet(sheet)
                .note(document.path("note").asText())
                .done();
    }

    private static String direction(JsonNode margin) {
        double direction = SheetDraft.number(margin.path("direction"));
        if (!Double.isFinite(direction) || Math.abs(direction) < 0.1) {
            return "both ways";
        }
        return (direction > 0 ? "up" : "down") + " when higher (" + Text.fixed(direction, 2) + ")";
    }

    // ---- versions

    private static Section versions(JsonNode document) {
        int count = document.path("versions").size();
        List<String> names = new ArrayList<>();
        for (int v = count - 1; v >= 0; v--) {
            names.add("v" + document.path("versions").path(v).path("version").asInt());
        }
        List<Trend> trends = new ArrayList<>();
        SheetDraft sheet = new SheetDraft("Share of the importance, newest version and the one before")
                .words("Feature")
                .numbers("Share", "Rank", "Change of the share", "Change of the rank")
                .words("Moved");
        for (JsonNode feature : document.path("features")) {
            List<Double> values = new ArrayList<>();
            for (int v = count - 1; v >= 0; v--) {
                values.add(SheetDraft.number(feature.path("versions").path(v).path("share")));
            }
            boolean moved = feature.path("moved").asBoolean();
            trends.add(new Trend(feature.path("feature").asText(), values, moved));
            JsonNode newest = feature.path("versions").path(0);
            double change = SheetDraft.number(newest.path("share_change"));
            sheet.row(List.of(
                    Cell.of(feature.path("feature").asText()),
                    Cell.of(Text.percent(SheetDraft.number(newest.path("share")))),
                    Cell.of(newest.path("rank").isNumber() ? newest.path("rank").asText() : Text.NONE),
                    Cell.of(Double.isFinite(change) ? (change > 0 ? "+" : "") + Text.percent(change) : Text.NONE),
                    Cell.of(
                            newest.path("rank_change").isNumber()
                                    ? (newest.path("rank_change").asInt() > 0 ? "+" : "") + newest.path("rank_change").asInt()
                                    : Text.NONE),
                    moved ? Cell.of(new Badge(Badge.Level.MODERATE, "moved")) : Cell.of("")));
        }
        SectionDraft draft = new SectionDraft("Importance over the versions");
        if (trends.isEmpty()) {
            return draft.empty("Nothing yet: no version kept the importance of its features.", "keelson run").done();
        }
        List<Trend> drawn = trends.stream()
                .sorted(Comparator.comparing((Trend trend) -> !trend.moved()).thenComparingDouble(trend -> -greatest(trend.values())))
                .limit(MOST_LINES)
                .toList();
        int moved = document.path("moved").asInt();
        draft.lead(
                count == 1
                        ? "There is one version; nothing to compare it with."
                        : moved == 0
                        ? "No feature's share changed by %s or more from the version before.".formatted(Text.percent(document.path("moved_limit").asDouble()))
                        : "%d %s moved by %s or more from the version before."
                                .formatted(moved, moved == 1 ? "feature" : "features", Text.percent(document.path("moved_limit").asDouble())));
        if (count > 1) {
            draft.broad(ReportCharts.trends("Share of the importance over the versions", names, drawn));
            draft.note((drawn.size() < trends.size() ? "Drawn: those that moved and the greatest, %d of %d. ".formatted(drawn.size(), trends.size()) : "")
                    + "Dashed: moved.");
        }
        return draft.sheet(sheet).done();
    }

    private static double greatest(List<Double> values) {
        double most = 0;
        for (double value : values) {
            most = Double.isFinite(value) ? Math.max(most, value) : most;
        }
        return most;
    }

    // ---- one prediction

    /**
     * Why a logged prediction is what it is.
     *
     * @param document what the model tells of it, or null
     * @param failure why it tells nothing
     */
    static Section why(@Nullable JsonNode document, String failure) {
        SectionDraft draft = new SectionDraft("Why");
        if (document == null) {
            return draft.empty("Failed: " + failure, "").done();
        }
        if (!document.path("contributions").isArray()) {
            return draft.empty(document.path("note").asText("This model is no sum of contributions."), "").done();
        }
        List<JsonNode> all = document.path("contributions").valueStream().toList();
        List<String> margins = document.path("sums").valueStream().map(each -> each.path("margin").asText()).toList();
        String margin = told(document, margins);
        for (JsonNode sum : document.path("sums")) {
            if (sum.path("margin").asText().equals(margin)) {
                draft.broad(ReportCharts.waterfall(
                        "What led to " + margin,
                        sum.path("expected").asDouble(),
                        steps(all, margin),
                        sum.path("sum").asDouble()));
            }
        }
        SheetDraft sheet = new SheetDraft("Contributions of the features").words("Feature").numbers("Value");
        margins.forEach(sheet::numbers);
        for (JsonNode each : all) {
            List<Cell> cells = new ArrayList<>(List.of(
                    Cell.of(each.path("feature").asText()),
                    Cell.of(each.path("value").isNumber() ? Text.short3(each.path("value").asDouble()) : "missing")));
            margins.forEach(name ->
                    cells.add(Cell.of(ReportCharts.signed(each.path("margins").path(name).asDouble()))));
            sheet.row(cells);
        }
        return draft.sheet(sheet).note(document.path("note").asText()).done();
    }

    /** The margin that is drawn: that of the most probable class, where each class has one. */
    private static String told(JsonNode document, List<String> margins) {
        String best = margins.isEmpty() ? "" : margins.getLast();
        double most = Double.NEGATIVE_INFINITY;
        for (String margin : margins) {
            double p = document.path("prediction").path(margin).asDouble(Double.NEGATIVE_INFINITY);
            if (p > most) {
                most = p;
                best = margin;
            }
        }
        return best;
    }

    private static List<Step> steps(List<JsonNode> contributions, String margin) {
        List<Step> all = contributions.stream()
                .map(each -> new Step(
                        each.path("feature").asText() + " = "
                                + (each.path("value").isNumber() ? Text.short3(each.path("value").asDouble()) : "missing"),
                        each.path("margins").path(margin).asDouble()))
                .sorted(Comparator.comparingDouble((Step step) -> -Math.abs(step.value())))
                .toList();
        if (all.size() <= MOST_STEPS + 1) {
            return all;
        }
        List<Step> steps = new ArrayList<>(all.subList(0, MOST_STEPS));
        List<Step> rest = all.subList(MOST_STEPS, all.size());
        steps.add(new Step(
                "the other %d".formatted(rest.size()),
                rest.stream().mapToDouble(Step::value).sum()));
        return steps;
    }
}
