package dev.keelson.learn.ensemble;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.learn.spi.LearnerSettings;
import dev.keelson.learn.split.PurgedKFold;
import dev.keelson.learn.split.Splitter;
import dev.keelson.learn.split.WalkForward;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings of an ensemble; a kind reads those that {@link EnsembleKind#settingNames} names.
 *
 * @param kind how the members become one
 * @param hard voting: whether each member votes for its most probable class instead of with its probabilities
 * @param weights of the members, each at least 0, summing to 1: of a vote, and of the vote that stands in for a stack
 *     where the rows do not suffice for folds
 * @param folds folds of the out-of-fold predictions, 2 to 100
 * @param split how the rows are parted, {@code purged_kfold} or {@code walk_forward}
 * @param rounds greedy: picks at most, 1 to 10000
 * @param bagged whether a member's fold models are kept and averaged; otherwise it is fitted once more on all rows
 * @param l2 stacking classes: ridge of the logistic regression, as of the learner {@code logistic}
 * @param alpha stacking values: ridge of the linear regression, as of the learner {@code linear}
 * @param settings every setting in use by its name in project files
 */
public record EnsembleConfig(
        EnsembleKind kind,
        boolean hard,
        List<Double> weights,
        int folds,
        String split,
        int rounds,
        boolean bagged,
        double l2,
        double alpha,
        SortedMap<String, Object> settings) {
    private static final String PURGED = "purged_kfold";
    private static final String WALK = "walk_forward";
    private static final String SOFT = "soft";
    private static final String HARD = "hard";
    /** Share of the rows before the first fold that walk forward. */
    private static final double FIRST_SHARE = 0.5;

    /** Copies the collections. */
    public EnsembleConfig {
        weights = List.copyOf(weights);
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /**
     * From settings named as in project files; what is absent takes its default.
     *
     * @param members number of members, at least 1
     * @param settings {@code weights} is a text of numbers with commas; equal ones by default
     * @throws KeelsonException naming every bad or unknown setting
     */
    public static EnsembleConfig of(EnsembleKind kind, int members, Map<String, Object> settings) {
        LearnerSettings reader = new LearnerSettings(kind.key(), settings);
        List<String> known = kind.settingNames();
        String vote = known.contains("vote") ? reader.text("vote", SOFT) : SOFT;
        String weights = known.contains("weights") ? reader.text("weights", "") : "";
        int folds = known.contains("folds") ? reader.whole("folds", 5, 2, 100) : 2;
        String split = known.contains("split") ? reader.text("split", PURGED) : PURGED;
        int rounds = known.contains("rounds") ? reader.whole("rounds", 100, 1, 10_000) : 1;
        boolean bagged = known.contains("bagged") ? reader.flag("bagged", false) : kind == EnsembleKind.BAGGING;
        double l2 = known.contains("l2") ? reader.real("l2", 1, 1e-6, 1e9) : 1;
        double alpha = known.contains("alpha") ? reader.real("alpha", 1e-3, 0, 1e12) : 0;
        SortedMap<String, Object> resolved = reader.finish();
        one(kind, "vote", vote, List.of(SOFT, HARD));
        one(kind, "split", split, List.of(PURGED, WALK));
        return new EnsembleConfig(
                kind,
                vote.equals(HARD),
                weights(kind, weights, members),
                folds,
                split,
                rounds,
                bagged,
                l2,
                alpha,
                resolved);
    }

    private static void one(EnsembleKind kind, String name, String value, List<String> words) {
        if (!words.contains(value)) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The setting %s.%s (%s) must be one of %s.".formatted(kind.key(), name, value, words),
                    Suggestion.sentence(value, words).orElse(null));
        }
    }

    private static List<Double> weights(EnsembleKind kind, String text, int members) {
        double[] weights = new double[members];
        Arrays.fill(weights, 1);
        boolean sound = true;
        if (!text.isBlank()) {
            String[] parts = text.split(",", -1);
            sound = parts.length == members;
            for (int m = 0; m < members && sound; m++) {
                try {
                    weights[m] = Double.parseDouble(parts[m].strip());
                } catch (NumberFormatException e) {
                    sound = false;
                }
                sound &= weights[m] >= 0;
            }
        }
        double sum = Arrays.stream(weights).sum();
        if (!sound || !(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The setting %s.weights (%s) must be %d numbers from 0, one for each member, not all 0."
                            .formatted(kind.key(), text, members),
                    null);
        }
        return Arrays.stream(weights).mapToObj(weight -> weight / sum).toList();
    }

    /**
     * What parts the rows for out-of-fold predictions.
     *
     * @param embargoMicros gap between rows that train and rows that judge, at least the horizon
     * @param horizonMicros how far after its event a row's label looks
     */
    Splitter splitter(long embargoMicros, long horizonMicros) {
        return split.equals(WALK)
                ? new WalkForward(folds, embargoMicros, FIRST_SHARE)
                : new PurgedKFold(folds, embargoMicros, horizonMicros);
    }
}
