package dev.keelson.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.EnsembleModel;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How much of a training is done again, as a document for a process that trains apart, without loss. The model that an update goes
 * on from is handed over beside it. Not kept between releases: both processes are of the same one.
 */
public final class TrainingModeJson {
    private static final String REINFORCE = "reinforce";

    private TrainingModeJson() {}

    /** The document of a mode, without the model of an update. */
    public static ObjectNode write(TrainingMode mode) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("mode", mode.word());
        switch (mode) {
            case TrainingMode.Full(Integer members) -> {
                if (members != null) {
                    json.put("members", members);
                }
            }
            case TrainingMode.Refresh(RecipeParameters parameters) -> json.set("parameters", OutcomeJson.parameters(parameters));
            case TrainingMode.Update update -> {
                json.put("base_sha256", update.baseSha256()).put("base_as_of", update.baseAsOf().toString());
                json.set("parameters", OutcomeJson.parameters(update.parameters()));
                update.update().params().forEach(json.putObject("update")::put);
                ReinforceDefinition reinforce = update.reinforce();
                if (reinforce != null) {
                    reinforce.params().forEach(json.putObject(REINFORCE)::put);
                }
            }
        }
        return json;
    }

    /**
     * The mode that {@link #write} wrote.
     *
     * @param classes how many the model tells apart
     * @param base the model that an update goes on from; asked of an update alone
     * @throws IllegalArgumentException if the document is damaged
     */
    public static TrainingMode read(JsonNode json, int classes, Supplier<EnsembleModel> base) {
        return switch (json.path("mode").asText()) {
            case "full" -> new TrainingMode.Full(json.has("members") ? Integer.valueOf(json.path("members").asInt()) : null);
            case "refresh" -> new TrainingMode.Refresh(OutcomeJson.parameters(json.path("parameters"), classes));
            case "update", REINFORCE -> new TrainingMode.Update(
                    base.get(),
                    json.path("base_sha256").asText(),
                    Instant.parse(json.path("base_as_of").asText()),
                    OutcomeJson.parameters(json.path("parameters"), classes),
                    UpdateDefinition.ofParams(texts(json.path("update"))),
                    reinforce(json.path(REINFORCE)));
            default -> throw new IllegalArgumentException("The mode (%s) of a training is none.".formatted(json.path("mode")));
        };
    }

    private static @Nullable ReinforceDefinition reinforce(JsonNode json) {
        return json.isMissingNode() ? null : ReinforceDefinition.ofParams(texts(json));
    }

    private static Map<String, String> texts(JsonNode json) {
        SortedMap<String, String> texts = new TreeMap<>();
        json.properties().forEach(each -> texts.put(each.getKey(), each.getValue().asText()));
        return texts;
    }
}
