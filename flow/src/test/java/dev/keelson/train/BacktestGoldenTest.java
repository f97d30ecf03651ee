package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Backtests against numpy and SciPy; {@code golden/backtest/backtest.py} made the table. */
final class BacktestGoldenTest {

    @Test
    void totalsAgreeWithNumpy() throws IOException {
        JsonNode table = table();
        Backtest.Trials trials = new Backtest.Trials(5, 15);
        assertThat(trials.count()).isEqualTo(table.path("trials").asInt());

        int at = 0;
        for (JsonNode each : table.path("cases")) {
            JsonNode totals = Backtest.run(BacktestInput.fromJson(each.path("input")), trials).document().path("totals");

            String name = "case %d ".formatted(at++);
            each.path("expected").properties().forEach(expected -> assertThat(value(totals.path(expected.getKey())))
                    .as(name + expected.getKey())
                    .isCloseTo(expected.getValue().asDouble(), within(1e-9)));
        }
        assertThat(at).isEqualTo(7);
    }

    @Test
    void theInputReadsBackWithoutLoss() throws IOException {
        for (JsonNode each : table().path("cases")) {
            BacktestInput input = BacktestInput.fromJson(each.path("input"));

            assertThat(BacktestInput.fromJson(input.toJson()).toJson()).isEqualTo(input.toJson());
            assertThat(Backtest.run(input, Backtest.Trials.ONE).document())
                    .isEqualTo(Backtest.run(BacktestInput.fromJson(input.toJson()), Backtest.Trials.ONE).document());
        }
    }

    private static double value(JsonNode total) {
        return total.has("share")
                ? total.path("share").asDouble()
                : total.isObject() ? total.path("value").asDouble() : total.asDouble(Double.NaN);
    }

    private static JsonNode table() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                BacktestGoldenTest.class.getResourceAsStream("/golden/backtest/backtest.json"))) {
            return new ObjectMapper().readTree(in);
        }
    }
}
