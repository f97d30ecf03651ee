package dev.keelson.boosting.xgboost;

import dev.keelson.boosting.internal.Native;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Continuation;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.Continuing;
import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValidationLoss;
import dev.keelson.learn.tree.TreeModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Gradient boosted trees by XGBoost: {@code multi:softprob}, {@code binary:logistic} for two classes,
 * {@code reg:squarederror} or {@code reg:quantileerror}, on histograms. Missing values go to the side that each split learned.
 *
 * <p>Boosting starts from the mean or the log class frequencies (with half a row added to each class), not from the library's own
 * start, which takes the frequencies themselves for margins and spends rounds on correcting that.
 *
 * <p>Features are rounded to float; finite values beyond its range become its largest. The evaluator rounds in the same
 * way. The same rows, settings and seed give the same bytes. Native code runs in the fit alone. Safe for use by several
 * threads.
 */
public final class XGBoostLearner implements Continuing {
    static final String NAME = "xgboost";

    private static final double ADDED = 0.5;

    private final XGBoostConfig config;

    /** A learner with settings. */
    public XGBoostLearner(XGBoostConfig config) {
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
        config.monotone().requireKept(NAME, rows.task());
        XGBoostNatives.load();
        XGBoostDevice.require(NAME, config.device());
        try (Matrices matrices = new Matrices()) {
            DMatrix training = matrices.add(rows);
            SortedMap<String, Object> parameters = parameters(rows, seed);
            if (control.validation().isEmpty()) {
                Booster booster = XGBoost.train(training, parameters, config.rounds(), Map.of(), null, null);
                try {
                    return new Fit(model(rows, booster), config.rounds(), List.of());
                } finally {
                    booster.dispose();
                }
            }
            TrainingSet held = control.validation().get();
            DMatrix validation = matrices.add(held);
            Booster booster = XGBoost.train(training, parameters, 0, Map.of("validation", validation), null, null);
            try {
                return watched(rows, held, training, validation, booster, control.monitor());
            } finally {
                booster.dispose();
            }
        } catch (XGBoostError e) {
            throw Native.refused("XGBoost", rows, e);
        }
    }

    @Override
    public boolean continues(ContinuationMode mode) {
        return true;
    }

    /**
     * {@inheritDoc} Further trees are fitted to what the old ones leave; their depth and penalties are the learner's. A
     * refit takes every leaf part of the way to the value that the new rows alone would give it, tree after tree, at the
     * learner's own rate; a leaf that none of them reaches stays.
     *
     * @throws KeelsonException as {@link #fit}; BAD_REQUEST if quantiles are to be refitted
     */
    @Override
    public Model goOn(Model base, TrainingSet rows, Continuation how, long seed) {
        TreeModel from = Continuing.require(TreeModel.class, base, rows);
        if (how.mode() == ContinuationMode.REFIT && rows.task() instanceof Task.Quantiles) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "XGBoost does not refit the leaves of trees that tell quantiles.",
                    "Maybe `mode: continue` was meant.");
        }
        config.monotone().requireKept(NAME, rows.task());
        XGBoostNatives.load();
        XGBoostDevice.require(NAME, config.device());
        try (Matrices matrices = new Matrices()) {
            DMatrix training = matrices.add(rows);
            SortedMap<String, Object> parameters = parameters(rows, seed);
            parameters.remove("base_score"); // the model has its own
            Booster booster = XGBoost.loadModel(from.files().getFirst());
            try {
                boolean further = how.mode() == ContinuationMode.CONTINUE;
                if (further) {
                    parameters.put("eta", how.learningRate());
                } else {
                    parameters.put("process_type", "update");
                    parameters.put("updater", "refresh");
                    parameters.put("refresh_leaf", true);
                }
                int first = booster.getNumBoostedRound(); // asked first: trees that are refitted do not count
                booster.setParams(parameters);
                int rounds = further ? how.rounds() : first;
                for (int round = 0; round < rounds; round++) {
                    booster.update(training, further ? first + round : round);
                }
                return further ? model(rows, booster) : Leaves.moved(from, booster, how.learningRate());
            } finally {
                booster.dispose();
            }
        } catch (XGBoostError e) {
            throw Native.refused("XGBoost", rows, e);
        } catch (IOException e) {
            throw new IllegalStateException("Bytes in memory cannot be read.", e);
        }
    }

    private Fit watched(
            TrainingSet rows,
            TrainingSet held,
            DMatrix training,
            DMatrix validation,
            Booster booster,
            FitControl.Monitor monitor)
            throws XGBoostError {
        List<Double> losses = new ArrayList<>();
        int best = 0;
        for (int round = 0; round < config.rounds(); round++) {
            booster.update(training, round);
            double loss = ValidationLoss.of(held, booster.predict(validation)); // the library adds the new trees only
            losses.add(loss);
            if (loss < losses.get(best)) {
                best = round;
            }
            boolean stale = config.earlyStopping() > 0 && round - best >= config.earlyStopping();
            if (!monitor.after(round + 1, loss) || stale) {
                break;
            }
        }
        int steps = config.earlyStopping() > 0 ? best + 1 : losses.size();
        if (steps < losses.size()) {
            booster.setAttr("best_iteration", Integer.toString(best));
        }
        return new Fit(model(rows, booster), steps, losses);
    }

    private static TreeModel model(TrainingSet rows, Booster booster) throws XGBoostError {
        return new TreeModel(rows.features().names(), rows.task(), booster.toByteArray("ubj"));
    }

    private SortedMap<String, Object> parameters(TrainingSet rows, long seed) {
        SortedMap<String, Object> parameters = new TreeMap<>();
        switch (rows.task()) {
            case Task.Classification classification -> {
                int classes = classification.classes().size();
                parameters.put("objective", classes == 2 ? "binary:logistic" : "multi:softprob");
                if (classes > 2) {
                    parameters.put("num_class", classes);
                }
                parameters.put("base_score", baseScore(rows.classWeights()));
            }
            case Task.Regression _ -> {
                parameters.put("objective", "reg:squarederror");
                parameters.put("base_score", Float.toString((float) rows.mean()));
            }
            case Task.Quantiles quantiles -> {
                parameters.put("objective", "reg:quantileerror");
                StringJoiner levels = new StringJoiner(",", "[", "]");
                quantiles.levels().forEach(level -> levels.add(Double.toString(level)));
                parameters.put("quantile_alpha", levels.toString());
            }
        }
        if (!config.monotone().isEmpty()) {
            parameters.put(
                    "monotone_constraints",
                    "(" + config.monotone().list(NAME, rows.features().names()) + ")");
        }
        parameters.put("device", config.device());
        parameters.put("tree_method", "hist");
        parameters.put("eta", config.eta());
        parameters.put("max_depth", config.maxDepth());
        parameters.put("min_child_weight", config.minChildWeight());
        parameters.put("subsample", config.subsample());
        parameters.put("colsample_bytree", config.colsample());
        parameters.put("lambda", config.lambda());
        parameters.put("max_bin", config.maxBin());
        parameters.put("nthread", config.nthread());
        parameters.put("seed", Long.hashCode(seed) & Integer.MAX_VALUE);
        parameters.put("verbosity", 0);
        parameters.put("disable_default_eval_metric", 1);
        return parameters;
    }

    /** Margins for several classes, the probability of the second for two: what the objectives expect. */
    private static String baseScore(double[] classWeights) {
        double total = 0;
        for (double weight : classWeights) {
            total += weight + ADDED;
        }
        if (classWeights.length == 2) {
            return Float.toString((float) ((classWeights[1] + ADDED) / total));
        }
        StringJoiner margins = new StringJoiner(",", "[", "]");
        for (double weight : classWeights) {
            margins.add(Float.toString((float) StrictMath.log((weight + ADDED) / total)));
        }
        return margins.toString();
    }

    /** Row by row, as floats. */
    static DMatrix matrix(FeatureMatrix features) throws XGBoostError {
        int rows = features.rows();
        int width = features.width();
        float[] values = new float[Math.multiplyExact(rows, width)];
        for (int j = 0; j < width; j++) {
            double[] column = features.columns()[j];
            for (int i = 0; i < rows; i++) {
                float value = (float) column[i];
                values[i * width + j] = Float.isInfinite(value) ? Math.copySign(Float.MAX_VALUE, value) : value;
            }
        }
        return new DMatrix(values, rows, width, Float.NaN);
    }

    /** Native matrices that are freed together. */
    private static final class Matrices implements AutoCloseable {
        private final List<DMatrix> all = new ArrayList<>();

        DMatrix add(TrainingSet rows) throws XGBoostError {
            DMatrix matrix = matrix(rows.features());
            all.add(matrix);
            matrix.setLabel(Native.targets(rows));
            if (rows.weights() != null) {
                matrix.setWeight(Native.weights(rows));
            }
            return matrix;
        }

        @Override
        public void close() {
            all.forEach(DMatrix::dispose);
        }
    }
}
