package dev.keelson.learn.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.Task;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Texts written by hand; those of the library are compared where the library is. */
final class LightGbmFormatTest {
    private static final String SPLIT = """
            Tree=0
            num_leaves=2
            num_cat=0
            split_feature=1
            split_gain=4
            threshold=0.5
            decision_type=DECISION
            left_child=-1
            right_child=-2
            leaf_value=1.5 -2
            leaf_count=30 10
            internal_count=40
            is_linear=0
            shrinkage=1
            """;

    private static byte[] text(String objective, String tree) {
        return ("tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=1\nobjective=" + objective
                        + "\ntree_sizes=100\n\n" + tree + "\nend of trees\n\nparameters:\nend of parameters\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static TreeEnsemble split(int decision) {
        return LightGbmFormat.parse(
                List.of(text("regression", SPLIT.replace("DECISION", Integer.toString(decision)))));
    }

    private static double margin(TreeEnsemble trees, double value) {
        double[] out = new double[1];
        trees.margins(new double[] {0, value}, out);
        return out[0];
    }

    @Test
    void thresholdItselfGoesLeft() {
        TreeEnsemble trees = split(8);

        assertThat(margin(trees, 0.5)).isEqualTo(1.5);
        assertThat(margin(trees, Math.nextUp(0.5))).isEqualTo(-2);
    }

    @Test
    void missingValueGoesByTheKindOfTheSplit() {
        assertThat(margin(split(8), Double.NaN)).isEqualTo(-2); // NaN is missing, right by default
        assertThat(margin(split(10), Double.NaN)).isEqualTo(1.5); // NaN is missing, left by default
        assertThat(margin(split(0), Double.NaN)).isEqualTo(1.5); // none is missing: it stands for 0
        assertThat(margin(split(4), Double.NaN)).isEqualTo(-2); // zero is missing, right by default
        assertThat(margin(split(4), 0)).isEqualTo(-2);
        assertThat(margin(split(4), -1e-36)).isEqualTo(-2);
        assertThat(margin(split(4), -1e-3)).isEqualTo(1.5);
    }

    @Test
    void categoriesOfTheSetGoLeft() {
        TreeEnsemble trees = LightGbmFormat.parse(List.of(text(
                "regression",
                SPLIT.replace("DECISION", "1")
                        .replace("threshold=0.5", "threshold=0")
                        .replace("num_cat=0", "num_cat=1\ncat_boundaries=0 2\ncat_threshold=2147483656 1"))));

        for (int category : new int[] {3, 31, 32}) {
            assertThat(margin(trees, category)).isEqualTo(1.5);
        }
        for (double value : new double[] {0, 4, 33, 64, 1e9, -1, Double.NaN}) {
            assertThat(margin(trees, value)).isEqualTo(-2);
        }
    }

    @Test
    void expectedValueIsByCountsOfRows() {
        TreeShap shap = new TreeShap(split(8));
        double[] out = new double[3];

        shap.explain(new double[] {0, 0}, out);

        assertThat(out).containsExactly(new double[] {0, 0.875, 0.625}, within(1e-12));
    }

    @Test
    void treeWithoutSplitIsItsValue() {
        byte[] leaf = text("regression", "Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=7.25\n");

        assertThat(margin(LightGbmFormat.parse(List.of(leaf)), 3)).isEqualTo(7.25);
    }

    @Test
    void otherKindsAreRefused() {
        String tree = SPLIT.replace("DECISION", "8");

        assertThatThrownBy(() -> LightGbmFormat.parse(List.of(text("poisson", tree))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(poisson)");
        assertThatThrownBy(() -> LightGbmFormat.parse(List.of(text("regression sqrt", tree))))
                .hasMessageContaining("sqrt");
        assertThatThrownBy(() -> LightGbmFormat.parse(
                        List.of(text("regression", tree.replace("is_linear=0", "is_linear=1")))))
                .hasMessageContaining("linear");
        assertThatThrownBy(() -> LightGbmFormat.parse(List.of(text("regression\naverage_output", tree))))
                .hasMessageContaining("averages");
        assertThatThrownBy(() -> LightGbmFormat.parse(
                        List.of(text("regression", tree.replace("split_feature=1", "split_feature=2")))))
                .hasMessageContaining("feature 2 of 2");
    }

    @Test
    void filesOfSeveralQuantilesAreNumbered() {
        byte[] file = text("quantile", SPLIT.replace("DECISION", "8"));
        Task task = new Task.Quantiles(List.of(0.1, 0.9));
        TreeModelCodec codec = new TreeModelCodec(TreeFormat.LIGHTGBM);

        TreeModel model = (TreeModel)
                codec.load(List.of("a", "b"), task, Map.of("model-0.txt", file, "model-1.txt", file));

        assertThat(model.save()).containsOnlyKeys("model-0.txt", "model-1.txt");
        assertThatThrownBy(() -> codec.load(List.of("a", "b"), task, Map.of("model.txt", file)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
