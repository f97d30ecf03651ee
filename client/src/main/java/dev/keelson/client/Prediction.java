package dev.keelson.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one row.
 *
 * @param id its name in the server's log, by which its outcome is told
 * @param model who answered
 * @param version the version that answered
 * @param predicted the most probable class; null of a number
 * @param probabilities class to probability, in order; none of a number
 * @param value the number; NaN of classes
 * @param asOf features used what was known strictly before
 * @param warnings what speaks against trusting it
 * @param json everything that was answered: sets, intervals, decisions, details
 */
public record Prediction(
        UUID id,
        String model,
        int version,
        @Nullable String predicted,
        Map<String, Double> probabilities,
        double value,
        Instant asOf,
        List<String> warnings,
        JsonNode json) {
    public Prediction {
        probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
        warnings = List.copyOf(warnings);
    }

    static Prediction of(JsonNode json) {
        Map<String, Double> probabilities = new LinkedHashMap<>();
        json.path("probabilities")
                .properties()
                .forEach(each -> probabilities.put(each.getKey(), each.getValue().asDouble()));
        List<String> warnings = new ArrayList<>();
        json.path("warnings").forEach(each -> warnings.add(each.asText()));
        return new Prediction(
                UUID.fromString(json.path("id").asText()),
                json.path("model").asText(),
                json.path("version").asInt(),
                json.path("predicted").textValue(),
                probabilities,
                json.path("value").asDouble(Double.NaN),
                Instant.parse(json.path("as_of").asText()),
                warnings,
                json);
    }
}
