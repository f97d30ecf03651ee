package dev.keelson.client;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A training in the background.
 *
 * @param id its name
 * @param model which model
 * @param state {@code running}, {@code done}, {@code failed} or {@code cancelled}
 * @param done so many parts have ended
 * @param of so many
 * @param result what came of it: {@code status}, {@code sentence}, {@code version}, {@code run}, {@code metrics}; empty before its
 *     end
 * @param json everything that is told of it
 */
public record Training(String id, String model, String state, int done, int of, JsonNode result, JsonNode json) {

    static Training of(JsonNode json) {
        return new Training(
                json.path("id").asText(),
                json.path("model").asText(),
                json.path("state").asText(),
                json.path("done").asInt(),
                json.path("of").asInt(),
                json.path("result"),
                json);
    }

    /** Whether it goes on. */
    public boolean isRunning() {
        return state.equals("running");
    }
}
