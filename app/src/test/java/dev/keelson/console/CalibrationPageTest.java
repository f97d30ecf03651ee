package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.Run;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CalibrationPageTest {

    private static Run run(Map<String, String> params) {
        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        return new Run("a".repeat(32), "m", Run.Status.FINISHED, at, at, params, Map.of(), Map.of(), List.of(), "{}");
    }

    private static ObjectNode temperature(double value) {
        ObjectNode outcome = JsonNodeFactory.instance.objectNode();
        outcome.putObject("parameters").put("temperature", value);
        return outcome;
    }

    @Test
    void noCorrectionIsNotATemperatureOfOne() {
        assertThat(CalibrationPage.method(run(Map.of("calibration", "none")), temperature(1))).isEqualTo("none");
        assertThat(CalibrationPage.method(run(Map.of()), temperature(1))).isEqualTo("none");
    }

    @Test
    void aTemperatureIsToldWithItsValue() {
        assertThat(CalibrationPage.method(run(Map.of("calibration", "temperature")), temperature(1.25)))
                .isEqualTo("temperature 1.2500");
    }
}
