package dev.keelson.registry.governance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * That a person is asked whether a version may serve. Immutable.
 *
 * @param id unique
 * @param model the model
 * @param version the version that would serve
 * @param requester who asked for the promotion
 * @param reason why
 * @param requestedAt when
 * @param report what the policy found then
 * @param state where it stands
 * @param decider who answered, or null
 * @param comment what they said, or null
 * @param decidedAt when, or null
 */
public record Approval(
        String id,
        String model,
        int version,
        String requester,
        String reason,
        Instant requestedAt,
        PolicyReport report,
        State state,
        @Nullable String decider,
        @Nullable String comment,
        @Nullable Instant decidedAt) {
    /** Kind of the stored reports that hold them. */
    public static final String KIND = "approval";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Where a request stands. */
    public enum State {
        PENDING,
        APPROVED,
        REJECTED,
        /** The version came to serve without an answer, or another one was asked for in its place. */
        WITHDRAWN;

        /** As documents spell it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Approval request(String requester, String reason, PolicyReport report, Instant at) {
        return new Approval(
                "%s-%s-v%d-%s".formatted(KIND, report.model(), report.version(), at),
                report.model(),
                report.version(),
                requester,
                reason,
                at,
                report,
                State.PENDING,
                null,
                null,
                null);
    }

    Approval decided(State as, String by, String said, Instant at) {
        return new Approval(id, model, version, requester, reason, requestedAt, report, as, by, said, at);
    }

    StoredReport stored() {
        return new StoredReport(id, KIND, model, requestedAt, state.word(), toJson().toString());
    }

    static Approval of(StoredReport stored) {
        JsonNode node;
        try {
            node = MAPPER.readTree(stored.document());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The stored request (%s) is not JSON.".formatted(stored.id()), e);
        }
        return new Approval(
                stored.id(),
                stored.subject(),
                node.path("version").asInt(),
                node.path("requester").asText(),
                node.path("reason").asText(),
                Instant.parse(node.path("requested_at").asText()),
                PolicyReport.fromJson(node.path("report")),
                State.valueOf(stored.verdict().toUpperCase(Locale.ROOT)),
                node.path("decider").textValue(),
                node.path("comment").textValue(),
                node.path("decided_at").isTextual() ? Instant.parse(node.path("decided_at").asText()) : null);
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("id", id).put("model", model).put("version", version).put("requester", requester);
        node.put("reason", reason).put("requested_at", requestedAt.toString()).put("state", state.word());
        node.put("decider", decider).put("comment", comment);
        node.put("decided_at", decidedAt == null ? null : decidedAt.toString());
        node.set("report", report.toJson());
        return node;
    }
}
