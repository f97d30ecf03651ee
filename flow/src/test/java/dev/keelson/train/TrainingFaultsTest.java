package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.FeatureMatrix;
import dev.keelson.learn.linear.LinearProvider;
import dev.keelson.learn.logistic.LogisticProvider;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rows that hold little: what a whole training makes of them. */
final class TrainingFaultsTest {
    private static final Training TRAINING = new Training(List.of(new LogisticProvider(), new LinearProvider()), 2);

    private static TrainingTable table(int n, double[][] columns, int[] labels, double[] values) {
        TrainingTable times = TrainingFixture.table(n, 2);
        Map<String, Map<Double, String>> categories = columns.length > 1 ? Map.of("kind", Map.of()) : Map.of();
        List<String> names = columns.length > 1 ? List.of("x", "kind") : List.of("x");
        return new TrainingTable(
                new FeatureMatrix(names, columns, n, categories),
                labels,
                values,
                times.eventTime(),
                times.knownAt(),
                times.day(),
                null,
                labels.length > 0 ? times.odds() : Map.of(),
                times.rowIds(), null, null, null);
    }

    private static TrainingOutcome train(ModelDefinition definition, TrainingTable table) {
        return TRAINING.run(TrainingFixture.request(definition, table, new TrainingMode.Full()));
    }

    private static ModelDefinition numbers() {
        return ModelDefinition.builder("m", new LabelDefinition("bets", "gain", "gain", List.of(), Duration.ofDays(1)))
                .learners(List.of(new ModelDefinition.LearnerDefinition("linear", Map.of())))
                .folding(ModelDefinition.Folding.walkForward(3))
                .test(Duration.ofDays(20))
                .embargo(Duration.ofDays(1))
                .calibration(ModelDefinition.Calibration.NONE)
                .baselines(List.of(new ModelDefinition.Baseline.Mean()))
                .seed(7)
                .build();
    }

    private static double[] ramp(int n) {
        double[] ramp = new double[n];
        Arrays.setAll(ramp, i -> Math.sin(i));
        return ramp;
    }

    private static double[] missing(int n) {
        double[] missing = new double[n];
        Arrays.fill(missing, Double.NaN);
        return missing;
    }

    @Test
    void aSingleClassIsPredictedForAll() {
        TrainingOutcome outcome = train(
                TrainingFixture.definition(), table(400, new double[][] {ramp(400)}, new int[400], new double[0]));

        assertThat(outcome.metrics().get("test_log_loss")).isBetween(0.0, 0.1);
        assertThat(outcome.metrics().values()).allMatch(Double::isFinite);
    }

    @Test
    void aClassThatEarlyFoldsDoNotHaveIsNoFault() {
        int[] labels = new int[400];
        for (int i = 300; i < labels.length; i++) {
            labels[i] = i % 3;
        }

        TrainingOutcome outcome =
                train(TrainingFixture.definition(), table(400, new double[][] {ramp(400)}, labels, new double[0]));

        assertThat(outcome.metrics().values()).allMatch(Double::isFinite);
    }

    @Test
    void featuresWithoutAnyValueTellNothing() {
        int[] labels = new int[400];
        Arrays.setAll(labels, i -> i % 3);

        TrainingOutcome outcome = train(
                TrainingFixture.definition(),
                table(400, new double[][] {missing(400), missing(400)}, labels, new double[0]));

        assertThat(outcome.metrics().get("test_log_loss")).isCloseTo(Math.log(3), within(0.05));
        EnsembleModel model = outcome.bundle().load(TRAINING.codecs());
        double[] told = new double[3];
        model.predict(new double[] {Double.NaN, 12}, told);
        assertThat(Arrays.stream(told).sum()).isCloseTo(1, within(1e-12));
    }

    @Test
    void aConstantNumberIsPredicted() {
        double[] values = new double[400];
        Arrays.fill(values, 3);

        TrainingOutcome outcome = train(numbers(), table(400, new double[][] {ramp(400)}, new int[0], values));

        assertThat(outcome.metrics().get("test_rmse")).isCloseTo(0, within(1e-9));
        assertThat(outcome.metrics()).doesNotContainKey("test_r2");
    }

    @Test
    void aNumberThatIsNotFiniteIsNamed() {
        double[] values = ramp(400);
        values[7] = Double.POSITIVE_INFINITY;

        TrainingTable table = table(400, new double[][] {ramp(400)}, new int[0], values);
        KeelsonException refused = catchThrowableOfType(KeelsonException.class, () -> train(numbers(), table));

        assertThat(refused.code()).isEqualTo(ErrorCode.BAD_VALUE);
        assertThat(refused)
                .hasMessageContaining("bets.gain of the model m is Infinity in the row (%s)".formatted(table.rowIds().get(7)))
                .hasMessageContaining("in 1 of 400 rows");
    }

    @Test
    void oneRowIsToldToBeTooFew() {
        KeelsonException refused = catchThrowableOfType(
                KeelsonException.class,
                () -> train(numbers(), table(1, new double[][] {ramp(1)}, new int[0], ramp(1))));

        assertThat(refused.code()).isEqualTo(ErrorCode.NOT_ENOUGH_ROWS);
    }
}
