package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.PredictionEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ServedWindowTest {
    private static final Instant NOW = Instant.parse("2024-03-01T00:00:00Z");
    private static final Duration WEEK = Duration.ofDays(7);

    private final InMemoryPredictionLog log = new InMemoryPredictionLog();
    private final List<PredictionEvent> events = new ArrayList<>();

    private void predict(Instant eventTime) {
        int n = events.size();
        events.add(new PredictionEvent(
                new UUID(1, n), "m", 1, "champion", "e" + n, "", eventTime, eventTime, eventTime, new double[] {0.5, 0.5},
                new double[] {Duration.between(eventTime, NOW).toMillis()}, new double[] {7}));
    }

    private ServedWindow window(int minRows) {
        log.append(events, true);
        log.catchUp();
        return ServedWindow.of(log, "m", WEEK, minRows, NOW);
    }

    @Test
    void theWindowEndsWithTheNewestEventAndHoldsAllOfItsEvents() {
        for (int hour = 0; hour < 500; hour++) {
            predict(NOW.minus(Duration.ofHours(1_000 - hour)));
        }

        ServedWindow window = window(10);

        assertThat(window.end()).isEqualTo(NOW.minus(Duration.ofHours(501)).plusSeconds(1));
        assertThat(window.rows()).hasSize(168);
        assertThat(window.from()).isEqualTo(NOW.minus(Duration.ofHours(668)));
        assertThat(window.rows().getFirst()).containsExactly((double) Duration.ofHours(668).toMillis(), 7);
        assertThat(window.rows().getLast()).containsExactly((double) Duration.ofHours(501).toMillis(), 7);
    }

    @Test
    void ofFewRowsTheNewestAreRead() {
        for (int day = 60; day > 0; day--) {
            predict(NOW.minus(Duration.ofDays(day)));
        }

        assertThat(window(20).rows()).hasSize(20);
        assertThat(ServedWindow.of(new InMemoryPredictionLog(), "m", WEEK, 20, NOW).from()).isEqualTo(NOW.minus(WEEK));
    }

    @Test
    void aBusyHourDoesNotStandForTheWeek() {
        for (int minute = 7 * 24 * 60; minute > 0; minute--) {
            predict(NOW.minus(Duration.ofMinutes(minute)));
        }
        for (int i = 60_000; i > 0; i--) {
            predict(NOW.minus(Duration.ofMillis(50L * i)));
        }

        ServedWindow window = window(20);

        long busy = window.rows().stream().filter(row -> row[0] <= Duration.ofHours(1).toMillis()).count();
        assertThat(window.rows()).hasSizeBetween(5_000, ServedWindow.MOST);
        assertThat(busy).isLessThan(600);
        assertThat(window.from()).isBefore(NOW.minus(Duration.ofDays(6)));
    }
}
