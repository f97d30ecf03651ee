package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.id.CanonicalJson;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.baseline.BaselineProvider;
import dev.keelson.learn.linear.LinearProvider;
import dev.keelson.learn.logistic.LogisticProvider;
import dev.keelson.train.ModelDefinition.Baseline;
import dev.keelson.train.ModelDefinition.Calibration;
import dev.keelson.train.ModelDefinition.Folding;
import dev.keelson.train.ModelDefinition.LearnerDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrainingValuesTest {
    private static final int ROWS = 800;
    private static final double NOISE = 0.5;
    private static final TrainingTable TABLE = table();

    /** y = 2 strength + noise, four rows a day whose noise is shared by half. */
    private static TrainingTable table() {
        TrainingTable like = TrainingFixture.table(ROWS, 1);
        Random random = new Random(5);
        double[] values = new double[ROWS];
        double[] row = new double[2];
        double shared = 0;
        for (int i = 0; i < ROWS; i++) {
            shared = i % 4 == 0 ? random.nextGaussian() : shared;
            like.features().row(i, row);
            values[i] = 2 * row[0] + NOISE * (shared + random.nextGaussian()) / Math.sqrt(2);
        }
        return of(like, values);
    }

    private static TrainingTable of(TrainingTable like, double[] values) {
        @Nullable String @Nullable [] segment = like.segment();
        return new TrainingTable(
                like.features(),
                new int[0],
                values,
                like.eventTime(),
                like.knownAt(),
                like.day(),
                segment,
                Map.of(),
                like.rowIds(), null, null, null);
    }

    private static ModelDefinition definition(Folding folding, LearnerDefinition... learners) {
        return ModelDefinition.builder("goals", new LabelDefinition("matches", "goals", "FTHG + FTAG", List.of(), Duration.ofDays(1)))
                .entities(Map.of("home", Map.of("team", "HomeTeam")))
                .features(List.of(Located.of("home.ratings.elo")))
                .learners(List.of(learners))
                .folding(folding)
                .test(Duration.ofDays(20))
                .embargo(Duration.ofDays(2))
                .calibration(Calibration.NONE)
                .baselines(List.of(new Baseline.Mean()))
                .seed(7)
                .build();
    }

    private static final LearnerDefinition LINEAR = new LearnerDefinition("linear", Map.of());
    private static final LearnerDefinition BASELINE = new LearnerDefinition("baseline", Map.of());

    private static TrainingOutcome train(ModelDefinition definition, TrainingMode mode) {
        return new Training(List.of(new LinearProvider(), new BaselineProvider(), new LogisticProvider()), 2)
                .run(TrainingFixture.request(definition, TABLE, mode));
    }

    private static double metric(TrainingOutcome outcome, String name) {
        return Objects.requireNonNull(outcome.metrics().get(name), name);
    }

    @Test
    void errorsStandBesideTheMean() {
        TrainingOutcome outcome = train(definition(Folding.walkForward(3), LINEAR), new TrainingMode.Full());

        assertThat(metric(outcome, "test_n")).isEqualTo(80);
        assertThat(metric(outcome, "test_rmse")).isBetween(0.4, 0.65);
        assertThat(metric(outcome, "test_rmse"))
                .isCloseTo(Math.sqrt(metric(outcome, "test_mse")), within(1e-12))
                .isBetween(metric(outcome, "test_rmse_lower"), metric(outcome, "test_rmse_upper"));
        assertThat(metric(outcome, "test_r2"))
                .isGreaterThan(0.85)
                .isBetween(metric(outcome, "test_r2_lower"), metric(outcome, "test_r2_upper"));
        assertThat(metric(outcome, "test_r2_upper")).isLessThan(1.02);
        assertThat(outcome.metrics())
                .containsKeys("oof_mae", "test_mae_lower", "test_bias", "segment/E0/test_rmse")
                .doesNotContainKey("test_log_loss");
        Map<String, Double> mean = Objects.requireNonNull(outcome.baselines().get("mean"));
        assertThat(mean.get("test_r2")).isLessThanOrEqualTo(0);
        assertThat(mean.get("test_mse_difference_upper")).isLessThan(0);
        assertThat(outcome.test()).isNull();
        assertThat(outcome.reliability()).isEmpty();
    }

    @Test
    void blendOfValuesPrefersTheBetterMember() {
        TrainingOutcome outcome = train(definition(Folding.walkForward(3), LINEAR, BASELINE), new TrainingMode.Full());

        assertThat(outcome.parameters().weights().getFirst()).isGreaterThan(0.95);
        assertThat(metric(outcome, "member/1-baseline/test_r2")).isLessThan(0.05);
    }

    @Test
    void documentIsReadBackWithoutLossAndARefreshGivesTheSameModel() {
        ModelDefinition definition = definition(Folding.walkForward(3), LINEAR, BASELINE);

        TrainingOutcome outcome = train(definition, new TrainingMode.Full());
        TrainingOutcome read = TrainingOutcome.fromJson(outcome.toJson(), outcome.bundle());
        TrainingOutcome refreshed = train(definition, new TrainingMode.Refresh(read.parameters()));

        assertThat(CanonicalJson.write(read.toJson())).isEqualTo(CanonicalJson.write(outcome.toJson()));
        assertThat(read.parameters()).isEqualTo(outcome.parameters());
        assertThat(refreshed.bundle().sha256()).isEqualTo(outcome.bundle().sha256());
        EnsembleModel model = outcome.bundle()
                .load(List.of(new LinearProvider().codec(), new BaselineProvider().codec()));
        assertThat(model.outputs()).containsExactly("value");
        double[] told = new double[1];
        model.predict(new double[] {1, 0}, told);
        assertThat(told[0]).isCloseTo(2, within(0.2));
    }

    @Test
    void championIsComparedOnTheRowsThatItHasPredictionsOf() {
        TrainingOutcome outcome = train(definition(Folding.walkForward(3), LINEAR), new TrainingMode.Full());
        HoldoutValues test = Objects.requireNonNull(outcome.values());

        TrainingOutcome compared = outcome.withBaseline(
                "champion",
                Map.of(
                        test.rowIds().get(0), new double[] {test.targets()[0]},
                        test.rowIds().get(5), new double[] {test.targets()[5]}));

        Map<String, Double> champion = Objects.requireNonNull(compared.baselines().get("champion"));
        assertThat(champion).containsEntry("test_n", 2.0).containsEntry("test_rmse", 0.0);
        assertThat(Objects.requireNonNull(champion.get("test_mse_difference"))).isPositive();
        assertThat(outcome.withBaseline("champion", Map.of())).isSameAs(outcome);
    }

    @Test
    void pathsOfValuesAreScored() {
        TrainingOutcome outcome = train(
                definition(new Folding(Folding.Kind.COMBINATORIAL_PURGED, 4, 2, null), LINEAR), new TrainingMode.Full());

        assertThat(metric(outcome, "path/0/oof_rmse")).isPositive();
        assertThat(metric(outcome, "path/2/oof_n")).isEqualTo(metric(outcome, "oof_n"));
    }

    @Test
    void classesAndNumbersAreNotMixedUp() {
        ModelDefinition goals = definition(Folding.walkForward(3), LINEAR);

        assertThatThrownBy(() -> TrainingFixture.request(goals, TrainingFixture.table(40, 1), new TrainingMode.Full()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a number");
        assertThatThrownBy(() -> train(
                        definition(Folding.walkForward(3), new LearnerDefinition("logistic", Map.of())),
                        new TrainingMode.Full()))
                .hasMessageContaining("cannot predict [value]");
    }

    @Test
    void numbersThatNoLearnerCanComputeWithAreRefusedWithTheirRow() {
        double[] values = TABLE.values().clone();
        values[3] = 1e308;
        values[5] = -1e39;
        TrainingTable label = of(TABLE, values);
        double[][] columns = {TABLE.features().columns()[0].clone(), TABLE.features().columns()[1]};
        columns[0][7] = 1e200;
        TrainingTable feature = new TrainingTable(
                new FeatureMatrix(TABLE.features().names(), columns, ROWS), new int[0], TABLE.values(), TABLE.eventTime(),
                TABLE.knownAt(), TABLE.day(), TABLE.segment(), Map.of(), TABLE.rowIds(), null, null, null);

        assertThatThrownBy(() -> train(label))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_VALUE))
                .hasMessageContaining("The label matches.goals of the model goals is 1.0E308 in the row (m3)")
                .hasMessageContaining("at most 3.4e+38 in 2 of");
        assertThatThrownBy(() -> train(feature))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_VALUE))
                .hasMessageContaining("The feature strength of the model goals is 1.0E200 in the row (m7)");
    }

    private static TrainingOutcome train(TrainingTable table) {
        return new Training(List.of(new LinearProvider()), 1)
                .run(TrainingFixture.request(definition(Folding.walkForward(3), LINEAR), table, new TrainingMode.Full()));
    }
}
