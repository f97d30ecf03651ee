package dev.keelson.boosting.xgboost;

import dev.keelson.boosting.internal.Bounds;
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

    private static final Bounds MAX_DEPTH = Bounds.depth(1, 16);

    /** Checks the ranges. */
    public XGBoostConfig {
        Bounds.ROUNDS.require(rounds);
        Bounds.ETA.require(eta);
        MAX_DEPTH.require(maxDepth);
        Bounds.MIN_CHILD_WEIGHT.require(minChildWeight);
        Bounds.SUBSAMPLE.require(subsample);
        Bounds.COLSAMPLE.require(colsample);
        Bounds.LAMBDA.require(lambda);
        Bounds.MAX_BIN.require(maxBin);
        Bounds.NTHREAD.require(nthread);
        Bounds.EARLY_STOPPING.require(earlyStopping);
        device = XGBoostDevice.known(XGBoostLearner.NAME, device);
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
        int rounds = Bounds.ROUNDS.whole(reader, 60);
        double eta = Bounds.ETA.real(reader, 0.08);
        int maxDepth = MAX_DEPTH.whole(reader, 3);
        double minChildWeight = Bounds.MIN_CHILD_WEIGHT.real(reader, 10);
        double subsample = Bounds.SUBSAMPLE.real(reader, 0.8);
        double colsample = Bounds.COLSAMPLE.real(reader, 0.8);
        double lambda = Bounds.LAMBDA.real(reader, 1);
        int maxBin = Bounds.MAX_BIN.whole(reader, 64);
        int nthread = Bounds.NTHREAD.whole(reader, 1);
        int earlyStopping = Bounds.EARLY_STOPPING.whole(reader, 0);
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
                device);
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
