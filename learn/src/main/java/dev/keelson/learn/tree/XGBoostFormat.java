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
 * quantiles, splits on numbers and on categories. Everything else is refused rather than evaluated wrongly.
 *
 * <p>{@code base_score} is a number or, since 3.1, an array with one for each class. That of {@code multi:softprob} is
 * a margin already, as are those of values; that of {@code binary:logistic} is a probability, whose margin is its logit in float arithmetic.
 */
public final class XGBoostFormat {
    /** Attribute of the files of a random forest that tells what its trees average. */
    public static final String FOREST = "keelson_forest";
    /** The trees average the indicator of a class. */
    public static final String FOREST_OF_CLASSES = "classes";
    /** The trees average a value. */
    public static final String FOREST_OF_VALUES = "values";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // so that text becomes a float in one rounding
            .build();
    private static final int NO_CHILD = -1;
    private static final int MOST_CATEGORY = (1 << 24) - 1;
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
        return trees(new Document("", read(bytes)).get("learner")).ensemble(TreeEnsemble.Arithmetic.FLOAT);
    }

    /** A random forest of one file for a value or the second of two classes, or one for each class. */
    static TreeEnsemble forest(List<byte[]> files, boolean classifies) {
        TreeEnsemble.Link link = !classifies
                ? TreeEnsemble.Link.IDENTITY
                : files.size() == 1 ? TreeEnsemble.Link.SHARE : TreeEnsemble.Link.SHARES;
        List<ParsedTrees> parts = new ArrayList<>();
        for (byte[] file : files) {
            Document learner = new Document("", read(file)).get("learner");
            require(
                    "attribute " + FOREST,
                    learner.get("attributes").get(FOREST).text(),
                    List.of(classifies ? FOREST_OF_CLASSES : FOREST_OF_VALUES));
            parts.add(trees(learner));
        }
        return ParsedTrees.sideBySide(parts, link).ensemble(TreeEnsemble.Arithmetic.FLOAT);
    }

    /** Names of the features; empty when the file keeps none. */
    static List<String> featureNames(byte[] bytes) {
        Document learner = new Document("", read(bytes)).get("learner");
        return learner.has("feature_names")
                ? learner.get("feature_names").items().stream().map(Document::text).toList()
                : List.of();
    }

    static int width(byte[] bytes) {
        return new Document("", read(bytes))
                .get("learner")
                .get("learner_model_param")
                .get("num_feature")
                .whole();
    }

    private static ParsedTrees trees(Document learner) {
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
            case IDENTITY, SHARES, SHARE -> Math.max(1, parameters.get("num_target").whole());
        };
        Document model = booster.get("model");
        List<Document> trees = model.get("trees").items();
        int[] outputOf = model.get("tree_info").ints();
        if (outputOf.length != trees.size()) {
            throw new IllegalArgumentException(
                    "The model has %d trees but places %d.".formatted(trees.size(), outputOf.length));
        }
        double[] base = baseMargins(parameters.get("base_score").text(), outputs, link == TreeEnsemble.Link.LOGISTIC);
        List<TreeEnsemble.Nodes> parsed = new ArrayList<>();
        List<Integer> outputsOf = new ArrayList<>();
        int kept = kept(learner, model, outputOf.length);
        for (int t = 0; t < kept; t++) {
            parsed.add(nodes(trees.get(t)));
            outputsOf.add(outputOf[t]);
        }
        return new ParsedTrees(features, link, base, parsed, outputsOf);
    }

    /** Trees up to the best round that early stopping left as an attribute, as the library's own predictions use it. */
    private static int kept(Document learner, Document model, int trees) {
        if (!learner.has("attributes") || !learner.get("attributes").has("best_iteration")) {
            return trees;
        }
        int best = learner.get("attributes").get("best_iteration").whole();
        int[] ends = ends(learner, model, trees);
        if (best < 0 || best + 1 >= ends.length || ends[best + 1] > trees) {
            throw new IllegalArgumentException(
                    "The model's best_iteration (%d) lies outside its %d rounds.".formatted(best, ends.length - 1));
        }
        return ends[best + 1];
    }

    /** Trees up to each round, from 0; releases before 2.0 do not say it, as every round has the same number. */
    private static int[] ends(Document learner, Document model, int trees) {
        if (model.has("iteration_indptr")) {
            return model.get("iteration_indptr").ints();
        }
        int classes = learner.get("learner_model_param").get("num_class").whole();
        int parallel = model.get("gbtree_model_param").get("num_parallel_tree").whole();
        int perRound = Math.multiplyExact(Math.max(1, classes), Math.max(1, parallel));
        int[] ends = new int[trees / perRound + 1];
        for (int round = 1; round < ends.length; round++) {
            ends[round] = round * perRound;
        }
        return ends;
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

    private static double[] baseMargins(String text, int outputs, boolean binary) {
        String inner = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        List<Float> values = new ArrayList<>();
        for (String part : inner.split(",", -1)) {
            values.add(Float.parseFloat(part.strip()));
        }
        if (values.size() != 1 && values.size() != outputs) {
            throw new IllegalArgumentException(
                    "The model's base_score (%s) must be one number or %d.".formatted(text, outputs));
        }
        double[] margins = new double[outputs];
        for (int k = 0; k < outputs; k++) {
            float value = values.get(values.size() == 1 ? 0 : k);
            margins[k] = binary ? -(float) StrictMath.log(1.0f / value - 1.0f) : value;
            if (!Double.isFinite(margins[k])) {
                throw new IllegalArgumentException("The model's base_score (%s) has no finite margin.".formatted(text));
            }
        }
        return margins;
    }

    private static TreeEnsemble.Nodes nodes(Document tree) {
        if (tree.get("tree_param").get("size_leaf_vector").whole() > 1) {
            throw new IllegalArgumentException(
                    "The model has trees with vectors in their leaves, which are not evaluated here.");
        }
        int[] left = tree.get("left_children").ints();
        int n = left.length;
        float[] conditions = ofLength("split_conditions", tree.get("split_conditions").floats(), n);
        int[] defaultLeft = tree.get("default_left").ints();
        int[] kinds = new int[n];
        int[] @Nullable [] sets = sets(tree, n);
        double[] boundaries = new double[n];
        double[] leaves = new double[n];
        boolean[] missingLeft = new boolean[defaultLeft.length];
        for (int node = 0; node < n; node++) {
            boolean leaf = left[node] == NO_CHILD;
            leaves[node] = leaf ? conditions[node] : 0;
            if (sets[node] != null) {
                kinds[node] = TreeEnsemble.CATEGORY;
            }
            boundaries[node] = leaf || sets[node] != null ? Double.NaN : TreeEnsemble.boundary(conditions[node]);
        }
        for (int node = 0; node < missingLeft.length; node++) {
            missingLeft[node] = defaultLeft[node] != 0;
        }
        return new TreeEnsemble.Nodes(
                left,
                tree.get("right_children").ints(),
                tree.get("split_indices").ints(),
                boundaries,
                leaves,
                missingLeft,
                doubles(tree.get("loss_changes").floats()),
                tree.has("sum_hessian") ? doubles(tree.get("sum_hessian").floats()) : new double[n],
                kinds,
                sets);
    }

    /** The categories that go right, for each split on a category. */
    private static int[] @Nullable [] sets(Document tree, int n) {
        int[] @Nullable [] sets = new int[n][];
        if (tree.has("split_type")) {
            int[] types = tree.get("split_type").ints();
            for (int node = 0; node < Math.min(n, types.length); node++) {
                sets[node] = types[node] == 0 ? null : new int[0];
            }
        }
        if (!tree.has("categories_nodes")) {
            return sets;
        }
        int[] nodes = tree.get("categories_nodes").ints();
        if (nodes.length == 0) {
            return sets;
        }
        int[] categories = tree.get("categories").ints();
        int[] starts = tree.get("categories_segments").ints();
        int[] sizes = tree.get("categories_sizes").ints();
        for (int i = 0; i < nodes.length; i++) {
            if (nodes[i] < 0
                    || nodes[i] >= n
                    || i >= starts.length
                    || i >= sizes.length
                    || starts[i] < 0
                    || sizes[i] < 0
                    || sizes[i] > categories.length - starts[i]) {
                throw new IllegalArgumentException("The categories of a split lie outside the tree.");
            }
            sets[nodes[i]] = set(categories, starts[i], starts[i] + sizes[i]);
        }
        return sets;
    }

    private static int[] set(int[] categories, int from, int to) {
        int most = -1;
        for (int i = from; i < to; i++) {
            if (categories[i] < 0 || categories[i] > MOST_CATEGORY) {
                throw new IllegalArgumentException("A split has the category %d; 0 to %d are expected."
                        .formatted(categories[i], MOST_CATEGORY));
            }
            most = Math.max(most, categories[i]);
        }
        int[] words = new int[(most >> 5) + 1];
        for (int i = from; i < to; i++) {
            words[categories[i] >> 5] |= 1 << (categories[i] & 31);
        }
        return words;
    }

    private static float[] ofLength(String name, float[] values, int n) {
        if (values.length != n) {
            throw new IllegalArgumentException(
                    "A tree has %d nodes but %d numbers in %s.".formatted(n, values.length, name));
        }
        return values;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
