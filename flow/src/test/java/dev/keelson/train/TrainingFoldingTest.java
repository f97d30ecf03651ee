package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.labels.LabelDefinition;
import dev.keelson.train.ModelDefinition.Calibration;
import dev.keelson.train.ModelDefinition.Folding;
import dev.keelson.train.ModelDefinition.Folding.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingFoldingTest {
    private static final TrainingTable TABLE = TrainingFixture.table(800, 1);

    private static TrainingOutcome train(Folding folding) {
        return TrainingFixture.training(2)
                .run(TrainingFixture.request(
                        TrainingFixture.definition(folding, Calibration.TEMPERATURE), TABLE, new TrainingMode.Full()));
    }

    private static double metric(TrainingOutcome outcome, String name) {
        return Objects.requireNonNull(outcome.metrics().get(name), name);
    }

    static List<Folding> foldings() {
        return List.of(
                Folding.walkForward(3),
                new Folding(Kind.WALK_FORWARD, 3, 1, Duration.ofDays(90)),
                new Folding(Kind.KFOLD, 4, 1, null),
                new Folding(Kind.GROUPED, 4, 1, null),
                new Folding(Kind.PURGED_KFOLD, 4, 1, null),
                new Folding(Kind.COMBINATORIAL_PURGED, 4, 2, null));
    }

    @ParameterizedTest
    @MethodSource("foldings")
    void everySchemeTrainsAndLeavesTheTestPeriodAlone(Folding folding) {
        TrainingOutcome outcome = train(folding);

        boolean walks = folding.kind() == Kind.WALK_FORWARD;
        assertThat(metric(outcome, "oof_n")).isLessThanOrEqualTo(720);
        assertThat(metric(outcome, "oof_n") > 600).isNotEqualTo(walks);
        assertThat(metric(outcome, "test_n")).isEqualTo(80);
        assertThat(metric(outcome, "oof_log_loss")).isBetween(0.8, 1.05);
        assertThat(outcome.provenance().configuration().contains("folding"))
                .isEqualTo(!folding.equals(Folding.walkForward(3)));
    }

    @Test
    void schemesAreDifferentTrainings() {
        Stream<String> keys = foldings().stream()
                .map(folding -> TrainingKey.of(TrainingFixture.request(
                        TrainingFixture.definition(folding, Calibration.NONE), TABLE, new TrainingMode.Full())));

        assertThat(keys).doesNotHaveDuplicates();
    }

    @Test
    void pathsOfCombinedFoldsAreCompleteHistories() {
        TrainingOutcome outcome = train(new Folding(Kind.COMBINATORIAL_PURGED, 4, 2, null));

        double sum = 0;
        for (int path = 0; path < 3; path++) { // 3 paths of 4 blocks, 2 at a time
            assertThat(metric(outcome, "path/" + path + "/oof_n")).isEqualTo(metric(outcome, "oof_n"));
            sum += metric(outcome, "path/" + path + "/oof_log_loss");
        }
        assertThat(outcome.metrics()).doesNotContainKey("path/3/oof_n");
        assertThat(sum / 3).isCloseTo(metric(outcome, "oof_log_loss"), within(1e-12));
    }

    @Test
    void embargoShorterThanTheLabelsDelayIsRefused() {
        ModelDefinition base =
                TrainingFixture.definition(new Folding(Kind.PURGED_KFOLD, 4, 1, null), Calibration.NONE);
        ModelDefinition hasty = base.toBuilder()
                .label(LabelDefinition.ofColumn("matches", "FTR", TrainingFixture.CLASSES, Duration.ofDays(30)))
                .backtest(null)
                .baselines(List.of())
                .seed(1)
                .build();

        assertThatThrownBy(() -> TrainingFixture.training(1)
                        .run(TrainingFixture.request(hasty, TABLE, new TrainingMode.Full())))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.EMBARGO_TOO_SHORT));
    }

    @Test
    void blocksThatCannotBeCombinedAreRefused() {
        assertThatThrownBy(() -> new Folding(Kind.COMBINATORIAL_PURGED, 4, 4, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Folding(Kind.KFOLD, 4, 2, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Folding(Kind.KFOLD, 4, 1, Duration.ofDays(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
