package dev.keelson.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.Rps;
import dev.keelson.monitor.StreamChange;
import dev.keelson.monitor.StreamDefinition;
import dev.keelson.monitor.WatchedStream;
import dev.keelson.serve.PredictionEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The streams of one model, each under each of its detectors, fed with what its champion was asked and how far off it was. What it
 * knows fits into a document, from which it goes on. Not safe for use by several threads.
 */
public final class StreamFeed {
    private final List<String> classes;
    private final List<Fed> streams = new ArrayList<>();
    private final List<StreamChange> found = new ArrayList<>();
    private long values;

    /** One stream and where its values come from: an input, or -1 for an error. */
    private record Fed(String of, int input, WatchedStream stream) {}

    /**
     * @param model its name
     * @param classes in order; none of a model of numbers
     * @param definition streams and detectors
     * @param inputs names of the model's inputs, features first, then watched values
     * @param before what {@link #toJson} said, or a missing node
     * @throws KeelsonException BAD_REQUEST naming a stream that the model does not have
     */
    public StreamFeed(
            String model, List<String> classes, StreamDefinition definition, List<String> inputs, JsonNode before) {
        this.classes = List.copyOf(classes);
        boolean number = classes.isEmpty();
        for (String of : definition.of()) {
            boolean error = StreamDefinition.ERRORS.contains(of);
            if (error ? number != of.equals("absolute_error") : !inputs.contains(of)) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        error
                                ? "The model (%s) has no %s: %s was expected."
                                        .formatted(model, of, number ? "absolute_error" : "log_loss, brier or rps")
                                : "The model (%s) has no input (%s) to watch as a stream.".formatted(model, of),
                        error ? null : Suggestion.sentence(of, inputs).orElse(null));
            }
            for (StreamDefinition.Detector detector : definition.by()) {
                WatchedStream stream = new WatchedStream(model, of, detector);
                JsonNode known = known(before, of, detector);
                if (!known.isMissingNode()) {
                    stream.read(known);
                }
                streams.add(new Fed(of, error ? -1 : inputs.indexOf(of), stream));
            }
        }
    }

    /** What a detector knows of a stream by a document of {@link #toJson}; a missing node for nothing yet. */
    public static JsonNode known(JsonNode streams, String of, StreamDefinition.Detector detector) {
        for (JsonNode each : streams) {
            if (each.path("of").asText().equals(of) && each.path("detector").asText().equals(detector.word())) {
                return each;
            }
        }
        return MissingNode.getInstance();
    }

    /** Takes what a champion was asked. */
    public void inputs(PredictionEvent event) {
        double[] features = event.features();
        for (Fed each : streams) {
            if (each.input >= 0 && each.input < features.length + event.watched().length) {
                take(
                        each,
                        each.input < features.length ? features[each.input] : event.watched()[each.input - features.length],
                        event.eventTime());
            }
        }
    }

    /** Takes how far off a champion was, once it is known what happened. */
    public void errors(PredictionEvent event, String outcome) {
        for (Fed each : streams) {
            if (each.input < 0) {
                take(each, error(each.of, event.probabilities(), outcome), event.eventTime());
            }
        }
    }

    private double error(String of, double[] p, String outcome) {
        if (of.equals("absolute_error")) {
            return Math.abs(p[0] - Double.parseDouble(outcome));
        }
        int[] label = {classes.indexOf(outcome)};
        if (label[0] < 0) {
            return Double.NaN;
        }
        return switch (of) {
            case "brier" -> Brier.perRow(p, p.length, label)[0];
            case "rps" -> Rps.perRow(p, p.length, label)[0];
            default -> LogLoss.perRow(p, p.length, label)[0];
        };
    }

    private void take(Fed fed, double value, Instant at) {
        values++;
        StreamChange change = fed.stream.add(value, at);
        if (change != null) {
            found.add(change);
        }
    }

    /** Values taken. */
    public long values() {
        return values;
    }

    /** Changes found since the last call, in the order in which they were. */
    public List<StreamChange> takeFound() {
        List<StreamChange> taken = List.copyOf(found);
        found.clear();
        return taken;
    }

    /** What every detector knows. */
    public ArrayNode toJson() {
        ArrayNode node = JsonNodeFactory.instance.arrayNode();
        streams.forEach(each -> node.add(each.stream.toJson()));
        return node;
    }
}
