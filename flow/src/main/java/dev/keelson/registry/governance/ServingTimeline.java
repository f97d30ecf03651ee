package dev.keelson.registry.governance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.AuditEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which version of a model served when, who decided that, why and on what evidence, as its audit trail tells. Immutable.
 *
 * @param model the model
 * @param spans oldest first, without gaps: each ends when the next begins
 */
public record ServingTimeline(String model, List<Span> spans) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public ServingTimeline {
        spans = List.copyOf(spans);
    }

    /**
     * A time in which one version served.
     *
     * @param version which
     * @param from since when
     * @param to until when, or null while it serves
     * @param decision the line of the trail that let it serve
     */
    public record Span(int version, Instant from, @Nullable Instant to, AuditEntry decision) {
        /** Whether it came to serve against its policy. */
        public boolean forced() {
            return parsed(decision).path("forced").asBoolean();
        }

        /** Who decided it: who agreed, where the policy asks for a person, else who asked. */
        public String decider() {
            return parsed(decision).path("approved_by").asText(decision.actor());
        }

        /** Who asked for it, where another one agreed; else null. */
        public @Nullable String requester() {
            return decider().equals(decision.actor()) ? null : decision.actor();
        }

        /** Who decided and who asked, as one text. */
        public String people() {
            String asked = requester();
            return asked == null ? decider() : "%s (asked by %s)".formatted(decider(), asked);
        }

        /** On what evidence, in a few words; empty where none was asked for. */
        public String evidence() {
            JsonNode evidence = parsed(decision);
            JsonNode policy = evidence.path("policy");
            if (policy.isObject()) {
                long passed = 0;
                for (JsonNode line : policy.path("lines")) {
                    passed += line.path("state").asText().equals("passed") ? 1 : 0;
                }
                return "%s: %d of %d passed"
                        .formatted(policy.path("policy").asText(), passed, policy.path("lines").size());
            }
            return evidence.has("rolled_back_from") ? "instead of v" + evidence.path("rolled_back_from").asText() : "";
        }
    }

    /**
     * Reads a trail.
     *
     * @param audit the whole trail of the model, newest first
     */
    public static ServingTimeline of(String model, List<AuditEntry> audit) {
        List<Span> spans = new ArrayList<>();
        for (AuditEntry entry : audit.reversed()) {
            Integer version = entry.version();
            boolean serves = entry.action().equals("promote") || entry.action().equals("rollback");
            if (!serves || version == null) {
                continue;
            }
            if (!spans.isEmpty()) {
                Span before = spans.removeLast();
                spans.add(new Span(before.version(), before.from(), entry.at(), before.decision()));
            }
            spans.add(new Span(version, entry.at(), null, entry));
        }
        return new ServingTimeline(model, spans);
    }

    /** The span that goes on now. */
    public Optional<Span> now() {
        return spans.isEmpty() ? Optional.empty() : Optional.of(spans.getLast());
    }

    /** Whether a version ever served. */
    public boolean served(int version) {
        return spans.stream().anyMatch(span -> span.version() == version);
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = MAPPER.createObjectNode().put("model", model);
        ArrayNode list = node.putArray("history");
        for (Span span : spans) {
            AuditEntry decision = span.decision();
            Instant to = span.to();
            ObjectNode each = list.addObject()
                    .put("version", span.version())
                    .put("from", span.from().toString())
                    .put("to", to == null ? null : to.toString())
                    .put("action", decision.action())
                    .put("actor", decision.actor())
                    .put("decided_by", span.decider())
                    .put("requested_by", span.requester())
                    .put("reason", decision.reason())
                    .put("forced", span.forced())
                    .put("sequence", decision.sequence());
            each.set("evidence", parsed(decision));
        }
        return node;
    }

    static JsonNode parsed(AuditEntry entry) {
        try {
            return MAPPER.readTree(entry.evidence());
        } catch (JsonProcessingException e) {
            throw new KeelsonException(
                    ErrorCode.STORE_DAMAGED,
                    "The evidence of line %d of the audit trail is not JSON, as it was written.".formatted(entry.sequence()),
                    "Maybe `keelson audit verify` tells what was altered; a backup has the line as it was.",
                    e);
        }
    }
}
