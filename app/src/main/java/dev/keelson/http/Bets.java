package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.monitor.performance.Bet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bets for those who look at prices elsewhere, such as a browser extension: what a bet is worth, how bets did, and opportunities
 * that were seen. Answers are JSON documents. Safe for use by several threads.
 *
 * <p>Each method throws a {@link KeelsonException} NOT_FOUND where the project file has no {@code serve.bets}.
 */
public interface Bets {
    /** Of a project that scores no bets. */
    Bets NONE = new Bets() {
        @Override
        public JsonNode score(@Nullable JsonNode body) {
            throw missing();
        }

        @Override
        public JsonNode performance(Question question) {
            throw missing();
        }

        @Override
        public JsonNode settled(Question question, int offset, int limit) {
            throw missing();
        }

        @Override
        public JsonNode capture(@Nullable JsonNode body) {
            throw missing();
        }

        @Override
        public JsonNode opportunities(Filter filter) {
            throw missing();
        }

        @Override
        public JsonNode opportunity(String id) {
            throw missing();
        }

        @Override
        public JsonNode settle(String id, Settlement settlement) {
            throw missing();
        }

        private KeelsonException missing() {
            return new KeelsonException(
                    ErrorCode.NOT_FOUND,
                    "The project scores no bets.",
                    "Maybe add `serve: { bets: { model: MODEL } }` to the project file.");
        }
    };

    /** Bets of the latest data that the model scores, settled or not, by their key; none of a model that scores none. */
    default Map<String, Bet> placed(String model) {
        return Map.of();
    }

    /**
     * How bets are counted.
     *
     * @param by up to three of {@code all}, {@code odds_band}, {@code month}, {@code week}, {@code day} and the columns of {@code serve.bets.by}, which
     *     may be written without an ending {@code _name}
     * @param where only bets of these groups, by {@code odds_band}, {@code month}, {@code week} (its Monday), {@code day} or a column of {@code serve.bets.by}
     * @param from placed at or after; null for any
     * @param to placed before; null for any
     * @param model only bets that it predicted, with the edge by its chance; null for all, with the edge by the fair chance
     */
    record Question(
            List<String> by,
            Map<String, String> where,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String model) {
        public Question {
            by = List.copyOf(by);
            where = Map.copyOf(where);
        }
    }

    /**
     * Which opportunities to list, the newest first.
     *
     * @param state {@code open} or {@code settled}; null for any
     * @param columns values that the bet must have
     * @param text part of the id, of a value of the bet or of where it was seen, in upper or lower case; null for any
     * @param from captured at or after; null for any
     * @param to captured before; null for any
     * @param cursor where the page before ended; null for the first one
     * @param limit at most so many, at least 1
     */
    record Filter(
            @Nullable String state,
            Map<String, String> columns,
            @Nullable String text,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String cursor,
            int limit) {
        public Filter {
            columns = Map.copyOf(columns);
        }
    }

    /**
     * What became of a bet.
     *
     * @param result {@code won}, {@code half_won}, {@code push}, {@code half_lost} or {@code lost}
     * @param stake what was bet, in money; null when nothing was
     * @param correct whether it takes the place of another result, which stays in the log
     */
    record Settlement(String result, @Nullable Double stake, boolean correct) {}

    /**
     * Tells the chance, the edge, a stake and the reasons of bets; each is a prediction in the log.
     *
     * @param body one bet, its columns to values, with {@code bankroll} where money is wanted; or {@code {bets, bankroll}}
     * @throws KeelsonException BAD_REQUEST with a problem for each wrong field; NOT_READY while there is no champion
     */
    JsonNode score(@Nullable JsonNode body);

    /**
     * How settled bets of the latest data did.
     *
     * @throws KeelsonException BAD_REQUEST for an unknown group; DATASET_NOT_FOUND
     */
    JsonNode performance(Question question);

    /**
     * The settled bets that a question counts, the newest first, each with the id of its prediction, or null.
     *
     * @param offset so many are passed over
     * @param limit at most so many, at least 1
     * @throws KeelsonException as {@link #performance}
     */
    JsonNode settled(Question question, int offset, int limit);

    /**
     * Keeps a bet with its score and where it was seen; it is on disk when this returns. The same id again changes nothing.
     *
     * @param body {@code {id, bet, bankroll, seen}}
     * @throws KeelsonException as {@link #score}
     */
    JsonNode capture(@Nullable JsonNode body);

    /** Captured opportunities, page by page. */
    JsonNode opportunities(Filter filter);

    /**
     * A captured opportunity.
     *
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode opportunity(String id);

    /**
     * Says what became of an opportunity; it is on disk when this returns, and an outcome of the prediction where the bet was
     * won or lost. The same again changes nothing.
     *
     * @throws KeelsonException NOT_FOUND; BAD_REQUEST for another word; TRANSITION_REFUSED where there is another result and
     *     it is no correction
     */
    JsonNode settle(String id, Settlement settlement);
}
