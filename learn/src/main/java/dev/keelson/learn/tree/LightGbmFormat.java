package dev.keelson.learn.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads models that LightGBM saved as text, version 4: objectives of classes, values and quantiles, splits on numbers
 * and on categories, missing values that are {@code NaN}, zero or none (which stand for 0). Everything else is refused
 * rather than evaluated wrongly: averaged forests, linear trees, other links.
 *
 * <p>The training weight of a node is its count of rows, as in the library's own contributions.
 */
public final class LightGbmFormat {
    private static final int CATEGORICAL = 1;
    private static final int DEFAULT_LEFT = 2;
    private static final int MISSING_NONE = 0;
    private static final int MISSING_ZERO = 1;
    private static final int MISSING_NAN = 2;
    private static final int NO_CHILD = -1;
    private static final List<String> IDENTITIES =
            List.of("regression", "regression_l1", "quantile", "huber", "fair", "mape");

    private LightGbmFormat() {}

    /**
     * The ensemble of a saved model.
     *
     * @param files one text, or several of one value each, which become the values of one model
     * @throws IllegalArgumentException if a text is damaged or the model is of a kind that is not evaluated here
     */
    public static TreeEnsemble parse(List<byte[]> files) {
        List<ParsedTrees> parts = files.stream().map(LightGbmFormat::trees).toList();
        ParsedTrees all =
                parts.size() == 1 ? parts.getFirst() : ParsedTrees.sideBySide(parts, TreeEnsemble.Link.IDENTITY);
        return all.ensemble(TreeEnsemble.Arithmetic.DOUBLE);
    }

    private static ParsedTrees trees(byte[] file) {
        List<String> lines = new String(file, StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals("tree")) {
            throw new IllegalArgumentException("The model is no text of LightGBM.");
        }
        int end = lines.indexOf("end of trees");
        if (end < 0 || (lines.contains("parameters:") && !lines.contains("end of parameters"))) {
            throw new IllegalArgumentException("The model's text ends too early.");
        }
        int firstTree = 0;
        while (firstTree < end && !lines.get(firstTree).startsWith("Tree=")) {
            firstTree++;
        }
        Section header = Section.of(lines.subList(1, firstTree));
        if (header.has("average_output")) {
            throw new IllegalArgumentException("The model averages its trees, which is not evaluated here.");
        }
        int perRound = header.whole("num_tree_per_iteration");
        int features = Math.addExact(header.whole("max_feature_idx"), 1);
        TreeEnsemble.Link link = link(header.text("objective"));
        if (perRound < 1 || features < 1 || (link != TreeEnsemble.Link.SOFTMAX && perRound != 1)) {
            throw new IllegalArgumentException(
                    "The model has %d trees a round for %d features.".formatted(perRound, features));
        }
        List<TreeEnsemble.Nodes> trees = new ArrayList<>();
        List<Integer> outputs = new ArrayList<>();
        int at = firstTree;
        while (at < end) {
            int next = at + 1;
            while (next < end && !lines.get(next).startsWith("Tree=")) {
                next++;
            }
            outputs.add(trees.size() % perRound);
            trees.add(nodes(Section.of(lines.subList(at, next))));
            at = next;
        }
        int expected = header.count("tree_sizes");
        if (trees.size() != expected || trees.size() % perRound != 0) {
            throw new IllegalArgumentException(
                    "The model has %d trees; %d are expected.".formatted(trees.size(), expected));
        }
        return new ParsedTrees(features, link, new double[perRound], trees, outputs);
    }

    /** Names of the features; empty when the file keeps none. */
    static List<String> featureNames(byte[] file) {
        Section header = header(file);
        return header.has("feature_names") ? List.of(header.items("feature_names")) : List.of();
    }

    static int width(byte[] file) {
        return Math.addExact(header(file).whole("max_feature_idx"), 1);
    }

    private static Section header(byte[] file) {
        return Section.of(new String(file, StandardCharsets.UTF_8)
                .lines()
                .takeWhile(line -> !line.startsWith("Tree="))
                .toList());
    }

    private static TreeEnsemble.Link link(String objective) {
        List<String> words = List.of(objective.split(" ", -1));
        String name = words.getFirst();
        if (name.equals("binary") && words.contains("sigmoid:1")) {
            return TreeEnsemble.Link.LOGISTIC;
        }
        if (name.equals("multiclass")) {
            return TreeEnsemble.Link.SOFTMAX;
        }
        if (IDENTITIES.contains(name) && !words.contains("sqrt")) {
            return TreeEnsemble.Link.IDENTITY;
        }
        throw new IllegalArgumentException(
                "The model's objective (%s) must be binary with sigmoid:1, multiclass or one of %s."
                        .formatted(objective, IDENTITIES));
    }

    /** Splits first, then leaves, which the library counts from -1 down. */
    private static TreeEnsemble.Nodes nodes(Section tree) {
        if (tree.has("is_linear") && tree.whole("is_linear") != 0) {
            throw new IllegalArgumentException("The model has linear trees, which are not evaluated here.");
        }
        int leafCount = tree.whole("num_leaves");
        if (leafCount < 1 || leafCount > 1 << 24) {
            throw new IllegalArgumentException("A tree has %d leaves.".formatted(leafCount));
        }
        int splits = leafCount - 1;
        int n = splits + leafCount;
        double[] leafValues = tree.numbers("leaf_value", leafCount);
        double[] leaves = new double[n];
        System.arraycopy(leafValues, 0, leaves, splits, leafCount);
        int[] left = filled(n);
        int[] right = filled(n);
        int[] features = new int[n];
        double[] boundaries = new double[n];
        Arrays.fill(boundaries, Double.NaN);
        boolean[] missingLeft = new boolean[n];
        double[] gains = new double[n];
        double[] covers = new double[n];
        int[] kinds = new int[n];
        int[] @Nullable [] sets = new int[n][];
        if (splits > 0) {
            double[] counts = tree.numbers("leaf_count", leafCount);
            System.arraycopy(counts, 0, covers, splits, leafCount);
            System.arraycopy(tree.numbers("internal_count", splits), 0, covers, 0, splits);
            System.arraycopy(tree.numbers("split_gain", splits), 0, gains, 0, splits);
            System.arraycopy(tree.wholes("split_feature", splits), 0, features, 0, splits);
            int[] lefts = tree.wholes("left_child", splits);
            int[] rights = tree.wholes("right_child", splits);
            int[] decisions = tree.wholes("decision_type", splits);
            double[] thresholds = tree.numbers("threshold", splits);
            for (int node = 0; node < splits; node++) {
                left[node] = position(lefts[node], splits);
                right[node] = position(rights[node], splits);
                boolean defaultLeft = (decisions[node] & DEFAULT_LEFT) != 0;
                if ((decisions[node] & CATEGORICAL) != 0) {
                    kinds[node] = TreeEnsemble.CATEGORY; // a missing one is in no set, so it goes right
                    sets[node] = set(tree, thresholds[node]);
                    continue;
                }
                double threshold = thresholds[node];
                boundaries[node] = Math.nextUp(threshold);
                switch (decisions[node] >> 2 & 3) {
                    case MISSING_NONE -> missingLeft[node] = 0 <= threshold;
                    case MISSING_ZERO -> {
                        kinds[node] = TreeEnsemble.ZERO_IS_MISSING;
                        missingLeft[node] = defaultLeft;
                    }
                    case MISSING_NAN -> missingLeft[node] = defaultLeft;
                    default ->
                        throw new IllegalArgumentException(
                                "A split has the decision type %d.".formatted(decisions[node]));
                }
            }
        }
        return new TreeEnsemble.Nodes(
                left, right, features, boundaries, leaves, missingLeft, gains, covers, kinds, sets);
    }

    private static int[] filled(int n) {
        int[] values = new int[n];
        Arrays.fill(values, NO_CHILD);
        return values;
    }

    private static int position(int child, int splits) {
        return child >= 0 ? child : splits + ~child;
    }

    private static int[] set(Section tree, double index) {
        int count = tree.whole("num_cat");
        int[] bounds = tree.wholes("cat_boundaries", Math.addExact(count, 1));
        int[] words = tree.words("cat_threshold");
        int at = (int) index;
        if (at < 0 || at >= count || bounds[at] < 0 || bounds[at + 1] < bounds[at] || bounds[at + 1] > words.length) {
            throw new IllegalArgumentException("The categories of a split lie outside the tree.");
        }
        return Arrays.copyOfRange(words, bounds[at], bounds[at + 1]);
    }

    /** Lines of {@code name=value}; a line without a value is a flag. */
    private record Section(Map<String, String> values) {
        static Section of(List<String> lines) {
            Map<String, String> values = new HashMap<>();
            for (String line : lines) {
                int at = line.indexOf('=');
                values.put(at < 0 ? line : line.substring(0, at), at < 0 ? "" : line.substring(at + 1));
            }
            return new Section(values);
        }

        boolean has(String name) {
            return values.containsKey(name);
        }

        String text(String name) {
            String value = values.get(name);
            if (value == null) {
                throw new IllegalArgumentException("The model has no %s.".formatted(name));
            }
            return value;
        }

        int whole(String name) {
            return wholes(name, 1)[0];
        }

        private String[] items(String name) {
            String text = text(name).strip();
            return text.isEmpty() ? new String[0] : text.split(" ", -1);
        }

        int count(String name) {
            return items(name).length;
        }

        private String[] items(String name, int count) {
            String[] items = items(name);
            if (items.length != count) {
                throw new IllegalArgumentException(
                        "The model's %s has %d items; %d are expected.".formatted(name, items.length, count));
            }
            return items;
        }

        int[] wholes(String name, int count) {
            String[] items = items(name, count);
            int[] numbers = new int[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = whole(name, items[i]);
            }
            return numbers;
        }

        private static int whole(String name, String item) {
            try {
                return Integer.parseInt(item);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "The model's %s (%s) must be whole numbers.".formatted(name, item), e);
            }
        }

        /** Numbers of 32 bits without a sign. */
        int[] words(String name) {
            String[] items = items(name);
            int[] words = new int[items.length];
            for (int i = 0; i < words.length; i++) {
                try {
                    words[i] = Integer.parseUnsignedInt(items[i]);
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            "The model's %s (%s) must be whole numbers.".formatted(name, items[i]), e);
                }
            }
            return words;
        }

        double[] numbers(String name, int count) {
            String[] items = items(name, count);
            double[] numbers = new double[count];
            for (int i = 0; i < count; i++) {
                try {
                    numbers[i] = switch (items[i]) {
                        case "inf" -> Double.POSITIVE_INFINITY; // a threshold that parts missing values from all others
                        case "-inf" -> Double.NEGATIVE_INFINITY;
                        default -> Double.parseDouble(items[i]);
                    };
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            "The model's %s (%s) must be numbers.".formatted(name, items[i]), e);
                }
                if (Double.isNaN(numbers[i])) {
                    throw new IllegalArgumentException("The model's %s (NaN) must be numbers.".formatted(name));
                }
            }
            return numbers;
        }
    }
}
