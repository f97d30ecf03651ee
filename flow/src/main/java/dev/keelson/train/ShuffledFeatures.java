package dev.keelson.train;

import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.explain.PermutationImportance;
import dev.keelson.learn.explain.PermutationImportance.Group;
import dev.keelson.learn.explain.PermutationImportance.Truth;
import dev.keelson.learn.explain.PermutationImportance.Worth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the features of a full training are worth, measured on its test period at a bounded cost: the most important
 * {@link #MOST_FEATURES}, {@link #REPEATS} shuffles each, over at most {@link #MOST_ROWS} rows spread evenly over the
 * period, and fewer where that would be more than {@link #MOST_PREDICTIONS} predictions.
 */
final class ShuffledFeatures {
    static final int MOST_FEATURES = 100;
    static final int MOST_ROWS = 1_000;
    static final int REPEATS = 3;
    static final int MOST_PREDICTIONS = 100_000;
    private static final int LEAST_ROWS = 200;

    private ShuffledFeatures() {}

    /**
     * Measures.
     *
     * @param model whose members were not fitted on {@code tested}
     * @param tested rows of the test period
     * @param importance of the features, the most important first
     * @return the same with what was measured
     */
    static List<FeatureImportance> measure(
            EnsembleModel model, TrainingTable table, int[] tested, List<FeatureImportance> importance, long seed) {
        List<FeatureImportance> judged = importance.subList(0, Math.min(MOST_FEATURES, importance.size()));
        if (judged.isEmpty() || tested.length == 0) {
            return importance;
        }
        int affordable = Math.max(LEAST_ROWS, MOST_PREDICTIONS / (REPEATS * judged.size()));
        int count = Math.min(tested.length, Math.min(MOST_ROWS, affordable));
        int[] rows = IntStream.range(0, count)
                .map(i -> tested[(int) ((long) i * tested.length / count)])
                .toArray();
        Truth truth = new Truth(
                table.hasValues() ? new int[0] : Scores.take(table.labels(), rows),
                table.hasValues() ? Scores.take(table.values(), 1, rows) : new double[0],
                Scores.take(table.day(), rows));
        List<Worth> worths = PermutationImportance.of(
                model,
                table.features().take(rows),
                truth,
                judged.stream().map(each -> Group.of(each.feature())).toList(),
                REPEATS,
                seed);
        Map<String, Worth> byName = new HashMap<>();
        worths.forEach(worth -> byName.put(worth.name(), worth));
        List<FeatureImportance> measured = new ArrayList<>();
        for (FeatureImportance each : importance) {
            Worth worth = byName.get(each.feature());
            measured.add(
                    worth == null
                            ? each
                            : new FeatureImportance(
                                    each.feature(),
                                    each.share(),
                                    new FeatureImportance.Shuffled(
                                            worth.increase().estimate() + 0.0,
                                            worth.increase().lower() + 0.0,
                                            worth.increase().upper() + 0.0,
                                            count,
                                            REPEATS)));
        }
        return List.copyOf(measured);
    }
}
