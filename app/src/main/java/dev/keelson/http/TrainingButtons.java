package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.List;

/** What a person presses to have models trained: one job for each of them. Safe for use by several threads. */
public interface TrainingButtons {
    /** Where nothing is trained. */
    TrainingButtons NONE = (models, button, actor, reason) -> {
        throw new KeelsonException(ErrorCode.NOT_READY, "Nothing is trained here.", null);
    };

    /** What is pressed. */
    enum Button {
        /** Each model is fitted anew. */
        FULL("retrain"),
        /** Each champion goes on from recent rows. */
        INCREMENTAL("update"),
        /** Each model is checked for drift, and fitted anew where that alarms. */
        AUTO("drift");

        private final String job;

        Button(String job) {
            this.job = job;
        }

        /** The kind of its jobs. */
        public String job() {
            return job;
        }
    }

    /**
     * Asks for the jobs; one that waits already is not asked for twice.
     *
     * @param models names of models, at least one
     * @return {@code jobs}
     */
    JsonNode press(List<String> models, Button button, String actor, String reason);
}
