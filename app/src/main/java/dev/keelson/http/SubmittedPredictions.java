package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Predictions of a model that others serve, as they are handed in.
 *
 * @param events the predictions, in order
 * @param outcomes what came with them, each that of one prediction, by the row
 */
public record SubmittedPredictions(List<PredictionEvent> events, SortedMap<Integer, OutcomeEvent> outcomes) {
    /** As what they stand in the log. */
    public static final String ROLE = "elsewhere";

    private static final Set<String> KEYS = Set.of(
            "id", "entity", "event_time", "as_of", "at", "version", "segment", "served", "client", "metadata",
            "probabilities", "value", "features", LoggedBet.NAME, "outcome", "outcome_known_at");
    private static final double SUM_TOLERANCE = 1e-3;

    public SubmittedPredictions {
        events = List.copyOf(events);
        outcomes = Collections.unmodifiableSortedMap(new TreeMap<>(outcomes));
    }

    /**
     * Reads a body.
     *
     * @param body a list of rows, {@code {"predictions": [...]}}, or one row
     * @param now what time it is
     * @throws KeelsonException BAD_REQUEST with every problem; MODEL_NOT_FOUND where the model is one of the project's own
     */
    public static SubmittedPredictions read(LoggedModel model, @Nullable JsonNode body, Instant now) {
        if (!model.elsewhere()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "The model (%s) is served here: its predictions are logged when it answers.".formatted(model.name()),
                    "Maybe name the other one under `elsewhere` of the project file.");
        }
        List<Problem> problems = new ArrayList<>();
        List<PredictionEvent> events = new ArrayList<>();
        SortedMap<Integer, OutcomeEvent> outcomes = new TreeMap<>();
        List<JsonNode> rows = SubmittedRow.rows(body, "predictions");
        for (int i = 0; i < rows.size(); i++) {
            SubmittedRow row = new SubmittedRow(rows.get(i), "predictions[" + i + "].", problems);
            if (row.isObject(KEYS)) {
                OutcomeEvent outcome = add(model, row, now, events);
                if (outcome != null) {
                    outcomes.put(i, outcome);
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        return new SubmittedPredictions(events, outcomes);
    }

    /** Adds what was predicted; returns what happened, where the row says it. */
    private static @Nullable OutcomeEvent add(LoggedModel model, SubmittedRow row, Instant now, List<PredictionEvent> events) {
        String entity = row.required("entity");
        Instant at = row.instant("at", now);
        if (at.isAfter(now.plusSeconds(300))) {
            row.problem("at", "The value (%s) of at lies in the future: it is %s.".formatted(at, now), null);
        }
        Instant eventTime = row.instant("event_time", at);
        Instant asOf = row.instant("as_of", eventTime.isBefore(at) ? eventTime : at);
        String version = row.text("version", "");
        boolean number = version.matches("[0-9]{1,9}");
        String metadata = row.object("metadata");
        if (!version.isEmpty() && !number) {
            metadata = with("version", TextNode.valueOf(version), metadata);
        }
        JsonNode bet = LoggedBet.read(model, row);
        if (bet != null && JsonTexts.read(metadata).filter(each -> each.has(LoggedBet.NAME)).isPresent()) {
            row.problem(LoggedBet.NAME, "The bet stands in the metadata as well; expected one of both.", null);
        } else if (bet != null) {
            metadata = with(LoggedBet.NAME, bet, metadata);
        }
        double[] probabilities = model.isNumber() ? value(row) : probabilities(model, row);
        double[] features = features(model, row);
        String name = row.text("id", "%s|%s|%s".formatted(entity, eventTime, version));
        UUID id = SubmittedRow.isUuid(name)
                ? SubmittedRow.uuid(name)
                : UUID.nameUUIDFromBytes((model.name() + "|" + name).getBytes(StandardCharsets.UTF_8));
        events.add(new PredictionEvent(
                id,
                model.name(),
                number ? Integer.parseInt(version) : 0,
                ROLE,
                entity,
                row.text("segment", ""),
                eventTime,
                asOf,
                at,
                probabilities,
                features,
                new double[0],
                "",
                row.flag("served", true),
                row.text("client", ""),
                metadata));
        String outcome = row.text("outcome");
        if (outcome == null) {
            return null;
        }
        SubmittedOutcomes.checkOutcome(model, outcome, row);
        return OutcomeEvent.ofPrediction(model.name(), id, outcome, row.instant("outcome_known_at", now));
    }

    /** What stands in the metadata: a bet, and a version that is no number, which is 0 elsewhere. */
    private static String with(String name, JsonNode value, String metadata) {
        String own = "\"%s\":%s".formatted(name, value);
        return metadata.length() <= 2 ? "{" + own + "}" : "{" + own + "," + metadata.strip().substring(1);
    }

    private static double[] value(SubmittedRow row) {
        JsonNode value = row.get("value");
        if (value == null) {
            row.problem("value", "value is missing; expected the number that was predicted.", null);
            return new double[] {0};
        }
        return new double[] {row.number("value", value)};
    }

    private static double[] probabilities(LoggedModel model, SubmittedRow row) {
        double[] probabilities = new double[model.classes().size()];
        JsonNode given = row.get("probabilities");
        if (given == null || !given.isObject()) {
            row.problem(
                    "probabilities",
                    "probabilities is missing; expected an object with %s.".formatted(String.join(", ", model.classes())),
                    null);
            return probabilities;
        }
        double sum = 0;
        boolean sound = true;
        for (Map.Entry<String, JsonNode> each : given.properties()) {
            int at = model.classes().indexOf(each.getKey());
            String field = "probabilities." + each.getKey();
            if (at < 0) {
                row.problem(
                        field,
                        "(%s) is not a class of %s; expected %s.".formatted(each.getKey(), model.name(), String.join(", ", model.classes())),
                        null);
                sound = false;
                continue;
            }
            double value = row.number(field, each.getValue());
            if (!(value >= 0 && value <= 1)) {
                if (Double.isFinite(value)) {
                    row.problem(field, "The probability (%s) must be between 0 and 1.".formatted(value), null);
                }
                sound = false;
            }
            probabilities[at] = value;
            sum += value;
        }
        if (sound && Math.abs(sum - 1) > SUM_TOLERANCE) {
            row.problem("probabilities", "The probabilities sum to %s; expected 1.".formatted(sum), "Maybe a class is missing.");
        }
        return probabilities;
    }

    private static double[] features(LoggedModel model, SubmittedRow row) {
        double[] features = new double[model.features().size()];
        Arrays.fill(features, Double.NaN);
        JsonNode given = row.get("features");
        if (given == null) {
            return features;
        }
        if (!given.isObject()) {
            row.problem("features", "The value of features is not an object, as expected.", null);
            return features;
        }
        for (Map.Entry<String, JsonNode> each : given.properties()) {
            int at = model.features().indexOf(each.getKey());
            if (at < 0) {
                row.problem(
                        "features." + each.getKey(),
                        "The model (%s) has no feature (%s).".formatted(model.name(), each.getKey()),
                        "Maybe add it to `elsewhere.%s.features` of the project file.".formatted(model.name()));
            } else if (!each.getValue().isNull()) {
                features[at] = row.number("features." + each.getKey(), each.getValue());
            }
        }
        return features;
    }
}
