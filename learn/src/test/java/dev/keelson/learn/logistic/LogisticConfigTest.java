package dev.keelson.learn.logistic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogisticConfigTest {

    @Test
    void settingsAreRead() {
        assertThat(LogisticConfig.of(Map.of())).isEqualTo(LogisticConfig.defaults());
        assertThat(LogisticConfig.of(Map.of("l2", 3L, "max_iterations", 20L))).isEqualTo(new LogisticConfig(3, 20));
    }

    @Test
    void everyProblemIsToldAtOnce() {
        assertThatThrownBy(() -> LogisticConfig.of(Map.of("l2", -1.0, "max_iteration", 20L)))
                .isInstanceOfSatisfying(
                        KeelsonException.class,
                        error -> assertThat(error.problems())
                                .extracting(Problem::code)
                                .containsExactly(ErrorCode.BAD_VALUE, ErrorCode.UNKNOWN_KEY))
                .hasMessageContaining("logistic.l2 (-1.0)")
                .hasMessageContaining("Maybe `max_iterations` was meant.");
    }
}
