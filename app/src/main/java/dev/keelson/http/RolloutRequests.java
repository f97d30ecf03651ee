package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.registry.rollout.Guardrail;
import dev.keelson.registry.rollout.RolloutPlan;
import dev.keelson.registry.rollout.RolloutStep;
import dev.keelson.registry.rollout.RolloutText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The plan of a rollout as the body of a request. */
public final class RolloutRequests {
    /** The keys of a body that are a plan's. */
    public static final List<String> KEYS =
            List.of("version", "kind", "share", "groups", "hold", "steps", "sticky", "paired", "guardrails");

    private RolloutRequests() {}

    /**
     * Reads a plan.
     *
     * @throws KeelsonException BAD_REQUEST
     */
    public static RolloutPlan plan(String model, JsonNode body) {
        JsonNode version = body.path("version");
        if (!version.isIntegralNumber() || !version.canConvertToInt() || version.intValue() < 1) {
            throw wrong("version", version, "the number of a version, such as 3");
        }
        List<RolloutStep> steps = new ArrayList<>();
        for (JsonNode step : list(body, "steps")) {
            steps.add(step.isTextual() ? RolloutText.step(step.textValue()) : step(step));
        }
        List<String> guards = texts(body, "guardrails");
        String hold = text(body, "hold");
        JsonNode paired = body.path("paired");
        if (!paired.isMissingNode() && !paired.isNull() && !paired.isBoolean()) {
            throw wrong("paired", paired, "true or false");
        }
        return RolloutPlan.of(
                model,
                version.intValue(),
                RolloutText.kind(given(body, "kind", "canary")),
                body.hasNonNull("share") ? (Double) share(body.path("share")) : null,
                texts(body, "groups"),
                hold == null ? null : RolloutText.hold(hold),
                steps,
                RolloutText.sticky(given(body, "sticky", "entity")),
                paired.asBoolean(true),
                body.hasNonNull("guardrails") ? Guardrail.parse(guards.isEmpty() ? List.of("none") : guards) : null);
    }

    /** The body that {@link #plan} reads. */
    public static ObjectNode body(RolloutPlan plan) {
        ObjectNode body = JsonNodeFactory.instance.objectNode()
                .put("version", plan.version())
                .put("kind", plan.kind().word())
                .put("sticky", plan.sticky().word())
                .put("paired", plan.paired());
        RolloutStep first = plan.steps().getFirst();
        Duration hold = first.hold();
        switch (plan.kind()) {
            case STEPS -> {
                ArrayNode steps = body.putArray("steps");
                for (RolloutStep each : plan.steps()) {
                    Duration lasts = each.hold();
                    ObjectNode step = steps.addObject().put("share", each.share());
                    each.groups().forEach(step.putArray("groups")::add);
                    step.put("hold", lasts == null ? null : lasts.toString());
                }
            }
            case CANARY, AB -> {
                body.put("share", first.share()).put("hold", hold == null ? null : hold.toString());
                first.groups().forEach(body.putArray("groups")::add);
            }
            case BLUE_GREEN, SHADOW -> body.put("hold", hold == null ? null : hold.toString());
        }
        ArrayNode guards = body.putArray("guardrails");
        plan.guardrails().forEach(guard -> guards.add(guard.text()));
        return body;
    }

    private static RolloutStep step(JsonNode node) {
        if (!node.isObject()) {
            throw wrong("steps", node, "a text such as 5%:1h, or an object with share, groups and hold");
        }
        String hold = text(node, "hold");
        try {
            return new RolloutStep(
                    share(node.path("share")), texts(node, "groups"), hold == null ? null : RolloutText.hold(hold));
        } catch (IllegalArgumentException e) {
            throw wrong("steps", node, "a share from 0 to 1, and groups with names");
        }
    }

    private static double share(JsonNode node) {
        if (!node.isNumber() && !node.isTextual()) {
            throw wrong("share", node, "a share such as 0.1 or \"10%\"");
        }
        return RolloutText.share(node.asText());
    }

    private static String given(JsonNode body, String key, String standard) {
        return Objects.requireNonNullElse(text(body, key), standard);
    }

    private static @Nullable String text(JsonNode body, String key) {
        JsonNode node = body.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw wrong(key, node, "a text");
        }
        return node.textValue();
    }

    private static Iterable<JsonNode> list(JsonNode body, String key) {
        JsonNode node = body.path(key);
        if (!node.isMissingNode() && !node.isNull() && !node.isArray()) {
            throw wrong(key, node, "a list");
        }
        return node;
    }

    private static List<String> texts(JsonNode body, String key) {
        List<String> texts = new ArrayList<>();
        for (JsonNode each : list(body, key)) {
            if (!each.isTextual()) {
                throw wrong(key, each, "a list of texts");
            }
            texts.add(each.textValue());
        }
        return texts;
    }

    private static KeelsonException wrong(String key, JsonNode value, String expected) {
        return new KeelsonException(Problem.at(
                ErrorCode.BAD_REQUEST,
                new Location(key, 0, 0),
                "The value (%s) of %s is wrong; expected %s.".formatted(value, key, expected),
                null));
    }
}
