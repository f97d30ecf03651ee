package dev.keelson.learn.tree;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads models that XGBoost saved as UBJSON or JSON: booster {@code gbtree}, objectives of classes, values and
 * quantiles, numerical splits. Everything else is refused rather than evaluated wrongly.
 *
 * <p>{@code base_score} is a number or, since 3.1, an array with one for each class. That of {@code multi:softprob} is
 * a margin already, as are those of values; that of {@code binary:logistic} is a probability, whose margin is its logit in float arithmetic.
 */
public final class XGBoostFormat {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // so that text becomes a float in one rounding
            .build();
    private static final int NO_CHILD = -1;
    private static final List<String> OBJECTIVES = List.of(
            "multi:softprob",
            "binary:logistic",
            "reg:squarederror",
            "reg:absoluteerror",
            "reg:quantileerror",
            "reg:pseudohubererror");

    private XGBoostFormat() {}

    /**
     * The ensemble of a saved model.
     *
     * @throws IllegalArgumentException if the bytes are damaged or the model is of a kind that is not evaluated here
     */
    public static TreeEnsemble parse(byte[] bytes) {
        Document learner = new Document("", read(bytes)).get("learner");
        Document booster = learner.get("gradient_booster");
        require("booster", booster.get("name").text(), List.of("gbtree"));
        String objective = learner.get("objective").get("name").text();
        TreeEnsemble.Link link = switch (objective) {
            case "multi:softprob" -> TreeEnsemble.Link.SOFTMAX;
            case "binary:logistic" -> TreeEnsemble.Link.LOGISTIC;
            case "reg:squarederror", "reg:absoluteerror", "reg:quantileerror", "reg:pseudohubererror" ->
                TreeEnsemble.Link.IDENTITY;
            default ->
                throw new IllegalArgumentException(
                        "The model's objective (%s) must be one of %s.".formatted(objective, OBJECTIVES));
        };
        Document parameters = learner.get("learner_model_param");
        int features = parameters.get("num_feature").whole();
        int outputs = switch (link) {
            case SOFTMAX -> parameters.get("num_class").whole();
            case LOGISTIC -> 1;
            case IDENTITY -> Math.max(1, parameters.get("num_target").whole());
        };
        Document model = booster.get("model");
        List<Document> trees = model.get("trees").items();
        int[] outputOf = model.get("tree_info").ints();
        if (outputOf.length != trees.size()) {
            throw new IllegalArgumentException(
                    "The model has %d trees but places %d.".formatted(trees.size(), outputOf.length));
        }
        float[] base = baseMargins(parameters.get("base_score").text(), outputs, link == TreeEnsemble.Link.LOGISTIC);
        TreeEnsemble.Builder builder = new TreeEnsemble.Builder(features, base, link);
        int kept = kept(learner, model, outputOf.length);
        for (int t = 0; t < kept; t++) {
            add(builder, trees.get(t), outputOf[t]);
        }
        return builder.build();
    }

    /** Trees up to the best round that early stopping left as an attribute, as the library's own predictions use it. */
    private static int kept(Document learner, Document model, int trees) {
        if (!learner.has("attributes") || !learner.get("attributes").has("best_iteration")) {
            return trees;
        }
        int[] ends = model.get("iteration_indptr").ints();
        int best = learner.get("attributes").get("best_iteration").whole();
        if (best < 0 || best + 1 >= ends.length || ends[best + 1] > trees) {
            throw new IllegalArgumentException(
                    "The model's best_iteration (%d) lies outside its %d rounds.".formatted(best, ends.length - 1));
        }
        return ends[best + 1];
    }

    private static void require(String what, String found, List<String> known) {
        if (!known.contains(found)) {
            throw new IllegalArgumentException("The model's %s (%s) must be one of %s.".formatted(what, found, known));
        }
    }

    private static @Nullable Object read(byte[] bytes) {
        boolean json = bytes.length > 1 && (bytes[1] == '"' || Character.isWhitespace(bytes[1]));
        if (!json) {
            return Ubjson.read(bytes);
        }
        try {
            return JSON.readValue(bytes, new TypeReference<Map<String, @Nullable Object>>() {});
        } catch (IOException e) {
            throw new IllegalArgumentException("The model is not JSON.", e);
        }
    }

    private static float[] baseMargins(String text, int outputs, boolean binary) {
        String inner = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        List<Float> values = new ArrayList<>();
        for (String part : inner.split(",", -1)) {
            values.add(Float.parseFloat(part.strip()));
        }
        if (values.size() != 1 && values.size() != outputs) {
            throw new IllegalArgumentException(
                    "The model's base_score (%s) must be one number or %d.".formatted(text, outputs));
        }
        float[] margins = new float[outputs];
        for (int k = 0; k < outputs; k++) {
            float value = values.get(values.size() == 1 ? 0 : k);
            margins[k] = binary ? -(float) StrictMath.log(1.0f / value - 1.0f) : value;
            if (!Float.isFinite(margins[k])) {
                throw new IllegalArgumentException("The model's base_score (%s) has no finite margin.".formatted(text));
            }
        }
        return margins;
    }

    private static void add(TreeEnsemble.Builder builder, Document tree, int output) {
        if (tree.get("tree_param").get("size_leaf_vector").whole() > 1) {
            throw new IllegalArgumentException(
                    "The model has trees with vectors in their leaves, which are not evaluated here.");
        }
        if (tree.has("categories_nodes") && tree.get("categories_nodes").ints().length > 0) {
            throw new IllegalArgumentException("The model has splits on categories, which are not evaluated here.");
        }
        int[] left = tree.get("left_children").ints();
        builder.add(
                output,
                NO_CHILD,
                left,
                tree.get("right_children").ints(),
                tree.get("split_indices").ints(),
                tree.get("split_conditions").floats(),
                tree.get("default_left").ints(),
                tree.get("loss_changes").floats(),
                tree.has("sum_hessian") ? tree.get("sum_hessian").floats() : new float[left.length]);
    }
}
