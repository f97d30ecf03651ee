package dev.keelson.monitor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A change that a detector found in a stream.
 *
 * @param model whose stream
 * @param of which stream
 * @param detector what found it
 * @param began when it began, about: event time of the first value after the change
 * @param found event time of the value that showed it
 * @param valuesSince values since it began
 * @param before mean before
 * @param after mean since
 */
public record StreamChange(
        String model,
        String of,
        StreamDefinition.Detector detector,
        Instant began,
        Instant found,
        long valuesSince,
        double before,
        double after) {

    /** Whether it is good news: the mean of an error fell. A change of an input never is. */
    public boolean better() {
        return StreamDefinition.ERRORS.contains(of) && after < before;
    }

    /** Such as {@code log_loss rose from 0.95 to 1.21 about 2024-03-01T12:00:00Z (adwin, 64 values since)}. */
    public String sentence() {
        return String.format(
                Locale.ROOT,
                "%s %s from %.4g to %.4g about %s (%s, %,d values since).",
                of,
                after > before ? "rose" : after < before ? "fell" : "spread otherwise, its mean went",
                before,
                after,
                began.truncatedTo(ChronoUnit.MINUTES),
                detector.word(),
                valuesSince);
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("model", model)
                .put("of", of)
                .put("detector", detector.word())
                .put("began", began.toString())
                .put("found", found.toString())
                .put("values_since", valuesSince);
        FeatureDrift.number(node, "before", before);
        FeatureDrift.number(node, "after", after);
        return node.put("better", better()).put("sentence", sentence());
    }
}
