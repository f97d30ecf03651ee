package dev.keelson.boosting.lightgbm;

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

    private static final double LEAST_SHARE = 1e-3;
    private static final double LEAST_ETA = 1e-5;
    private static final double MOST = 1e9;
    private static final int MOST_ROUNDS = 100_000;
    private static final int MOST_LEAVES = 65_536;
    private static final int MOST_DEPTH = 64;
    private static final int MOST_BINS = 4_096;
    private static final int MOST_THREADS = 1_024;
    private static final int MOST_ROWS = 1_000_000_000;

    /** Checks the ranges. */
    public LightGbmConfig {
        require(rounds >= 1 && rounds <= MOST_ROUNDS, "rounds", rounds);
        require(eta >= LEAST_ETA && eta <= 1, "eta", eta);
        require(numLeaves >= 2 && numLeaves <= MOST_LEAVES, "numLeaves", numLeaves);
        require(maxDepth >= 0 && maxDepth <= MOST_DEPTH, "maxDepth", maxDepth);
        require(minDataInLeaf >= 1 && minDataInLeaf <= MOST_ROWS, "minDataInLeaf", minDataInLeaf);
        require(minChildWeight >= 0 && minChildWeight <= MOST, "minChildWeight", minChildWeight);
        require(subsample >= LEAST_SHARE && subsample <= 1, "subsample", subsample);
        require(colsample >= LEAST_SHARE && colsample <= 1, "colsample", colsample);
        require(lambda >= 0 && lambda <= MOST, "lambda", lambda);
        require(maxBin >= 2 && maxBin <= MOST_BINS, "maxBin", maxBin);
        require(nthread >= 1 && nthread <= MOST_THREADS, "nthread", nthread);
        require(earlyStopping >= 0 && earlyStopping <= MOST_ROUNDS, "earlyStopping", earlyStopping);
    }

    private static void require(boolean inRange, String name, Object value) {
        if (!inRange) {
            throw new IllegalArgumentException("%s (%s) is out of range.".formatted(name, value));
        }
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
        int rounds = reader.whole("rounds", 60, 1, MOST_ROUNDS);
        double eta = reader.real("eta", 0.08, LEAST_ETA, 1);
        int numLeaves = reader.whole("num_leaves", 8, 2, MOST_LEAVES);
        int maxDepth = reader.whole("max_depth", 0, 0, MOST_DEPTH);
        int minDataInLeaf = reader.whole("min_data_in_leaf", 20, 1, MOST_ROWS);
        double minChildWeight = reader.real("min_child_weight", 1e-3, 0, MOST);
        double subsample = reader.real("subsample", 0.8, LEAST_SHARE, 1);
        double colsample = reader.real("colsample", 0.8, LEAST_SHARE, 1);
        double lambda = reader.real("lambda", 1, 0, MOST);
        int maxBin = reader.whole("max_bin", 64, 2, MOST_BINS);
        int nthread = reader.whole("nthread", 1, 1, MOST_THREADS);
        int earlyStopping = reader.whole("early_stopping", 0, 0, MOST_ROUNDS);
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
