package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.boosting.xgboost.XGBoostConfig;
import dev.keelson.boosting.xgboost.XGBoostLearner;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.tree.TreeModel;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;

/**
 * One fit through the learner, from our columns to a model that can predict, beside the bare library, from floats row by row to
 * the bytes of its model. The calls take turns; the bytes of both must be the same.
 */
public final class FitBenchmark implements Task {
    private static final int THREADS = 2;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = arguments.number("rows", 50_000);
        int rounds = arguments.number("rounds", 300);
        int repeats = arguments.number("repeats", 5);
        TrainingSet training = TreesBenchmark.rows(rows, 1);
        XGBoostConfig config = XGBoostConfig.of(Map.of("rounds", (long) rounds, "max_depth", 6L, "nthread", (long) THREADS));
        XGBoostLearner learner = new XGBoostLearner(config);
        float[] values = TreesBenchmark.floats(training.features());
        float[] labels = new float[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = training.labels()[i];
        }
        long[] ours = new long[repeats];
        long[] bare = new long[repeats];
        boolean same = true;
        for (int i = -1; i < repeats; i++) { // the first pair warms up
            long start = System.nanoTime();
            TreeModel model = (TreeModel) learner.fit(training, 1);
            long between = System.nanoTime();
            byte[] bytes = bare(config, values, labels, training.features());
            long end = System.nanoTime();
            same &= Arrays.equals(bytes, model.save().get("model.ubj"));
            if (i >= 0) {
                ours[i] = between - start;
                bare[i] = end - between;
            }
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("rows", rows);
        node.put("features", training.features().width());
        node.put("rounds", rounds);
        node.put("threads", THREADS);
        node.put("same_bytes", same);
        Timing through = new Timing(ours);
        Timing library = new Timing(bare);
        node.set("keelson", through.millis());
        node.set("xgboost", library.millis());
        node.put("ratio", Math.round(1000 * through.medianSeconds() / library.medianSeconds()) / 1000.0);
        return node;
    }

    private static byte[] bare(XGBoostConfig config, float[] values, float[] labels, FeatureMatrix features) throws Exception {
        double ones = 0;
        for (float label : labels) {
            ones += label;
        }
        Map<String, Object> parameters = new TreeMap<>();
        parameters.put("objective", "binary:logistic");
        parameters.put("base_score", Float.toString((float) ((ones + 0.5) / (labels.length + 1))));
        parameters.put("device", "cpu");
        parameters.put("tree_method", "hist");
        parameters.put("eta", config.eta());
        parameters.put("max_depth", config.maxDepth());
        parameters.put("min_child_weight", config.minChildWeight());
        parameters.put("subsample", config.subsample());
        parameters.put("colsample_bytree", config.colsample());
        parameters.put("lambda", config.lambda());
        parameters.put("max_bin", config.maxBin());
        parameters.put("nthread", config.nthread());
        parameters.put("seed", 1);
        parameters.put("verbosity", 0);
        parameters.put("disable_default_eval_metric", 1);
        DMatrix matrix = new DMatrix(values, labels.length, features.width(), Float.NaN);
        try {
            matrix.setLabel(labels);
            Booster booster = XGBoost.train(matrix, parameters, config.rounds(), Map.of(), null, null);
            try {
                return booster.toByteArray("ubj");
            } finally {
                booster.dispose();
            }
        } finally {
            matrix.dispose();
        }
    }
}
