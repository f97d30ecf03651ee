package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.learn.Fit;
import dev.keelson.learn.FitControl;
import dev.keelson.learn.Learner;
import dev.keelson.learn.Task;
import dev.keelson.learn.TrainingSet;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.tune.NoPruner;
import dev.keelson.learn.tune.PercentilePruner;
import dev.keelson.learn.tune.Pruner;
import dev.keelson.learn.tune.SearchSpace;
import dev.keelson.learn.tune.SpaceSyntax;
import dev.keelson.learn.tune.Study;
import dev.keelson.learn.tune.StudyDefinition;
import dev.keelson.learn.tune.TpeSampler;
import dev.keelson.learn.tune.Trial;
import dev.keelson.learn.tune.TrialState;
import dev.keelson.train.ModelDefinition.Calibration;
import dev.keelson.train.ModelDefinition.Folding;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;

class TuneRunTest {
    private static final SearchSpace SPACE = SpaceSyntax.space(Map.of("l2", "0.01..1000.0 log"));
    private static final TrainingTable TABLE = TrainingFixture.table(400, 1);

    private static ModelDefinition model(List<LearnerDefinition> learners, Folding folding) {
        ModelDefinition base = TrainingFixture.definition(folding, Calibration.TEMPERATURE);
        return base.toBuilder()
                .learners(learners)
                .build();
    }

    private static ModelDefinition model() {
        return model(List.of(TrainingFixture.learner(1)), Folding.walkForward(3));
    }

    private static TuneDefinition search(int trials, SearchSpace space, Pruner pruner) {
        return new TuneDefinition(trials, TpeSampler.defaults(), pruner, 4, 0, null, null, TuneMetric.LOG_LOSS, space);
    }

    private static StudyDefinition study(int trials) {
        return search(trials, SPACE, PercentilePruner.median()).study("s", 3);
    }

    private static OutOfFoldLoss judge(Training training, ModelDefinition model) {
        return new OutOfFoldLoss(
                training,
                TrainingFixture.request(model, TABLE, new TrainingMode.Full()),
                TuneMetric.LOG_LOSS);
    }

    private static TuneRun run(int threads) {
        ModelDefinition model = model();
        return new TuneRun(judge(TrainingFixture.training(1), model), model, null, threads);
    }

    /** Keeps trials as a store does, and stops after some. */
    private static final class Memory implements TuneRun.Book {
        private final Map<Integer, Trial> trials = new TreeMap<>();
        private int left;
        private int ran;

        Memory(int left) {
            this.left = left;
        }

        @Override
        public Optional<Trial> kept(int number) {
            return Optional.ofNullable(trials.get(number));
        }

        @Override
        public void ended(TuneRun.Ended ended, Study study) {
            trials.put(ended.trial().number(), ended.trial());
            ran++;
            if (--left == 0) {
                throw new CancellationException();
            }
        }

        @Override
        public void taken(Study study) {
            // nothing to keep
        }
    }

    @Test
    void theNumberOfThreadsChangesNothing() {
        Study one = run(1).run(study(24), new Memory(-1), () -> false);
        Study two = run(2).run(study(24), new Memory(-1), () -> false);

        assertThat(two).isEqualTo(one);
        assertThat(one.finished()).isEqualTo(24);
        assertThat(one.trials()).extracting(Trial::state).contains(TrialState.PRUNED, TrialState.COMPLETE);
    }

    @Test
    void aSearchThatWasStoppedComesToTheSameEnd() {
        Study whole = run(2).run(study(24), new Memory(-1), () -> false);
        Memory memory = new Memory(14);

        assertThatThrownBy(() -> run(2).run(study(24), memory, () -> false)).isInstanceOf(CancellationException.class);
        memory.left = -1;
        int before = memory.ran;
        Study resumed = run(1).run(study(24), memory, () -> false);

        assertThat(before).isEqualTo(14);
        assertThat(memory.ran).isEqualTo(24);
        assertThat(resumed).isEqualTo(whole);
    }

    @Test
    void aLongerSearchBeginsWithTheShorterOne() {
        Memory memory = new Memory(-1);
        Study shorter = run(1).run(study(10), memory, () -> false);

        Study longer = run(1).run(study(16), memory, () -> false);

        assertThat(memory.ran).isEqualTo(16);
        assertThat(longer.trials().subList(0, 10)).isEqualTo(shorter.trials());
        assertThat(longer).isEqualTo(run(1).run(study(16), new Memory(-1), () -> false));
    }

    @Test
    void aTimeLimitEndsItBetweenBatches() {
        Study study = run(1).run(study(24), new Memory(-1), new java.util.function.BooleanSupplier() {
            private int asked;

            @Override
            public boolean getAsBoolean() {
                return asked++ == 2;
            }
        });

        assertThat(study.finished()).isEqualTo(8);
        assertThat(study.trials())
                .isEqualTo(run(1).run(study(8), new Memory(-1), () -> false).trials());
    }

    @Test
    void rowsOfTheTestPeriodReachNoTrial() {
        Set<Double> seen = new ConcurrentSkipListSet<>();
        ModelDefinition model = model(List.of(new LearnerDefinition("spy", Map.of())), Folding.walkForward(3));
        Training training = new Training(List.of(new Spy(seen)), 1);

        new TuneRun(judge(training, model), model, null, 2)
                .run(search(8, SPACE, new NoPruner()).study("s", 3), new Memory(-1), () -> false);

        long latest = TABLE.eventTime()[TABLE.rows() - 1];
        long length = Duration.ofDays(20).toMillis() * 1000;
        for (int i = 0; i < TABLE.rows(); i++) {
            if (TABLE.eventTime()[i] > latest - length) {
                assertThat(seen).doesNotContain(TABLE.features().value(i, 0));
            }
        }
        assertThat(seen).hasSizeGreaterThan(100);
    }

    @Test
    void labelsOfTheTestPeriodChangeNothing() {
        int[] labels = TABLE.labels().clone();
        for (int i = labels.length - 60; i < labels.length; i++) {
            labels[i] = 2 - labels[i];
        }
        TrainingTable other = new TrainingTable(
                TABLE.features(), labels, TABLE.eventTime(), TABLE.knownAt(), TABLE.day(), TABLE.segment(), TABLE.odds(),
                TABLE.rowIds());
        OutOfFoldLoss first = judge(TrainingFixture.training(1), model());
        OutOfFoldLoss second = new OutOfFoldLoss(
                TrainingFixture.training(1),
                TrainingFixture.request(model(), other, new TrainingMode.Full()),
                TuneMetric.LOG_LOSS);

        assertThat(second.judge(model(), (fold, loss, running) -> true).rows())
                .isEqualTo(first.judge(model(), (fold, loss, running) -> true).rows());
    }

    @Test
    void theLossIsThatOfTheTrainingBeforeItsCorrection() {
        ModelDefinition model = model();
        ModelDefinition plain = model.toBuilder()
                .calibration(Calibration.NONE)
                .build();
        TrainingOutcome trained =
                TrainingFixture.training(1).run(TrainingFixture.request(plain, TABLE, new TrainingMode.Full()));

        double loss = judge(TrainingFixture.training(1), model)
                .judge(model, (fold, each, running) -> true)
                .loss();

        assertThat(loss).isEqualTo(trained.metrics().get("oof_log_loss"), within(1e-12));
    }

    @Test
    void membersAreSearchedByTheirNames() {
        ModelDefinition model =
                model(List.of(TrainingFixture.learner(1), TrainingFixture.learner(500)), Folding.walkForward(3));
        SearchSpace space = SpaceSyntax.space(Map.of("logistic_2.l2", "0.01..10.0 log"));

        Study study = new TuneRun(judge(TrainingFixture.training(1), model), model, null, 1)
                .run(search(3, space, new NoPruner()).study("s", 3), new Memory(-1), () -> false);
        ModelDefinition tuned =
                TunedSettings.apply(model, study.best().orElseThrow().values());

        assertThat(tuned.learners().getFirst()).isEqualTo(TrainingFixture.learner(1));
        assertThat((Double) tuned.learners().get(1).settings().get("l2")).isLessThan(10);
    }

    @Test
    void aTrialWithAValueThatTheLearnerRefusesFailsAlone() {
        SearchSpace space = SpaceSyntax.space(Map.of("l2", List.of(-5.0, 1.0)));

        Study study = run(1).run(search(12, space, new NoPruner()).study("s", 3), new Memory(-1), () -> false);

        assertThat(study.trials()).extracting(Trial::state).contains(TrialState.FAILED, TrialState.COMPLETE);
        assertThat(study.best().orElseThrow().values()).containsEntry("l2", 1.0);
    }

    @Test
    void thirtyRowsWithFiveFoldsAreEnough() {
        ModelDefinition base = model(List.of(TrainingFixture.learner(1)), new Folding(Folding.Kind.KFOLD, 5, 1, null));
        ModelDefinition model = base.toBuilder()
                .test(Duration.ofDays(1))
                .embargo(Duration.ofDays(1))
                .build();
        OutOfFoldLoss judge = new OutOfFoldLoss(
                TrainingFixture.training(1),
                TrainingFixture.request(model, TrainingFixture.table(30, 2), new TrainingMode.Full()),
                TuneMetric.BRIER);
        long start = System.nanoTime();

        Study study = new TuneRun(judge, model, null, 1).run(study(20), new Memory(-1), () -> false);

        assertThat(study.best()).isPresent();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    /** Notes the first feature of every row that is fitted or predicted. */
    private record Spy(Set<Double> seen) implements LearnerProvider {
        @Override
        public String name() {
            return "spy";
        }

        @Override
        public List<String> settingNames() {
            return new LogisticProvider().settingNames();
        }

        @Override
        public ModelCodec codec() {
            return new LogisticProvider().codec();
        }

        @Override
        public Learner create(Map<String, Object> settings) {
            Learner learner = new LogisticProvider().create(settings);
            return new Learner() {
                @Override
                public String name() {
                    return "spy";
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
                    for (int i = 0; i < rows.rows(); i++) {
                        seen.add(rows.features().value(i, 0));
                    }
                    return learner.fit(rows, control, seed);
                }
            };
        }
    }
}
