package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bandits of a project: policies that size stakes, as versions that are learnt from decisions, judged, promoted and
 * rolled back as models are. Answers are JSON documents. Safe for use by several threads.
 *
 * <p>Each method throws a {@link KeelsonException} NOT_FOUND for an unknown bandit.
 */
public interface Bandits {
    /** None at all. */
    Bandits NONE = new Bandits() {
        @Override
        public JsonNode list() {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.putArray("bandits");
            return document;
        }

        @Override
        public JsonNode show(String name) {
            throw missing(name);
        }

        @Override
        public JsonNode train(String name, Training request) {
            throw missing(name);
        }

        @Override
        public JsonNode evaluate(String name, @Nullable Integer version) {
            throw missing(name);
        }

        @Override
        public JsonNode promote(String name, int version, String actor, String reason) {
            throw missing(name);
        }

        @Override
        public JsonNode rollback(String name, String actor, String reason) {
            throw missing(name);
        }

        @Override
        public JsonNode decide(String name, @Nullable String event, Map<String, @Nullable Object> row) {
            throw missing(name);
        }

        @Override
        public JsonNode reward(String name, String decision, double profit, boolean correct) {
            throw missing(name);
        }

        private KeelsonException missing(String name) {
            return new KeelsonException(ErrorCode.NOT_FOUND, "There is no bandit (%s).".formatted(name), null);
        }
    };

    /**
     * What a training is asked for.
     *
     * @param promote whether the version serves at once when it beats the current policy
     * @param actor who asks, for the audit trail
     */
    record Training(boolean promote, String actor) {}

    /** The bandits as a list, each with its champion. */
    JsonNode list();

    /** A bandit with its versions, newest first, and what was decided about them. */
    JsonNode show(String name);

    /**
     * Learns a policy from the earlier decisions, judges it by the later ones, and registers it as a version.
     *
     * @throws KeelsonException DATASET_NOT_FOUND, NOT_ENOUGH_ROWS; BAD_VALUE when the profit is not that of a stake of 1
     */
    JsonNode train(String name, Training request);

    /**
     * Judges a version by the decisions that it was not learnt from, against the champion; the champion itself against
     * what the project file says is done now.
     *
     * @param version null for the newest
     * @throws KeelsonException VERSION_NOT_FOUND; as {@link #train}
     */
    JsonNode evaluate(String name, @Nullable Integer version);

    /**
     * Lets a version decide, if it beats the current policy.
     *
     * @param reason why, for the audit trail; not blank
     * @throws KeelsonException VERSION_NOT_FOUND; TRANSITION_REFUSED when it does not beat it
     */
    JsonNode promote(String name, int version, String actor, String reason);

    /**
     * Lets the version decide again that decided before the champion.
     *
     * @throws KeelsonException TRANSITION_REFUSED when there is none
     */
    JsonNode rollback(String name, String actor, String reason);

    /**
     * Decides and logs the decision with its propensity; it is on disk when this returns. An event is decided once: asked
     * again, the answer is the first one.
     *
     * @param event what is decided about; null for the key of the source in the row
     * @param row the columns that the bandit reads
     * @throws KeelsonException BAD_REQUEST with a problem for each column that is missing, no number, or out of its range (a
     *     probability is 0 to 1, odds are above 1, the rest is as the source says); NOT_READY when the
     *     champion was learnt by other definitions than the project file has
     */
    JsonNode decide(String name, @Nullable String event, Map<String, @Nullable Object> row);

    /**
     * Logs what came of a decision. Told the same again, nothing is logged.
     *
     * @param decision its id
     * @param profit what a stake of 1 brought, -1 to what the odds of the decision pay
     * @param correct whether it takes the place of another profit, which stays in the log
     * @throws KeelsonException NOT_FOUND; BAD_REQUEST for a profit that cannot be, or a correction of none;
     *     TRANSITION_REFUSED where there is another one, and it is no correction
     */
    JsonNode reward(String name, String decision, double profit, boolean correct);
}
