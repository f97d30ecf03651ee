package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import org.jspecify.annotations.Nullable;

/**
 * What drift is measured against: computed once, numbered, kept. Answers are JSON documents, described in
 * docs/reference/baselines.md. Safe for use by several threads.
 */
public interface BaselineService {
    /** Where there is none. */
    BaselineService NONE = new BaselineService() {
        @Override
        public JsonNode create(Request request) {
            throw new KeelsonException(ErrorCode.NOT_READY, "No baseline can be made here.", null);
        }

        @Override
        public JsonNode list(@Nullable String model) {
            var document = JsonNodeFactory.instance.objectNode();
            document.putArray("baselines");
            return document;
        }

        @Override
        public JsonNode one(String id) {
            throw unknown(id);
        }

        @Override
        public JsonNode delete(String id, String actor, String reason) {
            throw unknown(id);
        }
    };

    /**
     * What to make.
     *
     * @param model whose inputs
     * @param source {@code training}, {@code last 30d} or {@code dataset VERSION}; null for each that the drift monitor of the
     *     model names
     * @param actor who asks
     * @param reason why
     */
    record Request(String model, @Nullable String source, String actor, String reason) {}

    /**
     * Makes baselines with the next number each.
     *
     * @return them with what is known of each column, under {@code baselines}
     * @throws KeelsonException MODEL_NOT_FOUND; NOT_READY while there are no data, or no champion for {@code training};
     *     BAD_REQUEST for another source; DATASET_NOT_FOUND; NOT_ENOUGH_ROWS
     */
    JsonNode create(Request request);

    /** Baselines of a model or of all, newest first, without their columns. */
    JsonNode list(@Nullable String model);

    /**
     * A baseline with its columns.
     *
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode one(String id);

    /**
     * Deletes the rows of a baseline; who did it, when and why stays.
     *
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode delete(String id, String actor, String reason);

    /** That there is no such baseline. */
    static KeelsonException unknown(String id) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "There is no baseline (%s).".formatted(id),
                "Maybe list them: `keelson baseline list`.");
    }
}
