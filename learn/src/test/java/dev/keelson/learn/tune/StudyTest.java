package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class StudyTest {
    static final List<String> NAMES = Sampler.NAMES;

    private static final SearchSpace SPACE = SearchSpace.of(
            Parameter.of("x", RealDomain.of(-1, 1)),
            Parameter.of("k", IntegerDomain.of(0, 9)),
            Parameter.of("b", ChoiceDomain.of("u", "v")),
            Parameter.of("only_u", RealDomain.of(0, 1)).when("b", "u"));

    private static StudyDefinition definition(String sampler) {
        return StudyDefinition.of("study", SPACE, Direction.MINIMISE, 7, 30)
                .withSampler(Sampler.named(sampler))
                .withPruner(new PercentilePruner(50, 3, 0, 1, 1))
                .withBatch(4);
    }

    /** Reports five steps that approach the value, unless it is stopped. */
    private static Trial evaluate(Study study, Trial trial) {
        double x = Values.number(trial.values(), "x");
        double k = Values.number(trial.values(), "k");
        double target = x * x + k / 10 + (trial.values().containsKey("only_u") ? 0.3 : 0);
        Trial at = trial;
        for (int step = 0; step < 5; step++) {
            at = at.report(step, target + 1.0 / (step + 1));
            if (study.prunes(at)) {
                return at.pruned();
            }
        }
        return trial.number() == 6 ? at.failed() : at.complete(target);
    }

    private static Study finish(Study from) {
        Study study = from;
        while (study.stopReason().isEmpty()) {
            study = study.running().isEmpty() ? study.ask() : study;
            for (Trial trial : study.running()) {
                study = study.tell(evaluate(study, trial));
            }
        }
        return study;
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void studyKilledAnywhereResumesToTheSameResult(String sampler) {
        Study whole = finish(Study.start(definition(sampler)));
        assertThat(whole.trials()).extracting(Trial::state).contains(TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED);

        for (int killed = 0; killed <= 30; killed++) {
            List<Trial> stored = new ArrayList<>(whole.trials().subList(0, killed));
            if (killed % 4 == 3) { // proposed and not finished
                stored.set(killed - 1, Trial.running(killed - 1, stored.get(killed - 1).values()));
            }
            Collections.shuffle(stored, new Random(killed));

            assertThat(finish(Study.resume(definition(sampler), stored))).isEqualTo(whole);
        }
    }

    @Test
    void orderInWhichABatchEndsDoesNotMatter() {
        Study whole = finish(Study.start(definition("tpe")));

        Study study = Study.start(definition("tpe"));
        while (study.stopReason().isEmpty()) {
            study = study.ask();
            List<Trial> last = new ArrayList<>(study.running());
            Collections.reverse(last);
            for (Trial trial : last) {
                study = study.tell(evaluate(study, trial));
            }
        }

        assertThat(study).isEqualTo(whole);
    }

    @Test
    void anyNumberOfWorkersGivesTheSame() throws ExecutionException, InterruptedException {
        Study whole = finish(Study.start(definition("tpe")));

        for (int workers = 1; workers <= 3; workers++) {
            Study study = Study.start(definition("tpe"));
            try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
                while (study.stopReason().isEmpty()) {
                    Study asked = study.ask();
                    List<Future<Trial>> results = asked.running().stream()
                            .map(trial -> pool.submit(() -> evaluate(asked, trial)))
                            .toList();
                    study = asked;
                    for (Future<Trial> result : results) {
                        study = study.tell(result.get());
                    }
                }
            }
            assertThat(study).isEqualTo(whole);
        }
    }

    @Test
    void studyStoppedByTimeIsAStudyOfAsManyTrials() {
        Study reached = Study.start(definition("tpe"));
        for (int batch = 0; batch < 4; batch++) {
            reached = reached.ask();
            for (Trial trial : reached.running()) {
                reached = reached.tell(evaluate(reached, trial));
            }
        }

        Study again = finish(Study.start(definition("tpe").withTrials(reached.finished())));

        assertThat(again.trials()).isEqualTo(reached.trials());
        assertThat(again.stopReason()).contains(StopReason.TRIALS);
    }

    @Test
    void lastBatchIsCutAtTheNumberOfTrials() {
        Study study = finish(Study.start(definition("random").withTrials(6)));

        assertThat(study.trials()).hasSize(6);
        assertThatThrownBy(study::ask).isInstanceOf(IllegalStateException.class).hasMessageContaining("has ended (TRIALS)");
    }

    @Test
    void studyEndsAfterSoManyTrialsWithoutImprovement() {
        double[] objectives = {5, 4, 4.5, 3.95, 3.9, 9, 9, 9, 9, 9};
        StudyDefinition base = StudyDefinition.of("s", SPACE, Direction.MINIMISE, 1, 10).withSampler(new RandomSampler());

        assertThat(told(base, objectives).finished()).isEqualTo(10);
        assertThat(told(base.withEarlyStop(EarlyStop.after(3)), objectives).finished()).isEqualTo(8);
        Study strict = told(base.withEarlyStop(new EarlyStop(3, 0.2)), objectives);
        assertThat(strict.finished()).isEqualTo(5);
        assertThat(strict.stopReason()).contains(StopReason.NO_IMPROVEMENT);
        assertThat(strict.best().orElseThrow().objective()).isEqualTo(3.9);
    }

    private static Study told(StudyDefinition definition, double[] objectives) {
        Study study = Study.start(definition);
        while (study.stopReason().isEmpty()) {
            study = study.ask();
            for (Trial trial : study.running()) {
                study = study.tell(trial.complete(objectives[trial.number()]));
            }
        }
        return study;
    }

    @Test
    void bestIsTheEarliestOfEqualOnesAndOfNoneAtFirst() {
        StudyDefinition most = StudyDefinition.of("s", SPACE, Direction.MAXIMISE, 1, 4).withSampler(new RandomSampler());

        assertThat(Study.start(most).best()).isEmpty();
        assertThat(told(most, new double[] {1, 3, 3, 2}).best().orElseThrow().number()).isEqualTo(1);
        assertThat(told(most, new double[] {1, Double.NaN, 3, 2}).trials().get(1).state()).isEqualTo(TrialState.FAILED);
    }

    @Test
    void resultsThatDoNotBelongAreRefused() {
        Study study = Study.start(definition("random")).ask();
        Trial first = study.running().getFirst();

        assertThatThrownBy(() -> study.tell(first)).hasMessageContaining("has no result");
        assertThatThrownBy(() -> study.tell(Trial.running(9, first.values()).complete(1))).hasMessageContaining("Trial 9 is not running");
        assertThatThrownBy(() -> study.tell(first.complete(1)).tell(first.complete(2))).hasMessageContaining("is not running");
        assertThatThrownBy(() -> study.tell(Trial.running(0, new TreeMap<>(Map.of("x", 0.1))).complete(1)))
                .hasMessageContaining("was proposed with");
        assertThatThrownBy(study::ask).isInstanceOf(IllegalStateException.class).hasMessageContaining("Trial 0 has no result");
    }

    @Test
    void storedTrialsThatDoNotFitAreRefused() {
        List<Trial> trials = finish(Study.start(definition("random"))).trials();
        Trial stranger = Trial.running(0, Map.of("x", 3.0)).complete(1);

        assertThatThrownBy(() -> Study.resume(definition("random"), trials.subList(4, 12)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without a gap");
        assertThatThrownBy(() -> Study.resume(definition("random"), List.of(stranger)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("x (3.0) must be one of -1.0..1.0");
        assertThatThrownBy(() -> Study.resume(definition("tpe").withTrials(8), trials))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void trialChecksItself() {
        assertThatThrownBy(() -> new Trial(0, new TreeMap<>(), new TreeMap<>(), TrialState.COMPLETE, Double.NaN))
                .hasMessageContaining("objective (NaN)");
        assertThatThrownBy(() -> Trial.running(-1, Map.of())).hasMessageContaining("number (-1)");
        assertThatThrownBy(() -> Trial.running(0, Map.of()).report(-1, 0)).hasMessageContaining("step (-1)");
    }
}
