package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PredictionIdsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void idsAreOfVersionSevenAndNameTheirMillisecond() {
        UUID id = new PredictionIds().next(NOW);

        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void idsAscendInTextAndAreDistinct() {
        PredictionIds ids = new PredictionIds();
        List<String> texts = new ArrayList<>();

        for (int i = 0; i < 40_000; i++) {
            texts.add(ids.next(NOW.plusMillis(i / 20_000)).toString());
        }

        assertThat(texts).isSorted().doesNotHaveDuplicates();
    }
}
