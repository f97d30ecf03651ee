package dev.keelson.boosting.lightgbm;

import dev.keelson.boosting.internal.Bounds;
import dev.keelson.boosting.internal.MonotoneConstraints;
import dev.keelson.learn.spi.LearnerSettings;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings of an ensemble boosted by LightGBM, which grows a tree at the leaf that gains most. Unless
 * {@code earlyStopping} is set the number of rounds is fixed, so that a refresh with newer rows is one fit.
 *
 * @param rounds boosting rounds, each with one tree for each class (one for two classes); fewer when no split is left
 * @param eta learning rate, above 0 to 1
 * @param numLeaves leaves of a tree, 2 to 65536
 * @param maxDepth depth of a tree, 1 to 64; 0 for no limit but the leaves
 * @param minDataInLeaf least number of rows in a leaf, at least 1
 * @param minChildWeight least sum of second derivatives in a leaf, at least 0
 * @param subsample share of the rows that each round sees, above 0 to 1
 * @param colsample share of the features that each tree sees, above 0 to 1
 * @param lambda ridge on leaf values, at least 0
 * @param maxBin histogram bins of a feature, 2 to 4096
 * @param nthread threads of one fit; trainings run several fits side by side instead
 * @param earlyStopping rounds without a lower loss on the validation rows after which boosting ends and the best round
 *     counts; 0 never. It needs validation rows to have an effect
 * @param monotone features that a prediction only rises or falls with, such as {@code age:+1,price:-1}; empty for none
 */
public record LightGbmConfig(
        int rounds,
        double eta,
        int numLeaves,
        int maxDepth,
        int minDataInLeaf,
        double minChildWeight,
        double subsample,
        double colsample,
        double lambda,
        int maxBin,
        int nthread,
        int earlyStopping,
        MonotoneConstraints monotone) {
    /** Names of the settings in project files. */
    static final List<String> NAMES = List.of(
            "colsample",
            "early_stopping",
            "eta",
            "lambda",
            "max_bin",
            "max_depth",
            "min_child_weight",
            "min_data_in_leaf",
            "monotone",
            "nthread",
            "num_leaves",
            "rounds",
            "subsample");

    private static final Bounds MAX_DEPTH = Bounds.depth(0, 64);
    private static final Bounds NUM_LEAVES = new Bounds("num_leaves", 2, 65_536);
    private static final Bounds MIN_DATA_IN_LEAF = new Bounds("min_data_in_leaf", 1, 1e9);

    /** Checks the ranges. */
    public LightGbmConfig {
        Bounds.ROUNDS.require(rounds);
        Bounds.ETA.require(eta);
        NUM_LEAVES.require(numLeaves);
        MAX_DEPTH.require(maxDepth);
        MIN_DATA_IN_LEAF.require(minDataInLeaf);
        Bounds.MIN_CHILD_WEIGHT.require(minChildWeight);
        Bounds.SUBSAMPLE.require(subsample);
        Bounds.COLSAMPLE.require(colsample);
        Bounds.LAMBDA.require(lambda);
        Bounds.MAX_BIN.require(maxBin);
        Bounds.NTHREAD.require(nthread);
        Bounds.EARLY_STOPPING.require(earlyStopping);
    }

    /** Many small, careful trees for noisy outcomes: 60 rounds of 8 leaves. */
    public static LightGbmConfig defaults() {
        return of(Map.of());
    }

    /**
     * From settings named as in project files; what is absent takes its default.
     *
     * @throws dev.keelson.error.KeelsonException naming every bad or unknown setting
     */
    public static LightGbmConfig of(Map<String, Object> settings) {
        LearnerSettings reader = new LearnerSettings(LightGbmLearner.NAME, settings);
        int rounds = Bounds.ROUNDS.whole(reader, 60);
        double eta = Bounds.ETA.real(reader, 0.08);
        int numLeaves = NUM_LEAVES.whole(reader, 8);
        int maxDepth = MAX_DEPTH.whole(reader, 0);
        int minDataInLeaf = MIN_DATA_IN_LEAF.whole(reader, 20);
        double minChildWeight = Bounds.MIN_CHILD_WEIGHT.real(reader, 1e-3);
        double subsample = Bounds.SUBSAMPLE.real(reader, 0.8);
        double colsample = Bounds.COLSAMPLE.real(reader, 0.8);
        double lambda = Bounds.LAMBDA.real(reader, 1);
        int maxBin = Bounds.MAX_BIN.whole(reader, 64);
        int nthread = Bounds.NTHREAD.whole(reader, 1);
        int earlyStopping = Bounds.EARLY_STOPPING.whole(reader, 0);
        String monotone = reader.text("monotone", "");
        reader.finish();
        return new LightGbmConfig(
                rounds,
                eta,
                numLeaves,
                maxDepth,
                minDataInLeaf,
                minChildWeight,
                subsample,
                colsample,
                lambda,
                maxBin,
                nthread,
                earlyStopping,
                MonotoneConstraints.of(LightGbmLearner.NAME + ".monotone", monotone));
    }

    /** Every setting by its name in project files. */
    public SortedMap<String, Object> settings() {
        SortedMap<String, Object> all = new TreeMap<>();
        all.put("rounds", (long) rounds);
        all.put("eta", eta);
        all.put("num_leaves", (long) numLeaves);
        all.put("max_depth", (long) maxDepth);
        all.put("min_data_in_leaf", (long) minDataInLeaf);
        all.put("min_child_weight", minChildWeight);
        all.put("subsample", subsample);
        all.put("colsample", colsample);
        all.put("lambda", lambda);
        all.put("max_bin", (long) maxBin);
        all.put("nthread", (long) nthread);
        all.put("early_stopping", (long) earlyStopping);
        all.put("monotone", monotone.toString());
        return all;
    }
}
