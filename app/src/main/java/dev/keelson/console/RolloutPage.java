package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.RolloutCharts.Point;
import dev.keelson.console.RolloutCharts.Split;
import dev.keelson.console.view.Action;
import dev.keelson.console.view.Action.Option;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.Rollout;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** Rollouts: where one stands and why, what may be done with it, how one begins, and those that ended. */
final class RolloutPage {
    private static final int MOST = 100;
    /** Points of the evidence that are listed beside its picture. */
    private static final int LISTED = 10;
    /** Settled days from which on the sharper evidence counts. */
    private static final int SHARPER = 30;

    private static final int YEARS = 3_650;
    private static final List<String> ORDER = List.of("promote", "advance", "pause", "resume", "abort");

    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final Backend backend;
    private final ZoneId zone;
    /** Whether the visitor may change rollouts. */
    private final boolean admin;

    RolloutPage(Backend backend, boolean admin) {
        this.backend = backend;
        this.zone = backend.project().zone();
        this.admin = admin;
    }

    static String address(String model) {
        return "/models/" + Paging.encoded(model) + "/rollout";
    }

    /** The rollouts of all models. */
    BlocksView list(Shell shell) {
        return new BlocksView(
                shell, "Rollouts", List.of(), List.of(Block.of(history(backend.rollouts().list(null, MOST), true))));
    }

    /** Any rollout. */
    BlocksView one(Shell shell, String id) {
        JsonNode report = backend.rollouts().one(id);
        JsonNode rollout = report.path("rollout");
        String model = rollout.path("model").asText();
        return new BlocksView(
                shell,
                "Rollout of %s v%d".formatted(model, rollout.path("candidate").asInt()),
                List.of(new Section.Link("Rollouts of " + model, address(model)), new Section.Link("All rollouts", "/rollouts")),
                blocks(report),
                open(report));
    }

    /** The rollout of a model that is open, or its last; and how to begin one. */
    BlocksView model(Shell shell, String model) {
        List<Block> blocks = new ArrayList<>();
        JsonNode report = last(model).orElse(null);
        boolean open = report != null && open(report);
        if (report == null) {
            blocks.add(Block.of(new SectionDraft("Rollout")
                    .empty(
                            "Nothing yet: this model never had a rollout.",
                            backend.alias(model, ModelVersion.CHAMPION).isEmpty()
                                    ? "keelson run"
                                    : "keelson rollout start " + model + " VERSION")
                            .done()));
        } else {
            blocks.addAll(blocks(report));
        }
        if (!open && admin) {
            blocks.add(Block.of(
                    new SectionDraft("Begin a rollout")
                            .lead("A version answers a part of what is asked beside the champion, is watched, and is taken back by itself when a guardrail is broken.")
                            .done(),
                    List.of(start(model))));
        }
        blocks.add(Block.of(history(backend.rollouts().list(model, MOST), false)));
        return new BlocksView(shell, "", List.of(), blocks, open);
    }

    private static boolean open(JsonNode report) {
        return report.path("rollout").path("ended_at").isNull();
    }

    private Optional<JsonNode> last(String model) {
        try {
            return Optional.of(backend.rollouts().status(model));
        } catch (KeelsonException e) {
            if (e.problems().getFirst().code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private List<Block> blocks(JsonNode report) {
        return List.of(
                Block.of(state(report), actions(report)),
                Block.of(guardrails(report)),
                Block.of(versions(report)),
                Block.of(evidence(report)),
                Block.of(steps(report)));
    }

    // ---- where it stands

    private Section state(JsonNode report) {
        JsonNode rollout = report.path("rollout");
        String model = rollout.path("model").asText();
        boolean open = open(report);
        String baseline = "v" + rollout.path("baseline").asInt();
        String candidate = "v" + rollout.path("candidate").asInt();
        SectionDraft draft = new SectionDraft(candidate + " over " + baseline)
                .badge(badge(rollout.path("state").asText()))
                .lead(report.path("sentence").asText())
                .fact("Kind", Text.words(rollout.path("kind").asText()))
                .fact("Begun", "%s by %s".formatted(time(rollout.path("started_at")), rollout.path("actor").asText()))
                .fact("Why", rollout.path("reason").asText());
        if (open) {
            draft.fact("Next step", rollout.path("next_step_at").isTextual() ? time(rollout.path("next_step_at")) : "when a person says so");
            draft.fact("As of", SECOND.format(Instant.parse(report.path("at").asText()).atZone(zone)));
        } else {
            draft.fact("Ended", time(rollout.path("ended_at")));
        }
        draft.fact("The same version for the same", rollout.path("sticky").asText())
                .fact("The other predicts beside it", rollout.path("paired").asBoolean() ? "yes" : "no")
                .fact("Servers that counted", Text.count(report.path("servers").asLong()));
        long dropped = report.path("shadow_dropped").asLong();
        if (dropped > 0) {
            draft.fact("Shadow predictions left out", Text.count(dropped));
        }
        JsonNode share = report.path("share");
        List<Split> splits = new ArrayList<>();
        if (share.path("planned").isNumber()) {
            splits.add(new Split("planned", share.path("planned").asDouble()));
        }
        if (share.path("observed").isNumber()) {
            splits.add(new Split("observed", share.path("observed").asDouble()));
        }
        if (!splits.isEmpty()) {
            draft.broad(RolloutCharts.split(baseline, candidate, splits));
        }
        draft.note("%s answers counted.".formatted(Text.count(share.path("answers").asLong())));
        if (report.path("problem").isTextual()) {
            draft.note("The candidate does not answer: " + report.path("problem").asText());
        }
        if (open && !admin) {
            draft.note("Your token may look at it; changing it needs the role admin.");
        }
        return draft.note(pace(report))
                .link("Versions side by side", Promotions.comparison(model, List.of(
                        rollout.path("baseline").asInt(), rollout.path("candidate").asInt())))
                .link("Its answers", "/predictions?model=%s&version=%d"
                        .formatted(Paging.encoded(model), rollout.path("candidate").asInt()))
                .link("As JSON", "/api/v1/rollouts/" + Paging.encoded(rollout.path("id").asText()))
                .done();
    }

    private String time(JsonNode at) {
        return at.isTextual() ? Text.minute(Instant.parse(at.textValue()), zone) : Text.NONE;
    }

    private static Badge badge(String state) {
        return switch (state) {
            case "running" -> new Badge(Level.OK, "running");
            case "paused" -> new Badge(Level.MODERATE, "paused");
            case "promoted" -> new Badge(Level.OK, "promoted");
            case "rolled_back" -> new Badge(Level.HIGH, "rolled back");
            default -> new Badge(Level.OFF, Text.words(state));
        };
    }

    /** When the evidence will be enough if it goes on growing as it did; honest about not knowing. */
    static String pace(JsonNode report) {
        JsonNode rollout = report.path("rollout");
        if (!rollout.path("paired").asBoolean()) {
            return "What both are worth is not compared: only one of them predicts each row.";
        }
        JsonNode points = report.path("evidence").path("points");
        if (points.isEmpty()) {
            return "No event that both predicted has an outcome yet, so that nothing can be said of when it is decided.";
        }
        boolean open = rollout.path("ended_at").isNull();
        Point last = point(points.get(points.size() - 1));
        double needed = report.path("evidence").path("log_e_needed").asDouble();
        String ahead = last.better() >= last.worse() ? "better" : "worse";
        double best = Math.max(Double.isNaN(last.better()) ? -1 : last.better(), Double.isNaN(last.worse()) ? -1 : last.worse());
        if (best >= needed) {
            return "The evidence is enough: v%d is %s than v%d."
                    .formatted(rollout.path("candidate").asInt(), ahead, rollout.path("baseline").asInt());
        }
        if (!open) {
            return "It ended before the evidence was enough to tell which version is better.";
        }
        double seen = last.day();
        double more = best > 0 ? seen * (needed - best) / best : Double.POSITIVE_INFINITY;
        double elapsed = Duration.between(
                                Instant.parse(rollout.path("started_at").asText()), Instant.parse(report.path("at").asText()))
                        .toMinutes()
                / 1_440.0;
        double days = more * Math.max(elapsed, 1.0 / 24) / seen;
        if (!(days < YEARS)) {
            return "At this pace no decision is in sight: after %d settled days neither is ahead%s."
                    .formatted(Math.round(seen), seen < SHARPER ? "; the sharper evidence begins at %d".formatted(SHARPER) : "");
        }
        return "At this pace a decision (%s) in about %s, after %d more settled days."
                .formatted(
                        ahead,
                        days < 1.5 ? "a day" : "%d days".formatted(Math.round(days)),
                        (long) Math.ceil(more));
    }

    /** What may be done now; a promotion that the policy refuses stays with its reason. None once it is over. */
    private List<Action> actions(JsonNode report) {
        JsonNode rollout = report.path("rollout");
        String address = address(rollout.path("model").asText());
        List<Action> actions = new ArrayList<>();
        if (!open(report) || !admin) {
            return actions;
        }
        for (String verb : ORDER) {
            for (JsonNode each : report.path("actions")) {
                boolean allowed = each.path("allowed").asBoolean();
                if (!each.path("action").asText().equals(verb) || (!allowed && !verb.equals("promote"))) {
                    continue;
                }
                ActionDraft draft = new ActionDraft(Text.sentence(verb), address + "/" + verb)
                        .hidden("rollout", rollout.path("id").asText())
                        .hidden("revision", rollout.path("revision").asText())
                        .effect(each.path("why").asText())
                        .whoAndWhy("Why")
                        .refused(allowed ? null : each.path("why").asText());
                if (verb.equals("promote") || verb.equals("abort")) {
                    draft.danger();
                }
                actions.add(draft.done());
            }
        }
        return actions;
    }

    // ---- what it has shown

    private static Section guardrails(JsonNode report) {
        SectionDraft draft = new SectionDraft("Guardrails");
        SheetDraft sheet = new SheetDraft("Guardrails")
                .words("Guardrail", "State")
                .numbers("Observed", "Limit", "Observations", "Evidence", "Breaks at")
                .words("In words");
        int broken = 0;
        for (JsonNode guard : report.path("guardrails")) {
            String metric = guard.path("metric").asText();
            DoubleFunction<String> text = metric.equals("error_rate")
                    ? RolloutPage::rate
                    : metric.equals("latency")
                            ? value -> Double.isFinite(value) ? Text.short3(value) + " ms" : Text.NONE
                            : value -> Text.fixed(value, 4);
            broken += guard.path("state").asText().equals("broken") ? 1 : 0;
            sheet.row(List.of(
                    Cell.of(guard.path("guardrail").asText()),
                    Cell.of(guard(guard.path("state").asText())),
                    SheetDraft.estimate(
                            SheetDraft.number(guard.path("estimate")),
                            SheetDraft.number(guard.path("lower")),
                            SheetDraft.number(guard.path("upper")),
                            text),
                    Cell.of(guard.path("relative").asBoolean()
                            ? Text.short3(guard.path("limit").asDouble()) + " times v" + report.path("rollout").path("baseline").asInt()
                            : text.apply(guard.path("limit").asDouble())),
                    Cell.of(Text.count(guard.path("observations").asLong())),
                    Cell.of(Text.fixed(SheetDraft.number(guard.path("log_e")), 2)),
                    Cell.of(Text.fixed(SheetDraft.number(guard.path("log_e_needed")), 2)),
                    Cell.of(guard.path("sentence").asText())));
        }
        if (sheet.isEmpty()) {
            return draft.empty("Switched off: this rollout was begun without guardrails.", "").done();
        }
        return draft.lead(broken == 0 ? "No guardrail objects." : broken == 1 ? "One guardrail is broken." : broken + " guardrails are broken.")
                .sheet(sheet)
                .note("The chance that any of them is ever found broken though it is kept is 5 %.")
                .done();
    }

    private static String rate(double share) {
        return Double.isFinite(share) ? Text.fixed(100 * share, 2) + " %" : Text.NONE;
    }

    private static Badge guard(String state) {
        return switch (state) {
            case "kept" -> new Badge(Level.OK, "kept");
            case "broken" -> new Badge(Level.HIGH, "broken");
            default -> new Badge(Level.UNKNOWN, Text.words(state));
        };
    }

    private static Section versions(JsonNode report) {
        JsonNode rollout = report.path("rollout");
        SheetDraft sheet = new SheetDraft("What each version did")
                .words("Version", "Is")
                .numbers("Answers", "Shadows", "Failures", "Error rate", "Outcomes known", "p50 ms", "p90 ms", "p99 ms")
                .words("Times of");
        for (JsonNode each : report.path("versions")) {
            int version = each.path("version").asInt();
            JsonNode latency = each.path("latency_ms");
            sheet.row(List.of(
                    Cell.link("v" + version, Promotions.address(rollout.path("model").asText(), version)),
                    Cell.of(each.path("arm").asText()),
                    Cell.of(Text.count(each.path("served").asLong())),
                    Cell.of(Text.count(each.path("shadowed").asLong())),
                    Cell.of(Text.count(each.path("failures").asLong())),
                    SheetDraft.estimate(
                            SheetDraft.number(each.path("error_rate").path("estimate")),
                            SheetDraft.number(each.path("error_rate").path("lower")),
                            SheetDraft.number(each.path("error_rate").path("upper")),
                            RolloutPage::rate),
                    Cell.of(Text.count(each.path("settled").asLong())),
                    Cell.of(Text.short3(SheetDraft.number(latency.path("p50")))),
                    Cell.of(Text.short3(SheetDraft.number(latency.path("p90")))),
                    Cell.of(Text.short3(SheetDraft.number(latency.path("p99")))),
                    Cell.of(latency.path("of").asText())));
        }
        SectionDraft draft = new SectionDraft("What each version did").sheet(sheet);
        JsonNode difference = report.path("difference");
        if (difference.path("events").asLong() == 0) {
            return draft.note("No event that both predicted has an outcome yet; accuracy and loss are compared on those alone.").done();
        }
        String baseline = "v" + rollout.path("baseline").asInt();
        String candidate = "v" + rollout.path("candidate").asInt();
        String metric = Text.words(difference.path("metric").asText());
        SheetDraft metrics = new SheetDraft("Metrics of both on the same events")
                .words("Metric")
                .numbers(baseline, candidate, "Difference");
        double before = SheetDraft.number(difference.path("baseline_accuracy"));
        double after = SheetDraft.number(difference.path("candidate_accuracy"));
        metrics.row(List.of(
                Cell.of("accuracy"),
                Cell.of(Text.percent(before)),
                Cell.of(Text.percent(after)),
                Cell.of(points(after - before))));
        metrics.row(List.of(
                Cell.of(metric + ", mean gain of " + candidate),
                Cell.of(Text.NONE),
                Cell.of(Text.NONE),
                SheetDraft.estimate(
                        SheetDraft.number(difference.path("mean_gain")),
                        SheetDraft.number(difference.path("lower")),
                        SheetDraft.number(difference.path("upper")),
                        value -> Text.fixed(value, 4))));
        return draft.sheet(metrics)
                .note("Metrics on %s events of %s settled days that both predicted. A gain above 0 means that %s loses less."
                        .formatted(
                                Text.count(difference.path("events").asLong()),
                                Text.count(difference.path("epochs").asLong()),
                                candidate))
                .done();
    }

    private static String points(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%+.1f points", 100 * share) : Text.NONE;
    }

    private static Section evidence(JsonNode report) {
        SectionDraft draft = new SectionDraft("Evidence over time");
        JsonNode evidence = report.path("evidence");
        List<Point> points = new ArrayList<>();
        evidence.path("points").forEach(each -> points.add(point(each)));
        if (points.isEmpty()) {
            return draft.empty(
                            report.path("rollout").path("paired").asBoolean()
                                    ? "Nothing yet: no event that both predicted since it began has an outcome."
                                    : "Switched off: only one of both predicts each row.",
                            "")
                    .done();
        }
        double needed = evidence.path("log_e_needed").asDouble();
        SheetDraft sheet = new SheetDraft("Evidence by settled day, newest first")
                .numbers("Settled day", "Gain of the day", "Mean gain", "Evidence that better", "Evidence that worse");
        for (int i = points.size() - 1; i >= Math.max(0, points.size() - LISTED); i--) {
            Point point = points.get(i);
            sheet.row(List.of(
                    Cell.of(Text.count(Math.round(point.day()))),
                    Cell.of(Text.fixed(SheetDraft.number(evidence.path("points").path(i).path("gain")), 4)),
                    SheetDraft.estimate(point.mean(), point.lower(), point.upper(), value -> Text.fixed(value, 4)),
                    Cell.of(Text.fixed(point.better(), 2)),
                    Cell.of(Text.fixed(point.worse(), 2))));
        }
        String metric = Text.words(report.path("difference").path("metric").asText());
        Markup gains = RolloutCharts.gains(points, metric);
        return draft.lead(pace(report))
                .broad(gains)
                .broad(RolloutCharts.evidence(points, needed))
                .sheet(sheet)
                .note("May be looked at at any time. Up to settled day %d the evidence is free of assumptions about the gains, then the sharper kind is drawn, with bounds; evidence below %s is drawn at that."
                        .formatted(SHARPER - 1, Text.fixed(-needed, 1)))
                .done();
    }

    /** The sharper evidence where there is one, else the distribution-free. */
    private static Point point(JsonNode each) {
        return new Point(
                each.path("epoch").asDouble(),
                SheetDraft.number(each.path("mean")),
                SheetDraft.number(each.path("lower")),
                SheetDraft.number(each.path("upper")),
                SheetDraft.number(each.path(each.path("log_e_better").isNumber() ? "log_e_better" : "log_e_better_free")),
                SheetDraft.number(each.path(each.path("log_e_worse").isNumber() ? "log_e_worse" : "log_e_worse_free")));
    }

    private static Section steps(JsonNode report) {
        JsonNode rollout = report.path("rollout");
        boolean open = rollout.path("ended_at").isNull();
        int now = rollout.path("step").asInt();
        SheetDraft sheet = new SheetDraft("Steps").words("Step").numbers("Share").words("Of whom", "Lasts", "Stands");
        int number = 0;
        for (JsonNode step : rollout.path("steps")) {
            List<String> groups = new ArrayList<>();
            step.path("groups").forEach(group -> groups.add(group.asText()));
            sheet.row(List.of(
                    Cell.of(Integer.toString(number + 1)),
                    Cell.of(Text.percent(step.path("share").asDouble())),
                    Cell.of(groups.isEmpty() ? "all" : String.join(", ", groups)),
                    Cell.of(step.path("hold").isTextual()
                            ? Text.duration(Duration.parse(step.path("hold").textValue()))
                            : "until a person says so"),
                    Cell.of(number < now ? "done" : number > now ? (open ? "to come" : "not reached") : open ? "now" : "last")));
            number++;
        }
        return new SectionDraft("Steps").sheet(sheet).done();
    }

    // ---- beginning one, and those that ended

    private Action start(String model) {
        int champion = backend.alias(model, ModelVersion.CHAMPION).map(ModelVersion::version).orElse(0);
        List<Option> versions = backend.versions(model).stream()
                .filter(version -> version.version() != champion)
                .limit(MOST)
                .map(version -> Promotions.option(version.version(), "trained to " + Text.day(version.trainedTo(), zone)))
                .toList();
        String refusal = champion == 0
                ? "No version serves yet."
                : versions.isEmpty() ? "There is no version beside the champion." : null;
        List<Option> kinds = new ArrayList<>();
        for (Rollout.Kind kind : List.of(
                Rollout.Kind.CANARY, Rollout.Kind.STEPS, Rollout.Kind.AB, Rollout.Kind.SHADOW, Rollout.Kind.BLUE_GREEN)) {
            kinds.add(new Option(kind.word(), described(kind)));
        }
        return new ActionDraft("Begin a rollout", address(model))
                .danger()
                .effect("v%d stays the champion; the candidate answers what its kind and share say.".formatted(champion))
                .choice("version", "Candidate", versions.isEmpty() ? "" : versions.getFirst().value(), versions)
                .choice("kind", "Kind", Rollout.Kind.CANARY.word(), kinds)
                .text("share", "Share, of a canary (10 % unless said) or A/B (50 %)", "", false)
                .text("steps", "Steps of the kind steps, such as 5%:1h,25%:1h,50%", "", false)
                .text("groups", "Clients of a canary or A/B, such as anna,beta-*; all when empty", "", false)
                .text("hold", "Lasts at least, such as 1h or 2d; empty for no limit", "", false)
                .choice("sticky", "The same version for the same", "entity", List.of(new Option("entity", "entity"), new Option("client", "client")))
                .text("guardrails", "Guardrails; none for none", String.join(", ", Guardrail.DEFAULTS), false)
                .tick("unpaired", "The version that does not answer does not predict either")
                .whoAndWhy("Why")
                .refused(refusal)
                .done();
    }

    private static String described(Rollout.Kind kind) {
        return switch (kind) {
            case CANARY -> "canary: a small share";
            case STEPS -> "steps: growing shares";
            case AB -> "A/B: both, to compare";
            case SHADOW -> "shadow: it predicts and does not answer";
            case BLUE_GREEN -> "blue-green: everything at once";
        };
    }

    private Section history(JsonNode document, boolean all) {
        SectionDraft draft = new SectionDraft(all ? "All rollouts, newest first" : "Rollouts of this model, newest first");
        SheetDraft sheet = new SheetDraft("Rollouts").words("Begun");
        if (all) {
            sheet.words("Model");
        }
        sheet.words("Candidate", "Kind", "State", "Ended", "By", "Why", "How it ended");
        for (JsonNode rollout : document.path("rollouts")) {
            List<Cell> cells = new ArrayList<>();
            cells.add(Cell.link(time(rollout.path("started_at")), "/rollouts/" + Paging.encoded(rollout.path("id").asText())));
            if (all) {
                String model = rollout.path("model").asText();
                cells.add(Cell.link(model, address(model)));
            }
            cells.add(Cell.of("v%d over v%d".formatted(rollout.path("candidate").asInt(), rollout.path("baseline").asInt())));
            cells.add(Cell.of(Text.words(rollout.path("kind").asText())));
            cells.add(Cell.of(badge(rollout.path("state").asText())));
            cells.add(Cell.of(time(rollout.path("ended_at"))));
            cells.add(Cell.of(rollout.path("actor").asText()));
            cells.add(Cell.of(rollout.path("reason").asText()));
            cells.add(Cell.of(nothing(rollout.path("verdict").textValue())));
            sheet.row(cells);
        }
        if (sheet.isEmpty()) {
            draft.empty("Nothing yet: there was no rollout.", "keelson rollout start MODEL VERSION");
        } else if (!all) {
            draft.link("Of all models", "/rollouts");
        }
        return draft.sheet(sheet).done();
    }

    private static String nothing(@Nullable String text) {
        return text == null || text.isEmpty() ? Text.NONE : text;
    }
}
