package dev.keelson.boosting.xgboost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.id.CanonicalJson;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.tune.PercentilePruner;
import dev.keelson.learn.tune.Sampler;
import dev.keelson.learn.tune.SearchSpace;
import dev.keelson.learn.tune.SpaceSyntax;
import dev.keelson.learn.tune.Study;
import dev.keelson.learn.tune.Trial;
import dev.keelson.learn.tune.TrialState;
import dev.keelson.train.ModelDefinition;
import dev.keelson.train.OutOfFoldLoss;
import dev.keelson.train.Training;
import dev.keelson.train.TrainingMode;
import dev.keelson.train.TrainingOutcome;
import dev.keelson.train.TrainingRequest;
import dev.keelson.train.TrainingTable;
import dev.keelson.train.TuneDefinition;
import dev.keelson.train.TuneMetric;
import dev.keelson.train.TuneRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A whole training of the blend that the product ships. */
class XGBoostTrainingTest {
    private static final long DAY = 86_400_000_000L;
    private static final int ROWS = 900;

    private static TrainingTable table() {
        Random random = new Random(5);
        double[][] columns = new double[6][ROWS];
        int[] labels = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            for (double[] column : columns) {
                column[i] = random.nextInt(15) == 0 ? Double.NaN : random.nextGaussian();
            }
            double bent = Math.abs(Double.isNaN(columns[0][i]) ? 0 : columns[0][i]); // trees see it, a line does not
            double straight = Double.isNaN(columns[1][i]) ? 0 : columns[1][i];
            double score = bent - 0.8 + 0.6 * straight + 0.8 * random.nextGaussian();
            labels[i] = score > 0.4 ? 0 : score > -0.4 ? 1 : 2;
        }
        int[] day = IntStream.range(0, ROWS).map(i -> 17_000 + i / 6).toArray();
        long[] event = IntStream.of(day).mapToLong(d -> d * DAY).toArray();
        long[] known = IntStream.of(day).mapToLong(d -> d * DAY + DAY).toArray();
        List<String> names = List.of("bent", "straight", "c", "d", "e", "f");
        List<String> ids = IntStream.range(0, ROWS).mapToObj(i -> "r" + i).toList();
        return new TrainingTable(
                new FeatureMatrix(names, columns, ROWS), labels, event, known, day, null, Map.of(), ids);
    }

    private static TrainingRequest request(TrainingMode mode) {
        return request(
                mode,
                List.of(
                        new ModelDefinition.LearnerDefinition("xgboost", Map.of("rounds", 40L)),
                        new ModelDefinition.LearnerDefinition("logistic", Map.of())));
    }

    private static TrainingRequest request(TrainingMode mode, List<ModelDefinition.LearnerDefinition> learners) {
        ModelDefinition definition = ModelDefinition.builder("blend", LabelDefinition.ofColumn("rows", "label", List.of("H", "D", "A"), Duration.ZERO))
                .learners(learners)
                .test(Duration.ofDays(25))
                .embargo(Duration.ofDays(2))
                .calibration(ModelDefinition.Calibration.TEMPERATURE)
                .baselines(List.of(new ModelDefinition.Baseline.Frequencies()))
                .seed(11)
                .folding(ModelDefinition.Folding.walkForward(3))
                .build();
        return new TrainingRequest(
                definition,
                table(),
                Instant.ofEpochSecond((17_000 + ROWS / 6 + 2) * 86_400L),
                TrainingRequest.Inputs.of("d", "f", "c", Map.of()),
                mode);
    }

    @Test
    void blendIsTheSameToTheLastByteWhateverTheThreadsAndBeatsItsMembers() {
        List<LearnerProvider> providers = List.of(new XGBoostProvider(), new LogisticProvider());

        TrainingOutcome alone = new Training(providers, 1).run(request(new TrainingMode.Full()));
        TrainingOutcome sideBySide = new Training(providers, 2).run(request(new TrainingMode.Full()));
        TrainingOutcome refreshed =
                new Training(providers, 2).run(request(new TrainingMode.Refresh(alone.parameters())));

        assertThat(sideBySide.bundle().listing()).isEqualTo(alone.bundle().listing());
        assertThat(CanonicalJson.write(sideBySide.toJson())).isEqualTo(CanonicalJson.write(alone.toJson()));
        assertThat(refreshed.bundle().sha256()).isEqualTo(alone.bundle().sha256());
        assertThat(alone.parameters().weights()).allMatch(weight -> weight > 0.05);
        assertThat(metric(alone, "oof_log_loss"))
                .isLessThan(metric(alone, "member/0-xgboost/oof_log_loss"))
                .isLessThan(metric(alone, "member/1-logistic/oof_log_loss"));
        assertThat(alone.importance().getFirst().feature()).isIn("bent", "straight");
    }

    @Test
    void earlyStoppingFindsTheRoundsAndFitsAllRowsWithThem() {
        ModelDefinition.LearnerDefinition stopping = new ModelDefinition.LearnerDefinition(
                "xgboost", Map.of("rounds", 300L, "eta", 0.3, "early_stopping", 10L));
        Training training = new Training(List.of(new XGBoostProvider()), 1);

        TrainingOutcome stopped = training.run(request(new TrainingMode.Full(), List.of(stopping)));

        double steps = metric(stopped, "member/0-xgboost/steps");
        TrainingOutcome fixed = training.run(request(
                new TrainingMode.Full(),
                List.of(new ModelDefinition.LearnerDefinition(
                        "xgboost", Map.of("rounds", (long) steps, "eta", 0.3)))));
        assertThat(steps).isBetween(2.0, 100.0);
        assertThat(stopped.bundle().files().get("members/0-xgboost/model.ubj"))
                .isEqualTo(fixed.bundle().files().get("members/0-xgboost/model.ubj"));
        assertThat(fixed.metrics()).doesNotContainKey("member/0-xgboost/steps");
    }

    @Test
    void searchIsPrunedWithinFoldsAfterBoostingRounds() {
        ModelDefinition.LearnerDefinition slow =
                new ModelDefinition.LearnerDefinition("xgboost", Map.of("rounds", 40L, "max_depth", 3L));
        TrainingRequest request = request(new TrainingMode.Full(), List.of(slow));
        OutOfFoldLoss judge =
                new OutOfFoldLoss(new Training(List.of(new XGBoostProvider()), 1), request, TuneMetric.LOG_LOSS);
        SearchSpace space = SpaceSyntax.space(Map.of("eta", "0.001..0.5 log"));
        TuneDefinition search = new TuneDefinition(
                16, Sampler.named("random"), PercentilePruner.median(), 4, 0, null, 5, TuneMetric.LOG_LOSS, space);

        Study within = new TuneRun(judge, request.definition(), 5, 2).run(search.study("s", 1), new Forgetting(), () -> false);
        Study between =
                new TuneRun(judge, request.definition(), null, 1).run(search.study("s", 1), new Forgetting(), () -> false);

        List<Trial> pruned = within.trials().stream()
                .filter(trial -> trial.state() == TrialState.PRUNED)
                .toList();
        assertThat(pruned).isNotEmpty().anyMatch(trial -> trial.reports().lastKey() < 999); // before its first fold ended
        assertThat(within.trials())
                .filteredOn(trial -> trial.state() == TrialState.COMPLETE)
                .isNotEmpty()
                .allSatisfy(trial -> assertThat(trial.reports()).hasSize(3 * (40 / 5 + 1)));
        assertThat(within.trials())
                .filteredOn(trial -> trial.state() == TrialState.COMPLETE
                        && between.trials().get(trial.number()).state() == TrialState.COMPLETE)
                .isNotEmpty()
                .allSatisfy(trial -> assertThat(trial.objective())
                        .isEqualTo(between.trials().get(trial.number()).objective()));
        assertThat(within.best()).isPresent();
    }

    /** Keeps nothing. */
    private static final class Forgetting implements TuneRun.Book {
        @Override
        public Optional<Trial> kept(int number) {
            return Optional.empty();
        }

        @Override
        public void ended(TuneRun.Ended ended, Study study) {
            assertThat(ended.failure()).isNull();
        }

        @Override
        public void taken(Study study) {
            throw new AssertionError("Nothing was kept.");
        }
    }

    private static double metric(TrainingOutcome outcome, String name) {
        return Objects.requireNonNull(outcome.metrics().get(name), name);
    }
}
