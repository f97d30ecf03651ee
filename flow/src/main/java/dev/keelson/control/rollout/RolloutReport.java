package dev.keelson.control.rollout;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.GainPath;
import dev.keelson.registry.rollout.Rollout;
import dev.keelson.stats.BinomialMixture;
import dev.keelson.stats.Interval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * All that a rollout has shown, with what may be done now. Its JSON document is described in docs/reference/rollouts.md.
 *
 * @param rollout as it stands
 * @param counts what all servers counted
 * @param servers how many counted
 * @param path gains on settled events that both versions predicted; null where none were
 * @param guards where the guardrails stand
 * @param settled predictions of the baseline, then of the candidate, whose outcome is known
 * @param problem why the candidate does not answer though it should, or null
 * @param promotion whether the policy lets the candidate be promoted now, and why; null once it ended
 * @param now when this is told
 */
public record RolloutReport(
        Rollout rollout,
        RolloutCounts counts,
        int servers,
        @Nullable GainPath path,
        List<GuardState> guards,
        List<Long> settled,
        @Nullable String problem,
        @Nullable Policy promotion,
        Instant now) {
    private static final double ALPHA = 0.05;
    private static final double PLANNED = 2_000;

    public RolloutReport {
        guards = List.copyOf(guards);
        settled = List.copyOf(settled);
    }

    /**
     * What the promotion policy says.
     *
     * @param met whether the candidate could be promoted now
     * @param why one sentence
     */
    public record Policy(boolean met, String why) {}

    /**
     * Something that can be asked of a rollout.
     *
     * @param name its verb
     * @param allowed whether it would be done now
     * @param why why not, or what it would do
     */
    public record Action(String name, boolean allowed, String why) {}

    /** What may be done now, and why the rest may not. */
    public List<Action> actions() {
        List<Action> actions = new ArrayList<>();
        boolean paused = rollout.state() == Rollout.State.PAUSED;
        if (!rollout.open()) {
            for (String name : List.of("advance", "pause", "resume", "promote", "abort")) {
                actions.add(new Action(name, false, "The rollout is over: " + rollout.state().said() + "."));
            }
            return actions;
        }
        actions.add(
                rollout.last()
                        ? new Action("advance", false, "It is at its last step; it is promoted or aborted now.")
                        : new Action(
                                "advance",
                                true,
                                "Goes to step %d of %d: %s."
                                        .formatted(
                                                rollout.step() + 2,
                                                rollout.steps().size(),
                                                Guards.percent(rollout.steps().get(rollout.step() + 1).share()))));
        actions.add(new Action("pause", !paused, paused ? "It is paused already." : "Keeps shares as they are."));
        actions.add(new Action("resume", paused, paused ? "Goes on with its step." : "It is not paused."));
        Policy policy = promotion;
        actions.add(new Action("promote", policy == null || policy.met(), policy == null ? "No policy is asked." : policy.why()));
        actions.add(new Action(
                "abort", true, "v%d answers everything again; v%d is archived.".formatted(rollout.baseline(), rollout.candidate())));
        return actions;
    }

    /** Where it stands, in one sentence. */
    public String sentence() {
        if (!rollout.open()) {
            return "The rollout of v%d over v%d is over (%s): %s"
                    .formatted(rollout.candidate(), rollout.baseline(), rollout.state().said(), rollout.verdict());
        }
        Instant next = rollout.nextAt();
        Instant held = rollout.heldUntil();
        String then = rollout.state() == Rollout.State.PAUSED
                ? "it is paused since %s".formatted(rollout.pausedAt())
                : next != null
                        ? "the next step begins at %s".formatted(next)
                        : held != null && held.isAfter(now)
                                ? "it is held until %s".formatted(held)
                                : "a person decides what comes next";
        List<String> broken = guards.stream().filter(GuardState::broken).map(guard -> guard.guardrail().text()).toList();
        String keys =
                rollout.current().groups().isEmpty() ? "all keys" : "the keys of " + String.join(", ", rollout.current().groups());
        String does = rollout.kind() == Rollout.Kind.SHADOW
                ? "v%d predicts %s beside v%d and answers nothing".formatted(rollout.candidate(), keys, rollout.baseline())
                : "v%d answers %s of %s beside v%d"
                        .formatted(rollout.candidate(), Guards.percent(rollout.current().share()), keys, rollout.baseline());
        return "%s (%s, step %d of %d); %s; %s."
                .formatted(
                        does,
                        rollout.kind().word().replace('_', '-'),
                        rollout.step() + 1,
                        rollout.steps().size(),
                        broken.isEmpty() ? "no guardrail objects" : "broken: " + String.join(", ", broken),
                        then);
    }

    /** The JSON document; numbers that do not exist are null. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("model", rollout.model());
        node.set("rollout", rollout.toJson());
        node.put("sentence", sentence());
        node.put("problem", problem);
        node.put("at", now.toString());
        node.put("servers", servers);
        ArrayNode versions = node.putArray("versions");
        versions.add(arm("baseline", rollout.baseline(), counts.baseline(), settled.getFirst()));
        versions.add(arm("candidate", rollout.candidate(), counts.candidate(), settled.getLast()));
        long answers = counts.baseline().served() + counts.candidate().served();
        ObjectNode share = node.putObject("share");
        share.put("planned", rollout.open() ? (Double) rollout.current().share() : null);
        GuardState.number(share, "observed", answers == 0 ? Double.NaN : (double) counts.candidate().served() / answers);
        share.put("answers", answers);
        node.put("shadow_dropped", counts.dropped());
        node.set("difference", difference());
        node.set("evidence", evidence());
        ArrayNode guardrails = node.putArray("guardrails");
        guards.forEach(guard -> guardrails.add(guard.toJson()));
        ArrayNode list = node.putArray("actions");
        actions().forEach(action -> list.addObject()
                .put("action", action.name())
                .put("allowed", action.allowed())
                .put("why", action.why()));
        return node;
    }

    private static ObjectNode arm(String arm, int version, ArmCounts counts, long settled) {
        ObjectNode node = JsonNodeFactory.instance.objectNode()
                .put("arm", arm)
                .put("version", version)
                .put("served", counts.served())
                .put("shadowed", counts.shadowed())
                .put("failures", counts.failures())
                .put("settled", settled);
        Interval rate = BinomialMixture.interval(counts.failures(), counts.asked(), ALPHA, PLANNED);
        ObjectNode errors = node.putObject("error_rate");
        GuardState.number(errors, "estimate", counts.asked() == 0 ? Double.NaN : rate.estimate());
        GuardState.number(errors, "lower", rate.lower());
        GuardState.number(errors, "upper", rate.upper());
        ObjectNode latency = node.putObject("latency_ms").put("of", counts.served() > 0 ? "answers" : "shadows");
        GuardState.number(latency, "p50", counts.latency(0.5));
        GuardState.number(latency, "p90", counts.latency(0.9));
        GuardState.number(latency, "p99", counts.latency(0.99));
        return node;
    }

    private ObjectNode difference() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        GainPath seen = path;
        node.put("metric", seen == null ? null : seen.metric().name().toLowerCase(Locale.ROOT));
        node.put("epochs", seen == null ? 0 : seen.epochs());
        node.put("events", seen == null ? 0 : seen.paired().events());
        GuardState.number(node, "mean_gain", seen == null ? Double.NaN : seen.mean());
        GuardState.number(node, "lower", seen == null ? Double.NaN : seen.lower());
        GuardState.number(node, "upper", seen == null ? Double.NaN : seen.upper());
        node.put("alpha", GainPath.ALPHA);
        GuardState.number(node, "baseline_accuracy", seen == null ? Double.NaN : seen.paired().championAccuracy());
        GuardState.number(node, "candidate_accuracy", seen == null ? Double.NaN : seen.paired().challengerAccuracy());
        return node;
    }

    private ObjectNode evidence() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("log_e_needed", -Math.log(GainPath.ALPHA));
        ArrayNode list = node.putArray("points");
        GainPath seen = path;
        if (seen != null) {
            for (GainPath.Point point : seen.points()) {
                ObjectNode each = list.addObject().put("epoch", point.epoch());
                GuardState.number(each, "gain", point.gain());
                GuardState.number(each, "mean", point.mean());
                GuardState.number(each, "lower", point.lower());
                GuardState.number(each, "upper", point.upper());
                GuardState.number(each, "log_e_better", point.logBetter());
                GuardState.number(each, "log_e_worse", point.logWorse());
                GuardState.number(each, "log_e_better_free", point.logBetterFree());
                GuardState.number(each, "log_e_worse_free", point.logWorseFree());
            }
        }
        return node;
    }
}
