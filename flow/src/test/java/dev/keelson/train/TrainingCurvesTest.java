package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The losses that a fit tells, from the learner to the stored outcome. */
final class TrainingCurvesTest {

    /** A logistic regression that tells losses as if it went step by step. */
    private record Telling(LogisticProvider logistic, List<Double> losses) implements LearnerProvider {
        @Override
        public String name() {
            return logistic.name();
        }

        @Override
        public List<String> settingNames() {
            return logistic.settingNames();
        }

        @Override
        public ModelCodec codec() {
            return logistic.codec();
        }

        @Override
        public Learner create(Map<String, Object> settings) {
            Learner learner = logistic.create(settings);
            return new Learner() {
                @Override
                public String name() {
                    return learner.name();
                }

                @Override
                public Map<String, Object> settings() {
                    return learner.settings();
                }

                @Override
                public boolean supports(Task task) {
                    return learner.supports(task);
                }

                @Override
                public Fit fit(TrainingSet rows, FitControl control, long seed) {
                    return new Fit(learner.fit(rows, control, seed).model(), 2, losses);
                }
            };
        }
    }

    private static TrainingOutcome train(List<Double> losses) {
        return new Training(List.of(new Telling(new LogisticProvider(), losses)), 1)
                .run(TrainingFixture.request(TrainingFixture.table(800, 1), new TrainingMode.Full()));
    }

    @Test
    void lossesOfTheFitOnAllRowsAreKeptBesideTheModel() {
        TrainingOutcome outcome = train(List.of(0.9, 0.5, 0.6));
        TrainingOutcome silent = train(List.of());

        assertThat(outcome.curves())
                .first()
                .isEqualTo(new LearningCurve("0-logistic", "log_loss", 2, List.of(0.9, 0.5, 0.6)));
        assertThat(outcome.curves()).hasSize(2);
        assertThat(TrainingOutcome.fromJson(outcome.toJson(), outcome.bundle()).curves()).isEqualTo(outcome.curves());
        assertThat(outcome.bundle().sha256()).isEqualTo(silent.bundle().sha256());
        assertThat(silent.toJson().has(TrainingOutcome.CURVES)).isFalse();
    }

    @Test
    void aCurveThatLeftTheNumbersIsNotKept() {
        assertThat(train(List.of(0.9, Double.POSITIVE_INFINITY)).curves()).isEmpty();
    }
}
