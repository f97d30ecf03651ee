package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Work of one kind that takes long: it is done in the background, one piece at a time. What came out is kept; what failed or
 * was stopped is known while the process runs. Safe for use by several threads.
 *
 * @param <R> what is asked for
 */
public interface Jobs<R extends Jobs.Request> {

    /** What is asked for; equal requests ask for the same. */
    interface Request {
        /** The model that it is about. */
        String model();

        /** Adds to the document of a job what this kind of work has of its own. */
        void describe(ObjectNode node, Progress progress);
    }

    /** How far a job is. */
    enum State {
        /** It runs. */
        RUNNING,
        /** It has come to its end. */
        DONE,
        /** It was stopped. */
        CANCELLED,
        /** It could not go on. */
        FAILED;

        /** Lower-case word. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How much is done.
     *
     * @param done parts that have ended
     * @param of how many there are as far as is known; 0 until that is known
     * @param best least loss so far, where the work looks for that
     * @param stage what is being done, where the work has stages; {@link #STOPPING} after it was cancelled
     */
    record Progress(int done, int of, @Nullable Double best, @Nullable String stage) {
        /** So many parts of so many. */
        public static Progress of(int done, int of) {
            return new Progress(done, of, null, null);
        }
    }

    /**
     * A piece of work.
     *
     * @param startedAt when
     * @param result what came out, when it is done
     * @param failure why it could not go on, when it failed
     * @param <R> what was asked for
     */
    record Job<R extends Request>(
            String id,
            R request,
            State state,
            Instant startedAt,
            Progress progress,
            @Nullable JsonNode result,
            @Nullable Problem failure) {

        /** The job, further on. */
        public Job<R> at(Progress now) {
            return new Job<>(id, request, state, startedAt, now, result, failure);
        }

        /** The JSON document. */
        public ObjectNode toJson() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("id", id);
            node.put("model", request.model());
            request.describe(node, progress);
            node.put("state", state.word());
            node.put("started_at", startedAt.toString());
            node.put("done", progress.done());
            node.put("of", progress.of());
            node.put("stage", progress.stage());
            node.set("result", result);
            node.put("code", failure == null ? null : failure.code().code());
            node.put("failure", failure == null ? null : failure.message());
            node.put("hint", failure == null ? null : failure.hint());
            return node;
        }
    }

    /** The stage of a job that was cancelled and has not ended yet. */
    String STOPPING = "stopping";

    /** What is done. */
    JobKind kind();

    /**
     * Begins a job, or gives the one that runs when it was asked for the same.
     *
     * @throws KeelsonException MODEL_NOT_FOUND; USAGE when it cannot be asked for so; TRANSITION_REFUSED while another one
     *     runs
     */
    Job<R> start(R request);

    /** The job of that id: the one that runs, one that this process has run, or one that was done before. */
    Optional<Job<R>> find(String id);

    /**
     * As {@link #find}.
     *
     * @throws KeelsonException NOT_FOUND
     */
    default Job<R> get(String id) {
        return find(id)
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no %s (%s).".formatted(kind().noun(), id),
                        "Maybe look at %s.".formatted(kind().address())));
    }

    /** The jobs of this process and those done before, newest first. */
    List<Job<R>> list();

    /**
     * What a job has told so far, in order, each as a document: the trials of a search for settings, the log of a training.
     *
     * @throws KeelsonException NOT_FOUND
     */
    List<JsonNode> told(String id);

    /**
     * Stops a job; one that has ended stays as it is.
     *
     * @return the job, which ends after its present part
     * @throws KeelsonException NOT_FOUND
     */
    Job<R> cancel(String id);
}
