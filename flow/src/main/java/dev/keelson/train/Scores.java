package dev.keelson.train;

import dev.keelson.learn.split.CombinatorialPurged;
import dev.keelson.learn.split.Fold;
import dev.keelson.metrics.Accuracy;
import dev.keelson.metrics.Brier;
import dev.keelson.metrics.Ece;
import dev.keelson.metrics.LogLoss;
import dev.keelson.metrics.Rps;
import dev.keelson.metrics.Staking;
import dev.keelson.stats.ClusteredMean;
import dev.keelson.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Metrics under their names. Only finite values are put. */
final class Scores {
    private static final double CONFIDENCE = 0.95;

    private Scores() {}

    /** Score of each row, for means with clustered intervals. */
    private interface PerRow {
        double[] of(double[] p, int classes, int[] labels);
    }

    private static final Map<String, PerRow> PER_ROW = perRow();

    private static Map<String, PerRow> perRow() {
        Map<String, PerRow> scores = new LinkedHashMap<>();
        scores.put("log_loss", LogLoss::perRow);
        scores.put("brier", Brier::perRow);
        scores.put("rps", Rps::perRow);
        scores.put("accuracy", Accuracy::perRow);
        return scores;
    }

    /** All scores of some forecasts under a prefix such as {@code test_}. */
    static void put(SortedMap<String, Double> to, String prefix, double[] p, int classes, int[] labels, int[] day) {
        to.put(prefix + "n", (double) labels.length);
        PER_ROW.forEach(
                (name, score) -> putMean(to, prefix + name, ClusteredMean.of(score.of(p, classes, labels), day), 1));
        to.put(prefix + "ece", Ece.equalWidth(p, classes, labels));
    }

    private static void putMean(SortedMap<String, Double> to, String name, ClusteredMean mean, double factor) {
        Interval interval = mean.interval(CONFIDENCE);
        putFinite(to, name, factor * mean.mean());
        putFinite(to, name + "_lower", factor * interval.lower());
        putFinite(to, name + "_upper", factor * interval.upper());
    }

    static void putFinite(SortedMap<String, Double> to, String name, double value) {
        if (Double.isFinite(value)) {
            to.put(name, value + 0.0); // no negative zero
        }
    }

    /**
     * Scores of each segment that has rows, as {@code segment/<name>/<prefix>...}.
     *
     * @param p forecasts of {@code rows}
     */
    static void putSegments(
            SortedMap<String, Double> to, String prefix, double[] p, int classes, TrainingTable table, int[] rows) {
        @Nullable String @Nullable [] segments = table.segment();
        if (segments == null) {
            return;
        }
        SortedMap<String, List<Integer>> bySegment = new TreeMap<>();
        for (int i = 0; i < rows.length; i++) {
            String segment = segments[rows[i]];
            if (segment != null) {
                bySegment.computeIfAbsent(segment, name -> new ArrayList<>()).add(i);
            }
        }
        bySegment.forEach((segment, members) -> {
            int[] positions = members.stream().mapToInt(Integer::intValue).toArray();
            putRows(
                    to,
                    "segment/" + segment + "/" + prefix,
                    take(p, classes, positions),
                    classes,
                    table,
                    take(rows, positions));
        });
    }

    /** All scores of the predictions of some rows of a table: of probabilities, or of values. */
    static void putRows(
            SortedMap<String, Double> to, String prefix, double[] p, int outputs, TrainingTable table, int[] rows) {
        int[] day = take(table.day(), rows);
        if (table.hasValues()) {
            ValueScores.put(to, prefix, p, take(table.values(), 1, rows), day);
        } else {
            put(to, prefix, p, outputs, take(table.labels(), rows), day);
        }
    }

    /**
     * Scores of each complete history that combinatorial folds make, as {@code path/<i>/oof_...}, and how many rows there
     * are as {@code oof_n}: each row is predicted several times.
     *
     * @param p forecasts of the folds' validation rows, one fold after the other
     */
    static void putPaths(
            SortedMap<String, Double> to,
            double[] p,
            int classes,
            TrainingTable table,
            List<Fold> folds,
            CombinatorialPurged splitter) {
        List<int[]> combinations = splitter.combinations();
        int[] start = new int[folds.size()];
        for (int f = 1; f < start.length; f++) {
            start[f] = start[f - 1] + folds.get(f - 1).validation().length;
        }
        int[] block = blocks(folds, combinations, table.rows());
        int[][] paths = splitter.paths();
        for (int path = 0; path < paths.length; path++) {
            List<Integer> positions = new ArrayList<>();
            List<Integer> rows = new ArrayList<>();
            for (int b = 0; b < paths[path].length; b++) {
                int f = paths[path][b];
                int[] judged = folds.get(f).validation();
                for (int i = 0; i < judged.length; i++) {
                    if (block[judged[i]] == b) {
                        positions.add(start[f] + i);
                        rows.add(judged[i]);
                    }
                }
            }
            int[] taken = rows.stream().mapToInt(Integer::intValue).toArray();
            putRows(
                    to,
                    "path/%d/oof_".formatted(path),
                    take(p, classes, positions.stream().mapToInt(Integer::intValue).toArray()),
                    classes,
                    table,
                    taken);
            to.put("oof_n", (double) taken.length);
        }
    }

    /** The block of each row that is judged: the only one that all of the row's folds choose. */
    private static int[] blocks(List<Fold> folds, List<int[]> combinations, int rows) {
        long[] common = new long[rows];
        Arrays.fill(common, -1L);
        for (int f = 0; f < folds.size(); f++) {
            long chosen = 0;
            for (int b : combinations.get(f)) {
                chosen |= 1L << b;
            }
            for (int row : folds.get(f).validation()) {
                common[row] &= chosen;
            }
        }
        return Arrays.stream(common).mapToInt(Long::numberOfTrailingZeros).toArray();
    }

    /**
     * Scores of other forecasts of the test rows, and the model's less theirs, over the rows where they are present;
     * empty without such rows.
     *
     * @param other same shape as the test's probabilities; a row with {@code NaN} is absent
     */
    static SortedMap<String, Double> baseline(HoldoutForecast test, double[] other) {
        int classes = test.classes();
        int[] present = IntStream.range(0, test.labels().length)
                .filter(i -> IntStream.range(0, classes).noneMatch(k -> Double.isNaN(other[i * classes + k])))
                .toArray();
        SortedMap<String, Double> measured = new TreeMap<>();
        if (present.length == 0) {
            return measured;
        }
        double[] theirs = take(other, classes, present);
        double[] ours = take(test.probabilities(), classes, present);
        int[] labels = take(test.labels(), present);
        int[] day = take(test.day(), present);
        put(measured, "test_", theirs, classes, labels, day);
        PER_ROW.forEach((name, score) -> putMean(
                measured,
                "test_" + name + "_difference",
                ClusteredMean.ofDifference(score.of(ours, classes, labels), score.of(theirs, classes, labels), day),
                1));
        return measured;
    }

    /**
     * What the model's backtest says; nothing without one. Beside its own stakes those of one unit on the best edge of
     * each row are reported.
     */
    static void putMoney(SortedMap<String, Double> to, @Nullable BacktestInput input) {
        if (input == null) {
            return;
        }
        switch (input.definition()) {
            case BacktestDefinition.Stakes stakes -> {
                StakesBacktest backtest = new StakesBacktest(input, stakes, Backtest.Trials.ONE);
                to.putAll(backtest.run().metrics());
                putStaking(to, "flat", backtest.flat(), input.day());
                if (stakes.kellyFraction() != null) {
                    putStaking(to, "kelly", backtest.staking(), input.day());
                }
            }
            case BacktestDefinition.Portfolio portfolio ->
                to.putAll(new PortfolioBacktest(input, portfolio, Backtest.Trials.ONE)
                        .run()
                        .metrics());
        }
    }

    private static void putStaking(SortedMap<String, Double> to, String name, Staking staking, int[] day) {
        to.put("test_bets_" + name, (double) staking.bets());
        to.put("test_turnover_" + name, staking.turnover());
        putFinite(to, "test_max_drawdown_" + name, staking.maxDrawdown());
        staking.roi().ifPresent(roi -> putFinite(to, "test_roi_" + name, roi));
        double[] profits =
                staking.profits().stream().mapToDouble(Double::doubleValue).toArray();
        putMean(to, "test_profit_" + name, ClusteredMean.of(profits, day), profits.length);
    }

    static int[] take(int[] values, int[] positions) {
        return IntStream.of(positions).map(i -> values[i]).toArray();
    }

    static double[] take(double[] p, int classes, int[] positions) {
        double[] taken = new double[positions.length * classes];
        for (int i = 0; i < positions.length; i++) {
            System.arraycopy(p, positions[i] * classes, taken, i * classes, classes);
        }
        return taken;
    }
}
