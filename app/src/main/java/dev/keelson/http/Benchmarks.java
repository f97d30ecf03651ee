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

/** Benchmarks of sets of models, one at a time, in the background. Their reports are kept. Safe for use by several threads. */
public interface Benchmarks {

    /** How far a benchmark is. */
    enum State {
        /** It runs. */
        RUNNING,
        /** It has come to its end. */
        DONE,
        /** It could not go on. */
        FAILED
    }

    /**
     * A benchmark.
     *
     * @param set what is compared
     * @param startedAt when
     * @param done models that are through
     * @param of how many there are
     * @param result the report, when it is done
     * @param failure why it could not go on, when it failed
     */
    record Benchmark(
            String id,
            String set,
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
            node.put("set", set);
            node.put("state", state.name().toLowerCase(Locale.ROOT));
            node.put("started_at", startedAt.toString());
            node.put("done", done);
            node.put("of", of);
            node.set("result", result);
            node.put("code", failure == null ? null : failure.code().code());
            node.put("failure", failure == null ? null : failure.message());
            return node;
        }

        /** The JSON document for lists: of the report its summary alone. */
        public ObjectNode toShortJson() {
            ObjectNode node = toJson();
            if (result != null) {
                node.remove("result");
                node.set("summary", result.path("summary"));
            }
            return node;
        }
    }

    /**
     * Begins a benchmark, or gives the one that runs when it is of the same set.
     *
     * @param set as the project file names it; null for its only one, or for all models where it names none
     * @throws dev.keelson.error.KeelsonException NOT_FOUND with the closest name; USAGE when there are several sets and none
     *     is named; NOT_READY while no data are known; TRANSITION_REFUSED while another runs
     */
    Benchmark start(@Nullable String set);

    /** The benchmark of that id: one of this process, or one that was done before. */
    Optional<Benchmark> find(String id);

    /** The benchmarks of this process and the reports of those done before, newest first. */
    List<Benchmark> list();
}
