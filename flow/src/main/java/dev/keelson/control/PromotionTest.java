package dev.keelson.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.registry.StoredReport;
import java.time.Instant;
import java.util.Locale;

/**
 * A test of one version against a champion as it was agreed when it began. It is not changed afterwards: other terms are another
 * test with evidence of its own. Immutable.
 *
 * @param model the model
 * @param champion the version that serves
 * @param challenger the version that is tested
 * @param number from 1; above 1 where the terms were changed
 * @param begunAt when it was registered; evidence of a test above the first counts from then on
 * @param alpha the level it was granted
 * @param terms kind, loss, margin, level and plan that the policy asked for
 */
public record PromotionTest(
        String model, int champion, int challenger, int number, Instant begunAt, double alpha, ObjectNode terms) {
    /** Kind of the reports that keep tests. */
    public static final String REPORT = "promotion_test";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What a policy agrees on for a version of a kind. */
    static ObjectNode terms(PromotionPolicyDefinition policy, Kind kind) {
        ObjectNode terms = JsonNodeFactory.instance.objectNode();
        terms.put("kind", kind.name().toLowerCase(Locale.ROOT));
        terms.put(
                "metric",
                kind == Kind.CHANGE && policy.plan().byProfit()
                        ? "profit"
                        : policy.refreshMetric().word());
        terms.put("margin", kind == Kind.REFRESH ? policy.refreshMargin() : policy.plan().worthwhile());
        terms.put("alpha", policy.alpha(kind));
        terms.set("plan", policy.plan().toJson());
        return terms;
    }

    /** The terms in a few words. */
    public String told() {
        JsonNode plan = terms.path("plan");
        int every = plan.path("look_every").asInt();
        int together = plan.path("together").asInt(1);
        return "%s by %s, alpha %s, %s, at most %d epochs%s%s"
                .formatted(
                        terms.path("kind").asText(),
                        terms.path("metric").asText(),
                        PromotionGate.number(alpha),
                        every == 0 ? "looks at any time" : "a look every %d epochs".formatted(every),
                        plan.path("horizon").asInt(),
                        plan.path("strict").asBoolean() ? ", strict" : "",
                        together > 1 ? ", with up to %d others against the same champion".formatted(together - 1) : "");
    }

    /** The policy at the level that was granted. */
    public PromotionPolicyDefinition governing(PromotionPolicyDefinition policy, Kind kind) {
        PromotionPolicyDefinition granted = policy.at(alpha, kind);
        return whole() ? granted : granted.with(granted.plan().sharing(Together.ALONE));
    }

    /** Whether it got all that it asked for, without which it shares no level with others. */
    boolean whole() {
        return Math.abs(alpha - terms.path("alpha").asDouble()) <= 1e-12;
    }

    StoredReport stored() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("model", model).put("champion", champion).put("challenger", challenger).put("number", number);
        document.put("begun_at", begunAt.toString()).put("alpha", alpha);
        document.set("terms", terms);
        String id = "%s-%s-v%d-v%d-%d".formatted(REPORT, model, champion, challenger, number);
        return new StoredReport(id, REPORT, model, begunAt, "begun", document.toString());
    }

    static PromotionTest of(StoredReport report) {
        try {
            JsonNode document = MAPPER.readTree(report.document());
            return new PromotionTest(
                    document.path("model").asText(),
                    document.path("champion").asInt(),
                    document.path("challenger").asInt(),
                    document.path("number").asInt(),
                    Instant.parse(document.path("begun_at").asText()),
                    document.path("alpha").asDouble(),
                    document.withObject("/terms"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The stored test (%s) is no JSON.".formatted(report.id()), e);
        }
    }
}
