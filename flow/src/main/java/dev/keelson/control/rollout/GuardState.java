package dev.keelson.control.rollout;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.rollout.Guardrail;
import java.util.Locale;

/**
 * Where a guardrail stands.
 *
 * @param guardrail which
 * @param state kept, broken, or nothing measured yet
 * @param estimate what is looked at, as measured: a share, milliseconds (of a relative one times the baseline's), loss per epoch
 * @param lower bound of it that holds at all times at once; NaN where there is none
 * @param upper the same from above
 * @param observations predictions, or settlement epochs
 * @param logE natural logarithm of the evidence that it is broken; NaN where bounds alone decide
 * @param logENeeded what the evidence must reach; NaN where bounds alone decide
 * @param sentence what that means
 */
public record GuardState(
        Guardrail guardrail,
        State state,
        double estimate,
        double lower,
        double upper,
        long observations,
        double logE,
        double logENeeded,
        String sentence) {

    /** Where it stands. */
    public enum State {
        UNMEASURED,
        KEPT,
        BROKEN
    }

    /** Whether it takes the candidate back. */
    public boolean broken() {
        return state == State.BROKEN;
    }

    /** The JSON document; numbers that do not exist are null. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode()
                .put("guardrail", guardrail.text())
                .put("metric", guardrail.metric().name().toLowerCase(Locale.ROOT))
                .put("state", state.name().toLowerCase(Locale.ROOT))
                .put("limit", guardrail.limit())
                .put("relative", guardrail.relative())
                .put("alpha", guardrail.alpha())
                .put("observations", observations);
        number(node, "estimate", estimate);
        number(node, "lower", lower);
        number(node, "upper", upper);
        number(node, "log_e", logE);
        number(node, "log_e_needed", logENeeded);
        return node.put("sentence", sentence);
    }

    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}
