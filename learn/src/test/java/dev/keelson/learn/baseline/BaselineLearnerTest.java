package dev.keelson.learn.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.Model;
import dev.keelson.learn.Target;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BaselineLearnerTest {
    private static final FeatureMatrix MARKET = new FeatureMatrix(
            List.of("form", "home", "away"),
            new double[][] {{1, 2, 3, 4}, {0.55, 0.6, Double.NaN, 0}, {0.55, 0.4, 0.5, 0}},
            4);
    private static final TrainingSet CLASSES =
            new TrainingSet(MARKET, new int[] {0, 0, 0, 1}, List.of("home", "away"), null);

    private static TrainingSet values(Task task) {
        return new TrainingSet(MARKET, new Target.Numbers(new double[] {4, 1, 3, 2}, task), new double[] {1, 1, 1, 5});
    }

    @Test
    void frequenciesMeanAndQuantilesArePredictedForEveryRow() {
        BaselineLearner plain = new BaselineLearner(List.of());

        double[] frequencies = plain.fit(CLASSES, 1).predictAll(MARKET);
        double[] means = plain.fit(values(new Task.Regression()), 1).predictAll(MARKET);
        double[] quantiles = plain.fit(values(new Task.Quantiles(List.of(0.1, 0.5, 0.9))), 1)
                .predictAll(MARKET.take(new int[] {0}));

        assertThat(frequencies).startsWith(0.7, 0.3).endsWith(0.7, 0.3);
        assertThat(means).containsOnly(18 / 8.0);
        assertThat(quantiles).containsExactly(1, 2, 4);
    }

    @Test
    void marketIsHandedThroughAndNormalisedAndMissingOddsFallBack() {
        Model market = new BaselineProvider().create(Map.of("features", "home, away")).fit(CLASSES, 1);

        double[] p = market.predictAll(MARKET);

        assertThat(p).containsExactly(new double[] {0.5, 0.5, 0.6, 0.4, 0.7, 0.3, 0.7, 0.3}, within(1e-12));
        assertThat(market.importance()).containsExactly(0, 0.5, 0.5);
        assertThat(new BaselineCodec()
                        .load(market.features(), market.task(), market.save())
                        .predictAll(MARKET))
                .containsExactly(p);
    }

    @Test
    void lastValueIsHandedThrough() {
        Model last = new BaselineLearner(List.of("form")).fit(values(new Task.Regression()), 1);

        assertThat(last.predictAll(MARKET)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void featuresThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new BaselineLearner(List.of("home")).fit(CLASSES, 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("2 are needed");
        assertThatThrownBy(() -> new BaselineLearner(List.of("home", "awai")).fit(CLASSES, 1))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("awai");
    }
}
