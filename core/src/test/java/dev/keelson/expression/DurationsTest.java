package dev.keelson.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "8d, PT192H, 8d",
        "4w, PT672H, 28d",
        "12h, PT12H, 12h",
        "30m, PT30M, 30m",
        "1h30m, PT1H30M, 1h30m",
        "90m, PT1H30M, 1h30m",
        "100ms, PT0.1S, 100ms",
        "1.5s, PT1.5S, 1s500ms",
        "0.5d, PT12H, 12h",
        "250us, PT0.00025S, 250us",
        "7ns, PT0.000000007S, 7ns",
        "0s, PT0S, 0s",
        "36500d, PT876000H, 36500d",
    })
    void durationsAreParsedAndWritten(String text, Duration duration, String canonical) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
        assertThat(Durations.format(duration)).isEqualTo(canonical);
        assertThat(Durations.parse(canonical)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8", "d", "8x", "8D", "-8d", "30m1h", "1h1h", "1h 30m", "0.5ns", "36501d", "1e3s", "99999999999999999999d"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("(" + text + ")");
    }

    @Test
    void everyDurationSurvivesItsText() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 1_000; i++) {
            Duration duration = Duration.ofNanos(random.nextLong(1L << random.nextInt(1, 61)));

            assertThat(Durations.parse(Durations.format(duration))).isEqualTo(duration);
        }
    }

    @Test
    void negativeDurationsHaveNoText() {
        assertThatThrownBy(() -> Durations.format(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
