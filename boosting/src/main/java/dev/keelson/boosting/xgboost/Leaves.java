package dev.keelson.boosting.xgboost;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.FloatNode;
import dev.keelson.learn.tree.TreeModel;
import java.io.IOException;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Moves the leaves of saved trees. */
final class Leaves {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .build();
    private static final int NO_CHILD = -1;

    private Leaves() {}

    /**
     * A model whose leaves lie part of the way from its own values to those of the same trees refitted. As the trees are
     * the same, its margins lie the same part of the way.
     *
     * @param base the model
     * @param refitted the same trees, their leaves fitted to other rows alone
     * @param share how far they move, 0 to 1
     */
    static TreeModel moved(TreeModel base, Booster refitted, double share) throws XGBoostError {
        try {
            Booster own = XGBoost.loadModel(base.files().getFirst());
            try {
                JsonNode document = MAPPER.readTree(own.toByteArray("json"));
                JsonNode trees = trees(document);
                JsonNode others = trees(MAPPER.readTree(refitted.toByteArray("json")));
                for (int t = 0; t < trees.size(); t++) {
                    move(trees.path(t), others.path(t), share);
                }
                Booster moved = XGBoost.loadModel(MAPPER.writeValueAsBytes(document));
                try {
                    return new TreeModel(base.features(), base.task(), moved.toByteArray("ubj"));
                } finally {
                    moved.dispose();
                }
            } finally {
                own.dispose();
            }
        } catch (IOException e) {
            throw new IllegalStateException("The library saved trees that are no JSON.", e);
        }
    }

    private static JsonNode trees(JsonNode document) {
        return document.at("/learner/gradient_booster/model/trees");
    }

    private static void move(JsonNode tree, JsonNode other, double share) {
        JsonNode left = tree.path("left_children");
        ArrayNode values = (ArrayNode) tree.path("split_conditions"); // of a leaf its value stands here
        ArrayNode weights = (ArrayNode) tree.path("base_weights");
        for (int node = 0; node < left.size(); node++) {
            if (left.path(node).asInt() == NO_CHILD && other.path("sum_hessian").path(node).asDouble() > 0) {
                double from = values.path(node).asDouble();
                double to = other.path("split_conditions").path(node).asDouble();
                FloatNode value = FloatNode.valueOf((float) (from + share * (to - from)));
                values.set(node, value);
                weights.set(node, value);
            }
        }
    }
}
