package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.alert.AlertQuery;
import java.time.Duration;

/** The inbox of a project. Answers are JSON documents, described in docs/reference/alerts.md. Safe for use by several threads. */
public interface AlertService {
    /** Where nothing is watched. */
    AlertService NONE = new AlertService() {
        @Override
        public JsonNode list(AlertQuery query) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.putArray("alerts");
            return document;
        }

        @Override
        public JsonNode one(String id) {
            throw unknown(id);
        }

        @Override
        public JsonNode acknowledge(String id, String actor, String reason) {
            throw unknown(id);
        }

        @Override
        public JsonNode snooze(String id, Duration time, String actor, String reason) {
            throw unknown(id);
        }

        @Override
        public JsonNode resolve(String id, String actor, String reason) {
            throw unknown(id);
        }

        private KeelsonException unknown(String id) {
            return new KeelsonException(ErrorCode.NOT_FOUND, "There is no alert (%s).".formatted(id), null);
        }
    };

    /** Alerts, those that came last first. */
    JsonNode list(AlertQuery query);

    /**
     * An alert with the messages about it.
     *
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode one(String id);

    /**
     * Somebody knows of it: it is silent until it is resolved.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when it is resolved
     */
    JsonNode acknowledge(String id, String actor, String reason);

    /**
     * It is silent for a time.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when it is resolved; BAD_REQUEST when the time is not positive
     */
    JsonNode snooze(String id, Duration time, String actor, String reason);

    /**
     * Its cause is gone.
     *
     * @throws KeelsonException NOT_FOUND; CONFLICT when it is resolved
     */
    JsonNode resolve(String id, String actor, String reason);
}
