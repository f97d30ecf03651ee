package dev.keelson.learn.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.Model;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import dev.keelson.learn.Task;
import org.junit.jupiter.api.Test;

class XGBoostFormatTest {
    private static final String LEAF = """
        {"tree_param": {"size_leaf_vector": "1"}, "categories_nodes": [], "left_children": [-1], "right_children": [-1],
         "split_indices": [0], "split_conditions": [0.25], "default_left": [0], "loss_changes": [0]}\
        """;
    private static final String STUMP = """
        {"tree_param": {"size_leaf_vector": "1"}, "categories_nodes": [], "left_children": [2, -1, -1],
         "right_children": [1, -1, -1], "split_indices": [1, 0, 0], "split_conditions": [0.1, 1.5, -1.5],
         "default_left": [1, 0, 0], "loss_changes": [8.5, 0, 0]}\
        """;

    private static byte[] model(String booster, String objective, String base, String trees, String info) {
        return """
            {"learner": {"gradient_booster": {"name": "%s", "model": {"trees": [%s], "tree_info": [%s]}},
             "learner_model_param": {"base_score": "%s", "num_class": "3", "num_feature": "2"},
             "objective": {"name": "%s"}}, "version": [3, 1, 1]}\
            """.formatted(booster, trees, info, base, objective).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] softprob() {
        return model("gbtree", "multi:softprob", "[1E-1,-2E-1,0E0]", STUMP + "," + LEAF, "0, 2");
    }

    @Test
    void marginsAreFloatSumsFromTheBase() {
        TreeEnsemble trees = XGBoostFormat.parse(softprob());
        double[] out = new double[3];

        trees.margins(new double[] {0, 5}, out);

        assertThat(out).containsExactly(0.1f + 1.5f, -0.2f, 0.25f);
    }

    @Test
    void valueIsComparedAsFloatAndMissingGoesItsWay() {
        TreeEnsemble trees = XGBoostFormat.parse(softprob());
        double[] equal = new double[3];
        double[] less = new double[3];
        double[] missing = new double[3];

        trees.margins(new double[] {0, 0.1}, equal); // 0.1 as double is below 0.1f, but not as float
        trees.margins(new double[] {0, 0.09}, less);
        trees.margins(new double[] {0, Double.NaN}, missing);

        assertThat(equal[0]).isEqualTo(0.1f + 1.5f);
        assertThat(less[0]).isEqualTo(0.1f - 1.5f);
        assertThat(missing[0]).isEqualTo(less[0]);
    }

    @Test
    void binaryBaseScoreIsAProbability() {
        TreeEnsemble trees = XGBoostFormat.parse(model("gbtree", "binary:logistic", "2.5E-1", LEAF, "0"));
        double[] out = new double[2];

        trees.predict(new double[] {0, 0}, out);

        assertThat(trees.values()).isEqualTo(2);
        assertThat(out[1]).isCloseTo(1 / (1 + Math.exp(-(Math.log(1 / 3.0) + 0.25))), within(1e-7));
        assertThat(out[0] + out[1]).isEqualTo(1);
    }

    @Test
    void importanceIsTheShareOfGain() {
        TreeModel model = new TreeModel(List.of("a", "b"), new Task.Classification(List.of("H", "D", "A")), softprob());

        assertThat(model.importance()).containsExactly(0, 1);
        assertThat(model.ensemble().trees()).isEqualTo(2);
        assertThat(model.ensemble().nodes()).isEqualTo(4);
    }

    @Test
    void unknownKindsAreRefused() {
        assertThatThrownBy(() -> XGBoostFormat.parse(model("dart", "multi:softprob", "0.5", LEAF, "0")))
                .hasMessageContaining("(dart)");
        assertThatThrownBy(() -> XGBoostFormat.parse(model("gbtree", "rank:ndcg", "0.5", LEAF, "0")))
                .hasMessageContaining("(rank:ndcg)");
        assertThatThrownBy(() -> XGBoostFormat.parse(
                        model("gbtree", "multi:softprob", "0.5", LEAF.replace("_nodes\": []", "_nodes\": [1]"), "0")))
                .hasMessageContaining("categories");
    }

    @Test
    void damagedTreesAreRefused() {
        String loop = STUMP.replace("[2, -1, -1]", "[0, -1, -1]").replace("[1, -1, -1]", "[0, -1, -1]");

        assertThatThrownBy(() -> XGBoostFormat.parse(model("gbtree", "multi:softprob", "0.5", loop, "0")))
                .hasMessageContaining("loop");
        assertThatThrownBy(() ->
                        XGBoostFormat.parse(model("gbtree", "multi:softprob", "0.5", STUMP.replace("[2,", "[9,"), "0")))
                .hasMessageContaining("node 9 of 3");
        assertThatThrownBy(() -> XGBoostFormat.parse(model("gbtree", "multi:softprob", "0.5", STUMP, "7")))
                .hasMessageContaining("output 7");
        assertThatThrownBy(() -> XGBoostFormat.parse("{\"learner\": 3}".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("gradient_booster");
    }

    @Test
    void codecChecksNames() {
        Model model =
                new TreeModelCodec().load(List.of("a", "b"), new Task.Classification(List.of("H", "D", "A")), Map.of("model.ubj", softprob()));

        assertThat(model.features()).containsExactly("a", "b");
        assertThatThrownBy(() -> new TreeModelCodec()
                        .load(List.of("a"), new Task.Classification(List.of("H", "D", "A")), Map.of("model.ubj", softprob())))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
