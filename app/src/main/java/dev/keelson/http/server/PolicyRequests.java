package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.http.PolicyRequest;
import java.time.format.DateTimeParseException;
import java.util.List;

/** Reads what a comparison of policies, or advice on a schedule, is asked for. */
final class PolicyRequests {
    private static final List<String> FIELDS =
            List.of("changes", "every", "from", "loss_value", "policies", "retrain_cost", "step", "to");

    private PolicyRequests() {}

    static PolicyRequest read(String model, JsonNode body) {
        body.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The body has no field (%s); it may have %s.".formatted(name, FIELDS),
                        Suggestion.sentence(name, FIELDS).orElse(null));
            }
        });
        for (String name : List.of("from", "to", "step")) {
            check(name, body.path(name), body.path(name).isTextual(), "a text");
        }
        for (String name : List.of("retrain_cost", "loss_value")) {
            check(name, body.path(name), body.path(name).isNumber(), "a number");
        }
        check("every", body.path("every"), body.path("every").isInt(), "a whole number");
        for (String name : List.of("policies", "changes")) {
            check(name, body.path(name), body.path(name).isArray(), "a list of texts");
            body.path(name).forEach(each -> check(name, each, each.isTextual(), "a list of texts"));
        }
        try {
            return PolicyRequest.read(model, body);
        } catch (DateTimeParseException e) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The day (%s) is none, as expected, such as 2024-08-01.".formatted(e.getParsedString()),
                    null,
                    e);
        } catch (IllegalArgumentException e) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), null, e);
        }
    }

    private static void check(String name, JsonNode value, boolean right, String expected) {
        if (!value.isMissingNode() && !value.isNull() && !right) {
            throw Body.wrong(name, value, expected);
        }
    }
}
