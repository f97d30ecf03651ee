package dev.keelson.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.Guidance;
import dev.keelson.learn.ModelBundle;
import dev.keelson.learn.calibration.CalibrationParameters;
import dev.keelson.learn.spi.ModelJson;
import dev.keelson.metrics.ReliabilityBins;
import dev.keelson.stats.Interval;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Training outcomes as documents, without loss. */
final class OutcomeJson {
    private static final int VERSION = 1;
    private static final JsonMapper MAPPER = new JsonMapper();

    private OutcomeJson() {}

    static ObjectNode write(TrainingOutcome outcome) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format_version", VERSION);
        json.put("model_sha256", outcome.bundle().sha256());
        numbers(json.putObject("metrics"), outcome.metrics());
        ObjectNode baselines = json.putObject("baselines");
        outcome.baselines().forEach((name, metrics) -> numbers(baselines.putObject(name), metrics));
        json.set("parameters", parameters(outcome.parameters()));
        provenance(json.putObject("provenance"), outcome.provenance());
        ArrayNode reliability = json.putArray("reliability");
        outcome.reliability()
                .forEach((name, bins) -> reliability(reliability.addObject().put("name", name), bins));
        ArrayNode importance = json.putArray("importance");
        for (FeatureImportance feature : outcome.importance()) {
            ObjectNode entry = importance.addObject().put("feature", feature.feature()).put("share", feature.share());
            FeatureImportance.Shuffled shuffled = feature.shuffled();
            if (shuffled != null) {
                entry.putObject("shuffled")
                        .put("increase", shuffled.increase())
                        .put("lower", shuffled.lower())
                        .put("upper", shuffled.upper())
                        .put("rows", shuffled.rows())
                        .put("repeats", shuffled.repeats());
            }
        }
        HoldoutForecast test = outcome.test();
        if (test != null) {
            forecast(json.putObject("test"), test);
        }
        HoldoutValues values = outcome.values();
        if (values != null) {
            values(json.putObject("test_values"), values);
        }
        if (!outcome.curves().isEmpty()) {
            ArrayNode curves = json.putArray(TrainingOutcome.CURVES);
            for (LearningCurve curve : outcome.curves()) {
                ObjectNode each = curves.addObject().put("member", curve.member()).put("loss", curve.loss());
                curve.losses().forEach(each.put("steps", curve.steps()).putArray("losses")::add);
            }
        }
        return json;
    }

    /** What a refresh takes over. */
    static ObjectNode parameters(RecipeParameters from) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode weights = json.putArray("weights");
        from.weights().forEach(weights::add);
        CalibrationParameters calibration = from.calibration();
        if (calibration != null && from.hasTemperatureOnly()) {
            json.put("temperature", from.temperature());
        } else if (calibration != null) {
            json.set("calibration", calibration.toJson());
        }
        if (!from.guidance().isNone()) {
            json.set("guidance", from.guidance().toJson());
        }
        if (from.members() != null) {
            json.put("members", from.members());
        }
        return json.put("fitted_as_of", from.fittedAsOf().toString());
    }

    private static void numbers(ObjectNode to, SortedMap<String, Double> values) {
        values.forEach(to::put);
    }

    private static void texts(ObjectNode to, SortedMap<String, String> values) {
        values.forEach(to::put);
    }

    private static void provenance(ObjectNode json, RunProvenance from) {
        json.put("training_key", from.trainingKey());
        json.put("mode", from.mode());
        json.put("dataset_version", from.datasetVersion());
        json.put("feature_hash", from.featureHash());
        json.put("configuration", from.configuration());
        texts(json.putObject("settings"), from.settings());
        json.put("seed", from.seed());
        json.put("code_version", from.codeVersion());
        texts(json.putObject("environment"), from.environment());
        json.put("rows", from.rows());
        json.put("first_event", from.firstEvent().toString());
        json.put("last_event", from.lastEvent().toString());
        json.put("as_of", from.asOf().toString());
        ArrayNode features = json.putArray("features");
        from.features().forEach(features::add);
    }

    private static void reliability(ObjectNode json, ReliabilityBins diagram) {
        ArrayNode bins = json.putArray("bins");
        for (ReliabilityBins.Bin bin : diagram.bins()) {
            bins.addObject()
                    .put("lower", bin.lower())
                    .put("upper", bin.upper())
                    .put("count", bin.count())
                    .put("mean_forecast", bin.meanForecast())
                    .put("observed", bin.observed().estimate())
                    .put("observed_lower", bin.observed().lower())
                    .put("observed_upper", bin.observed().upper())
                    .put("confidence", bin.observed().confidence());
        }
    }

    private static void forecast(ObjectNode json, HoldoutForecast test) {
        json.put("classes", test.classes());
        ArrayNode rows = json.putArray("row_ids");
        test.rowIds().forEach(rows::add);
        ArrayNode labels = json.putArray("labels");
        ArrayNode days = json.putArray("days");
        for (int i = 0; i < test.labels().length; i++) {
            labels.add(test.labels()[i]);
            days.add(test.day()[i]);
        }
        ArrayNode probabilities = json.putArray("probabilities");
        for (double p : test.probabilities()) {
            probabilities.add(p);
        }
    }

    private static void values(ObjectNode json, HoldoutValues test) {
        test.rowIds().forEach(json.putArray("row_ids")::add);
        ArrayNode predictions = json.putArray("predictions");
        ArrayNode targets = json.putArray("targets");
        ArrayNode days = json.putArray("days");
        for (int i = 0; i < test.targets().length; i++) {
            predictions.add(test.predictions()[i]);
            targets.add(test.targets()[i]);
            days.add(test.day()[i]);
        }
    }

    private static @Nullable HoldoutValues values(JsonNode json) {
        if (json.isMissingNode()) {
            return null;
        }
        int[] days = new int[json.path("days").size()];
        for (int i = 0; i < days.length; i++) {
            days[i] = json.path("days").path(i).asInt();
        }
        return new HoldoutValues(
                textList(json.path("row_ids")),
                ModelJson.numbers(json.path("predictions")),
                ModelJson.numbers(json.path("targets")),
                days);
    }

    private static List<LearningCurve> curves(JsonNode json) {
        List<LearningCurve> curves = new ArrayList<>();
        for (JsonNode each : json) {
            List<Double> losses = new ArrayList<>();
            each.path("losses").forEach(value -> losses.add(value.asDouble()));
            curves.add(new LearningCurve(
                    each.path("member").asText(), each.path("loss").asText(), each.path("steps").asInt(), losses));
        }
        return curves;
    }

    static TrainingOutcome read(JsonNode json, ModelBundle bundle) {
        if (json.path("format_version").asInt() != VERSION) {
            throw new IllegalArgumentException("The training outcome has format_version %s; %d is expected."
                    .formatted(json.path("format_version"), VERSION));
        }
        if (!json.path("model_sha256").asText().equals(bundle.sha256())) {
            throw new IllegalArgumentException("The training outcome belongs to the model %s, not to %s."
                    .formatted(json.path("model_sha256").asText(), bundle.sha256()));
        }
        try {
            SortedMap<String, SortedMap<String, Double>> baselines = new TreeMap<>();
            json.path("baselines")
                    .properties()
                    .forEach(entry -> baselines.put(entry.getKey(), numbers(entry.getValue())));
            List<FeatureImportance> importance = new ArrayList<>();
            for (JsonNode entry : json.path("importance")) {
                importance.add(new FeatureImportance(
                        text(entry, "feature"), number(entry, "share"), shuffled(entry.path("shuffled"))));
            }
            Map<String, ReliabilityBins> reliability = new LinkedHashMap<>();
            for (JsonNode entry : json.path("reliability")) {
                reliability.put(text(entry, "name"), reliability(entry));
            }
            return new TrainingOutcome(
                    bundle,
                    numbers(json.path("metrics")),
                    baselines,
                    parameters(json),
                    provenance(json.path("provenance")),
                    reliability,
                    importance,
                    forecast(json.path("test")),
                    values(json.path("test_values")),
                    curves(json.path(TrainingOutcome.CURVES)));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("The training outcome is damaged: a time is unreadable.", e);
        }
    }

    private static FeatureImportance.@Nullable Shuffled shuffled(JsonNode json) {
        return json.isMissingNode()
                ? null
                : new FeatureImportance.Shuffled(
                        number(json, "increase"),
                        number(json, "lower"),
                        number(json, "upper"),
                        json.path("rows").asInt(),
                        json.path("repeats").asInt());
    }

    private static String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(
                    "The training outcome is damaged: %s (%s) must be text.".formatted(name, value));
        }
        return value.textValue();
    }

    private static double number(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (!value.isNumber()) {
            throw new IllegalArgumentException(
                    "The training outcome is damaged: %s (%s) must be a number.".formatted(name, value));
        }
        return value.doubleValue();
    }

    private static Instant time(JsonNode json, String name) {
        return Instant.parse(text(json, name));
    }

    private static SortedMap<String, Double> numbers(JsonNode json) {
        SortedMap<String, Double> values = new TreeMap<>();
        json.properties().forEach(entry -> values.put(entry.getKey(), number(json, entry.getKey())));
        return values;
    }

    private static SortedMap<String, String> texts(JsonNode json) {
        SortedMap<String, String> values = new TreeMap<>();
        json.properties().forEach(entry -> values.put(entry.getKey(), text(json, entry.getKey())));
        return values;
    }

    private static List<String> textList(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(item -> values.add(item.asText()));
        return values;
    }

    static RecipeParameters parameters(JsonNode outcome) {
        JsonNode json = outcome.path("parameters");
        return parameters(json, json.has("temperature") ? classes(outcome) : 0);
    }

    /**
     * What {@link #parameters(RecipeParameters)} wrote.
     *
     * @param classes how many the model tells apart; of meaning only where there is a temperature
     */
    static RecipeParameters parameters(JsonNode json, int classes) {
        List<Double> weights = new ArrayList<>();
        json.path("weights").forEach(weight -> weights.add(weight.asDouble()));
        Instant fittedAsOf = time(json, "fitted_as_of");
        Guidance guidance = Guidance.fromJson(json.path("guidance"));
        Integer members = json.has("members") ? Integer.valueOf(json.path("members").asInt()) : null;
        if (json.has("temperature")) {
            return RecipeParameters.ofTemperature(weights, number(json, "temperature"), classes, fittedAsOf)
                    .withGuidance(guidance)
                    .withMembers(members);
        }
        CalibrationParameters calibration =
                json.has("calibration") ? CalibrationParameters.fromJson(json.path("calibration")) : null;
        return new RecipeParameters(weights, calibration, guidance, members, fittedAsOf);
    }

    /** The number of classes of the definition that trained. */
    private static int classes(JsonNode outcome) {
        String configuration = text(outcome.path("provenance"), "configuration");
        try {
            return MAPPER.readTree(configuration).path("classes").size();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The training outcome is damaged: its configuration is not JSON.", e);
        }
    }

    private static RunProvenance provenance(JsonNode json) {
        return new RunProvenance(
                text(json, "training_key"),
                text(json, "mode"),
                text(json, "dataset_version"),
                text(json, "feature_hash"),
                text(json, "configuration"),
                texts(json.path("settings")),
                json.path("seed").asLong(),
                text(json, "code_version"),
                texts(json.path("environment")),
                json.path("rows").asInt(),
                time(json, "first_event"),
                time(json, "last_event"),
                time(json, "as_of"),
                textList(json.path("features")));
    }

    private static ReliabilityBins reliability(JsonNode json) {
        List<ReliabilityBins.Bin> bins = new ArrayList<>();
        for (JsonNode bin : json.path("bins")) {
            bins.add(new ReliabilityBins.Bin(
                    number(bin, "lower"),
                    number(bin, "upper"),
                    bin.path("count").asLong(),
                    number(bin, "mean_forecast"),
                    new Interval(
                            number(bin, "observed_lower"),
                            number(bin, "observed"),
                            number(bin, "observed_upper"),
                            number(bin, "confidence"))));
        }
        return new ReliabilityBins(bins);
    }

    private static @Nullable HoldoutForecast forecast(JsonNode json) {
        if (json.isMissingNode()) {
            return null;
        }
        int rows = json.path("labels").size();
        int[] labels = new int[rows];
        int[] days = new int[json.path("days").size()];
        double[] probabilities = new double[json.path("probabilities").size()];
        for (int i = 0; i < rows; i++) {
            labels[i] = json.path("labels").path(i).asInt();
        }
        for (int i = 0; i < days.length; i++) {
            days[i] = json.path("days").path(i).asInt();
        }
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = json.path("probabilities").path(i).asDouble();
        }
        return new HoldoutForecast(
                textList(json.path("row_ids")),
                probabilities,
                labels,
                days,
                json.path("classes").asInt());
    }
}
