package dev.keelson.boosting.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.tree.TreeEnsemble;
import dev.keelson.learn.tree.TreeModel;
import dev.keelson.learn.tree.TreeShap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.Test;

/** Shapley values against those of XGBoost, over depths at which features repeat on a path. */
final class TreeShapTest {

    private static TrainingSet rows(int n, int width, long seed, Task task) {
        Random random = new Random(seed);
        double[][] columns = new double[width][n];
        int[] labels = new int[n];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            double score = 0;
            for (int j = 0; j < width; j++) {
                double value = random.nextGaussian();
                columns[j][i] = random.nextInt(8) == 0 ? Double.NaN : value;
                score += value * (j % 3) + (j > 0 && columns[j - 1][i] > 0 ? value : 0);
            }
            values[i] = score;
            labels[i] = score > 1 ? 0 : score > -1 ? 1 : 2;
        }
        List<String> names = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            names.add("f" + j);
        }
        Target target = task instanceof Task.Classification classification
                ? new Target.Classes(clipped(labels, classification.classes().size()), classification.classes())
                : new Target.Numbers(values, task);
        return new TrainingSet(new FeatureMatrix(names, columns, n), target, null);
    }

    private static int[] clipped(int[] labels, int classes) {
        int[] clipped = labels.clone();
        for (int i = 0; i < clipped.length; i++) {
            clipped[i] = Math.min(clipped[i], classes - 1);
        }
        return clipped;
    }

    @Test
    void contributionsAgreeWithTheLibraryAndSumToTheMargin() throws Exception {
        List<Task> tasks = List.of(
                new Task.Regression(),
                new Task.Classification(List.of("no", "yes")),
                new Task.Classification(List.of("H", "D", "A")));
        for (int depth : new int[] {1, 2, 3, 6, 12}) {
            for (Task task : tasks) {
                TrainingSet set = rows(400, 5, depth, task);
                TreeModel model = (TreeModel) new XGBoostLearner(XGBoostConfig.of(Map.of(
                                "rounds", 12L, "max_depth", (long) depth, "min_child_weight", 0.5, "eta", 0.3)))
                        .fit(set, 3);
                TreeEnsemble trees = model.ensemble();
                TreeShap shap = new TreeShap(trees);
                Booster booster = XGBoost.loadModel(model.save().get("model.ubj"));
                float[][] theirs = booster.predictContrib(XGBoostLearner.matrix(set.features()), 0);
                double[] row = new double[5];
                double[] ours = new double[shap.length()];
                double[] margins = new double[Math.max(2, trees.outputs())];

                for (int i = 0; i < 400; i++) {
                    set.features().row(i, row);
                    shap.explain(row, ours);
                    trees.margins(row, margins);

                    for (int k = 0; k < trees.outputs(); k++) {
                        double sum = 0;
                        for (int j = 0; j <= 5; j++) {
                            sum += ours[k * 6 + j];
                            assertThat(ours[k * 6 + j])
                                    .as("depth %d, %s, row %d", depth, task, i)
                                    .isCloseTo(theirs[i][k * 6 + j], within(2e-4));
                        }
                        assertThat(sum).isCloseTo(margins[k], within(1e-5));
                    }
                }
            }
        }
    }
}
