package dev.keelson.boosting.lightgbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Target;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.tree.LightGbmFormat;
import dev.keelson.learn.tree.TreeEnsemble;
import dev.keelson.learn.tree.TreeModel;
import dev.keelson.learn.tree.TreeShap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Our evaluator against LightGBM. */
final class LightGbmEvaluatorTest {
    private static final List<Task> TASKS = List.of(
            new Task.Regression(),
            new Task.Classification(List.of("no", "yes")),
            new Task.Classification(List.of("H", "D", "A")),
            new Task.Classification(List.of("a", "b", "c", "d", "e")),
            new Task.Quantiles(List.of(0.3)));

    /** Rows with ties, missing values, zeros, extremes, whole numbers and values next to each other. */
    private static TrainingSet rows(int n, int width, Task task, long seed) {
        Random random = new Random(seed);
        double[][] columns = new double[width][n];
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < width; j++) {
                double value = switch (j % 6) {
                    case 0 -> random.nextGaussian();
                    case 1 -> random.nextInt(5) / 10.0;
                    case 2 -> 1 + random.nextInt(50) * 1e-15;
                    case 3 -> random.nextGaussian() * Math.pow(10, random.nextInt(500) - 250);
                    case 4 -> random.nextInt(3) == 0 ? 0 : random.nextGaussian() * 1e-35;
                    default -> random.nextInt(40);
                };
                columns[j][i] = j % 2 == 0 && random.nextInt(12) == 0 ? Double.NaN : value;
                values[i] += Double.isNaN(columns[j][i]) ? 0.3 : j % 6 < 2 ? value : j % 6 == 5 ? value % 3 : 0;
            }
            values[i] += random.nextGaussian();
        }
        List<String> names = new ArrayList<>();
        for (int j = 0; j < width; j++) {
            names.add("f" + j);
        }
        Target target;
        if (task instanceof Task.Classification classification) {
            int[] labels = new int[n];
            for (int i = 0; i < n; i++) {
                labels[i] = Math.floorMod((int) Math.floor(values[i]), classification.classes().size());
            }
            target = new Target.Classes(labels, classification.classes());
        } else {
            target = new Target.Numbers(values, task);
        }
        return new TrainingSet(new FeatureMatrix(names, columns, n), target, null);
    }

    private static void compare(byte[] text, TreeEnsemble trees, FeatureMatrix features) throws Exception {
        LightGbmLibrary library = LightGbmNatives.load();
        int outputs = trees.outputs();
        int stride = features.width() + 1;
        TreeShap shap = new TreeShap(trees);
        try (LightGbmLibrary.Booster booster = library.load(text)) {
            double[] margins = booster.predict(features, LightGbmLibrary.Kind.RAW, outputs);
            double[] normal = booster.predict(features, LightGbmLibrary.Kind.NORMAL, outputs);
            FeatureMatrix explained = features.take(IntStream.range(0, 40).toArray());
            double[] theirs = booster.predict(explained, LightGbmLibrary.Kind.CONTRIBUTIONS, outputs * stride);
            double[] row = new double[features.width()];
            double[] ours = new double[Math.max(2, outputs)];
            double[] contributions = new double[shap.length()];
            for (int i = 0; i < features.rows(); i++) {
                features.row(i, row);
                trees.margins(row, ours);
                for (int k = 0; k < outputs; k++) {
                    assertThat(ours[k]).isEqualTo(margins[i * outputs + k]);
                }
                trees.predict(row, ours);
                for (int k = 0; k < outputs; k++) {
                    double expected = normal[i * outputs + k];
                    double mine = ours[trees.values() > outputs ? 1 : k];
                    assertThat(mine).isCloseTo(expected, within(8 * Math.ulp(expected)));
                }
                if (i < explained.rows()) {
                    shap.explain(row, contributions);
                    for (int j = 0; j < contributions.length; j++) {
                        assertThat(contributions[j])
                                .as("contribution %d of row %d", j, i)
                                .isCloseTo(theirs[i * contributions.length + j], within(1e-6));
                    }
                }
            }
        }
    }

    @Test
    void marginsAreBitEqualAndContributionsAgree() throws Exception {
        for (int trial = 0; trial < 15; trial++) {
            Task task = TASKS.get(trial % TASKS.size());
            TrainingSet set = rows(400, 3 + trial, task, trial);
            LightGbmConfig config = LightGbmConfig.of(Map.of(
                    "rounds", 15L + trial * 2L, "num_leaves", 3L + trial * 4L, "min_data_in_leaf", 2L, "eta", 0.3));

            TreeModel model = (TreeModel) new LightGbmLearner(config).fit(set, trial);

            byte[] text = file(model);
            compare(text, model.ensemble(), set.features());
            compare(text, model.ensemble(), rows(200, 3 + trial, task, trial + 100).features());
        }
    }

    @Test
    void deepTreesAndTreesWithoutSplitsAreRead() throws Exception {
        Task task = new Task.Regression();
        TrainingSet set = rows(1_500, 4, task, 5);
        for (Map<String, Object> settings : List.<Map<String, Object>>of(
                Map.of("rounds", 5L, "num_leaves", 1_000L, "min_data_in_leaf", 1L, "lambda", 0L),
                Map.of("rounds", 5L, "min_data_in_leaf", 1_000L))) {
            TreeModel model = (TreeModel) new LightGbmLearner(LightGbmConfig.of(settings)).fit(set, 1);

            compare(file(model), model.ensemble(), set.features());
        }
    }

    /** What our learner never asks for, but files of others hold. */
    @Test
    void categoriesZerosAsMissingAndNoMissingAreRead() throws Exception {
        LightGbmLibrary library = LightGbmNatives.load();
        for (String further : List.of(
                "categorical_feature=1,5 max_cat_to_onehot=4 cat_smooth=1 min_data_per_group=5",
                "categorical_feature=5 max_cat_to_onehot=64 min_data_per_group=5",
                "zero_as_missing=true",
                "use_missing=false")) {
            for (Task task : TASKS) {
                TrainingSet set = rows(300, 7, task, 3);
                double[] column = set.features().columns()[1];
                for (int i = 0; i < column.length; i++) {
                    column[i] = i % 9 == 0 ? 0 : column[i] * 10;
                }
                int classes = task instanceof Task.Classification several ? several.classes().size() : 0;
                String objective =
                        switch (classes) {
                            case 0 -> "regression";
                            case 2 -> "binary";
                            default -> "multiclass num_class=" + classes;
                        };
                String parameters = "num_leaves=31 min_data_in_leaf=5 verbosity=-1 num_threads=1 deterministic=true"
                        + " force_row_wise=true " + further + " objective=" + objective;
                float[] targets = new float[300];
                for (int i = 0; i < 300; i++) {
                    targets[i] = classes == 0 ? (float) set.values()[i] : set.labels()[i];
                }
                byte[] text;
                try (LightGbmLibrary.Dataset dataset = library.new Dataset(set.features(), parameters, null)) {
                    dataset.set("label", targets);
                    try (LightGbmLibrary.Booster booster = library.booster(dataset, parameters)) {
                        for (int round = 0; round < 12; round++) {
                            booster.update();
                        }
                        text = booster.save(12);
                    }
                }

                compare(text, LightGbmFormat.parse(List.of(text)), unseen(set.features()));
            }
        }
    }

    /** The same rows with categories that no row had, negative and broken ones. */
    private static FeatureMatrix unseen(FeatureMatrix features) {
        double[][] columns = new double[features.width()][];
        for (int j = 0; j < columns.length; j++) {
            columns[j] = features.columns()[j].clone();
            for (int i = 0; i < columns[j].length; i++) {
                columns[j][i] = switch (i % 11) {
                    case 0 -> 97 + i;
                    case 1 -> -3;
                    case 2 -> 3.7;
                    case 3 -> -0.5;
                    case 4 -> Double.NaN;
                    case 5 -> 0;
                    default -> columns[j][i];
                };
            }
        }
        return new FeatureMatrix(features.names(), columns, features.rows());
    }

    @Test
    void damagedFilesNeverEndInAnotherError() {
        TrainingSet set = rows(200, 4, TASKS.get(2), 8);
        byte[] file = file(new LightGbmLearner(LightGbmConfig.of(Map.of("rounds", 3L))).fit(set, 1));
        Random random = new Random(1);

        for (int trial = 0; trial < 1_000; trial++) {
            byte[] damaged = file.clone();
            for (int change = 0; change <= trial % 3; change++) {
                damaged[random.nextInt(damaged.length)] = (byte) (32 + random.nextInt(96));
            }
            try {
                LightGbmFormat.parse(List.of(damaged));
            } catch (IllegalArgumentException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            }
        }
        assertThat(new String(file, StandardCharsets.UTF_8)).contains("objective=multiclass num_class:3");
    }

    private static byte[] file(Model model) {
        return Objects.requireNonNull(model.save().get("model.txt"));
    }
}
