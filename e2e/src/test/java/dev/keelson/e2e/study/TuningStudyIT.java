package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.learn.tune.Sampler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One seed of the whole study. */
final class TuningStudyIT {

    @ParameterizedTest
    @EnumSource(TuningProblem.class)
    void tpeFindsABetterMinimumThanRandomSearch(TuningProblem problem) {
        double tpe = TuningStudy.study(problem, Sampler.named("tpe"), 1, 100).best();
        double random = TuningStudy.study(problem, Sampler.named("random"), 1, 100).best();

        assertThat(tpe).isLessThan(random);
    }
}
