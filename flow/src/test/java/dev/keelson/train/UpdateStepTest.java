package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.ContinuationMode;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.ModelBundle;
import dev.keelson.learn.baseline.BaselineProvider;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.encode.EncodedModel;
import dev.keelson.learn.logistic.LogisticProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class UpdateStepTest {
    private static final Training TRAINING = new Training(List.of(new LogisticProvider(), new BaselineProvider()), 1);
    private static final ModelDefinition MODEL = TrainingFixture.definition(List.of(TrainingFixture.learner(1)));
    private static final TrainingTable TABLE = TrainingFixture.table(1_600, 1);
    private static final TrainingOutcome BASE =
            TRAINING.run(TrainingFixture.request(MODEL, TABLE, new TrainingMode.Full()));
    private static final Duration RECENT = Duration.ofDays(60);
    private static final UpdateDefinition GENTLE =
            new UpdateDefinition(ContinuationMode.CONTINUE, 20, 0.02, RECENT, Duration.ofDays(200), 0.02);
    private static final UpdateDefinition WILD =
            new UpdateDefinition(ContinuationMode.CONTINUE, 2_000, 1.0, RECENT, Duration.ofDays(200), 0.02);

    private static TrainingMode.Update update(UpdateDefinition how, @Nullable ReinforceDefinition reinforce) {
        ModelBundle bundle = BASE.bundle();
        return new TrainingMode.Update(
                bundle.load(TRAINING.codecs()),
                bundle.sha256(),
                Instant.parse("2019-06-01T00:00:00Z"),
                BASE.parameters(),
                how,
                reinforce);
    }

    private static TrainingOutcome run(TrainingTable table, TrainingMode.Update update) {
        return TRAINING.run(TrainingFixture.request(MODEL, table, update));
    }

    /** The same rows, in which home and away wins change places from some time on. */
    private static TrainingTable turned(Duration last) {
        long from = (TrainingFixture.AS_OF.getEpochSecond() - last.toSeconds()) * 1_000_000;
        int[] labels = TABLE.labels().clone();
        for (int i = 0; i < labels.length; i++) {
            if (TABLE.eventTime()[i] >= from) {
                labels[i] = 2 - labels[i];
            }
        }
        return new TrainingTable(
                TABLE.features(),
                labels,
                TABLE.eventTime(),
                TABLE.knownAt(),
                TABLE.day(),
                TABLE.segment(),
                TABLE.odds(),
                TABLE.rowIds());
    }

    @Test
    void aGentleUpdateOnTheSameWorldForgetsNothing() {
        TrainingOutcome updated = run(TABLE, update(GENTLE, null));

        assertThat(updated.metrics()).containsEntry(TrainingOutcome.FORGETS, 0.0);
        assertThat(updated.metrics()).containsKeys("old_log_loss", "old_base_log_loss", "old_difference_upper");
        assertThat(updated.provenance().mode()).isEqualTo("update");
        assertThat(updated.provenance().settings()).containsEntry("update.rounds", "20");
    }

    @Test
    void anUpdateOnARecentWorldThatTurnedForgetsTheOldOne() {
        TrainingOutcome updated = run(turned(RECENT), update(WILD, null));

        Map<String, Double> metrics = updated.metrics();
        assertThat(metrics).containsEntry(TrainingOutcome.FORGETS, 1.0);
        assertThat(metrics.get("old_difference")).isGreaterThan(metrics.get("old_allowed"));
        assertThat(metrics.get("old_difference_lower")).isPositive();
        assertThat(metrics.get("recent_difference_upper")).isNegative();
    }

    @Test
    void rowsOfTheOldPeriodTeachNothing() {
        TrainingTable table = turned(Duration.ofDays(3_000)); // all but the recent rows are turned, too
        long from = (TrainingFixture.AS_OF.getEpochSecond() - RECENT.toSeconds()) * 1_000_000;
        int[] labels = table.labels().clone();
        for (int i = 0; i < labels.length; i++) {
            labels[i] = TABLE.eventTime()[i] >= from ? TABLE.labels()[i] : labels[i];
        }
        TrainingTable oldTurned = new TrainingTable(
                TABLE.features(),
                labels,
                TABLE.eventTime(),
                TABLE.knownAt(),
                TABLE.day(),
                TABLE.segment(),
                TABLE.odds(),
                TABLE.rowIds());

        String one = run(TABLE, update(GENTLE, null)).bundle().sha256();
        String other = run(oldTurned, update(GENTLE, null)).bundle().sha256();

        assertThat(other).isEqualTo(one);
    }

    @Test
    void theSameUpdateGivesTheSameBytesAndTheKeyTellsUpdatesApart() {
        TrainingMode.Update update = update(GENTLE, null);
        TrainingMode.Update longer = update(GENTLE.with(null, 21, null), null);

        assertThat(run(TABLE, update).bundle().sha256()).isEqualTo(run(TABLE, update).bundle().sha256());
        assertThat(TrainingKey.of(TrainingFixture.request(MODEL, TABLE, longer)))
                .isNotEqualTo(TrainingKey.of(TrainingFixture.request(MODEL, TABLE, update)));
    }

    @Test
    void settingsComeBackFromTheParametersOfARun() {
        ReinforceDefinition reinforce = new ReinforceDefinition(0.8, 4, Duration.ofDays(3), 5, 7, 0.05);

        assertThat(UpdateDefinition.ofParams(WILD.params())).isEqualTo(WILD);
        assertThat(ReinforceDefinition.ofParams(reinforce.params())).isEqualTo(reinforce);
    }

    @Test
    void confidentMistakesWeighMore() {
        ReinforceDefinition reinforce = new ReinforceDefinition(0.5, 1, RECENT, 10, 20, 0.05);
        TrainingMode.Update update = update(GENTLE, reinforce);
        TrainingRequest request = TrainingFixture.request(MODEL, TABLE, update);

        int[] mistakes = Training.mistakes(request, update);
        TrainingOutcome outcome = TRAINING.run(request);

        assertThat(mistakes).isNotEmpty();
        assertThat(outcome.metrics()).containsEntry("mistakes", (double) mistakes.length);
        assertThat(outcome.provenance().mode()).isEqualTo("reinforce");
        assertThat(outcome.bundle().sha256())
                .isNotEqualTo(run(TABLE, update(GENTLE.with(null, 20, 0.05), null)).bundle().sha256());
    }

    @Test
    void aLearnerThatCannotGoOnIsNamed() {
        ModelDefinition model = TrainingFixture.definition(
                List.of(new ModelDefinition.LearnerDefinition("baseline", Map.of())));

        assertThatThrownBy(() -> TRAINING.run(TrainingFixture.request(model, TABLE, update(GENTLE, null))))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("baseline")
                .extracting(e -> ((KeelsonException) e).code())
                .isEqualTo(ErrorCode.BAD_REQUEST);
    }

    @Test
    void leavesOfALogisticModelCannotBeRefitted() {
        TrainingMode.Update refit = update(GENTLE.with(ContinuationMode.REFIT, null, null), null);

        assertThatThrownBy(() -> run(TABLE, refit)).hasMessageContaining("refit").hasMessageContaining("logistic");
    }

    @Test
    void aChampionOfOtherLearnersCannotGoOn() {
        ModelDefinition two = TrainingFixture.definition();

        assertThatThrownBy(() -> TRAINING.run(TrainingFixture.request(two, TABLE, update(GENTLE, null))))
                .hasMessageContaining("cannot go on");
    }

    @Test
    void tooFewRecentOrOldRowsAreSaid() {
        UpdateDefinition shortest = new UpdateDefinition(
                ContinuationMode.CONTINUE, 5, 0.1, Duration.ofHours(1), Duration.ofDays(200), 0.02);
        UpdateDefinition whole = new UpdateDefinition(
                ContinuationMode.CONTINUE, 5, 0.1, Duration.ofDays(9_000), Duration.ofDays(200), 0.02);

        assertThatThrownBy(() -> run(TABLE, update(shortest, null))).hasMessageContaining("0 recent rows");
        assertThatThrownBy(() -> run(TABLE, update(whole, null))).hasMessageContaining("0 old rows");
    }

    @Test
    void aModelThatReadsTextsGoesOn() {
        TrainingTable table = TrainingCategoriesTest.table(1_600, true);
        TrainingOutcome base = TRAINING.run(TrainingFixture.request(MODEL, table, new TrainingMode.Full()));
        TrainingMode.Update update = new TrainingMode.Update(
                base.bundle().load(TRAINING.codecs()),
                base.bundle().sha256(),
                Instant.parse("2019-06-01T00:00:00Z"),
                base.parameters(),
                GENTLE,
                new ReinforceDefinition(0.5, 2, RECENT, 10, 20, 0.05));

        TrainingOutcome updated = run(table, update);

        assertThat(updated.metrics()).containsKeys(TrainingOutcome.FORGETS, "mistakes", "recent_log_loss");
        assertThat(updated.bundle().sha256()).isNotEqualTo(base.bundle().sha256());
        assertThat(updated.bundle().load(TRAINING.codecs()).members().getFirst().model())
                .isInstanceOf(EncodedModel.class);
    }

    @Test
    void quantilesAndTheIntervalsAroundThemGoOn() {
        Training training = TrainingQuantilesTest.TRAINING;
        ModelDefinition model = TrainingQuantilesTest.definition(
                new FormDefinition(Map.of(), List.of(0.1, 0.9)),
                new GuidanceDefinition(new GuidanceDefinition.Uncertainty(0.9, ConformalMethod.CQR, null), null));
        TrainingTable table = TrainingQuantilesTest.table();
        TrainingOutcome base = training.run(TrainingFixture.request(model, table, new TrainingMode.Full()));
        EnsembleModel before = base.bundle().load(training.codecs());
        TrainingMode.Update update = new TrainingMode.Update(
                before, base.bundle().sha256(), Instant.parse("2019-06-01T00:00:00Z"), base.parameters(), GENTLE, null);

        TrainingOutcome updated = training.run(TrainingFixture.request(model, table, update));

        EnsembleModel after = updated.bundle().load(training.codecs());
        double[] row = {1};
        assertThat(after.quantiles(row)).isNotNull().isNotEqualTo(before.quantiles(row));
        assertThat(after.guidance()).isEqualTo(before.guidance());
    }
}
