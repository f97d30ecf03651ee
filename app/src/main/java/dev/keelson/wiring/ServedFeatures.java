package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.features.Materialization;
import dev.keelson.http.FeatureChanges;
import dev.keelson.http.FeatureServing.Destination;
import dev.keelson.http.FeatureServing.PushOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes the online features of a project by asking the process that owns and serves it. */
record ServedFeatures(OwnerClient owner) implements FeatureChanges {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Override
    public PushOutcome push(String source, List<Map<String, @Nullable Object>> rows, Destination to) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("source", source);
        body.set("rows", MAPPER.valueToTree(rows));
        body.put("to", to.name().toLowerCase(Locale.ROOT));
        JsonNode outcome = owner.post("/api/v1/features/push", body);
        return new PushOutcome(
                outcome.path("accepted").asInt(),
                outcome.path("contained").asInt(),
                outcome.path("visible").asInt());
    }

    @Override
    public List<Materialization.Outcome> materialize(
            Materialization.Request request, Materialization.Progress progress) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        request.views().forEach(body.putArray("views")::add);
        body.put("from", text(request.from()));
        body.put("to", text(request.to()));
        body.put("full", request.full());
        List<Materialization.Outcome> outcomes = new ArrayList<>();
        for (JsonNode view : owner.post("/api/v1/features/materialize", body).path("views")) {
            JsonNode watermark = view.path("watermark");
            outcomes.add(new Materialization.Outcome(
                    view.path("view").asText(),
                    view.path("rows").asLong(),
                    view.path("filled_anew").asBoolean(),
                    watermark.isTextual() ? Instant.parse(watermark.asText()) : null));
        }
        return outcomes;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
