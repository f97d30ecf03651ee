package dev.keelson.registry.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a version comes to answer in the place of another. What was agreed at its start (kind, versions, steps, key, guardrails)
 * does not change; another plan is another rollout. Immutable.
 *
 * @param id unique; also the salt of its {@link TrafficSplit}
 * @param model whose versions they are
 * @param kind its kind
 * @param baseline the champion at its start
 * @param candidate the version that is to replace it
 * @param steps at least one
 * @param step which of them it is at, from 0
 * @param sticky what one version always answers
 * @param paired whether the version that does not answer a row predicts it as well, off the request's path
 * @param guardrails what takes the candidate back
 * @param state where it stands
 * @param revision 1 at its start, one more with every change
 * @param startedAt when it began
 * @param stepStartedAt when its step began, later by the pauses since
 * @param pausedAt since when it is paused, or null
 * @param endedAt when it ended, or null
 * @param actor who began it
 * @param reason why
 * @param verdict what came of it, in one sentence; empty while it is open
 */
public record Rollout(
        String id,
        String model,
        Kind kind,
        int baseline,
        int candidate,
        List<RolloutStep> steps,
        int step,
        Sticky sticky,
        boolean paired,
        List<Guardrail> guardrails,
        State state,
        long revision,
        Instant startedAt,
        Instant stepStartedAt,
        @Nullable Instant pausedAt,
        @Nullable Instant endedAt,
        String actor,
        String reason,
        String verdict) {
    /** The share of a canary when nothing is said. */
    public static final double CANARY = 0.10;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a rollout is for. */
    public enum Kind {
        /** All keys at once, the baseline at hand. */
        BLUE_GREEN,
        /** A small share first. */
        CANARY,
        /** Two shares that stay, to compare. */
        AB,
        /** No answers: the candidate predicts beside the baseline. */
        SHADOW,
        /** Growing shares, each for its time. */
        STEPS;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What one version always answers. */
    public enum Sticky {
        ENTITY,
        CLIENT;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where a rollout stands. */
    public enum State {
        RUNNING,
        /** Shares stay as they are and no step begins by itself; guardrails go on. */
        PAUSED,
        /** The candidate is the champion. */
        PROMOTED,
        /** A person ended it, or another version came to serve. */
        ABORTED,
        /** A guardrail ended it, or a rollback. */
        ROLLED_BACK;

        /** As in documents. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** As people read it: {@code rolled back}. */
        public String said() {
            return word().replace('_', ' ');
        }
    }

    public Rollout {
        steps = List.copyOf(steps);
        guardrails = List.copyOf(guardrails);
        if (steps.isEmpty() || step < 0 || step >= steps.size()) {
            throw new IllegalArgumentException("There is no step %d of %d.".formatted(step, steps.size()));
        }
        if (baseline == candidate) {
            throw new IllegalArgumentException("The candidate (%d) is the baseline.".formatted(candidate));
        }
        if ((state == State.RUNNING || state == State.PAUSED) != (endedAt == null)) {
            throw new IllegalArgumentException("A rollout (%s) ended at (%s)?".formatted(state, endedAt));
        }
    }

    /** Whether it goes on: running or paused. */
    public boolean open() {
        return endedAt == null;
    }

    /** The step it is at. */
    public RolloutStep current() {
        return steps.get(step);
    }

    /** Whether no step comes after. */
    public boolean last() {
        return step == steps.size() - 1;
    }

    /** When the next step begins by itself; null when none does. */
    public @Nullable Instant nextAt() {
        Duration hold = current().hold();
        return state != State.RUNNING || last() || hold == null ? null : stepStartedAt.plus(hold);
    }

    /** When its step has lasted long enough; null where it has no time of its own. */
    public @Nullable Instant heldUntil() {
        Duration hold = current().hold();
        return hold == null ? null : stepStartedAt.plus(hold);
    }

    /** The same at its next step. */
    public Rollout advanced(Instant at) {
        return changed(step + 1, State.RUNNING, at, null, null, "");
    }

    /** The same, paused. */
    public Rollout paused(Instant at) {
        return changed(step, State.PAUSED, stepStartedAt, at, null, "");
    }

    /** The same, going on; its step lasts longer by the pause. */
    public Rollout resumed(Instant at) {
        Instant since = pausedAt == null ? at : pausedAt;
        return changed(step, State.RUNNING, stepStartedAt.plus(Duration.between(since, at)), null, null, "");
    }

    /** The same at its end. */
    public Rollout ended(State how, Instant at, String why) {
        return changed(step, how, stepStartedAt, null, at, why);
    }

    private Rollout changed(
            int toStep, State to, Instant stepAt, @Nullable Instant pause, @Nullable Instant end, String why) {
        return new Rollout(
                id, model, kind, baseline, candidate, steps, toStep, sticky, paired, guardrails, to, revision + 1, startedAt,
                stepAt, pause, end, actor, reason, why);
    }

    // ---- documents

    /** The JSON document; {@link #of} reads it. */
    public ObjectNode toJson() {
        ObjectNode node = MAPPER.createObjectNode()
                .put("id", id)
                .put("model", model)
                .put("kind", kind.word())
                .put("baseline", baseline)
                .put("candidate", candidate)
                .put("state", state.word())
                .put("step", step)
                .put("share", current().share())
                .put("sticky", sticky.word())
                .put("paired", paired)
                .put("revision", revision)
                .put("started_at", startedAt.toString())
                .put("step_started_at", stepStartedAt.toString())
                .put("paused_at", text(pausedAt))
                .put("ended_at", text(endedAt))
                .put("next_step_at", text(nextAt()))
                .put("actor", actor)
                .put("reason", reason)
                .put("verdict", verdict);
        ArrayNode list = node.putArray("steps");
        for (RolloutStep each : steps) {
            Duration hold = each.hold();
            ObjectNode one = list.addObject().put("share", each.share());
            ArrayNode groups = one.putArray("groups");
            each.groups().forEach(groups::add);
            one.put("hold", hold == null ? null : hold.toString());
        }
        ArrayNode guards = node.putArray("guardrails");
        for (Guardrail each : guardrails) {
            guards.addObject()
                    .put("guardrail", each.text())
                    .put("metric", each.metric().name().toLowerCase(Locale.ROOT))
                    .put("limit", each.limit())
                    .put("relative", each.relative())
                    .put("quantile", each.quantile())
                    .put("alpha", each.alpha());
        }
        return node;
    }

    /**
     * Reads {@link #toJson}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Rollout of(String document) {
        JsonNode node;
        try {
            node = MAPPER.readTree(document);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("No document of a rollout: " + document, e);
        }
        List<RolloutStep> steps = new ArrayList<>();
        for (JsonNode each : node.path("steps")) {
            List<String> groups = new ArrayList<>();
            each.path("groups").forEach(group -> groups.add(group.asText()));
            JsonNode hold = each.path("hold");
            steps.add(new RolloutStep(
                    each.path("share").asDouble(), groups, hold.isTextual() ? Duration.parse(hold.textValue()) : null));
        }
        List<Guardrail> guardrails = new ArrayList<>();
        for (JsonNode each : node.path("guardrails")) {
            guardrails.add(new Guardrail(
                    Guardrail.Metric.valueOf(each.path("metric").asText().toUpperCase(Locale.ROOT)),
                    each.path("limit").asDouble(),
                    each.path("relative").asBoolean(),
                    each.path("quantile").asDouble(),
                    each.path("alpha").asDouble()));
        }
        return new Rollout(
                node.path("id").asText(),
                node.path("model").asText(),
                Kind.valueOf(node.path("kind").asText().toUpperCase(Locale.ROOT)),
                node.path("baseline").asInt(),
                node.path("candidate").asInt(),
                steps,
                node.path("step").asInt(),
                Sticky.valueOf(node.path("sticky").asText().toUpperCase(Locale.ROOT)),
                node.path("paired").asBoolean(),
                guardrails,
                State.valueOf(node.path("state").asText().toUpperCase(Locale.ROOT)),
                node.path("revision").asLong(),
                Instant.parse(node.path("started_at").asText()),
                Instant.parse(node.path("step_started_at").asText()),
                instant(node.path("paused_at")),
                instant(node.path("ended_at")),
                node.path("actor").asText(),
                node.path("reason").asText(),
                node.path("verdict").asText());
    }

    private static @Nullable Instant instant(JsonNode node) {
        return node.isTextual() ? Instant.parse(node.textValue()) : null;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
