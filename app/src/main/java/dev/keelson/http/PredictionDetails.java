package dev.keelson.http;

import dev.keelson.features.FeatureVector;
import dev.keelson.learn.calibration.ProbabilityRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says beside the prediction. The arrays are handed over and not changed afterwards.
 *
 * @param features the values that were used, each with its status and its age; null when not asked for
 * @param contributions what each feature contributed; null when not asked for, or when the model cannot tell
 * @param chance the interval of the second class's probability; null when not asked for, or when the model tells none
 */
public record PredictionDetails(
        @Nullable FeatureVector features, @Nullable Contributions contributions, @Nullable ProbabilityRange chance) {

    /** What the interval of a probability is made by. */
    public static final String VENN_ABERS = "venn_abers";

    /**
     * Contributions of the features to the margins of a model, before calibration. For each margin they add up, with the
     * expected margin, to the row's own.
     *
     * @param scale what the margins are, such as {@code log_odds}
     * @param margins their names, in order
     * @param features names of the features, in order
     * @param values for each margin one number for each feature, then the expected margin
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over
    public record Contributions(String scale, List<String> margins, List<String> features, double[] values) {
        public Contributions {
            margins = List.copyOf(margins);
            features = List.copyOf(features);
            if (values.length != margins.size() * (features.size() + 1)) {
                throw new IllegalArgumentException("There are %d numbers for %d margins of %d features."
                        .formatted(values.length, margins.size(), features.size()));
            }
        }

        /** What a feature contributes to a margin. */
        public double of(int margin, int feature) {
            return values[margin * (features.size() + 1) + feature];
        }

        /** The margin before any feature is known. */
        public double expected(int margin) {
            return values[margin * (features.size() + 1) + features.size()];
        }
    }
}
