package dev.keelson.registry.governance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.RunDifference;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rollback would change. Nothing is changed by looking.
 *
 * @param from the version that serves
 * @param to the version that would serve
 * @param servingSince since when the one that serves does, or null where the trail does not tell
 * @param served when the other one served before, oldest first; empty when it never did
 * @param changes aliases and stages, one sentence each
 * @param difference what differs between their runs: parameters (thresholds among them), data, definitions, metrics; from the
 *     one that serves to the other; null where a run is not known any more
 */
public record RollbackPreview(
        ModelVersion from,
        ModelVersion to,
        @Nullable Instant servingSince,
        List<ServingTimeline.Span> served,
        List<String> changes,
        @Nullable RunDifference difference) {
    public RollbackPreview {
        served = List.copyOf(served);
        changes = List.copyOf(changes);
    }

    /** How it is undone. */
    public String undo() {
        return "keelson models rollback %s %d --reason \"...\"".formatted(from.model(), from.version());
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("model", from.model()).put("from", from.version()).put("to", to.version());
        node.put("serving_since", servingSince == null ? null : servingSince.toString());
        ArrayNode spans = node.putArray("served");
        for (ServingTimeline.Span span : served) {
            Instant end = span.to();
            spans.addObject()
                    .put("from", span.from().toString())
                    .put("to", end == null ? null : end.toString())
                    .put("reason", span.decision().reason());
        }
        changes.forEach(node.putArray("changes")::add);
        node.set("difference", difference == null ? null : difference.toJson());
        return node.put("undo", undo());
    }
}
