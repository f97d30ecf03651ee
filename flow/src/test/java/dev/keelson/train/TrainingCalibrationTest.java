package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.id.CanonicalJson;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationMethod;
import dev.keelson.learn.logistic.LogisticCodec;
import dev.keelson.train.ModelDefinition.Calibration;
import dev.keelson.train.ModelDefinition.Folding;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingCalibrationTest {
    private static final TrainingTable TABLE = TrainingFixture.table(3600, 1);

    private static TrainingOutcome train(Calibration calibration) {
        return TrainingFixture.training(2)
                .run(TrainingFixture.request(
                        TrainingFixture.definition(Folding.walkForward(3), calibration),
                        TABLE,
                        new TrainingMode.Full()));
    }

    @ParameterizedTest
    @EnumSource(value = Calibration.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void methodThatIsAskedForIsInTheModelAndInTheRefresh(Calibration calibration) {
        CalibrationMethod method = calibration.method().orElseThrow();

        TrainingOutcome outcome = train(calibration);
        TrainingOutcome read = TrainingOutcome.fromJson(outcome.toJson(), outcome.bundle());
        TrainingOutcome refreshed = TrainingFixture.training(1)
                .run(TrainingFixture.request(
                        TrainingFixture.definition(Folding.walkForward(3), calibration),
                        TABLE,
                        new TrainingMode.Refresh(read.parameters())));

        assertThat(outcome.parameters().method()).isEqualTo(method);
        assertThat(read.parameters()).isEqualTo(outcome.parameters());
        assertThat(CanonicalJson.write(read.toJson())).isEqualTo(CanonicalJson.write(outcome.toJson()));
        EnsembleModel model = outcome.bundle().load(List.of(new LogisticCodec()));
        assertThat(model.calibration()).isNotNull().returns(method, CalibrationMap::method);
        assertThat(refreshed.bundle().sha256()).isEqualTo(outcome.bundle().sha256());
        assertThat(Objects.requireNonNull(outcome.metrics().get("test_log_loss"))).isLessThan(1.05);
        assertThat(outcome.metrics().keySet()).noneMatch(name -> name.startsWith("calibration/"));
    }

    @Test
    void chosenMethodHasTheLeastLossAndEveryScoreIsTold() {
        TrainingOutcome outcome = train(Calibration.AUTO);

        String chosen = outcome.parameters().method().key();
        double least = Objects.requireNonNull(outcome.metrics().get("calibration/" + chosen + "/log_loss"));
        for (CalibrationMethod method : CalibrationMethod.values()) {
            String prefix = "calibration/" + method.key() + "/";
            assertThat(outcome.metrics()).containsKey(prefix + "chosen");
            assertThat(outcome.metrics().getOrDefault(prefix + "log_loss", Double.POSITIVE_INFINITY))
                    .isGreaterThanOrEqualTo(least);
        }
        assertThat(outcome.metrics()).containsEntry("calibration/" + chosen + "/chosen", 1.0);
        assertThat(train(Calibration.AUTO).bundle().sha256())
                .isEqualTo(outcome.bundle().sha256());
    }

    @Test
    void testForecastsAreThoseOfTheCorrection() {
        TrainingOutcome plain = train(Calibration.NONE);
        TrainingOutcome platt = train(Calibration.PLATT);

        double[] uncorrected = Objects.requireNonNull(plain.test()).probabilities();
        CalibrationMap map = Objects.requireNonNull(platt.parameters().map());
        assertThat(Objects.requireNonNull(platt.test()).probabilities()).containsExactly(map.applied(uncorrected));
        assertThat(platt.parameters().weights()).isEqualTo(plain.parameters().weights());
    }

    @Test
    void tooFewRowsForTheMethodAreToldAsSuch() {
        TrainingRequest request = TrainingFixture.request(
                TrainingFixture.definition(Folding.walkForward(3), Calibration.ISOTONIC),
                TrainingFixture.table(800, 1),
                new TrainingMode.Full());

        assertThatThrownBy(() -> TrainingFixture.training(1).run(request))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.code()).isEqualTo(ErrorCode.NOT_ENOUGH_ROWS))
                .hasMessageContaining("isotonic");
    }

    @Test
    void theCurveOfAPresetGivesWayToATemperatureWhereTheRowsAreTooFew() {
        TrainingOutcome few = few(Calibration.ISOTONIC_OR_TEMPERATURE);
        TrainingOutcome temperature = few(Calibration.TEMPERATURE);

        assertThat(few.parameters().temperature()).isEqualTo(temperature.parameters().temperature());
        assertThat(few.parameters().method()).isEqualTo(temperature.parameters().method());
        assertThat(few.metrics()).hasEntrySatisfying("calibration/isotonic/too_few_rows", rows -> assertThat(rows).isPositive());
        assertThat(temperature.metrics()).doesNotContainKey("calibration/isotonic/too_few_rows");
        assertThat(train(Calibration.ISOTONIC_OR_TEMPERATURE).bundle().sha256())
                .isEqualTo(train(Calibration.ISOTONIC).bundle().sha256());
    }

    private static TrainingOutcome few(Calibration calibration) {
        return TrainingFixture.training(1)
                .run(TrainingFixture.request(
                        TrainingFixture.definition(Folding.walkForward(3), calibration),
                        TrainingFixture.table(800, 1),
                        new TrainingMode.Full()));
    }

    @Test
    void outcomeWithATemperatureAloneIsReadAsBefore() {
        TrainingOutcome outcome = train(Calibration.TEMPERATURE);
        ObjectNode json = outcome.toJson();

        assertThat(json.path("parameters").path("temperature").asDouble())
                .isCloseTo(outcome.parameters().temperature(), within(0.0));
        assertThat(json.path("parameters").has("calibration")).isFalse();
    }
}
