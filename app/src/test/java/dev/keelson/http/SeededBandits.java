package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One policy, {@code stake-size}, with one version that was refused; it can only be looked at. */
final class SeededBandits implements Bandits {
    static final String RUN = "bandit-run-0001";

    private static ObjectNode head() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("name", "stake-size").put("source", "bets").put("algorithm", "linucb").put("reward", "log_growth");
        node.putArray("actions").add(0.0).add(0.25).add(0.5);
        node.putArray("context").add("edge");
        node.putNull("champion");
        return node.put("versions", 1).put("decisions", 120).put("rewards", 90);
    }

    /** What its run keeps of how it was judged. */
    static ObjectNode evaluation() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("sentence", "stake-size v1 is not better than the current policy.").put("current", "always 0.25");
        document.put("judged_from", "2020-01-01T00:00:00Z").put("judged_to", "2020-06-01T00:00:00Z");
        ObjectNode evaluation = document.putObject("evaluation").put("better", false).put("judge", "doubly_robust");
        ObjectNode estimate = evaluation.putObject("estimates").putObject("doubly_robust").put("lower_bound", -0.004);
        for (String name : new String[] {"candidate", "current", "difference"}) {
            estimate.putObject(name).put("estimate", 0.002).put("lower", -0.005).put("upper", 0.009);
        }
        evaluation.putObject("overlap").put("effective_rows", 84.2).put("max_weight", 3.1);
        return document;
    }

    @Override
    public JsonNode list() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.putArray("bandits").add(head());
        return document;
    }

    @Override
    public JsonNode show(String name) {
        if (!name.equals("stake-size")) {
            return NONE.show(name);
        }
        ObjectNode document = head();
        ObjectNode version = document.putArray("versions").addObject();
        version.put("version", 1).put("run_id", RUN).put("trained_to", "2020-01-01T00:00:00Z").put("verdict", "refused");
        version.putObject("metrics").put("doubly_robust", 0.002).put("doubly_robust_difference", 0.002).put("judged_rows", 90);
        document.putArray("audit")
                .addObject()
                .put("at", "2020-06-02T00:00:00Z")
                .put("action", "register")
                .put("version", 1)
                .put("actor", "eve")
                .put("reason", "is not better than the current policy.");
        return document;
    }

    @Override
    public JsonNode train(String name, Training request) {
        return NONE.train(name, request);
    }

    @Override
    public JsonNode evaluate(String name, @Nullable Integer version) {
        return NONE.evaluate(name, version);
    }

    @Override
    public JsonNode promote(String name, int version, String actor, String reason) {
        return NONE.promote(name, version, actor, reason);
    }

    @Override
    public JsonNode rollback(String name, String actor, String reason) {
        return NONE.rollback(name, actor, reason);
    }

    @Override
    public JsonNode decide(String name, @Nullable String event, Map<String, @Nullable Object> row) {
        return NONE.decide(name, event, row);
    }

    @Override
    public JsonNode reward(String name, String decision, double profit, boolean correct) {
        return NONE.reward(name, decision, profit, correct);
    }
}
