package dev.keelson.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.serve.InMemoryPredictionLog;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ModelHistoryTest {
    private static final Instant START = Instant.parse("2024-01-01T12:00:00Z");
    private static final List<String> CLASSES = List.of("A", "B");
    private static final Duration DELAY = Duration.ofDays(3);

    private static PredictionEvent event(String role, String entity, int hour) {
        Instant at = START.plus(Duration.ofHours(hour));
        return new PredictionEvent(
                UUID.nameUUIDFromBytes((role + entity + hour).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                "m",
                role.equals("champion") ? 1 : 2,
                role,
                entity,
                "",
                at,
                at,
                at,
                new double[] {0.4, 0.6},
                new double[0],
                new double[0]);
    }

    @Test
    void whatSettlesIsReadAsFromTheWholeHistory() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            InMemoryPredictionLog log = new InMemoryPredictionLog();
            for (int hour = 0; hour < 24 * 8; hour += 1 + random.nextInt(6)) {
                String entity = "e" + random.nextInt(60); // now and then predicted again
                List<PredictionEvent> events = new ArrayList<>(List.of(event("champion", entity, hour)));
                if (random.nextInt(4) > 0) {
                    events.add(event("challenger", entity, hour));
                }
                log.append(events, true);
                if (random.nextInt(5) > 0) {
                    log.appendOutcomes(
                            List.of(new OutcomeEvent("m", entity, CLASSES.get(random.nextInt(2)), START.plus(Duration.ofHours(hour + 1)))),
                            true);
                }
            }
            Instant now = START.plus(Duration.ofDays(4 + random.nextInt(6)));
            log.catchUp();

            List<ModelHistory.Entry> whole =
                    ModelHistory.of("m", CLASSES, ZoneOffset.UTC, log).settled(now, DELAY);
            List<ModelHistory.Entry> part = ModelHistory.settling("m", CLASSES, ZoneOffset.UTC, log, now, DELAY)
                    .settled(now, DELAY);

            assertThat(part).as("seed %d", seed).hasSameSizeAs(whole);
            for (int i = 0; i < whole.size(); i++) {
                assertThat(part.get(i).champion.id()).isEqualTo(whole.get(i).champion.id());
                assertThat(part.get(i).outcome).isEqualTo(whole.get(i).outcome);
                assertThat(part.get(i).challenger == null).isEqualTo(whole.get(i).challenger == null);
            }
        }
    }
}
