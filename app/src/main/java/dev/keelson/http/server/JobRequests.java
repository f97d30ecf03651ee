package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.GenerationRequest;
import dev.keelson.http.StudyRequest;
import org.jspecify.annotations.Nullable;

/** Reads what work in the background is asked for. */
final class JobRequests {
    private JobRequests() {}

    static GenerationRequest generation(String model, JsonNode body) {
        Integer budget = small(body, "budget");
        Long seed = number(body, "seed");
        return new GenerationRequest(
                model,
                budget == null ? GenerationRequest.BUDGET : budget,
                seed == null ? GenerationRequest.SEED : seed);
    }

    static StudyRequest study(String model, JsonNode body) {
        JsonNode fresh = body.path("fresh");
        if (!fresh.isMissingNode() && !fresh.isBoolean()) {
            throw Body.wrong("fresh", fresh, "true or false");
        }
        return new StudyRequest(
                model, small(body, "trials"), text(body, "sampler"), number(body, "seed"), fresh.asBoolean());
    }

    private static @Nullable String text(JsonNode body, String name) {
        JsonNode value = body.path(name);
        if (!value.isMissingNode() && !value.isNull() && !value.isTextual()) {
            throw Body.wrong(name, value, "a text");
        }
        return value.isTextual() ? value.asText() : null;
    }

    private static @Nullable Long number(JsonNode body, String name) {
        JsonNode value = body.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw Body.wrong(name, value, "a whole number");
        }
        return value.longValue();
    }

    private static @Nullable Integer small(JsonNode body, String name) {
        Long number = number(body, name);
        if (number != null && number != number.intValue()) {
            throw Body.wrong(name, body.path(name), "a smaller number");
        }
        return number == null ? null : number.intValue();
    }
}
