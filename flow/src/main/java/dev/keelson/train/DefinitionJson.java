package dev.keelson.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.Located;
import dev.keelson.id.CanonicalJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A model definition as JSON: what it says, not where it stands in a file. */
public final class DefinitionJson {
    private DefinitionJson() {}

    /** The canonical text; equal definitions give equal bytes. */
    public static String canonical(ModelDefinition definition) {
        return CanonicalJson.write(tree(definition));
    }

    /** The learners of a model in such a text. */
    public static List<ModelDefinition.LearnerDefinition> learners(JsonNode text) {
        List<ModelDefinition.LearnerDefinition> learners = new ArrayList<>();
        for (JsonNode entry : text.path("learners")) {
            learners.add(learner(entry));
        }
        return learners;
    }

    private static ModelDefinition.LearnerDefinition learner(JsonNode entry) {
        Map<String, Object> settings = new TreeMap<>();
        entry.path("settings").properties().forEach(each -> settings.put(each.getKey(), value(each.getValue())));
        List<ModelDefinition.LearnerDefinition> members = new ArrayList<>();
        for (JsonNode member : entry.path("members")) {
            members.add(learner(member));
        }
        return new ModelDefinition.LearnerDefinition(entry.path("name").asText(), settings, members);
    }

    private static Object value(JsonNode value) {
        if (value.isIntegralNumber()) {
            return value.longValue();
        }
        return value.isNumber() ? (Object) value.doubleValue() : value.isBoolean() ? value.booleanValue() : value.asText();
    }

    /** The condition on the rows of a model in such a text; null for all. */
    public static @Nullable String rows(JsonNode text) {
        return text.path("rows").isTextual() ? text.path("rows").asText() : null;
    }

    private static ObjectNode tree(ModelDefinition definition) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", definition.name());
        json.put("source", definition.source());
        json.put("label", definition.label().name());
        if (!definition.label().isColumn()) {
            json.put("label_text", definition.label().text());
        }
        texts(json.putArray("classes"), definition.classes());
        String rows = definition.label().rows();
        if (rows != null) {
            json.put("rows", rows);
        }
        ObjectNode entities = json.putObject("entities");
        definition.entities().forEach((role, keys) -> {
            ObjectNode columns = entities.putObject(role);
            keys.forEach(columns::put);
        });
        texts(
                json.putArray("features"),
                definition.features().stream().map(Located::text).toList());
        ArrayNode derive = json.putArray("derive"); // an array: later expressions may read earlier ones
        definition.derive().forEach((name, expression) -> derive.addObject().put(name, expression.text()));
        learners(json.putArray("learners"), definition.learners());
        json.put("combine", name(definition.combine()));
        json.put("folds", definition.folds());
        ModelDefinition.Folding folding = definition.folding();
        if (!folding.equals(ModelDefinition.Folding.walkForward(folding.folds()))) {
            ObjectNode entry = json.putObject("folding");
            entry.put("kind", folding.kind().key());
            entry.put("tested", folding.tested());
            entry.put("window", folding.window() == null ? null : folding.window().toString());
        }
        json.put("test", definition.test().toString());
        json.put("embargo", definition.embargo().toString());
        json.put("calibration", name(definition.calibration()));
        BacktestDefinition backtest = definition.backtest();
        if (backtest != null) {
            json.set("backtest", backtest.toJson());
        }
        ArrayNode baselines = json.putArray("baselines");
        for (ModelDefinition.Baseline baseline : definition.baselines()) {
            ObjectNode entry = baselines.addObject();
            switch (baseline) {
                case ModelDefinition.Baseline.Mean() -> entry.put("kind", "mean");
                case ModelDefinition.Baseline.Frequencies() -> entry.put("kind", "frequencies");
                case ModelDefinition.Baseline.Probability(List<String> columns) -> {
                    entry.put("kind", "probability");
                    texts(entry.putArray("columns"), columns);
                }
                case ModelDefinition.Baseline.Market(List<String> odds) -> {
                    entry.put("kind", "market");
                    texts(entry.putArray("odds"), odds);
                }
            }
        }
        json.put("seed", definition.seed());
        switch (definition.weighting()) {
            case ModelDefinition.Weighting.Equal() -> {
                // said by nothing, as before there were weights
            }
            case ModelDefinition.Weighting.Balanced() -> json.put("weights", "balanced");
            case ModelDefinition.Weighting.Column(String name) ->
                json.putObject("weights").put("column", name);
        }
        Duration timeLimit = definition.timeLimit();
        if (timeLimit != null) {
            json.put("time_limit", timeLimit.toString());
        }
        guidance(json, definition.guidance());
        if (!definition.form().encode().isEmpty()) {
            ObjectNode encode = json.putObject("encode");
            definition.form().encode().forEach((feature, kind) -> encode.put(feature, kind.key()));
        }
        if (!definition.form().quantiles().isEmpty()) {
            ArrayNode levels = json.putArray("quantiles");
            definition.form().quantiles().forEach(levels::add);
        }
        return json;
    }

    /** Said by nothing where there is none, as before there was any. */
    private static void guidance(ObjectNode json, GuidanceDefinition guidance) {
        GuidanceDefinition.Uncertainty uncertainty = guidance.uncertainty();
        if (uncertainty != null) {
            json.putObject("uncertainty")
                    .put("coverage", uncertainty.coverage())
                    .put("method", uncertainty.method().key())
                    .put("groups", uncertainty.groups());
        }
        GuidanceDefinition.Threshold threshold = guidance.threshold();
        if (threshold != null) {
            json.putObject("threshold")
                    .put("maximise", threshold.utility().key())
                    .put("class", threshold.target())
                    .put("odds", threshold.odds())
                    .put("at_least", threshold.leastBets());
        }
    }

    private static void learners(ArrayNode to, List<ModelDefinition.LearnerDefinition> learners) {
        for (ModelDefinition.LearnerDefinition learner : learners) {
            ObjectNode entry = to.addObject();
            entry.put("name", learner.name());
            entry.set("settings", values(learner));
            if (!learner.members().isEmpty()) {
                learners(entry.putArray("members"), learner.members());
            }
        }
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    private static ObjectNode values(ModelDefinition.LearnerDefinition learner) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        learner.settings().forEach((name, value) -> {
            switch (value) {
                case Long number -> settings.put(name, number);
                case Integer number -> settings.put(name, number.longValue());
                case Double number -> settings.put(name, number);
                case Boolean flag -> settings.put(name, flag);
                default -> settings.put(name, value.toString());
            }
        });
        return settings;
    }
}
