package dev.keelson.boosting.xgboost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.tree.TreeEnsemble;
import dev.keelson.learn.tree.TreeModel;
import dev.keelson.learn.tree.XGBoostFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.Test;

/** Our evaluator against the library that trained the trees. */
class XGBoostEvaluatorTest {

    /** Rows with ties on thresholds, missing values, extremes and values that differ as doubles but not as floats. */
    private static TrainingSet rows(int n, int width, int classes, Random random) {
        double[][] columns = new double[width][n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            double score = 0;
            for (int j = 0; j < width; j++) {
                double value = switch (j % 4) {
                    case 0 -> random.nextGaussian();
                    case 1 -> random.nextInt(5) / 10.0;
                    case 2 -> 1e6 + random.nextInt(50) * 1e-3;
                    default -> random.nextGaussian() * Math.pow(10, random.nextInt(80) - 40);
                };
                columns[j][i] = random.nextInt(12) == 0 ? Double.NaN : value;
                score += Double.isNaN(columns[j][i]) ? 0.3 : j % 4 < 2 ? value : 0;
            }
            labels[i] = Math.floorMod((int) Math.floor(score + random.nextGaussian()), classes);
        }
        List<String> names = new ArrayList<>();
        List<String> classNames = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            names.add("f" + j);
        }
        for (int k = 0; k < classes; k++) {
            classNames.add("c" + k);
        }
        return new TrainingSet(new FeatureMatrix(names, columns, n), labels, classNames, null);
    }

    private static void compare(TreeModel model, FeatureMatrix features) throws XGBoostError, IOException {
        TreeEnsemble trees = model.ensemble();
        Booster booster = XGBoost.loadModel(fileOf(model));
        DMatrix matrix = XGBoostLearner.matrix(features);
        float[][] margins = booster.predict(matrix, true);
        float[][] probabilities = booster.predict(matrix);
        double[] row = new double[features.width()];
        double[] ours = new double[trees.values()];
        for (int i = 0; i < features.rows(); i++) {
            features.row(i, row);
            trees.margins(row, ours);
            for (int k = 0; k < trees.outputs(); k++) {
                assertThat(Float.floatToRawIntBits((float) ours[k]))
                        .as("margin %d of row %d", k, i)
                        .isEqualTo(Float.floatToRawIntBits(margins[i][k]));
            }
            model.predict(row, ours);
            boolean binary = trees.outputs() == 1;
            for (int k = 0; k < trees.outputs(); k++) {
                float theirs = probabilities[i][k];
                float mine = (float) ours[binary ? 1 : k];
                assertThat(Math.abs(mine - theirs)).isLessThanOrEqualTo(2 * Math.ulp(theirs));
            }
        }
        booster.dispose();
        matrix.dispose();
    }

    private static byte[] fileOf(TreeModel model) {
        return model.save().values().iterator().next();
    }

    @Test
    void marginsAreBitEqualToTheLibrary() throws XGBoostError, IOException {
        for (int trial = 0; trial < 12; trial++) {
            Random random = new Random(trial);
            int classes = 2 + trial % 4;
            TrainingSet set = rows(400, 3 + trial, classes, random);
            XGBoostConfig config = XGBoostConfig.of(Map.of(
                    "rounds", 20L + trial * 3L, "max_depth", 1L + trial % 7, "min_child_weight", 0.5, "eta", 0.3));

            TreeModel model = (TreeModel) new XGBoostLearner(config).fit(set, trial);

            compare(model, set.features());
            compare(model, rows(300, 3 + trial, classes, random).features());
        }
    }

    @Test
    void libraryDefaultsAndItsJsonAreReadToo() throws XGBoostError, IOException {
        XGBoostProvider.requireNatives();
        for (int classes = 2; classes <= 3; classes++) {
            TrainingSet set = rows(500, 6, classes, new Random(99));
            DMatrix matrix = XGBoostLearner.matrix(set.features());
            float[] labels = new float[500];
            for (int i = 0; i < 500; i++) {
                labels[i] = set.labels()[i];
            }
            matrix.setLabel(labels);
            Map<String, Object> parameters = classes == 2
                    ? Map.of("objective", "binary:logistic", "nthread", 1, "num_parallel_tree", 2)
                    : Map.of("objective", "multi:softprob", "num_class", 3, "nthread", 1);
            Booster booster = XGBoost.train(matrix, parameters, 10, Map.of(), null, null);

            TreeEnsemble ubjson = XGBoostFormat.parse(booster.toByteArray("ubj"));
            TreeEnsemble json = XGBoostFormat.parse(booster.toByteArray("json"));

            float[][] margins = booster.predict(matrix, true);
            double[] row = new double[6];
            double[] fromUbjson = new double[classes];
            double[] fromJson = new double[classes];
            for (int i = 0; i < 500; i++) {
                set.features().row(i, row);
                ubjson.margins(row, fromUbjson);
                json.margins(row, fromJson);
                for (int k = 0; k < ubjson.outputs(); k++) {
                    assertThat((float) fromUbjson[k]).isEqualTo(margins[i][k]);
                    assertThat((float) fromJson[k]).isEqualTo(margins[i][k]);
                }
            }
        }
    }

    @Test
    void binaryBaseMarginIsTheLibrarysLogit() throws XGBoostError, IOException {
        Random random = new Random(3);
        for (int trial = 0; trial < 40; trial++) {
            int n = 30 + random.nextInt(200);
            int[] labels = new int[n];
            Arrays.fill(labels, 0, 1 + random.nextInt(n - 1), 1);
            TrainingSet set = new TrainingSet(
                    new FeatureMatrix(
                            List.of("x"), new double[][] {random.doubles(n).toArray()}, n),
                    labels,
                    List.of("no", "yes"),
                    null);

            TreeModel model = (TreeModel) new XGBoostLearner(XGBoostConfig.of(Map.of("rounds", 1L))).fit(set, 1);

            compare(model, set.features());
        }
    }

    @Test
    void damagedFilesNeverEndInAnotherError() {
        TrainingSet set = rows(200, 4, 3, new Random(8));
        byte[] file = fileOf((TreeModel) new XGBoostLearner(XGBoostConfig.of(Map.of("rounds", 3L))).fit(set, 1));
        Random random = new Random(1);

        for (int trial = 0; trial < 1_000; trial++) {
            byte[] damaged = file.clone();
            for (int change = 0; change <= trial % 3; change++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                XGBoostFormat.parse(damaged);
            } catch (IllegalArgumentException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
    }
}
