package dev.keelson.boosting.xgboost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.tree.TreeEnsemble;
import dev.keelson.learn.tree.XGBoostFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import org.junit.jupiter.api.Test;

/** Monotone features, categories and devices. */
final class XGBoostConstraintsTest {

    private static TrainingSet rows(int n, Task task) {
        Random random = new Random(4);
        double[][] columns = new double[4][n];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            for (double[] column : columns) {
                column[i] = random.nextGaussian();
            }
            values[i] = columns[0][i] - Math.sin(3 * columns[1][i]) + random.nextGaussian();
        }
        FeatureMatrix features = new FeatureMatrix(List.of("up", "wave", "c", "d"), columns, n);
        if (task instanceof Task.Classification classification) {
            int[] labels = new int[n];
            for (int i = 0; i < n; i++) {
                labels[i] = values[i] > 0 ? 1 : 0;
            }
            return new TrainingSet(features, labels, classification.classes(), null);
        }
        return new TrainingSet(features, new Target.Numbers(values, task), null);
    }

    private static boolean rises(Model model, int feature, int direction) {
        int last = model.task().outputs().size() - 1;
        double[] out = new double[last + 1];
        Random random = new Random(9);
        for (int trial = 0; trial < 50; trial++) {
            double[] row = random.doubles(4, -2, 2).toArray();
            double before = Double.NEGATIVE_INFINITY;
            for (double x = -3; x <= 3; x += 0.1) {
                row[feature] = x * direction;
                model.predict(row, out);
                if (out[last] < before) {
                    return false;
                }
                before = out[last];
            }
        }
        return true;
    }

    @Test
    void constrainedFeaturesAreMonotone() {
        Map<String, Object> bound = Map.of("max_depth", 6L, "monotone", "up:+1, wave:-1");
        for (Task task : List.of(new Task.Regression(), new Task.Classification(List.of("no", "yes")))) {
            TrainingSet set = rows(800, task);
            for (Learner learner : List.<Learner>of(
                    new XGBoostLearner(XGBoostConfig.of(bound)), new RandomForestLearner(RandomForestConfig.of(bound)))) {
                Model model = learner.fit(set, 1);

                assertThat(rises(model, 0, 1)).isTrue();
                assertThat(rises(model, 1, -1)).isTrue();
            }
            assertThat(rises(new XGBoostLearner(XGBoostConfig.of(Map.of("max_depth", 6L))).fit(set, 1), 1, -1))
                    .isFalse();
        }
    }

    @Test
    void impossibleConstraintsAreRefused() {
        Learner learner = new XGBoostLearner(XGBoostConfig.of(Map.of("monotone", "upp:+1")));

        assertThatThrownBy(() -> learner.fit(rows(100, new Task.Regression()), 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("xgboost.monotone names the feature upp")
                .hasMessageContaining("`up`");
        assertThatThrownBy(() -> learner.fit(rows(100, new Task.Classification(List.of("a", "b", "c"))), 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("two classes");
        assertThatThrownBy(() -> XGBoostConfig.of(Map.of("monotone", "up:2")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("up:2");
    }

    @Test
    void categoriesAreEvaluatedBitByBit() throws Exception {
        XGBoostProvider.requireNatives();
        Random random = new Random(6);
        for (int oneHot : new int[] {1, 100}) {
            int n = 500;
            float[] values = new float[n * 3];
            float[] labels = new float[n];
            for (int i = 0; i < n; i++) {
                int category = random.nextInt(60);
                values[i * 3] = random.nextInt(15) == 0 ? Float.NaN : category;
                values[i * 3 + 1] = random.nextFloat();
                values[i * 3 + 2] = random.nextInt(4);
                labels[i] = category * 7919 % 13 + values[i * 3 + 1] + random.nextFloat();
            }
            DMatrix matrix = new DMatrix(values, n, 3, Float.NaN);
            matrix.setFeatureTypes(new String[] {"c", "q", "c"});
            matrix.setLabel(labels);
            Booster booster = XGBoost.train(
                    matrix, Map.of("max_cat_to_onehot", oneHot, "nthread", 1, "max_depth", 6), 8, Map.of(), null, null);

            TreeEnsemble ubjson = XGBoostFormat.parse(booster.toByteArray("ubj"));
            TreeEnsemble json = XGBoostFormat.parse(booster.toByteArray("json"));

            // then also on categories that no row had
            for (int i = 0; i < n; i += 5) {
                values[i * 3] = 60 + i;
            }
            DMatrix unseen = new DMatrix(values, n, 3, Float.NaN);
            unseen.setFeatureTypes(new String[] {"c", "q", "c"});
            float[][] theirs = booster.predict(unseen, true);
            double[] ours = new double[1];
            double[] row = new double[3];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < 3; j++) {
                    row[j] = values[i * 3 + j];
                }
                for (TreeEnsemble trees : List.of(ubjson, json)) {
                    trees.margins(row, ours);
                    assertThat((float) ours[0]).isEqualTo(theirs[i][0]);
                }
            }
        }
    }

    @Test
    void deviceThatIsNotThereIsRefusedAndNotReplaced() {
        XGBoostProvider.requireNatives();
        assumeThat(XGBoostDevice.builtForCuda() && XGBoostDevice.cudaDevices() > 0)
                .as("only where no GPU can be used")
                .isFalse();

        assertThatThrownBy(() -> new XGBoostLearner(XGBoostConfig.of(Map.of("device", "cuda")))
                        .fit(rows(50, new Task.Regression()), 1))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY))
                .hasMessageContaining("xgboost.device (cuda) cannot be used")
                .hasMessageContaining("device: cpu");
        assertThatThrownBy(() -> XGBoostConfig.of(Map.of("device", "gpu")))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("[cpu, cuda]");
    }
}
