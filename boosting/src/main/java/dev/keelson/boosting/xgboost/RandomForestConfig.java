package dev.keelson.boosting.xgboost;

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

    private static final double LEAST_SHARE = 1e-3;
    private static final double MOST = 1e9;
    private static final int MOST_TREES = 10_000;
    private static final int MOST_DEPTH = 32;
    private static final int MOST_BINS = 4_096;
    private static final int MOST_THREADS = 1_024;

    /** Checks the ranges. */
    public RandomForestConfig {
        require(trees >= 1 && trees <= MOST_TREES, "trees", trees);
        require(maxDepth >= 1 && maxDepth <= MOST_DEPTH, "maxDepth", maxDepth);
        require(minLeaf >= 0 && minLeaf <= MOST, "minLeaf", minLeaf);
        require(subsample >= LEAST_SHARE && subsample <= 1, "subsample", subsample);
        require(colsample >= 0 && colsample <= 1, "colsample", colsample);
        require(smoothing >= 0 && smoothing <= MOST, "smoothing", smoothing);
        require(maxBin >= 2 && maxBin <= MOST_BINS, "maxBin", maxBin);
        require(nthread >= 1 && nthread <= MOST_THREADS, "nthread", nthread);
        require(XGBoostDevice.NAMES.contains(device), "device", device);
    }

    private static void require(boolean inRange, String name, Object value) {
        if (!inRange) {
            throw new IllegalArgumentException("%s (%s) is out of range.".formatted(name, value));
        }
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
        int trees = reader.whole("trees", 200, 1, MOST_TREES);
        int maxDepth = reader.whole("max_depth", 12, 1, MOST_DEPTH);
        double minLeaf = reader.real("min_leaf", 5, 0, MOST);
        double subsample = reader.real("subsample", 0.632, LEAST_SHARE, 1);
        double colsample = reader.real("colsample", 0, 0, 1);
        double smoothing = reader.real("smoothing", 1, 0, MOST);
        int maxBin = reader.whole("max_bin", 64, 2, MOST_BINS);
        int nthread = reader.whole("nthread", 1, 1, MOST_THREADS);
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
                XGBoostDevice.known(RandomForestLearner.NAME, device));
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
