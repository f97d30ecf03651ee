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
 * Searches for features, one at a time, in the background. What a search has found out is kept while it runs: the same search
 * after a stop goes on where it was. Safe for use by several threads.
 */
public interface FeatureGenerations {
    /** How many candidates are tried when it is not said. */
    int BUDGET = 60;

    /** The seed when it is not said. */
    long SEED = 42;

    /**
     * What is searched.
     *
     * @param budget how many candidates are tried at most
     * @param seed reaches everything random
     */
    record Request(String model, int budget, long seed) {}

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
     * @param of how many there are as far as is known
     * @param result what came out, when it is done
     * @param failure why it could not go on, when it failed
     */
    record Generation(
            String id,
            Request request,
            State state,
            Instant startedAt,
            int done,
            int of,
            @Nullable JsonNode result,
            @Nullable Problem failure) {

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("id", id);
            node.put("model", request.model());
            node.put("budget", request.budget());
            node.put("seed", request.seed());
            node.put("state", state.name().toLowerCase(Locale.ROOT));
            node.put("started_at", startedAt.toString());
            node.put("done", done);
            node.put("of", of);
            node.set("result", result);
            node.put("code", failure == null ? null : failure.code().code());
            node.put("failure", failure == null ? null : failure.message());
            return node;
        }
    }

    /**
     * Begins a search, or gives the one that runs when it is the same.
     *
     * @throws dev.keelson.error.KeelsonException MODEL_NOT_FOUND; USAGE for a budget below 1; TRANSITION_REFUSED while another
     *     search runs
     */
    Generation start(Request request);

    /** The search of that id: the one that runs, one that this process has run, or the report of one that was done. */
    Optional<Generation> find(String id);

    /** The searches of this process and the reports of those done before, newest first. */
    List<Generation> list();

    /**
     * Stops a search; one that has ended stays as it is.
     *
     * @return the search, which ends after its present trial
     * @throws dev.keelson.error.KeelsonException NOT_FOUND
     */
    Generation cancel(String id);
}
