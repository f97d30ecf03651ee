package dev.keelson.http.inference;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureVector;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionDetails;
import dev.keelson.learn.Advice;
import dev.keelson.learn.conformal.PredictionRange;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Predictions as tensors. Of classes {@code probabilities} [n, k] in the order of {@code classes} [k], and {@code predicted}
 * [n]; of a number {@code value} [n]; {@code prediction_id} [n]; what the model tells beside it as {@code set} [n, k] and {@code
 * interval} [n, 2]; on request {@code confidence}, {@code version} and {@code entity}, each [n].
 */
final class Outputs {
    /**
     * An output in a model's description.
     *
     * @param shape -1 for a dimension that varies
     */
    record Described(String name, DataType type, List<Long> shape) {}

    private static final long ANY = -1;

    private Outputs() {}

    /** What a model's answers may hold. */
    static List<Described> of(PredictSignature signature) {
        long classes = signature.outputs().size();
        List<Described> outputs = new ArrayList<>();
        if (signature.isNumber()) {
            outputs.add(new Described("value", DataType.FP64, List.of(ANY)));
            outputs.add(new Described("interval", DataType.FP64, List.of(ANY, 2L)));
        } else {
            outputs.add(new Described("probabilities", DataType.FP64, List.of(ANY, classes)));
            outputs.add(new Described("classes", DataType.BYTES, List.of(classes)));
            outputs.add(new Described("predicted", DataType.BYTES, List.of(ANY)));
            outputs.add(new Described("confidence", DataType.FP64, List.of(ANY)));
            outputs.add(new Described("set", DataType.BOOL, List.of(ANY, classes)));
        }
        outputs.add(new Described("prediction_id", DataType.BYTES, List.of(ANY)));
        outputs.add(new Described("version", DataType.INT64, List.of(ANY)));
        outputs.add(new Described("entity", DataType.BYTES, List.of(ANY)));
        return outputs;
    }

    /**
     * The tensors of an answer.
     *
     * @param wanted names, in order; empty for the usual ones
     * @throws KeelsonException BAD_REQUEST for a name that is none
     */
    static List<Tensor> of(List<Prediction> predictions, List<String> wanted) {
        Set<String> names = new LinkedHashSet<>(wanted);
        if (names.isEmpty()) {
            names.addAll(usual(predictions));
        }
        List<Tensor> tensors = new ArrayList<>(names.size());
        for (String name : names) {
            tensors.add(tensor(name, predictions));
        }
        return tensors;
    }

    /** Refuses names of outputs before anything is predicted. */
    static void check(PredictSignature signature, List<String> wanted) {
        List<String> known = new ArrayList<>(of(signature).stream().map(Described::name).toList());
        known.addAll(List.of("features", "feature_names", "contributions"));
        List<Problem> problems = wanted.stream()
                .filter(name -> !known.contains(name))
                .map(name -> Problem.at(
                        ErrorCode.BAD_REQUEST,
                        new Location("outputs", 0, 0),
                        "There is no output (%s); expected %s.".formatted(name, String.join(", ", known)),
                        null))
                .toList();
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
    }

    private static List<String> usual(List<Prediction> predictions) {
        List<String> names = new ArrayList<>();
        names.addAll(
                predictions.getFirst().isNumber()
                        ? List.of("value", "prediction_id")
                        : List.of("probabilities", "classes", "predicted", "prediction_id"));
        if (any(predictions, advice -> advice.set())) {
            names.add("set");
        }
        if (any(predictions, advice -> advice.range())) {
            names.add("interval");
        }
        if (predictions.stream().mapToInt(Prediction::version).distinct().count() > 1) {
            names.add("version"); // a rollout: the answer names only that of the first row
        }
        PredictionDetails details = predictions.getFirst().details();
        if (details != null && details.features() != null) {
            names.addAll(List.of("features", "feature_names"));
        }
        if (details != null && details.contributions() != null) {
            names.add("contributions");
            if (!names.contains("feature_names")) {
                names.add("feature_names");
            }
        }
        return names;
    }

    private static boolean any(List<Prediction> predictions, Function<Advice, @Nullable Object> part) {
        return predictions.stream().anyMatch(each -> each.advice() != null && part.apply(each.advice()) != null);
    }

    private static Tensor tensor(String name, List<Prediction> predictions) {
        return switch (name) {
            case "probabilities" -> grid(name, DataType.FP64, predictions, Outputs::probabilities);
            case "value" -> column(name, DataType.FP64, predictions, each -> each.probabilities()[0]);
            case "classes" -> Tensor.texts(name, predictions.getFirst().classes());
            case "predicted" -> column(
                    name, DataType.BYTES, predictions, each -> each.classes().get(each.predicted()));
            case "confidence" -> column(
                    name, DataType.FP64, predictions, each -> each.probabilities()[each.predicted()]);
            case "prediction_id" -> column(name, DataType.BYTES, predictions, each -> each.id().toString());
            case "version" -> column(name, DataType.INT64, predictions, each -> (long) each.version());
            case "entity" -> column(name, DataType.BYTES, predictions, Prediction::entity);
            case "set" -> grid(name, DataType.BOOL, predictions, Outputs::set);
            case "interval" -> grid(name, DataType.FP64, predictions, Outputs::interval);
            case "features" -> grid(name, DataType.FP64, predictions, Outputs::features);
            case "feature_names" -> Tensor.texts(name, featureNames(predictions.getFirst()));
            case "contributions" -> contributions(predictions);
            default -> throw new IllegalArgumentException("There is no output (%s).".formatted(name));
        };
    }

    private static Tensor column(
            String name, DataType type, List<Prediction> predictions, Function<Prediction, @Nullable Object> value) {
        List<@Nullable Object> values = new ArrayList<>(predictions.size());
        predictions.forEach(each -> values.add(value.apply(each)));
        return new Tensor(name, type, List.of((long) predictions.size()), values);
    }

    private static Tensor grid(
            String name,
            DataType type,
            List<Prediction> predictions,
            Function<Prediction, List<@Nullable Object>> row) {
        List<@Nullable Object> values = new ArrayList<>();
        predictions.forEach(each -> values.addAll(row.apply(each)));
        long width = values.size() / predictions.size();
        return new Tensor(name, type, List.of((long) predictions.size(), width), values);
    }

    private static List<@Nullable Object> probabilities(Prediction prediction) {
        List<@Nullable Object> values = new ArrayList<>();
        for (double each : prediction.probabilities()) {
            values.add(each);
        }
        return values;
    }

    /** Whether each class is in the set; missing where the model tells none. */
    private static List<@Nullable Object> set(Prediction prediction) {
        boolean[] set = prediction.advice() == null ? null : prediction.advice().set();
        List<@Nullable Object> values = new ArrayList<>();
        for (int k = 0; k < prediction.classes().size(); k++) {
            values.add(set == null ? null : (Boolean) set[k]);
        }
        return values;
    }

    private static List<@Nullable Object> interval(Prediction prediction) {
        PredictionRange range = prediction.advice() == null ? null : prediction.advice().range();
        List<@Nullable Object> values = new ArrayList<>();
        values.add(range == null ? null : (Double) range.lower());
        values.add(range == null ? null : (Double) range.upper());
        return values;
    }

    private static List<@Nullable Object> features(Prediction prediction) {
        List<@Nullable Object> values = new ArrayList<>();
        FeatureVector vector = prediction.details() == null ? null : prediction.details().features();
        if (vector == null) {
            throw withoutDetails("features");
        }
        for (double each : vector.values()) {
            values.add(Double.isNaN(each) ? null : (Double) each);
        }
        return values;
    }

    private static List<String> featureNames(Prediction prediction) {
        PredictionDetails details = prediction.details();
        FeatureVector vector = details == null ? null : details.features();
        if (vector != null) {
            return vector.names();
        }
        PredictionDetails.Contributions contributions = details == null ? null : details.contributions();
        if (contributions == null) {
            throw withoutDetails("features");
        }
        return contributions.features();
    }

    /** [n, margins, features + 1]: the last number of each margin is the expected one. */
    private static Tensor contributions(List<Prediction> predictions) {
        List<@Nullable Object> values = new ArrayList<>();
        long margins = 0;
        long width = 0;
        for (Prediction prediction : predictions) {
            PredictionDetails.Contributions each =
                    prediction.details() == null ? null : prediction.details().contributions();
            if (each == null) {
                throw withoutDetails("contributions");
            }
            margins = each.margins().size();
            width = each.features().size() + 1L;
            for (double value : each.values()) {
                values.add(value);
            }
        }
        return new Tensor("contributions", DataType.FP64, List.of((long) predictions.size(), margins, width), values);
    }

    private static KeelsonException withoutDetails(String detail) {
        return new KeelsonException(Problem.at(
                ErrorCode.BAD_REQUEST,
                new Location("outputs", 0, 0),
                "The model tells no %s.".formatted(detail),
                null));
    }

    /** The details that outputs need. */
    static Set<String> details(List<String> wanted) {
        Set<String> details = new LinkedHashSet<>();
        Map<String, String> needs =
                Map.of("features", "features", "feature_names", "features", "contributions", "contributions");
        wanted.forEach(name -> {
            String detail = needs.get(name);
            if (detail != null) {
                details.add(detail);
            }
        });
        return details;
    }
}
