package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.project.Project;
import dev.keelson.serve.JournalReport;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.OutcomeIntake;
import dev.keelson.serve.OutcomeReceipt;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.ReconciliationReport;
import dev.keelson.serve.RemoteLogStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is done with the log of predictions beside predicting: documents in, documents out. All that is written is on disk when
 * a call returns. Safe for use by several threads.
 */
public final class PredictionJournal {
    private final Project project;
    private final Entries log;
    private final Function<List<OutcomeEvent>, List<OutcomeReceipt>> outcomes;
    private final PredictionCopies copies;
    private final InstantSource clock;

    /** What is written to the log and read from it. Safe for use by several threads. */
    public interface Entries {
        /** Waits until everything written before can be found. */
        void catchUp();

        /** A prediction; empty when the log does not hold it. */
        Optional<LoggedPrediction> find(UUID id);

        /** Trainings and evaluations, newest first. */
        List<ModelEvent> events(ModelEventQuery query);

        /** Writes predictions; returns when they are on disk. */
        void append(List<PredictionEvent> predictions);

        /** Writes trainings and evaluations; returns when they are on disk. */
        void appendEvents(List<ModelEvent> events);
    }

    /**
     * @param log what is written and read
     * @param outcomes takes outcomes into the same log
     * @param copies of the same log
     */
    public PredictionJournal(
            Project project,
            Entries log,
            Function<List<OutcomeEvent>, List<OutcomeReceipt>> outcomes,
            PredictionCopies copies,
            InstantSource clock) {
        this.project = project;
        this.log = log;
        this.outcomes = outcomes;
        this.copies = copies;
        this.clock = clock;
    }

    /** Takes outcomes that were handed in. */
    public ObjectNode outcomes(@Nullable JsonNode body) {
        List<OutcomeEvent> events = new SubmittedOutcomes(project, this::prediction).read(body, clock.instant());
        return SubmittedOutcomes.json(outcomes.apply(events));
    }

    private Optional<LoggedPrediction> prediction(UUID id) {
        log.catchUp();
        return log.find(id);
    }

    /** Writes down a training or an evaluation. */
    public void tell(ModelEvent event) {
        log.appendEvents(List.of(event));
    }

    /** Takes trainings and evaluations that were handed in; one whose id is known changes nothing. */
    public ObjectNode tell(@Nullable JsonNode body) {
        List<ModelEvent> events = SubmittedEvents.read(project, body, clock.instant());
        log.appendEvents(events);
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("accepted", events.size());
        ArrayNode ids = answer.putArray("ids");
        events.forEach(event -> ids.add(event.id().toString()));
        return answer;
    }

    /** Lists trainings and evaluations, newest first. */
    public ObjectNode events(ModelEventQuery query) {
        log.catchUp();
        return json(log.events(query));
    }

    /** Trainings and evaluations as a document. */
    public static ObjectNode json(List<ModelEvent> events) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("events");
        events.forEach(event -> list.add(SubmittedEvents.json(event)));
        return answer;
    }

    /**
     * Takes predictions of a model that others serve, and outcomes that came with them, all or none. One whose id is in the log is
     * taken as known when it says the same.
     *
     * @throws KeelsonException MODEL_NOT_FOUND; BAD_REQUEST with every problem, also where an id is in the log with other content, or
     *     an outcome cannot be true
     */
    public synchronized ObjectNode submit(String model, @Nullable JsonNode body) {
        Instant now = clock.instant();
        SubmittedPredictions submitted = SubmittedPredictions.read(LoggedModel.of(project, model), body, now);
        log.catchUp();
        List<Problem> problems = new ArrayList<>();
        List<PredictionEvent> fresh = new ArrayList<>();
        Map<UUID, PredictionEvent> mine = new HashMap<>();
        Map<UUID, String> told = new HashMap<>();
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        int repeated = 0;
        for (int i = 0; i < submitted.events().size(); i++) {
            PredictionEvent event = submitted.events().get(i);
            PredictionEvent known = mine.get(event.id());
            if (known == null) {
                known = log.find(event.id()).map(LoggedPrediction::event).orElse(null);
            }
            if (known != null && !same(known, event) && problems.size() < SubmittedRow.MAX_PROBLEMS) {
                problems.add(Problem.at(
                        ErrorCode.BAD_REQUEST,
                        new Location("predictions[" + i + "].id", 0, 0),
                        "The prediction (%s) is in the log with other content; what is logged stays as it is."
                                .formatted(event.id()),
                        "Maybe give the new one an id of its own."));
            }
            mine.putIfAbsent(event.id(), event);
            OutcomeEvent outcome = submitted.outcomes().get(i);
            if (outcome != null && problems.size() < SubmittedRow.MAX_PROBLEMS) {
                checkOutcome(i, known == null ? event : known, outcome, told.putIfAbsent(event.id(), outcome.outcome()), now, problems);
            }
            if (known == null) {
                fresh.add(event);
            } else {
                repeated++;
            }
            list.addObject()
                    .put("id", event.id().toString())
                    .put("entity", event.entity())
                    .put("repeated", known != null);
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        log.append(fresh);
        ObjectNode answer = JsonNodeFactory.instance
                .objectNode()
                .put("accepted", submitted.events().size())
                .put("repeated", repeated);
        if (!submitted.outcomes().isEmpty()) {
            ObjectNode receipts = SubmittedOutcomes.json(
                    outcomes.apply(List.copyOf(submitted.outcomes().values())));
            receipts.remove("outcomes");
            answer.set("outcomes", receipts);
        }
        answer.set("predictions", list);
        return answer;
    }

    /** Notes why the outcome of a row cannot be true: nothing is written before that is known of all. */
    private static void checkOutcome(
            int row, PredictionEvent prediction, OutcomeEvent outcome, @Nullable String before, Instant now, List<Problem> problems) {
        OutcomeIntake.Untrue untrue =
                OutcomeIntake.untrue(prediction.entity(), "outcome_known_at", outcome.knownAt(), prediction.eventTime(), now);
        String place = "predictions[" + row + "].";
        if (untrue != null) {
            problems.add(Problem.at(
                    ErrorCode.BAD_REQUEST,
                    new Location(place + (untrue.field().equals("entity") ? "outcome" : untrue.field()), 0, 0),
                    untrue.message(),
                    untrue.hint()));
        }
        if (before != null && !before.equals(outcome.outcome())) {
            problems.add(Problem.at(
                    ErrorCode.BAD_REQUEST,
                    new Location(place + "outcome", 0, 0),
                    "The outcome (%s) of (%s) contradicts an earlier row of the same prediction, which says %s."
                            .formatted(outcome.outcome(), prediction.entity(), before),
                    "Maybe leave the wrong one out; a correction is sent in a request of its own."));
        }
    }

    /** Whether two say the same; when it was handed in does not count. */
    private static boolean same(PredictionEvent a, PredictionEvent b) {
        return a.model().equals(b.model())
                && a.version() == b.version()
                && a.role().equals(b.role())
                && a.entity().equals(b.entity())
                && a.served() == b.served()
                && Arrays.equals(a.probabilities(), b.probabilities())
                && Arrays.equals(a.features(), b.features())
                && (a.eventTime().truncatedTo(ChronoUnit.MICROS).equals(b.eventTime().truncatedTo(ChronoUnit.MICROS))
                        || b.eventTime().equals(b.at()));
    }

    /**
     * Checks the journal, and holds its copies against it.
     *
     * @param repair whether to mend the journal by its index, and the copies where they differ
     */
    public ObjectNode reconcile(boolean repair) {
        PredictionCopies.Compared compared = copies.reconcile(repair);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put(
                "agrees",
                compared.journal().agrees() && compared.copies().stream().allMatch(ReconciliationReport::agrees));
        answer.put("repair", repair);
        answer.set("journal", json(compared.journal()));
        ArrayNode list = answer.putArray("copies");
        for (ReconciliationReport report : compared.copies()) {
            ObjectNode node = list.addObject()
                    .put("copy", report.side())
                    .put("agrees", report.agrees())
                    .put("records", report.records())
                    .put("rows", report.rows())
                    .put("missing", report.missing())
                    .put("extra", report.extra())
                    .put("differing", report.differing())
                    .put("moved", report.moved())
                    .put("repeated", report.repeated())
                    .put("repaired", report.repaired())
                    .put("behind_bytes", report.behind())
                    .put("problem", report.problem());
            ArrayNode examples = node.putArray("examples");
            report.examples().forEach(example -> examples.addObject()
                    .put("difference", example.difference().name().toLowerCase(Locale.ROOT))
                    .put("kind", example.kind())
                    .put("segment", example.segment())
                    .put("number", example.number())
                    .put("id", example.id())
                    .put("detail", example.detail()));
        }
        return answer;
    }

    private static ObjectNode json(JournalReport report) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("agrees", report.agrees())
                .put("segments", report.segments())
                .put("records", report.records())
                .put("missing", report.missing())
                .put("altered", report.altered())
                .put("misplaced", report.misplaced())
                .put("restorable", report.restorable())
                .put("restored", report.restored())
                .put("recovered", report.recovered())
                .put("lost", report.lost());
        ArrayNode examples = node.putArray("examples");
        report.examples().forEach(damage -> examples.addObject()
                .put("what", damage.what().name().toLowerCase(Locale.ROOT))
                .put("segment", damage.segment())
                .put("line", damage.line())
                .put("number", damage.number())
                .put("records", damage.records())
                .put("kind", damage.kind())
                .put("id", damage.id())
                .put("at", damage.at() == null ? null : damage.at().toString())
                .put("detail", damage.detail()));
        return node;
    }

    /** How far the remote table has followed; {@code configured} is false where the project names none. */
    public ObjectNode remote() {
        RemoteLogStatus status = copies.remote();
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("configured", status != null);
        if (status != null) {
            answer.put("target", status.target())
                    .put("state", status.state().name().toLowerCase(Locale.ROOT))
                    .put("lag_bytes", status.lagBytes())
                    .put("copied", status.copied())
                    .put("copied_at", status.copiedAt() == null ? null : status.copiedAt().toString())
                    .put("problem", status.problem())
                    .put("retry_at", status.retryAt() == null ? null : status.retryAt().toString());
        }
        return answer;
    }

    /** Bytes that the remote table has not got yet; NaN where the project names none. */
    public double remoteLag() {
        RemoteLogStatus status = copies.remote();
        return status == null ? Double.NaN : status.lagBytes();
    }
}
