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
import dev.keelson.learn.tree.TreeShap;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Boosted trees of depth 6 for two classes over 30 features: rows scored in a batch on two threads by our evaluator and
 * by XGBoost (which keeps the predictions of a matrix, so that each call has its own, built beforehand and, apart, within
 * the time), and Shapley values of rows by both on one thread.
 */
public final class TreesBenchmark implements Task {
    private static final int FEATURES = 30;
    private static final int TRAINING_ROWS = 10_000;
    private static final int SCORED = 500;
    private static final int EXPLAINED = 200;
    private static final int THREADS = 2;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = arguments.number("rows", 50_000);
        int repeats = arguments.number("repeats", 5);
        TrainingSet training = rows(TRAINING_ROWS, 1);
        FeatureMatrix features = rows(rows, 2).features();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("rows", rows);
        node.put("features", FEATURES);
        score(node.putObject("score_500_trees"), model(training, SCORED), features, repeats);
        FeatureMatrix few = features.take(IntStream.range(0, Math.min(rows, 500)).toArray());
        explain(node.putObject("explain_200_trees"), model(training, EXPLAINED), few, repeats);
        return node;
    }

    static TrainingSet rows(int n, long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[FEATURES][n];
        int[] labels = new int[n];
        List<String> names = new ArrayList<>();
        for (int j = 0; j < FEATURES; j++) {
            names.add("f" + j);
        }
        for (int i = 0; i < n; i++) {
            double score = random.nextGaussian();
            for (int j = 0; j < FEATURES; j++) {
                double value = random.nextGaussian();
                columns[j][i] = random.nextInt(20) == 0 ? Double.NaN : value;
                score += j % 3 == 0 ? Math.abs(value) - 0.8 : value / (1 + j);
            }
            labels[i] = score > 0 ? 1 : 0;
        }
        return new TrainingSet(new FeatureMatrix(names, columns, n), labels, List.of("no", "yes"), null);
    }

    private static TreeModel model(TrainingSet rows, int trees) {
        return (TreeModel) new XGBoostLearner(XGBoostConfig.of(Map.of(
                        "rounds", (long) trees, "max_depth", 6L, "min_child_weight", 1L, "nthread", (long) THREADS)))
                .fit(rows, 1);
    }

    private static Booster library(TreeModel model, int threads) throws Exception {
        Booster booster = XGBoost.loadModel(new ByteArrayInputStream(model.save().get("model.ubj")));
        booster.setParam("nthread", threads);
        return booster;
    }

    private static DMatrix matrix(FeatureMatrix features) throws XGBoostError {
        return new DMatrix(floats(features), features.rows(), features.width(), Float.NaN);
    }

    /** Row by row. */
    static float[] floats(FeatureMatrix features) {
        int width = features.width();
        float[] values = new float[features.rows() * width];
        for (int j = 0; j < width; j++) {
            for (int i = 0; i < features.rows(); i++) {
                values[i * width + j] = (float) features.columns()[j][i];
            }
        }
        return values;
    }

    private static void score(ObjectNode node, TreeModel model, FeatureMatrix features, int repeats) throws Exception {
        int rows = features.rows();
        double[] out = new double[rows * 2];
        Timing ours;
        try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Boolean>> parts = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int from = rows / THREADS * t;
                int to = t == THREADS - 1 ? rows : rows / THREADS * (t + 1);
                FeatureMatrix part = features.take(IntStream.range(from, to).toArray());
                parts.add(() -> {
                    System.arraycopy(model.predictAll(part), 0, out, from * 2, (to - from) * 2);
                    return true;
                });
            }
            ours = Timing.of(3, repeats, () -> {
                for (Future<Boolean> part : pool.invokeAll(parts)) {
                    part.get();
                }
                return out;
            });
        }
        Booster booster = library(model, THREADS);
        List<DMatrix> built = new ArrayList<>();
        for (int i = 0; i < repeats + 2; i++) {
            built.add(matrix(features));
        }
        List<DMatrix> fresh = new ArrayList<>(built);
        float[][] predicted = booster.predict(fresh.removeFirst());
        Timing theirs = Timing.of(1, repeats, () -> booster.predict(fresh.removeFirst()));
        built.forEach(DMatrix::dispose);
        Timing theirsWithMatrix = Timing.of(1, repeats, () -> {
            DMatrix own = matrix(features);
            try {
                return booster.predict(own);
            } finally {
                own.dispose();
            }
        });
        node.put("largest_difference", largestDifference(out, predicted));
        node.put("our_rows_a_second", ours.rate(rows));
        node.put("xgboost_rows_a_second", theirs.rate(rows));
        node.put("xgboost_rows_a_second_with_matrix", theirsWithMatrix.rate(rows));
        node.put("faster", Timing.rounded(theirs.medianSeconds() / ours.medianSeconds()));
        node.put("faster_with_matrix", Timing.rounded(theirsWithMatrix.medianSeconds() / ours.medianSeconds()));
        booster.dispose();
    }

    private static double largestDifference(double[] ours, float[][] theirs) {
        double most = 0;
        for (int i = 0; i < theirs.length; i++) {
            most = Math.max(most, Math.abs(ours[i * 2 + 1] - theirs[i][0]));
        }
        return most;
    }

    private static void explain(ObjectNode node, TreeModel model, FeatureMatrix features, int repeats) throws Exception {
        int rows = features.rows();
        TreeShap shap = new TreeShap(model.ensemble());
        double[] row = new double[FEATURES];
        double[] out = new double[shap.length()];
        Timing ours = Timing.of(2, repeats, () -> {
            for (int i = 0; i < rows; i++) {
                features.row(i, row);
                shap.explain(row, out);
            }
            return out;
        });
        Booster booster = library(model, 1);
        DMatrix matrix = matrix(features);
        Timing theirs = Timing.of(1, repeats, () -> booster.predictContrib(matrix, 0));
        node.put("our_us_a_row", Timing.rounded(ours.medianSeconds() * 1e6 / rows));
        node.put("xgboost_us_a_row", Timing.rounded(theirs.medianSeconds() * 1e6 / rows));
        node.put("faster", Timing.rounded(theirs.medianSeconds() / ours.medianSeconds()));
        matrix.dispose();
        booster.dispose();
    }
}
