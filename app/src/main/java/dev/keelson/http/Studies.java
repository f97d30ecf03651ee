package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Searches for settings of models, one at a time, in the background. Trials that have ended are kept while a search runs: the
 * same search after a stop goes on where it was, and comes to the same end. Safe for use by several threads.
 */
public interface Studies {

    /**
     * What is searched; what is not said is as the project file says.
     *
     * @param trials how many settings are tried at most, at least 1
     * @param sampler what proposes them, as in project files
     * @param seed of the proposals; that of the model when it is not said
     * @param fresh whether trials that are kept are run again
     */
    record Request(
            String model,
            @Nullable Integer trials,
            @Nullable String sampler,
            @Nullable Long seed,
            boolean fresh) {}

    /** How far a search is. */
    enum State {
        /** It runs. */
        RUNNING,
        /** It has come to its end. */
        DONE,
        /** It was stopped. */
        CANCELLED,
        /** It could not go on. */
        FAILED
    }

    /**
     * A search.
     *
     * @param startedAt when
     * @param done trials that have ended
     * @param of how many there are at most; 0 until that is known
     * @param best least loss so far
     * @param result what came out, when it is done
     * @param failure why it could not go on, when it failed
     */
    record Study(
            String id,
            Request request,
            State state,
            Instant startedAt,
            int done,
            int of,
            @Nullable Double best,
            @Nullable JsonNode result,
            @Nullable Problem failure) {

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("id", id);
            node.put("model", request.model());
            node.put("sampler", request.sampler());
            node.put("seed", request.seed());
            node.put("state", state.name().toLowerCase(Locale.ROOT));
            node.put("started_at", startedAt.toString());
            node.put("done", done);
            node.put("of", of);
            node.put("best", best);
            node.set("result", result);
            node.put("code", failure == null ? null : failure.code().code());
            node.put("failure", failure == null ? null : failure.message());
            return node;
        }
    }

    /**
     * Begins a search, or gives the one that runs when it is the same.
     *
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; USAGE when the project file says nothing to search, for
     *     less than one trial, or for an unknown sampler; TRANSITION_REFUSED while another search runs
     */
    Study start(Request request);

    /** The search of that id: the one that runs, one that this process has run, or the report of one that was done. */
    Optional<Study> find(String id);

    /** The searches of this process and the reports of those done before, newest first. */
    List<Study> list();

    /**
     * The trials of a search so far, by number, each as a document.
     *
     * @throws dev.keelson.error.KeelsonException NOT_FOUND
     */
    List<JsonNode> trials(String id);

    /**
     * Stops a search; one that has ended stays as it is.
     *
     * @return the search, which ends after its present trials' folds
     * @throws dev.keelson.error.KeelsonException NOT_FOUND
     */
    Study cancel(String id);
}
