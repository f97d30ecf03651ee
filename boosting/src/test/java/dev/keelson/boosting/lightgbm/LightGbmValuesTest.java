package dev.keelson.boosting.lightgbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.ValueLearnerContract;
import dev.keelson.learn.spi.ModelCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Values and quantiles by LightGBM, and early stopping. */
final class LightGbmValuesTest extends ValueLearnerContract {
    private static final Task LEVELS = new Task.Quantiles(List.of(0.1, 0.5, 0.9));

    @Override
    protected Learner learner() {
        return with(Map.of("rounds", 60L));
    }

    @Override
    protected ModelCodec codec() {
        return new LightGbmProvider().codec();
    }

    private static Learner with(Map<String, Object> settings) {
        return new LightGbmLearner(LightGbmConfig.of(settings));
    }

    @Test
    void quantilesCoverWhatTheySayAndTheirFilesLoad() {
        TrainingSet later = rows(2_000, 23, LEVELS);

        Model model = with(Map.of("rounds", 80L)).fit(rows(2_000, 22, LEVELS), 3);

        double[] p = model.predictAll(later.features());
        for (int k = 0; k < 3; k++) {
            int below = 0;
            for (int i = 0; i < 2_000; i++) {
                below += later.values()[i] <= p[i * 3 + k] ? 1 : 0;
                assertThat(p[i * 3 + k]).isGreaterThanOrEqualTo(p[i * 3 + Math.max(0, k - 1)]);
            }
            assertThat(below / 2_000.0).isCloseTo(new double[] {0.1, 0.5, 0.9}[k], within(0.05));
        }
        assertThat(model.save()).containsOnlyKeys("model-0.txt", "model-1.txt", "model-2.txt");
        assertThat(codec().load(model.features(), LEVELS, model.save()).predictAll(later.features()))
                .containsExactly(p);
    }

    @Test
    void earlyStoppingKeepsTheBestRoundAndEqualsAFitOfThatManyRounds() {
        for (Task task : List.of(new Task.Regression(), LEVELS)) {
            TrainingSet set = rows(200, 24, task);
            TrainingSet held = rows(200, 25, task);

            Fit stopped = with(Map.of("rounds", 500L, "eta", 0.3, "early_stopping", 10L))
                    .fit(set, FitControl.on(held), 3);
            Model fixed = with(Map.of("rounds", (long) stopped.steps(), "eta", 0.3)).fit(set, 3);

            assertThat(stopped.losses()).hasSize(stopped.steps() + 10);
            assertThat(stopped.losses().stream().mapToDouble(Double::doubleValue).min())
                    .hasValue(stopped.losses().get(stopped.steps() - 1));
            assertThat(stopped.model().predictAll(held.features())).containsExactly(fixed.predictAll(held.features()));
        }
    }

    @Test
    void monitorHearsEveryRoundAndMayEndTheFit() {
        TrainingSet set = rows(200, 26, new Task.Regression());
        List<Integer> heard = new ArrayList<>();

        Fit fit = learner()
                .fit(
                        set,
                        new FitControl(Optional.of(set), (step, loss) -> {
                            heard.add(step);
                            return step < 7;
                        }),
                        3);

        assertThat(heard).containsExactly(1, 2, 3, 4, 5, 6, 7);
        assertThat(fit.steps()).isEqualTo(7);
        assertThat(fit.losses()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }
}
