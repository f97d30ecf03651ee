package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * Streams that are watched value by value: errors of predictions and inputs. Answers are JSON documents, described in
 * docs/reference/streams.md. Safe for use by several threads.
 */
public interface StreamService {
    /** Where nothing is watched. */
    StreamService NONE = new StreamService() {
        @Override
        public JsonNode check(String model) {
            return changes(model);
        }

        @Override
        public JsonNode changes(String model) {
            var document = JsonNodeFactory.instance.objectNode().put("model", model);
            document.putArray("streams");
            document.putArray("changes");
            return document;
        }
    };

    /**
     * Takes what was logged since the last time.
     *
     * @return {@code found}: the changes that it showed; {@code values}: how many values were taken; {@code streams}
     * @throws dev.keelson.error.KeelsonException BAD_REQUEST when no monitor of the model names a stream, or one that is unknown
     */
    JsonNode check(String model);

    /** What is watched, how many values each stream has seen since it began or last changed, and the changes found, newest first. */
    JsonNode changes(String model);
}
