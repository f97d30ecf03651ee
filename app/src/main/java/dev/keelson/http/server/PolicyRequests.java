package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.PolicyRequest;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;

/** Reads what a comparison of policies, or advice on a schedule, is asked for. */
final class PolicyRequests {
    private static final List<String> FIELDS =
            List.of("changes", "every", "from", "loss_value", "policies", "retrain_cost", "step", "to");

    private PolicyRequests() {}

    static PolicyRequest read(String model, JsonNode body) {
        RequestFields fields = new RequestFields(body, FIELDS);
        LocalDate from = fields.day("from", "the first day");
        LocalDate to = fields.day("to", "the day after the last one");
        Duration step = fields.duration("step", "the time between two decisions", Duration.ofDays(7));
        int every = fields.whole("every", "how many steps there are between two trained models", 1);
        List<String> policies = fields.texts("policies", "names of policies");
        Double retrainCost = fields.number("retrain_cost", "the price of a retraining");
        Double lossValue = fields.number("loss_value", "the value of a unit of loss");
        List<LocalDate> changes = fields.days("changes", "days on which the world is known to have changed");
        return fields.made(
                () -> new PolicyRequest(model, from, to, step, every, policies, retrainCost, lossValue, changes));
    }
}
