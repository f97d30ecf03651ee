package dev.keelson.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BenchmarkTargetTest {

    @Test
    void targetsAreReadWithClassesUnitsAndBounds() {
        BenchmarkTarget f1 = BenchmarkTarget.parse("f1(buy) >= 70%");
        BenchmarkTarget latency = BenchmarkTarget.parse("latency <= 0.1s");
        BenchmarkTarget strict = BenchmarkTarget.parse("log_loss < 0.98");

        assertThat(f1.name()).isEqualTo("f1(buy)");
        assertThat(f1.met(Map.of("f1(buy)", 0.70))).isTrue();
        assertThat(f1.met(Map.of("f1(buy)", 0.69))).isFalse();
        assertThat(f1.met(Map.of())).isFalse();
        assertThat(latency.name()).isEqualTo("latency_p95");
        assertThat(latency.met(Map.of("latency_p95", 100.0))).isTrue();
        assertThat(strict.met(Map.of("log_loss", 0.98))).isFalse();
        assertThat(strict.met(Map.of("log_loss", 0.97))).isTrue();
    }

    @Test
    void whatIsNoTargetIsRefused() {
        for (String text : new String[] {"f1 >= 0.7", "f1(buy)", "logloss <= 1", "latency <= 100", "accuracy >= 3ms", ""}) {
            assertThatThrownBy(() -> BenchmarkTarget.parse(text)).as(text).isInstanceOf(KeelsonException.class);
        }
    }

    @Test
    void itIsKnownWhichWayIsBetter() {
        assertThat(BenchmarkTarget.moreIsBetter("f1(H)")).isTrue();
        assertThat(BenchmarkTarget.moreIsBetter("latency_p99")).isFalse();
        assertThat(BenchmarkTarget.moreIsBetter("log_loss_lower")).isNull();
        assertThat(BenchmarkTarget.moreIsBetter("n")).isNull();
    }
}
