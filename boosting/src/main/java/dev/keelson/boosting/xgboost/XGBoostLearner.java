package dev.keelson.boosting.xgboost;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.tree.TreeModel;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Gradient boosted trees by XGBoost: {@code multi:softprob}, or {@code binary:logistic} for two classes, on histograms.
 * Missing values go to the side that each split learned.
 *
 * <p>Boosting starts from the log class frequencies (with half a row added to each class), not from the library's own
 * start, which takes the frequencies themselves for margins and spends rounds on correcting that.
 *
 * <p>Features are rounded to float; finite values beyond its range become its largest. The evaluator rounds in the same
 * way. The same rows, settings and seed give the same bytes. Native code runs in the fit alone. Safe for use by several
 * threads.
 */
public final class XGBoostLearner implements Learner {
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

    /**
     * {@inheritDoc}
     *
     * @throws KeelsonException NATIVE_LIBRARY_MISSING naming the package to install
     */
    @Override
    public Model fit(TrainingSet rows, long seed) {
        XGBoostNatives.load();
        return new TreeModel(rows.features().names(), rows.classes(), train(rows, seed));
    }

    private byte[] train(TrainingSet rows, long seed) {
        try {
            DMatrix matrix = matrix(rows.features());
            try {
                matrix.setLabel(labels(rows));
                if (rows.weights() != null) {
                    matrix.setWeight(weights(rows));
                }
                Booster booster = XGBoost.train(matrix, parameters(rows, seed), config.rounds(), Map.of(), null, null);
                try {
                    return booster.toByteArray("ubj");
                } finally {
                    booster.dispose();
                }
            } finally {
                matrix.dispose();
            }
        } catch (XGBoostError e) {
            throw new KeelsonException(
                    ErrorCode.INTERNAL,
                    "XGBoost refused %d rows of %d features: %s"
                            .formatted(
                                    rows.rows(),
                                    rows.features().width(),
                                    String.valueOf(e.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")),
                    null,
                    e);
        }
    }

    private SortedMap<String, Object> parameters(TrainingSet rows, long seed) {
        int classes = rows.classes().size();
        SortedMap<String, Object> parameters = new TreeMap<>();
        parameters.put("objective", classes == 2 ? "binary:logistic" : "multi:softprob");
        if (classes > 2) {
            parameters.put("num_class", classes);
        }
        parameters.put("base_score", baseScore(rows.classWeights()));
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

    private static float[] labels(TrainingSet rows) {
        float[] labels = new float[rows.rows()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = rows.labels()[i];
        }
        return labels;
    }

    private static float[] weights(TrainingSet rows) {
        float[] weights = new float[rows.rows()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) rows.weight(i);
        }
        return weights;
    }
}
