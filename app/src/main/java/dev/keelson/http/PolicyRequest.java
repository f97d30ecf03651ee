package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.LoopPolicy;
import dev.keelson.control.policy.ReferencePolicies;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.health.HealthCosts;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about policies of retraining.
 *
 * @param model the model
 * @param from first day; null for the last third of the history
 * @param to last day, exclusive; null for the day after the last row
 * @param step time between two decisions, at least a minute
 * @param every a candidate is trained every so many steps, at least 1
 * @param policies names of those to compare; empty for all
 * @param retrainCost price of a retraining, at least 0; null for that of the model's costs, else 0
 * @param lossValue price of one unit of summed loss, above 0; null for that of the model's costs, else 1
 * @param changes days on which the world is known to have changed
 */
public record PolicyRequest(
        String model,
        @Nullable LocalDate from,
        @Nullable LocalDate to,
        Duration step,
        int every,
        List<String> policies,
        @Nullable Double retrainCost,
        @Nullable Double lossValue,
        List<LocalDate> changes)
        implements Jobs.Request {
    /** Checks the ranges. */
    public PolicyRequest {
        List<String> wrong = new ArrayList<>();
        Period.check(from, to, step, wrong);
        if (every < 1) {
            wrong.add("The steps between two trained models (every: %d) must be at least 1.".formatted(every));
        }
        if (retrainCost != null && !(retrainCost >= 0 && retrainCost < Double.POSITIVE_INFINITY)) {
            wrong.add("The price of a retraining (retrain_cost: %s) must be at least 0.".formatted(retrainCost));
        }
        if (lossValue != null && !(lossValue > 0 && lossValue < Double.POSITIVE_INFINITY)) {
            wrong.add("The value of a unit of loss (loss_value: %s) must be above 0.".formatted(lossValue));
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join(" ", wrong));
        }
        policies = List.copyOf(policies);
        changes = List.copyOf(changes);
    }

    /** The names of policies that can be asked for. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(
                List.of(LoopPolicy.THIS_POLICY.word(), "schedule", "never", "every_tick", "every_3_ticks"));
        for (DriftMonitorDefinition.Policy rule : DriftMonitorDefinition.Policy.values()) {
            names.add(ReferencePolicies.name(rule));
        }
        names.addAll(List.of("performance", "any_version"));
        return names;
    }

    /** Weekly steps over the last third, all policies, prices of the model. */
    public static PolicyRequest of(String model) {
        return new PolicyRequest(model, null, null, Duration.ofDays(7), 1, List.of(), null, null, List.of());
    }

    /** The same with the prices of the model where it names none. */
    public PolicyRequest priced(HealthCosts costs) {
        double training = retrainCost != null ? retrainCost : costs.retrain() >= 0 ? costs.retrain() : 0;
        double unit = lossValue != null ? lossValue : costs.unitOfLoss() > 0 ? costs.unitOfLoss() : 1;
        return new PolicyRequest(model, from, to, step, every, policies, training, unit, changes);
    }

    @Override
    public void describe(ObjectNode node, Jobs.Progress progress) {
        write(node.putObject("asked"));
    }

    /** As it is asked for over HTTP. */
    public void write(ObjectNode node) {
        Period.write(node, from, to, step);
        node.put("every", every);
        ArrayNode names = node.putArray("policies");
        policies.forEach(names::add);
        node.put("retrain_cost", retrainCost);
        node.put("loss_value", lossValue);
        ArrayNode days = node.putArray("changes");
        changes.forEach(day -> days.add(day.toString()));
    }

    /**
     * What {@link #write} has written; what is not there takes its default.
     *
     * @throws IllegalArgumentException for what cannot be asked for
     * @throws java.time.format.DateTimeParseException for a day that is none
     */
    public static PolicyRequest read(String model, JsonNode node) {
        List<String> policies = new ArrayList<>();
        node.path("policies").forEach(name -> policies.add(name.asText()));
        List<LocalDate> changes = new ArrayList<>();
        node.path("changes").forEach(day -> changes.add(LocalDate.parse(day.asText())));
        return new PolicyRequest(
                model,
                Period.day(node.path("from")),
                Period.day(node.path("to")),
                Period.step(node),
                node.path("every").asInt(1),
                policies,
                number(node.path("retrain_cost")),
                number(node.path("loss_value")),
                changes);
    }

    private static @Nullable Double number(JsonNode node) {
        return node.isNumber() ? (Double) node.asDouble() : null;
    }
}
