package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.project.Project;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.OutcomeReceipt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Outcomes as they are handed in, and what is answered. */
public final class SubmittedOutcomes {
    private static final Set<String> KEYS = Set.of("model", "entity", "prediction_id", "outcome", "known_at");

    private final Project project;
    private final Function<UUID, Optional<LoggedPrediction>> log;

    /** @param log finds predictions */
    public SubmittedOutcomes(Project project, Function<UUID, Optional<LoggedPrediction>> log) {
        this.project = project;
        this.log = log;
    }

    /**
     * Reads a body: one outcome, a list, or {@code {"outcomes": [...]}}.
     *
     * @throws KeelsonException BAD_REQUEST, MODEL_NOT_FOUND, with every problem
     */
    public List<OutcomeEvent> read(@Nullable JsonNode body, Instant now) {
        List<Problem> problems = new ArrayList<>();
        List<OutcomeEvent> events = new ArrayList<>();
        List<JsonNode> rows = SubmittedRow.rows(body, "outcomes");
        for (int i = 0; i < rows.size(); i++) {
            SubmittedRow row = new SubmittedRow(rows.get(i), "outcomes[" + i + "].", problems);
            if (row.isObject(KEYS)) {
                add(row, now, events, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return events;
    }

    private void add(SubmittedRow row, Instant now, List<OutcomeEvent> events, List<Problem> problems) {
        int before = problems.size();
        String model = row.text("model");
        String entity = row.text("entity");
        String id = row.text("prediction_id");
        String outcome = row.text("outcome");
        boolean unknownId = false;
        if (id != null) {
            LoggedPrediction found = null;
            if (SubmittedRow.isUuid(id)) {
                found = log.apply(SubmittedRow.uuid(id)).orElse(null);
            } else {
                row.problem("prediction_id", "The prediction id (%s) is not a UUID.".formatted(id), null);
            }
            if (found != null) {
                if (model != null && !model.equals(found.event().model())) {
                    row.problem(
                            "model",
                            "The prediction (%s) is of the model %s, not of %s.".formatted(id, found.event().model(), model),
                            null);
                }
                model = found.event().model();
                // what others serve has one row an event, so an entity may come back; ours is told by its entity to all versions
                entity = found.event().role().equals(SubmittedPredictions.ROLE)
                        ? found.event().id().toString()
                        : found.event().entity();
            } else if (problems.size() == before) {
                entity = id; // kept under the name it came with
                unknownId = true;
            }
        } else if (entity == null) {
            row.problem("entity", "Neither entity nor prediction_id is there; expected one of them.", null);
        }
        LoggedModel definition = model == null ? null : definition(model, row);
        if (model == null && id == null) {
            row.problem("model", "model is missing; expected a model's name.", null);
        }
        if (outcome == null) {
            row.problem("outcome", "outcome is missing; expected a class.", null);
        } else if (definition != null) {
            checkOutcome(definition, outcome, row);
        } else if (unknownId && model == null) {
            Set<String> classes = new TreeSet<>();
            LoggedModel.all(project).forEach(each -> classes.addAll(each.classes()));
            if (!classes.isEmpty() && !classes.contains(outcome)) {
                row.problem(
                        "outcome",
                        "The outcome (%s) is not a class of any model; expected one of %s."
                                .formatted(outcome, String.join(", ", classes)),
                        null);
            }
        }
        Instant knownAt = row.instant("known_at", now);
        if (problems.size() == before && entity != null && outcome != null) {
            events.add(new OutcomeEvent(model == null ? "" : model, entity, outcome, knownAt));
        }
    }

    /** Notes a problem where an outcome cannot be one of a model. */
    static void checkOutcome(LoggedModel model, String outcome, SubmittedRow row) {
        if (model.isNumber() && !isNumber(outcome)) {
            row.problem("outcome", "The outcome (%s) of %s must be a finite number.".formatted(outcome, model.name()), null);
        } else if (!model.isNumber() && !model.classes().contains(outcome)) {
            row.problem(
                    "outcome",
                    "The outcome (%s) is not a class of %s; expected one of %s."
                            .formatted(outcome, model.name(), String.join(", ", model.classes())),
                    null);
        }
    }

    private static boolean isNumber(String text) {
        try {
            return Double.isFinite(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private @Nullable LoggedModel definition(String model, SubmittedRow row) {
        try {
            return LoggedModel.of(project, model);
        } catch (KeelsonException e) {
            Problem problem = e.problems().getFirst();
            row.problem(problem.code(), "model", problem.message(), problem.hint());
            return null;
        }
    }

    /** Why no prediction was matched, and what becomes of the outcome. */
    private static String reason(OutcomeEvent event) {
        return SubmittedRow.isUuid(event.entity())
                ? "The log holds no prediction with the id (%s); the outcome is kept under that id and settles nothing else."
                        .formatted(event.entity())
                : "The log holds no prediction of %s about (%s); the outcome is kept and settles one that comes later."
                        .formatted(event.model(), event.entity());
    }

    /** What became of outcomes, as it is answered. */
    public static ObjectNode json(List<OutcomeReceipt> receipts) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("accepted", receipts.size());
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        int unmatched = 0;
        int corrected = 0;
        int repeated = 0;
        for (OutcomeReceipt receipt : receipts) {
            ObjectNode node = list.addObject();
            if (!receipt.event().model().isEmpty()) { // it is not known to what an unknown prediction_id belongs
                node.put("model", receipt.event().model());
            }
            node.put("entity", receipt.event().entity())
                    .put("outcome", receipt.event().outcome())
                    .put("matched", receipt.matched())
                    .put("repeated", receipt.repeated());
            if (!receipt.matched()) {
                node.put("reason", reason(receipt.event()));
            }
            if (receipt.corrected()) {
                node.putObject("corrected")
                        .put("from", receipt.before())
                        .put("to", receipt.event().outcome());
                corrected++;
            }
            unmatched += receipt.matched() ? 0 : 1;
            repeated += receipt.repeated() ? 1 : 0;
        }
        body.put("matched", receipts.size() - unmatched);
        body.put("unmatched", unmatched);
        body.put("corrected", corrected);
        body.put("repeated", repeated);
        body.set("outcomes", list);
        return body;
    }
}
