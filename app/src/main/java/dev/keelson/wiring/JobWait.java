package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits for the end of work in the background. */
final class JobWait {
    private static final long MILLIS = 200;

    private JobWait() {}

    /**
     * Waits.
     *
     * @param look gives the search as a document, as it is now
     * @return its result
     * @throws KeelsonException TRANSITION_REFUSED when it was cancelled; what it failed with
     */
    static JsonNode until(Supplier<JsonNode> look, LiveProject.Progress progress) {
        int seen = 0;
        while (true) {
            JsonNode search = look.get();
            int done = search.path("done").asInt();
            if (done > seen) {
                seen = done;
                progress.at(done, search.path("of").asInt());
            }
            switch (search.path("state").asText()) {
                case "running" -> pause();
                case "done" -> {
                    return search.path("result");
                }
                case "cancelled" ->
                    throw new KeelsonException(
                            ErrorCode.TRANSITION_REFUSED,
                            "It was cancelled.",
                            "Maybe ask for it again: a search goes on where it was.");
                default ->
                    throw new KeelsonException(
                            ErrorCode.find(search.path("code").asText()).orElse(ErrorCode.INTERNAL),
                            search.path("failure").asText(),
                            search.path("hint").isTextual() ? search.path("hint").asText() : null);
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeelsonException(
                    ErrorCode.TRANSITION_REFUSED, "The wait was interrupted.", null, e);
        }
    }
}
