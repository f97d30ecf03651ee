package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureVector;
import dev.keelson.learn.calibration.ProbabilityRange;
import java.util.List;

/** Predictions as documents, one by one, with the fields of the API. What is not finite is null. */
public final class PredictionJson {
    private PredictionJson() {}

    /** A prediction. */
    public static ObjectNode of(Prediction prediction) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", prediction.id().toString());
        json.put("model", prediction.model());
        json.put("version", prediction.version());
        json.put("entity", prediction.entity());
        double[] numbers = prediction.probabilities();
        if (prediction.isNumber()) {
            number(json, "value", numbers[0]);
        } else {
            ObjectNode probabilities = json.putObject("probabilities");
            for (int c = 0; c < numbers.length; c++) {
                number(probabilities, prediction.classes().get(c), numbers[c]);
            }
            json.put("predicted", prediction.classes().get(prediction.predicted()));
            number(json, "confidence", numbers[prediction.predicted()]);
        }
        json.setAll(AdviceJson.of(prediction.advice(), prediction.classes()));
        json.put("as_of", prediction.asOf().toString());
        if (!prediction.warnings().isEmpty()) {
            prediction.warnings().forEach(json.putArray("warnings")::add);
        }
        if (prediction.details() != null) {
            details(json, prediction.details());
        }
        return json;
    }

    private static void details(ObjectNode json, PredictionDetails details) {
        FeatureVector vector = details.features();
        if (vector != null) {
            ArrayNode features = json.putArray("features");
            for (int i = 0; i < vector.names().size(); i++) {
                ObjectNode feature = features.addObject().put("name", vector.names().get(i));
                number(feature, "value", vector.values()[i]);
                feature.put("status", FeatureStatus.of(vector.statuses()[i]).name());
                long age = vector.ageMicros()[i];
                if (age != FeatureVector.NO_AGE) {
                    feature.put("age_s", age / 1e6);
                }
            }
        }
        PredictionDetails.Contributions contributions = details.contributions();
        if (contributions != null) {
            ObjectNode node = json.putObject("contributions").put("scale", contributions.scale());
            ObjectNode margins = node.putObject("margins");
            for (int m = 0; m < contributions.margins().size(); m++) {
                ObjectNode margin = margins.putObject(contributions.margins().get(m));
                number(margin, "expected", contributions.expected(m));
                ObjectNode features = margin.putObject("features");
                for (int f = 0; f < contributions.features().size(); f++) {
                    number(features, contributions.features().get(f), contributions.of(m, f));
                }
            }
        }
        ProbabilityRange chance = details.chance();
        if (chance != null) {
            json.putObject("probability_interval")
                    .put("kind", PredictionDetails.VENN_ABERS)
                    .put("lower", chance.lower())
                    .put("upper", chance.upper());
        }
    }

    /** Why a row was refused: its number and line, and every problem with its column. */
    public static ObjectNode refused(InputRow row, List<Problem> problems) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("row", row.number());
        if (row.line() > 0) {
            json.put("line", row.line());
        }
        errors(json, problems);
        return json;
    }

    /** Puts every problem as {@code errors}. */
    public static void errors(ObjectNode json, List<Problem> problems) {
        ArrayNode errors = json.putArray("errors");
        for (Problem problem : problems) {
            ObjectNode error = errors.addObject().put("code", problem.code().code());
            if (problem.location() != null) {
                error.put("field", problem.location().toString());
            }
            error.put("detail", problem.message());
            if (problem.hint() != null) {
                error.put("hint", problem.hint());
            }
        }
    }

    private static void number(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        } else {
            json.putNull(name);
        }
    }
}
