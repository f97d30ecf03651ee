package dev.keelson.registry.governance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.governance.PolicyLine.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a version may come to serve, condition by condition. Immutable.
 *
 * @param model the model
 * @param version the version that would serve
 * @param champion the version that serves, or null
 * @param policy name of the policy in the project file; empty when the project has none for the model, and nothing is asked
 * @param approval whether a person must agree besides
 * @param at when it was looked at
 * @param lines its conditions; all must hold
 */
public record PolicyReport(
        String model,
        int version,
        @Nullable Integer champion,
        String policy,
        boolean approval,
        Instant at,
        List<PolicyLine> lines) {
    private static final String EXPIRED = "EXPIRED";

    public PolicyReport {
        lines = List.copyOf(lines);
    }

    /** A report that asks for nothing. */
    public static PolicyReport unasked(String model, int version, @Nullable Integer champion, Instant at) {
        return new PolicyReport(model, version, champion, "", false, at, List.of());
    }

    /** Whether all lines hold: failed when one does not, else not yet known when one is not. */
    public State verdict() {
        if (lines.stream().anyMatch(line -> line.state() == State.FAILED)) {
            return State.FAILED;
        }
        return lines.stream().anyMatch(line -> line.state() == State.NOT_YET_KNOWN) ? State.NOT_YET_KNOWN : State.PASSED;
    }

    /** The verdict as it is told: {@code PROMOTE}, {@code REJECT}, {@code NOT YET} or {@code EXPIRED}. */
    public String decision() {
        return switch (verdict()) {
            case PASSED -> "PROMOTE";
            case NOT_YET_KNOWN -> "NOT YET";
            case FAILED -> lines.stream()
                            .filter(line -> line.state() == State.FAILED)
                            .allMatch(line -> line.sentence().startsWith(EXPIRED))
                    ? EXPIRED
                    : "REJECT";
        };
    }

    /** The lines that do not hold. */
    public List<PolicyLine> open() {
        return lines.stream().filter(line -> line.state() != State.PASSED).toList();
    }

    /** One sentence, for lists and trails. */
    public String sentence() {
        String who = model + " v" + version;
        if (policy.isEmpty()) {
            return "No policy of the project governs the promotion of %s.".formatted(who);
        }
        return switch (verdict()) {
            case PASSED ->
                approval
                        ? "%s meets the policy (%s); a person must agree.".formatted(who, policy)
                        : "%s meets the policy (%s).".formatted(who, policy);
            case FAILED -> "%s does not meet the policy (%s): %s".formatted(who, policy, told());
            case NOT_YET_KNOWN -> "Whether %s meets the policy (%s) is not known yet: %s".formatted(who, policy, told());
        };
    }

    private String told() {
        return open().stream()
                .map(line -> "`%s`: %s".formatted(line.condition(), line.sentence()))
                .collect(Collectors.joining(" "));
    }

    /**
     * For those who want it to serve nevertheless: TRANSITION_REFUSED with the lines that do not hold.
     *
     * @param where where it was worse, as {@link PromotionRules#whereWorse} tells it; null where that is not known
     */
    public KeelsonException refusal(@Nullable ObjectNode where) {
        String worse = where != null && where.path("rows").asInt() > 0 ? " " + where.path("verdict").asText() : "";
        return new KeelsonException(
                ErrorCode.TRANSITION_REFUSED,
                sentence() + worse,
                "Maybe look at `keelson models check %s %d`; `--force` with a reason promotes it nevertheless, and the trail says so."
                        .formatted(model, version));
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("model", model).put("version", version).put("champion", champion);
        node.put("policy", policy.isEmpty() ? null : policy);
        node.put("approval", approval).put("at", at.toString());
        node.put("verdict", verdict().word()).put("decision", decision()).put("sentence", sentence());
        ArrayNode list = node.putArray("lines");
        lines.forEach(line -> list.add(line.toJson()));
        return node;
    }

    /** Reads what {@link #toJson} wrote. */
    public static PolicyReport fromJson(JsonNode node) {
        List<PolicyLine> lines = new ArrayList<>();
        node.path("lines").forEach(line -> lines.add(PolicyLine.fromJson(line)));
        JsonNode champion = node.path("champion");
        return new PolicyReport(
                node.path("model").asText(),
                node.path("version").asInt(),
                champion.isInt() ? champion.asInt() : null,
                node.path("policy").asText("").equals("null") ? "" : node.path("policy").asText(""),
                node.path("approval").asBoolean(),
                Instant.parse(node.path("at").asText()),
                lines);
    }
}
