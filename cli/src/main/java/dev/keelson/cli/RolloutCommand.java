package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.RolloutService;
import dev.keelson.http.RolloutService.Change;
import dev.keelson.http.RolloutService.Verb;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.registry.rollout.RolloutText;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.Projects;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson rollout}. */
@Command(
        name = "rollout",
        description = "Let a new version answer bit by bit, watched, and take it back by itself.",
        subcommands = {
            RolloutCommand.Start.class,
            RolloutCommand.Status.class,
            RolloutCommand.Advance.class,
            RolloutCommand.Pause.class,
            RolloutCommand.Resume.class,
            RolloutCommand.Promote.class,
            RolloutCommand.Abort.class,
            RolloutCommand.Listing.class,
            RolloutCommand.History.class
        })
final class RolloutCommand extends CommandGroup {
    private static final int LISTED = 50;

    private static JsonNode ask(Session session, Function<RolloutService, JsonNode> question) {
        try (LiveProject live = LiveProject.open(session.project(), session.clock())) {
            return question.apply(live.rollouts());
        }
    }

    private static String percent(JsonNode node) {
        return node.isNumber() ? String.format(Locale.ROOT, "%.2f %%", 100 * node.asDouble()) : "";
    }

    private static String millis(JsonNode node) {
        return node.isNumber() ? String.format(Locale.ROOT, "%.3f", node.asDouble()) : "";
    }

    private static String number(JsonNode node) {
        return node.isNumber() ? Texts.number(node.asDouble()) : "";
    }

    private static void show(Session session, JsonNode report) {
        Console console = session.console();
        console.line(report.path("sentence").asText());
        if (report.path("problem").isTextual()) {
            console.note(report.path("problem").asText());
        }
        List<List<String>> versions = new ArrayList<>();
        report.path("versions")
                .forEach(each -> versions.add(List.of(
                        "v" + each.path("version").asInt(),
                        each.path("arm").asText(),
                        each.path("served").asText(),
                        each.path("shadowed").asText(),
                        each.path("failures").asText(),
                        percent(each.at("/error_rate/estimate")),
                        millis(each.at("/latency_ms/p50")),
                        millis(each.at("/latency_ms/p99")),
                        each.path("settled").asText())));
        console.table(
                List.of("VERSION", "ARM", "ANSWERS", "SHADOWS", "FAILURES", "ERRORS", "P50 MS", "P99 MS", "SETTLED"), versions);
        List<List<String>> guards = new ArrayList<>();
        report.path("guardrails")
                .forEach(each -> guards.add(List.of(
                        each.path("guardrail").asText(),
                        each.path("state").asText(),
                        number(each.path("log_e")),
                        number(each.path("log_e_needed")),
                        each.path("sentence").asText())));
        if (!guards.isEmpty()) {
            console.line("");
            console.table(List.of("GUARDRAIL", "STATE", "LOG E", "NEEDED", "WHY"), guards);
        }
        JsonNode difference = report.path("difference");
        if (difference.path("epochs").asInt() > 0) {
            console.note("Mean gain of the candidate: %s of %s in each settlement epoch (%s to %s), %d epochs, %d events."
                    .formatted(
                            number(difference.path("mean_gain")),
                            difference.path("metric").asText(),
                            number(difference.path("lower")),
                            number(difference.path("upper")),
                            difference.path("epochs").asInt(),
                            difference.path("events").asInt()));
        }
        if (report.path("shadow_dropped").asLong() > 0) {
            console.note("%s left out because too many waited."
                    .formatted(Texts.count(report.path("shadow_dropped").asLong(), "prediction")));
        }
        session.console().document(report);
    }

    /** {@code keelson rollout start}. */
    @Command(
            name = "start",
            description = "Begin a rollout of a version against the champion.",
            footer = {
                "Kinds: canary (10 %% or --share), ab (50 %% or --share), shadow (predicts, never answers), blue-green (all at once),",
                "steps (--steps 5%%:1h,25%%:1h,50%%:1d; a step of groups of clients: beta-*+anna@100%%:1d).",
                "Guardrails: error_rate<=1%%, latency_p99<=5ms, latency_p99<=1.5x (times the champion's), harm, harm<=0.005, none;",
                "without --guard: error_rate<=1%%, latency_p99<=50ms, harm."
            })
    static final class Start extends ModelsChange {
        @Parameters(index = "1", paramLabel = "VERSION", description = "The candidate: 3 or v3.")
        String version = "";

        @Option(names = "--kind", paramLabel = "KIND", description = "canary (default), ab, shadow, blue-green or steps.")
        @Nullable String kind;

        @Option(names = "--share", paramLabel = "SHARE", description = "Share of the keys that it answers: 10%% or 0.1.")
        @Nullable String share;

        @Option(names = "--steps", paramLabel = "STEPS", description = "Shares with their times, such as 5%%:1h,25%%:1h,50%%.")
        @Nullable String steps;

        @Option(
                names = "--groups",
                paramLabel = "NAMES",
                split = ",",
                description = "Clients that it is about: names, or beginnings such as beta-*.")
        List<String> groups = new ArrayList<>();

        @Option(names = "--hold", paramLabel = "TIME", description = "How long it is held before a person decides, such as 1d.")
        @Nullable String hold;

        @Option(names = "--sticky", paramLabel = "KEY", description = "What one version always answers: entity (default) or client.")
        @Nullable String sticky;

        @Option(
                names = "--guard",
                paramLabel = "GUARDRAIL",
                description = "What takes it back, such as error_rate<=1%%; may be repeated.")
        List<String> guards = new ArrayList<>();

        @Option(names = "--unpaired", description = "The version that does not answer does not predict either.")
        boolean unpaired;

        @Override
        int run(Session session) {
            Projects.model(session.project(), model);
            RolloutPlan plan;
            try {
                plan = RolloutPlan.of(
                        model,
                        number(version),
                        kind == null ? (steps == null ? Rollout.Kind.CANARY : Rollout.Kind.STEPS) : RolloutText.kind(kind),
                        share == null ? null : (Double) RolloutText.share(share),
                        groups,
                        hold == null ? null : RolloutText.hold(hold),
                        steps == null ? List.of() : RolloutText.steps(steps),
                        sticky == null ? Rollout.Sticky.ENTITY : RolloutText.sticky(sticky),
                        !unpaired,
                        guards.isEmpty()
                                ? (unpaired ? Guardrail.parse(List.of("error_rate<=1%", "latency_p99<=50ms")) : null)
                                : Guardrail.parse(guards));
            } catch (KeelsonException e) {
                throw new KeelsonException(
                        ErrorCode.USAGE, e.problems().getFirst().message(), "Maybe look at `keelson rollout start --help`.", e);
            }
            String why = reason(session);
            show(session, ask(session, rollouts -> rollouts.start(plan, actor(session), why)));
            return YES;
        }
    }

    /** {@code keelson rollout status}. */
    @Command(
            name = "status",
            description = "Show what a rollout has shown so far; exit code 1 when a guardrail took its candidate back.")
    static final class Status extends KeelsonCommand {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "MODEL",
                description = "Its name (default: the only model of the project).")
        @Nullable String model;

        @Override
        int run(Session session) {
            String asked = model;
            if (asked == null && session.project().models().size() != 1) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "The project has %d models; name one of %s."
                                .formatted(
                                        session.project().models().size(),
                                        session.project().models().stream().map(each -> each.name()).toList()),
                        null);
            }
            String name = asked == null ? session.project().models().getFirst().name() : asked;
            JsonNode report = ask(session, rollouts -> rollouts.status(name));
            show(session, report);
            if (session.console().terminal()) {
                List<List<String>> actions = new ArrayList<>();
                report.path("actions")
                        .forEach(each -> actions.add(List.of(
                                each.path("action").asText(),
                                each.path("allowed").asBoolean() ? "yes" : "no",
                                each.path("why").asText())));
                session.console().line("");
                session.console().table(List.of("ACTION", "NOW", "WHY"), actions);
            }
            return report.at("/rollout/state").asText().equals(Rollout.State.ROLLED_BACK.word()) ? NO : YES;
        }
    }

    /** What changes a rollout. */
    abstract static class OfOpen extends ModelsChange {
        private final Verb verb;

        OfOpen(Verb verb) {
            this.verb = verb;
        }

        boolean forced() {
            return false;
        }

        @Override
        int run(Session session) {
            Projects.model(session.project(), model);
            String why = reason(session);
            JsonNode answer = ask(
                    session, rollouts -> rollouts.change(model, verb, new Change(actor(session), why, forced())));
            JsonNode promotion = answer.path("promotion");
            if (promotion.isObject() && !promotion.path("serves").asBoolean()) {
                session.console()
                        .note("%s v%d meets its policy and waits for a person: `keelson models approve %s %d --reason ...`."
                                .formatted(
                                        model,
                                        promotion.path("version").asInt(),
                                        model,
                                        promotion.path("version").asInt()));
            }
            show(session, answer);
            return YES;
        }
    }

    /** {@code keelson rollout advance}. */
    @Command(name = "advance", description = "Go to the next step now.")
    static final class Advance extends OfOpen {
        Advance() {
            super(Verb.ADVANCE);
        }
    }

    /** {@code keelson rollout pause}. */
    @Command(name = "pause", description = "Keep shares as they are; guardrails go on.")
    static final class Pause extends OfOpen {
        Pause() {
            super(Verb.PAUSE);
        }
    }

    /** {@code keelson rollout resume}. */
    @Command(name = "resume", description = "Go on after a pause.")
    static final class Resume extends OfOpen {
        Resume() {
            super(Verb.RESUME);
        }
    }

    /** {@code keelson rollout promote}. */
    @Command(
            name = "promote",
            description = "Let the candidate serve when its policy is met, which ends the rollout; exit code 1 when that is refused.")
    static final class Promote extends OfOpen {
        @Option(
                names = "--force",
                description = "Let it serve even when its policy refuses or nobody agreed; the audit trail says so.")
        boolean force;

        Promote() {
            super(Verb.PROMOTE);
        }

        @Override
        boolean forced() {
            return force;
        }
    }

    /** {@code keelson rollout abort}. */
    @Command(name = "abort", description = "End it: the champion answers everything again, the candidate is archived.")
    static final class Abort extends OfOpen {
        Abort() {
            super(Verb.ABORT);
        }
    }

    private static int list(Session session, JsonNode answer) {
        List<List<String>> rows = new ArrayList<>();
        answer.path("rollouts")
                .forEach(each -> rows.add(List.of(
                        each.path("model").asText(),
                        "v%d -> v%d".formatted(each.path("baseline").asInt(), each.path("candidate").asInt()),
                        each.path("kind").asText(),
                        percent(each.path("share")),
                        each.path("state").asText(),
                        each.path("started_at").asText(),
                        each.path("ended_at").asText(""),
                        each.path("verdict").asText().isEmpty() ? each.path("reason").asText() : each.path("verdict").asText())));
        session.console()
                .table(List.of("MODEL", "VERSIONS", "KIND", "SHARE", "STATE", "STARTED", "ENDED", "WHY"), rows);
        session.console().document(answer);
        return YES;
    }

    /** {@code keelson rollout list}. */
    @Command(name = "list", description = "List the rollouts of all models, newest first.")
    static final class Listing extends KeelsonCommand {
        @Override
        int run(Session session) {
            return list(session, ask(session, rollouts -> rollouts.list(null, LISTED)));
        }
    }

    /** {@code keelson rollout history}. */
    @Command(name = "history", description = "List the rollouts of a model, newest first.")
    static final class History extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "MODEL", description = "Its name.")
        String model = "";

        @Override
        int run(Session session) {
            Projects.model(session.project(), model);
            return list(session, ask(session, rollouts -> rollouts.list(model, LISTED)));
        }
    }
}
