package dev.keelson.boosting.xgboost;

import dev.keelson.boosting.internal.MonotoneConstraints;
import dev.keelson.learn.spi.LearnerSettings;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings of a boosted ensemble. Unless {@code earlyStopping} is set the number of rounds is fixed, so that a refresh
 * with newer rows is one fit.
 *
 * @param rounds boosting rounds, each with one tree for each class (one for two classes)
 * @param eta learning rate, above 0 to 1
 * @param maxDepth depth of a tree, 1 to 16
 * @param minChildWeight least sum of second derivatives in a leaf, at least 0; a row counts up to 0.5
 * @param subsample share of the rows that each round sees, above 0 to 1
 * @param colsample share of the features that each tree sees, above 0 to 1
 * @param lambda ridge on leaf values, at least 0
 * @param maxBin histogram bins of a feature, 2 to 4096
 * @param nthread threads of one fit; trainings run several fits side by side instead. It is part of the model's
 *     identity: sums in another order may differ in their last bits
 * @param earlyStopping rounds without a lower loss on the validation rows after which boosting ends and the best round
 *     counts; 0 never. It needs validation rows to have an effect
 * @param monotone features that a prediction only rises or falls with, such as {@code age:+1,price:-1}; empty for none
 * @param device {@code cpu}, or {@code cuda} for an NVIDIA GPU, which needs a library built for it
 */
public record XGBoostConfig(
        int rounds,
        double eta,
        int maxDepth,
        double minChildWeight,
        double subsample,
        double colsample,
        double lambda,
        int maxBin,
        int nthread,
        int earlyStopping,
        MonotoneConstraints monotone,
        String device) {
    /** Names of the settings in project files. */
    static final List<String> NAMES = List.of(
            "colsample",
            "device",
            "early_stopping",
            "eta",
            "lambda",
            "max_bin",
            "max_depth",
            "min_child_weight",
            "monotone",
            "nthread",
            "rounds",
            "subsample");

    private static final double LEAST_SHARE = 1e-3;
    private static final double LEAST_ETA = 1e-5;
    private static final double MOST = 1e9;
    private static final int MOST_ROUNDS = 100_000;
    private static final int MOST_DEPTH = 16;
    private static final int MOST_BINS = 4_096;
    private static final int MOST_THREADS = 1_024;

    /** Checks the ranges. */
    public XGBoostConfig {
        require(rounds >= 1 && rounds <= MOST_ROUNDS, "rounds", rounds);
        require(eta >= LEAST_ETA && eta <= 1, "eta", eta);
        require(maxDepth >= 1 && maxDepth <= MOST_DEPTH, "maxDepth", maxDepth);
        require(minChildWeight >= 0 && minChildWeight <= MOST, "minChildWeight", minChildWeight);
        require(subsample >= LEAST_SHARE && subsample <= 1, "subsample", subsample);
        require(colsample >= LEAST_SHARE && colsample <= 1, "colsample", colsample);
        require(lambda >= 0 && lambda <= MOST, "lambda", lambda);
        require(maxBin >= 2 && maxBin <= MOST_BINS, "maxBin", maxBin);
        require(nthread >= 1 && nthread <= MOST_THREADS, "nthread", nthread);
        require(earlyStopping >= 0 && earlyStopping <= MOST_ROUNDS, "earlyStopping", earlyStopping);
        require(XGBoostDevice.NAMES.contains(device), "device", device);
    }

    private static void require(boolean inRange, String name, Object value) {
        if (!inRange) {
            throw new IllegalArgumentException("%s (%s) is out of range.".formatted(name, value));
        }
    }

    /** Many small, careful trees for noisy outcomes: 60 rounds of depth 3. */
    public static XGBoostConfig defaults() {
        return of(Map.of());
    }

    /**
     * From settings named as in project files; what is absent takes its default.
     *
     * @throws dev.keelson.error.KeelsonException naming every bad or unknown setting
     */
    public static XGBoostConfig of(Map<String, Object> settings) {
        LearnerSettings reader = new LearnerSettings(XGBoostLearner.NAME, settings);
        int rounds = reader.whole("rounds", 60, 1, MOST_ROUNDS);
        double eta = reader.real("eta", 0.08, LEAST_ETA, 1);
        int maxDepth = reader.whole("max_depth", 3, 1, MOST_DEPTH);
        double minChildWeight = reader.real("min_child_weight", 10, 0, MOST);
        double subsample = reader.real("subsample", 0.8, LEAST_SHARE, 1);
        double colsample = reader.real("colsample", 0.8, LEAST_SHARE, 1);
        double lambda = reader.real("lambda", 1, 0, MOST);
        int maxBin = reader.whole("max_bin", 64, 2, MOST_BINS);
        int nthread = reader.whole("nthread", 1, 1, MOST_THREADS);
        int earlyStopping = reader.whole("early_stopping", 0, 0, MOST_ROUNDS);
        String monotone = reader.text("monotone", "");
        String device = reader.text("device", XGBoostDevice.CPU);
        reader.finish();
        return new XGBoostConfig(
                rounds,
                eta,
                maxDepth,
                minChildWeight,
                subsample,
                colsample,
                lambda,
                maxBin,
                nthread,
                earlyStopping,
                MonotoneConstraints.of(XGBoostLearner.NAME + ".monotone", monotone),
                XGBoostDevice.known(XGBoostLearner.NAME, device));
    }

    /** Every setting by its name in project files. */
    public SortedMap<String, Object> settings() {
        SortedMap<String, Object> all = new TreeMap<>();
        all.put("rounds", (long) rounds);
        all.put("eta", eta);
        all.put("max_depth", (long) maxDepth);
        all.put("min_child_weight", minChildWeight);
        all.put("subsample", subsample);
        all.put("colsample", colsample);
        all.put("lambda", lambda);
        all.put("max_bin", (long) maxBin);
        all.put("nthread", (long) nthread);
        all.put("early_stopping", (long) earlyStopping);
        all.put("monotone", monotone.toString());
        all.put("device", device);
        return all;
    }
}
