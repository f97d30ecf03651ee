package dev.keelson.serve;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.PredictionLog.Knowledge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes outcomes that others send. What cannot be true is refused; what says the same again is not written twice; what
 * contradicts is appended as a correction, so the journal keeps both; what belongs to no prediction is kept. An outcome by
 * entity whose last prediction has an outcome of its own corrects that one.
 *
 * <p>Safe for use by several threads: what one call found still holds when it writes.
 */
public final class OutcomeIntake {
    /** So far the clock of a sender may be ahead. */
    static final Duration CLOCKS = Duration.ofMinutes(5);

    private static final int MAX_PROBLEMS = 100;

    private final PredictionLog log;

    /** Says of an entity that was never predicted when its event happens. */
    @FunctionalInterface
    public interface EventTimes {
        /** The time, or null when it is not known. */
        @Nullable Instant of(String model, String entity);

        /** Why the text cannot be an entity of that model, in half a sentence; null when it can. */
        default @Nullable String notAKey(String model, String entity) {
            return null;
        }
    }

    /**
     * An intake into a log.
     *
     * @param log the only way for outcomes into it while this is used
     */
    public OutcomeIntake(PredictionLog log) {
        this.log = log;
    }

    /**
     * Takes outcomes in order, all or none; returns when they are on disk.
     *
     * @param times asked for entities without a prediction
     * @param now what time it is
     * @return one for each outcome, in order
     * @throws KeelsonException BAD_REQUEST with a problem, located at {@code outcomes[i].field}, for each outcome of an
     *     event that has not happened yet, that is said to be known before its event or in the future, whose entity cannot
     *     be one of its model, or that contradicts another of the same call
     */
    public synchronized List<OutcomeReceipt> take(List<OutcomeEvent> outcomes, EventTimes times, Instant now) {
        log.catchUp();
        List<Problem> problems = new ArrayList<>();
        List<OutcomeReceipt> receipts = new ArrayList<>(outcomes.size());
        List<OutcomeEvent> written = new ArrayList<>();
        Map<List<String>, String> mine = new HashMap<>();
        Map<List<String>, Integer> first = new HashMap<>();
        for (int i = 0; i < outcomes.size() && problems.size() < MAX_PROBLEMS; i++) {
            OutcomeEvent event = outcomes.get(i);
            Knowledge known = log.known(event.model(), event.entity());
            if (known.own() != null) { // the last prediction was settled alone: that is what is corrected
                event = OutcomeEvent.ofPrediction(event.model(), known.own(), event.outcome(), event.knownAt());
                known = log.known(event.model(), event.entity());
            }
            Instant happens = known.eventTime() == null ? times.of(event.model(), event.entity()) : known.eventTime();
            String notAKey = known.eventTime() == null ? times.notAKey(event.model(), event.entity()) : null;
            if (notAKey != null) {
                problems.add(problem(
                        i,
                        "entity",
                        "The entity (%s) cannot be one of the model (%s): %s.".formatted(event.entity(), event.model(), notAKey),
                        "Maybe send the prediction_id, or the entity that the prediction was answered with."));
                continue;
            }
            Untrue untrue = untrue(event.entity(), "known_at", event.knownAt(), happens, now);
            if (untrue != null) {
                problems.add(problem(i, untrue.field(), untrue.message(), untrue.hint()));
            }
            List<String> entity = List.of(event.model(), event.entity());
            Integer earlier = first.putIfAbsent(entity, i);
            if (earlier != null && !outcomes.get(earlier).outcome().equals(event.outcome())) {
                problems.add(problem(
                        i,
                        "outcome",
                        "The outcome (%s) of (%s) contradicts outcomes[%d], which says %s; expected one outcome of an entity in a request."
                                .formatted(event.outcome(), event.entity(), earlier, outcomes.get(earlier).outcome()),
                        "Maybe leave the wrong one out; a correction is sent in a request of its own."));
            }
            OutcomeEvent logged = known.outcome();
            String before = mine.getOrDefault(entity, logged == null ? null : logged.outcome());
            OutcomeReceipt receipt = new OutcomeReceipt(event, known.eventTime() != null, before);
            receipts.add(receipt);
            if (!receipt.repeated()) {
                written.add(event);
                mine.put(entity, event.outcome());
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        if (!written.isEmpty()) {
            log.appendOutcomes(written, true);
        }
        return receipts;
    }

    /**
     * Why an outcome cannot be true.
     *
     * @param field of the outcome: {@code entity}, or what its time is called
     */
    public record Untrue(String field, String message, String hint) {}

    /**
     * Why an outcome cannot be true, by its times; null when it can.
     *
     * @param entity as it is named in the message
     * @param field what the time is called
     * @param happens when the event happens; null when it is not known
     */
    public static @Nullable Untrue untrue(
            String entity, String field, Instant knownAt, @Nullable Instant happens, Instant now) {
        if (happens != null && happens.isAfter(now)) {
            return new Untrue(
                    "entity",
                    "The event (%s) happens at %s, but it is %s: its outcome cannot be known yet.".formatted(entity, happens, now),
                    "Maybe the outcome of an earlier event was meant.");
        }
        if (happens != null && knownAt.isBefore(happens)) {
            return new Untrue(
                    field,
                    "The outcome of (%s) was known at %s, before the event at %s; expected a later time."
                            .formatted(entity, knownAt, happens),
                    "Maybe leave %s out: now is taken.".formatted(field));
        }
        return knownAt.isAfter(now.plus(CLOCKS))
                ? new Untrue(
                        field,
                        "The value (%s) of %s lies in the future: it is %s; expected a time that has passed."
                                .formatted(knownAt, field, now),
                        "Maybe leave %s out: now is taken.".formatted(field))
                : null;
    }

    private static Problem problem(int index, String field, String message, String hint) {
        return Problem.at(
                ErrorCode.BAD_REQUEST, new Location("outcomes[" + index + "]." + field, 0, 0), message, hint);
    }
}
