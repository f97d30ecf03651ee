package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.learn.tune.HyperbandPruner;
import dev.keelson.learn.tune.Parameter;
import dev.keelson.learn.tune.QuasiRandomSampler;
import dev.keelson.learn.tune.TpeSampler;
import dev.keelson.train.TuneDefinition;
import dev.keelson.train.TuneMetric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuneSectionTest {
    @TempDir
    Path folder;

    private TuneDefinition read(String learner, String tune) {
        Project project = FootballProject.read(folder, text(learner, tune));
        return Objects.requireNonNull(project.tuning().get("football-1x2"));
    }

    private static String text(String learner, String tune) {
        return FootballProject.with(FootballProject.LEARNER, learner + "\n    tune: " + tune);
    }

    private List<Problem> problems(String learner, String tune) {
        return catchThrowableOfType(
                        KeelsonException.class, () -> FootballProject.read(folder, text(learner, tune)))
                .problems();
    }

    @Test
    void everythingHasAStandardButTheSpace() {
        TuneDefinition search = read("xgboost", "{ space: { max_depth: 3..10 } }");

        assertThat(search.trials()).isEqualTo(50);
        assertThat(search.batch()).isEqualTo(4);
        assertThat(search.stopAfter()).isZero();
        assertThat(search.timeLimit()).isNull();
        assertThat(search.metric()).isEqualTo(TuneMetric.LOG_LOSS);
        assertThat(search.sampler()).isEqualTo(TpeSampler.defaults());
    }

    @Test
    void stepsWithinFoldsAreOfOneLearnerThatHasThem() {
        String tune = "{ pruner: median, every_steps: 25, %s space: { max_depth: 3..10 } }";

        assertThat(read("xgboost", tune.formatted("")).everySteps()).isEqualTo(25);
        assertThat(problems("random_forest", tune.formatted("")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("none of one learner that goes step by step"));
        assertThat(problems("xgboost", tune.formatted("metric: brier,")).getFirst().message())
                .contains("the metric is `brier`");
        assertThat(problems("xgboost", tune.replace("median", "wilcoxon").formatted("")).getFirst().message())
                .contains("the pruner `wilcoxon` says nothing between steps");
    }

    @Test
    void aSpaceIsReadAsWritten() {
        TuneDefinition search = read(
                "xgboost",
                "{ trials: 9, sampler: quasi_random, pruner: hyperband, batch: 2, stop_after: 5, time_limit: 2h, metric: rps,"
                        + " space: { max_depth: [3, 5], learning_rate: 0.01..0.3 log, rounds: 50..200 step 10 when max_depth = 3 } }");

        assertThat(search.space().parameters())
                .extracting(Parameter::text)
                .containsExactly("0.01..0.3 log", "[3, 5]", "50..200 step 10 when max_depth = 3");
        assertThat(search.sampler()).isEqualTo(new QuasiRandomSampler());
        assertThat(search.pruner()).isEqualTo(HyperbandPruner.defaults());
        assertThat(search.timeLimit()).isEqualTo(Duration.ofHours(2));
        assertThat(List.of(search.trials(), search.batch(), search.stopAfter())).containsExactly(9, 2, 5);
    }

    @Test
    void namesOfOtherToolsStandForTheLearnersOwn() {
        TuneDefinition search = read("xgboost", "{ space: { n_estimators: 50..200, eta: '0.01..0.3 log when n_estimators in [50, 60]' } }");

        assertThat(search.space().names()).containsExactly("learning_rate", "rounds");
    }

    @Test
    void settingsOfMembersHaveTheMemberInFront() {
        TuneDefinition search =
                read(FootballProject.LEARNER, "{ space: { xgboost.max_depth: 1..4, logistic.l2: 1..1000 log } }");

        assertThat(search.space().names()).containsExactly("logistic.l2", "xgboost.max_depth");
    }

    @Test
    void everyMistakeIsReportedAtItsPlace() {
        List<Problem> problems = problems(
                "xgboost",
                "{ metric: mae, space: { max_dept: 3..10, max_depth: 10..3, learning_rate: 0.1..0.3 lag, logistic.l2: 1..2 } }");

        assertThat(problems)
                .extracting(Problem::code)
                .containsExactly(
                        ErrorCode.BAD_VALUE,
                        ErrorCode.UNKNOWN_KEY,
                        ErrorCode.BAD_VALUE,
                        ErrorCode.BAD_VALUE,
                        ErrorCode.UNKNOWN_REFERENCE);
        assertThat(problems)
                .allSatisfy(problem -> assertThat(Objects.requireNonNull(problem.location()).line()).isGreaterThan(10));
        assertThat(problems.get(1).hint()).isEqualTo("Maybe `max_depth` was meant.");
        assertThat(problems.get(2).message()).contains("max_depth");
    }

    @Test
    void aConditionOnNothingIsReportedAtItsParameter() {
        List<Problem> problems = problems("xgboost", "{ space: { rounds: 1..9, max_depth: 3..10 when round = 3 } }");

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ErrorCode.UNKNOWN_REFERENCE);
            assertThat(Objects.requireNonNull(problem.location()).column()).isEqualTo(36);
        });
    }

    @Test
    void aSettingWithoutItsMemberIsAmbiguous() {
        List<Problem> problems = problems(FootballProject.LEARNER, "{ space: { max_depth: 1..4 } }");

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.message()).contains("does not say whose setting it is");
            assertThat(problem.hint()).isEqualTo("Maybe `xgboost.max_depth` was meant.");
        });
    }
}
