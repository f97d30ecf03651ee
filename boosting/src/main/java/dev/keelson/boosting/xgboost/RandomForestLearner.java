package dev.keelson.boosting.xgboost;

import dev.keelson.boosting.internal.Native;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.tree.TreeFormat;
import dev.keelson.learn.tree.TreeModel;
import dev.keelson.learn.tree.XGBoostFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * A random forest: trees grown side by side by squared error on random rows, each split on random features, and
 * averaged. XGBoost grows them as one round of parallel trees.
 *
 * <p>With classes a tree estimates the indicator of a class, so that a leaf holds the class's share of its rows and a
 * forest averages probabilities, not votes or margins: of the second of two classes, or of each of several, in
 * proportion to their sum. {@code smoothing} rows of the overall mean are added to each leaf (an m-estimate), which keeps
 * probabilities away from 0 and 1.
 *
 * <p>Sources: Breiman, L. (2001), Random forests, Machine Learning 45; Malley, J. D. et al. (2012), Probability machines,
 * Methods of Information in Medicine 51; Cestnik, B. (1990), Estimating probabilities, ECAI, for the m-estimate. Unlike
 * the first, rows are drawn without replacement.
 *
 * <p>The forest is one step: validation rows tell its loss, and there is nothing to stop early. The same rows, settings
 * and seed give the same bytes. Native code runs in the fit alone. Safe for use by several threads.
 */
public final class RandomForestLearner implements Learner {
    static final String NAME = "random_forest";

    private static final double ADDED = 0.5;

    private final RandomForestConfig config;

    /** A learner with settings. */
    public RandomForestLearner(RandomForestConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Object> settings() {
        return config.settings();
    }

    @Override
    public boolean supports(Task task) {
        return !(task instanceof Task.Quantiles);
    }

    @Override
    public boolean readsCategories() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws KeelsonException NATIVE_LIBRARY_MISSING naming the package to install; NOT_READY if a GPU is asked for
     *     where there is none; UNKNOWN_REFERENCE or BAD_VALUE if a constraint cannot be kept
     */
    @Override
    public Fit fit(TrainingSet rows, FitControl control, long seed) {
        if (!supports(rows.task())) {
            throw new IllegalArgumentException(
                    "A random forest tells classes or a value, not %s.".formatted(rows.task().outputs()));
        }
        config.monotone().requireKept(NAME, rows.task());
        SortedMap<String, Object> parameters = parameters(rows, seed);
        XGBoostNatives.load();
        XGBoostDevice.require(NAME, config.device());
        TreeModel model = new TreeModel(
                TreeFormat.RANDOM_FOREST, rows.features().names(), rows.task(), forests(rows, parameters));
        if (control.validation().isEmpty()) {
            return Fit.of(model);
        }
        TrainingSet held = control.validation().get();
        double loss = ValidationLoss.of(held, model.predictAll(held.features()));
        control.monitor().after(1, loss);
        return new Fit(model, 1, List.of(loss));
    }

    private List<byte[]> forests(TrainingSet rows, SortedMap<String, Object> parameters) {
        List<byte[]> files = new ArrayList<>();
        DMatrix matrix = null;
        try {
            matrix = XGBoostLearner.matrix(rows.features());
            if (rows.weights() != null) {
                matrix.setWeight(Native.weights(rows));
            }
            switch (rows.target()) {
                case Target.Numbers numbers ->
                    files.add(forest(matrix, floats(numbers.values()), rows.mean(), false, parameters));
                case Target.Classes classes -> {
                    double[] priors = priors(rows.classWeights());
                    for (int k = priors.length == 2 ? 1 : 0; k < priors.length; k++) {
                        files.add(forest(matrix, indicator(classes.labels(), k), priors[k], true, parameters));
                    }
                }
            }
            return files;
        } catch (XGBoostError e) {
            throw Native.refused("XGBoost", rows, e);
        } finally {
            if (matrix != null) {
                matrix.dispose();
            }
        }
    }

    private static byte[] forest(DMatrix matrix, float[] targets, double start, boolean classifies, SortedMap<String, Object> parameters)
            throws XGBoostError {
        matrix.setLabel(targets);
        SortedMap<String, Object> own = new TreeMap<>(parameters);
        own.put("base_score", Float.toString((float) start));
        Booster booster = XGBoost.train(matrix, own, 1, Map.of(), null, null);
        try {
            booster.setAttr(
                    XGBoostFormat.FOREST,
                    classifies ? XGBoostFormat.FOREST_OF_CLASSES : XGBoostFormat.FOREST_OF_VALUES);
            return booster.toByteArray("ubj");
        } finally {
            booster.dispose();
        }
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static float[] indicator(int[] labels, int label) {
        float[] indicator = new float[labels.length];
        for (int i = 0; i < indicator.length; i++) {
            indicator[i] = labels[i] == label ? 1 : 0;
        }
        return indicator;
    }

    private static double[] priors(double[] classWeights) {
        double total = 0;
        for (double weight : classWeights) {
            total += weight + ADDED;
        }
        double[] priors = new double[classWeights.length];
        for (int k = 0; k < priors.length; k++) {
            priors[k] = (classWeights[k] + ADDED) / total;
        }
        return priors;
    }

    private SortedMap<String, Object> parameters(TrainingSet rows, long seed) {
        int width = rows.features().width();
        double share = config.colsample() > 0
                ? config.colsample()
                : rows.task() instanceof Task.Classification ? Math.sqrt(width) / width : 1.0 / 3;
        SortedMap<String, Object> parameters = new TreeMap<>();
        if (!config.monotone().isEmpty()) {
            parameters.put(
                    "monotone_constraints",
                    "(" + config.monotone().list(NAME, rows.features().names()) + ")");
        }
        parameters.put("objective", "reg:squarederror");
        parameters.put("num_parallel_tree", config.trees());
        parameters.put("eta", 1);
        parameters.put("max_depth", config.maxDepth());
        parameters.put("min_child_weight", config.minLeaf());
        parameters.put("subsample", config.subsample());
        parameters.put("colsample_bynode", share);
        parameters.put("lambda", config.smoothing());
        parameters.put("max_bin", config.maxBin());
        parameters.put("tree_method", "hist");
        parameters.put("device", config.device());
        parameters.put("nthread", config.nthread());
        parameters.put("seed", Long.hashCode(seed) & Integer.MAX_VALUE);
        parameters.put("verbosity", 0);
        parameters.put("disable_default_eval_metric", 1);
        return parameters;
    }
}
