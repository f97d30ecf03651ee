package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.Charts.ReliabilityPoint;
import dev.keelson.console.PerformanceChart.Figure;
import dev.keelson.console.PerformanceChart.Point;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.http.ModelPerformance;
import dev.keelson.monitor.performance.PerformanceMetric;
import dev.keelson.monitor.performance.WindowLength;
import dev.keelson.project.ServeDefinition;
import dev.keelson.registry.StoredReport;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** How good the answers of a model were window by window, what is expected where outcomes are missing, and whether it has decayed. */
final class ServedPerformancePage {
    private static final int LISTED = 30;

    private final Backend backend;
    private final LoggedModel model;

    ServedPerformancePage(Backend backend, LoggedModel model) {
        this.backend = backend;
        this.model = model;
    }

    /**
     * The page.
     *
     * @param window as it is typed
     * @param metric the one that is drawn; empty for the first
     */
    BlocksView view(Shell shell, String window, String metric) {
        JsonNode told = ModelPerformance.of(backend)
                .of(
                        backend.project(),
                        model,
                        new ModelPerformance.Asked(WindowLength.of(window), null, null, null),
                        backend.clock().instant());
        List<Block> blocks = new ArrayList<>();
        if (told.path("predicted").asLong() == 0) {
            blocks.add(Block.of(new SectionDraft("Realised and expected")
                    .empty("Nothing yet: no prediction of this model counts.", model.elsewhere() ? "keelson predictions submit %s FILE".formatted(model.name()) : "keelson predict " + model.name())
                    .done()));
            return new BlocksView(shell, "", List.of(), blocks);
        }
        PerformanceMetric drawn = PerformanceMetric.of(metric)
                .filter(each -> each.ofNumbers() == model.isNumber())
                .orElse(model.isNumber() ? PerformanceMetric.MAE : PerformanceMetric.LOG_LOSS);
        blocks.add(Block.of(windows(told, drawn, window), List.of(form(window, drawn))));
        if (told.has("money")) {
            blocks.add(Block.of(money(told, window)));
        }
        blocks.add(decay());
        if (told.has("calibration")) {
            blocks.add(Block.of(calibration(told.path("calibration"))));
        }
        blocks.add(Block.of(worst(told.path("worst"))));
        return new BlocksView(shell, "", List.of(), blocks);
    }

    private Action form(String window, PerformanceMetric drawn) {
        List<Option> windows = new ArrayList<>();
        for (String each : List.of("day", "7d", "week", "month", "30d")) {
            windows.add(new Option(each, each));
        }
        if (windows.stream().noneMatch(each -> each.value().equals(window))) {
            windows.add(new Option(window, window));
        }
        return new ActionDraft("Show", address())
                .get()
                .choice("window", "Window", window, windows)
                .choice(
                        "metric",
                        "Metric",
                        drawn.key(),
                        PerformanceMetric.all(model.isNumber()).stream()
                                .map(each -> new Option(each.key(), each.words()))
                                .toList())
                .done();
    }

    private String address() {
        return "/models/" + model.name() + "/performance";
    }

    // ---- windows

    private Section windows(JsonNode told, PerformanceMetric metric, String window) {
        List<Point> points = new ArrayList<>();
        SheetDraft sheet = new SheetDraft("Windows, newest first")
                .words("From")
                .numbers("Predicted", "Outcomes")
                .words("Enough by")
                .numbers(Text.sentence(metric.words()), "Expected");
        List<JsonNode> newest = new ArrayList<>();
        for (JsonNode each : told.path("windows")) {
            newest.addFirst(each);
            points.add(new Point(
                    LocalDate.parse(each.path("from").asText()),
                    figure(each.path("realised").path("metrics").path(metric.key())),
                    figure(each.path("estimated").path(metric.key())),
                    each.path("maturity").asDouble()));
        }
        newest.stream().limit(LISTED).forEach(each -> sheet.row(List.of(
                Cell.of(each.path("from").asText()),
                Cell.of(Text.count(each.path("predicted").asLong())),
                Cell.of(Text.percent(each.path("maturity").asDouble()), usual(each)),
                Cell.of(each.path("mature").asBoolean() ? "there" : Moments.of(each.path("mature_at"), backend.project().zone()).text()),
                SheetDraft.estimate(each.path("realised").path("metrics").path(metric.key()), value -> Text.fixed(value, 4)),
                SheetDraft.estimate(each.path("estimated").path(metric.key()), value -> Text.fixed(value, 4)))));
        SectionDraft draft = new SectionDraft("Realised and expected")
                .badge(believable(told.path("estimates").path("believable").asText()))
                .lead(told.path("estimates").path("sentence").asText())
                .fact("Predicted", Text.count(told.path("predicted").asLong()))
                .fact("Outcomes known", Text.count(told.path("labelled").asLong()))
                .fact("Delay", told.path("delay").path("sentence").asText());
        told.path("whole").path("metrics").properties().forEach(each ->
                draft.fact(PerformanceMetric.of(each.getKey()).map(PerformanceMetric::words).map(Text::sentence).orElse(each.getKey()), interval(each.getValue())));
        if (points.stream().anyMatch(each -> each.realised().known() || each.estimated().known())) {
            draft.broad(PerformanceChart.of(Text.sentence(metric.words()), points));
        }
        told.path("notes").forEach(note -> draft.note(note.asText()));
        return draft.sheet(sheet)
                .note("Intervals of 95 % take the predictions of a day together. The expected values are of earlier outcomes alone.")
                .note(newest.size() > LISTED ? "The table has the newest %d of %d windows.".formatted(LISTED, newest.size()) : "")
                .link("As JSON", "/api/v1/models/%s/performance?window=%s".formatted(model.name(), window))
                .done();
    }

    private static String usual(JsonNode window) {
        boolean late = window.path("maturity").asDouble() < window.path("usual_maturity").asDouble() - 0.05;
        return late ? Text.percent(window.path("usual_maturity").asDouble()) + " are usual by now" : "";
    }

    private static Figure figure(JsonNode node) {
        return new Figure(
                SheetDraft.number(node.path("value")), SheetDraft.number(node.path("lower")), SheetDraft.number(node.path("upper")));
    }

    private static String interval(JsonNode node) {
        Figure told = figure(node);
        return Text.fixed(told.value(), 4) + (told.bounded() ? " (" + Text.interval(told.lower(), told.upper(), 4) + ")" : "");
    }

    private static Badge believable(String word) {
        return switch (word) {
            case "yes" -> new Badge(Level.OK, "estimates held");
            case "no" -> new Badge(Level.HIGH, "estimates not to be believed");
            case "untested" -> new Badge(Level.UNKNOWN, "estimates untested");
            default -> new Badge(Level.UNKNOWN, "no estimates");
        };
    }

    // ---- money

    private Section money(JsonNode told, String window) {
        JsonNode all = told.path("money").path("settled");
        SheetDraft sheet = new SheetDraft("Money by window, newest first")
                .words("From")
                .numbers("Bets", "Settled", "Staked", "Profit", "ROI", "Closing line value", "Expected profit of all");
        for (JsonNode each : told.path("windows").valueStream().toList().reversed().stream().filter(each -> each.has("money")).limit(LISTED).toList()) {
            JsonNode settled = each.path("money").path("settled");
            JsonNode expected = each.path("money").path("expected");
            sheet.row(List.of(
                    Cell.of(each.path("from").asText()),
                    Cell.of(Text.count(each.path("money").path("bets").asLong())),
                    Cell.of(Text.count(settled.path("bets").asLong())),
                    Cell.of(Text.fixed(settled.path("staked").asDouble(), 2)),
                    SheetDraft.estimate(settled.path("profit"), value -> Text.fixed(value, 2)),
                    SheetDraft.estimate(settled.path("roi"), Text::percent),
                    SheetDraft.estimate(settled.path("clv"), Text::percent),
                    SheetDraft.estimate(expected.path("profit"), value -> Text.fixed(value, 2))));
        }
        SectionDraft draft = new SectionDraft("Money")
                .lead("What bets on these predictions earned, and what all of them were to be expected to earn by calibrated chances and odds.")
                .fact("Settled bets", Text.count(all.path("bets").asLong()))
                .fact("Staked", Text.fixed(all.path("staked").asDouble(), 2));
        if (all.has("profit")) {
            draft.fact("Profit", interval(all.path("profit"))).fact("ROI", interval(all.path("roi")));
        }
        if (all.has("clv")) {
            draft.fact("Closing line value", interval(all.path("clv")));
        }
        ServeDefinition.Bets bets = backend.project().serve().bets();
        if (bets != null && bets.model().equals(model.name())) {
            String by = window.equals("day") || window.equals("month") ? window : "week";
            draft.link("By sport, market and other groups", "/performance?by=%s&model=%s".formatted(by, model.name()));
        }
        return draft.sheet(sheet)
                .note("Intervals of 95 % take the bets of a day together. Expected profit is as believable as the other estimates.")
                .done();
    }

    // ---- decay

    private Block decay() {
        boolean watched = backend.project().decay().stream().anyMatch(each -> each.models().contains(model.name()));
        if (!watched) {
            return Block.of(new SectionDraft("Decay")
                    .empty("Switched off: no performance monitor watches this model.", "monitors: { worse: { model: %s, metric: %s } }"
                            .formatted(model.name(), model.isNumber() ? "mae" : "log_loss"))
                    .done());
        }
        Action check = new ActionDraft("Check now", "/models/" + model.name() + "/decay").done();
        List<StoredReport> kept = backend.reports("decay", model.name(), 1);
        if (kept.isEmpty()) {
            return Block.of(new SectionDraft("Decay").empty("Nothing yet: it was never checked.", "keelson performance check --model " + model.name()).done(), List.of(check));
        }
        JsonNode report = Documents.read(kept.getFirst().document());
        SheetDraft sheet = new SheetDraft("Metrics").words("Metric", "Says").numbers("Was", "Is", "Tolerated", "Labels", "More needed").words("Since");
        for (JsonNode each : report.path("metrics")) {
            sheet.row(List.of(
                    Cell.of(Text.words(each.path("metric").asText())),
                    Cell.of(decayed(each.path("verdict").asText())),
                    Cell.of(number(each.path("expected"))),
                    Cell.of(number(each.path("observed"))),
                    Cell.of(number(each.path("tolerated"))),
                    Cell.of(Text.count(each.path("labels").asLong())),
                    Cell.of(each.path("labels_missing").isNumber() ? Text.count(each.path("labels_missing").asLong()) : Text.NONE),
                    Cell.of(each.path("since").asText(Text.NONE))));
        }
        SectionDraft draft = new SectionDraft("Decay")
                .badge(decayed(report.path("verdict").asText()))
                .lead(report.path("reason").asText())
                .fact("Checked", Text.minute(kept.getFirst().at(), backend.project().zone()))
                .fact("Against", report.path("against").asText("the test period of its run"))
                .sheet(sheet);
        if (report.has("limits")) {
            draft.sheet(limits(report.path("limits"))).note(report.path("limits").path("reason").asText());
        }
        if (report.has("calibration")) {
            draft.note(report.path("calibration").path("sentence").asText());
        }
        if (report.has("worst")) {
            draft.sheet(segments(report.path("worst"), "elsewhere")).note(report.path("worst").path("verdict").asText());
        }
        return Block.of(draft.done(), List.of(check));
    }

    private static SheetDraft limits(JsonNode told) {
        SheetDraft sheet = new SheetDraft("Limits").words("Limit", "Says").numbers("Is", "Labels", "More needed").words("Since");
        for (JsonNode each : told.path("metrics")) {
            sheet.row(List.of(
                    Cell.of(each.path("condition").asText()),
                    Cell.of(limit(each.path("verdict").asText())),
                    Cell.of(number(each.path("observed"))),
                    Cell.of(Text.count(each.path("labels").asLong())),
                    Cell.of(each.path("labels_missing").isNumber() ? Text.count(each.path("labels_missing").asLong()) : Text.NONE),
                    Cell.of(each.path("since").asText(Text.NONE))));
        }
        return sheet;
    }

    private static Badge limit(String verdict) {
        return switch (verdict) {
            case "breached" -> new Badge(Level.HIGH, "beyond the limit");
            case "kept" -> new Badge(Level.OK, "kept");
            default -> new Badge(Level.UNKNOWN, "not enough evidence");
        };
    }

    private static String number(JsonNode node) {
        return node.isNumber() ? Text.fixed(node.asDouble(), 4) : Text.NONE;
    }

    private static Badge decayed(String verdict) {
        return switch (verdict) {
            case "decayed" -> new Badge(Level.HIGH, "worse");
            case "none" -> new Badge(Level.OK, "within tolerance");
            default -> new Badge(Level.UNKNOWN, "not enough evidence");
        };
    }

    // ---- calibration

    private static Section calibration(JsonNode told) {
        SectionDraft draft = new SectionDraft("Calibration of what was served").lead(told.path("sentence").asText());
        if (told.path("classes").isEmpty()) {
            return draft.badge(new Badge(Level.UNKNOWN, "not enough evidence")).done();
        }
        draft.badge(
                told.path("verdict").asText().equals("calibrated")
                        ? new Badge(Level.OK, "calibrated")
                        : new Badge(Level.MODERATE, "miscalibrated"));
        draft.fact("Brier score", Text.fixed(told.path("brier").asDouble(), 4));
        if (told.has("brier_skill")) {
            draft.fact("Brier skill", interval(told.path("brier_skill")));
        }
        SheetDraft sheet = new SheetDraft("Classes").words("Class").numbers("On the whole", "Slope", "Intercept", "Error", "By chance alone");
        for (JsonNode each : told.path("classes")) {
            List<ReliabilityPoint> points = new ArrayList<>();
            each.path("bins").forEach(bin -> points.add(new ReliabilityPoint(
                    bin.path("forecast").asDouble(),
                    bin.path("observed").asDouble(),
                    bin.path("lower").asDouble(),
                    bin.path("upper").asDouble(),
                    bin.path("rows").asLong())));
            draft.chart(Charts.reliability(each.path("class").asText(), points));
            sheet.row(List.of(
                    Cell.of(each.path("class").asText()),
                    SheetDraft.estimate(each.path("in_the_large"), value -> Text.fixed(value, 4)),
                    SheetDraft.estimate(each.path("slope"), value -> Text.fixed(value, 3)),
                    SheetDraft.estimate(each.path("intercept"), value -> Text.fixed(value, 3)),
                    Cell.of(number(each.path("ece"))),
                    Cell.of(number(each.path("ece_noise_floor")))));
        }
        return draft.sheet(sheet)
                .note("Of the newest %s settled predictions. On the whole 0 is right: what came true less what was said; a slope of 1 and an intercept of 0 are right."
                        .formatted(Text.count(told.path("rows").asLong())))
                .done();
    }

    // ---- segments

    private static Section worst(JsonNode told) {
        boolean worse = told.path("worse").asInt() > 0;
        return new SectionDraft("Where it is worst")
                .badge(worse ? new Badge(Level.MODERATE, "worse somewhere") : new Badge(Level.OK, "nowhere beyond chance"))
                .lead(told.path("verdict").asText())
                .sheet(segments(told, "elsewhere"))
                .note("Intervals and p hold for all segments that were looked at together.")
                .done();
    }

    /**
     * The worst segments as a table.
     *
     * @param than whose loss theirs is held against, for the heading
     */
    static SheetDraft segments(JsonNode told, String than) {
        SheetDraft sheet = new SheetDraft("Worst segments")
                .words("Segment")
                .numbers("Rows", "Loss more than " + than, "p", "Of the rows", "Of the loss")
                .words("Says");
        for (JsonNode each : told.path("segments")) {
            List<String> conditions = new ArrayList<>();
            each.path("conditions").forEach(one -> conditions.add(one.asText()));
            sheet.row(List.of(
                    Cell.of(String.join(" and ", conditions)),
                    Cell.of(Text.count(each.path("rows").asLong())),
                    SheetDraft.estimate(
                            each.path("effect").asDouble(),
                            each.path("effect_lower").asDouble(),
                            each.path("effect_upper").asDouble(),
                            value -> Text.fixed(value, 3)),
                    Cell.of(Text.short3(each.path("p").asDouble())),
                    Cell.of(Text.percent(each.path("share_of_rows").asDouble())),
                    Cell.of(Text.percent(each.path("share_of_loss").asDouble())),
                    Cell.of(each.path("worse").asBoolean() ? new Badge(Level.HIGH, "worse") : new Badge(Level.UNKNOWN, "may be chance"))));
        }
        return sheet;
    }
}
