package dev.keelson.boosting.xgboost;

import dev.keelson.boosting.internal.Bounds;
import dev.keelson.boosting.internal.MonotoneConstraints;
import dev.keelson.learn.spi.LearnerSettings;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings of a random forest.
 *
 * @param trees trees, for each class where there are more than two
 * @param maxDepth depth of a tree, 1 to 32
 * @param minLeaf least weight of the rows in a leaf, at least 0
 * @param subsample share of the rows that each tree sees, drawn without replacement, above 0 to 1
 * @param colsample share of the features that each split chooses from, above 0 to 1; 0 for the square root of their
 *     number with classes and a third with values
 * @param smoothing weight, in rows, of the mean of all rows in each leaf, at least 0
 * @param maxBin histogram bins of a feature, 2 to 4096
 * @param nthread threads of one fit. It is part of the model's identity: sums in another order may differ in their last
 *     bits
 * @param monotone features that a prediction only rises or falls with, such as {@code age:+1,price:-1}; empty for none
 * @param device {@code cpu}, or {@code cuda} for an NVIDIA GPU, which needs a library built for it
 */
public record RandomForestConfig(
        int trees,
        int maxDepth,
        double minLeaf,
        double subsample,
        double colsample,
        double smoothing,
        int maxBin,
        int nthread,
        MonotoneConstraints monotone,
        String device) {
    /** Names of the settings in project files. */
    static final List<String> NAMES = List.of(
            "colsample",
            "device",
            "max_bin",
            "max_depth",
            "min_leaf",
            "monotone",
            "nthread",
            "smoothing",
            "subsample",
            "trees");

    private static final Bounds TREES = new Bounds("trees", 1, 10_000);
    private static final Bounds MAX_DEPTH = Bounds.depth(1, 32);
    private static final Bounds MIN_LEAF = Bounds.weight("min_leaf");
    private static final Bounds COLSAMPLE = new Bounds("colsample", 0, 1);
    private static final Bounds SMOOTHING = Bounds.weight("smoothing");

    /** Checks the ranges. */
    public RandomForestConfig {
        TREES.require(trees);
        MAX_DEPTH.require(maxDepth);
        MIN_LEAF.require(minLeaf);
        Bounds.SUBSAMPLE.require(subsample);
        COLSAMPLE.require(colsample);
        SMOOTHING.require(smoothing);
        Bounds.MAX_BIN.require(maxBin);
        Bounds.NTHREAD.require(nthread);
        device = XGBoostDevice.known(RandomForestLearner.NAME, device);
    }

    /** 200 trees of depth 12. */
    public static RandomForestConfig defaults() {
        return of(Map.of());
    }

    /**
     * From settings named as in project files; what is absent takes its default.
     *
     * @throws dev.keelson.error.KeelsonException naming every bad or unknown setting
     */
    public static RandomForestConfig of(Map<String, Object> settings) {
        LearnerSettings reader = new LearnerSettings(RandomForestLearner.NAME, settings);
        int trees = TREES.whole(reader, 200);
        int maxDepth = MAX_DEPTH.whole(reader, 12);
        double minLeaf = MIN_LEAF.real(reader, 5);
        double subsample = Bounds.SUBSAMPLE.real(reader, 0.632);
        double colsample = COLSAMPLE.real(reader, 0);
        double smoothing = SMOOTHING.real(reader, 1);
        int maxBin = Bounds.MAX_BIN.whole(reader, 64);
        int nthread = Bounds.NTHREAD.whole(reader, 1);
        String monotone = reader.text("monotone", "");
        String device = reader.text("device", XGBoostDevice.CPU);
        reader.finish();
        return new RandomForestConfig(
                trees,
                maxDepth,
                minLeaf,
                subsample,
                colsample,
                smoothing,
                maxBin,
                nthread,
                MonotoneConstraints.of(RandomForestLearner.NAME + ".monotone", monotone),
                device);
    }

    /** Every setting by its name in project files. */
    public SortedMap<String, Object> settings() {
        SortedMap<String, Object> all = new TreeMap<>();
        all.put("trees", (long) trees);
        all.put("max_depth", (long) maxDepth);
        all.put("min_leaf", minLeaf);
        all.put("subsample", subsample);
        all.put("colsample", colsample);
        all.put("smoothing", smoothing);
        all.put("max_bin", (long) maxBin);
        all.put("nthread", (long) nthread);
        all.put("monotone", monotone.toString());
        all.put("device", device);
        return all;
    }
}
