package dev.keelson.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureVector;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FeatureGapsTest {
    private final FeatureGaps gaps = new FeatureGaps();

    @Test
    void predictionWithoutMostOfItsFeaturesIsToldAndCounted() {
        assertThat(gaps.look("m", vector(FeatureStatus.STALE, FeatureStatus.STALE, FeatureStatus.NULL, FeatureStatus.PRESENT)))
                .isEqualTo("Of 4 features 3 have no value: 2 are stale (older than their view allows), 1 null, 0 without a key.");
        assertThat(gaps.look("m", vector(FeatureStatus.NULL_KEY))).isNotNull();

        assertThat(gaps.scrape()).contains("keelson_serve_starved_predictions_total{model=\"m\"} 2\n");
    }

    @Test
    void halfOfThemAndNewcomersAreNotTold() {
        assertThat(gaps.look("m", vector(FeatureStatus.STALE, FeatureStatus.PRESENT))).isNull();
        assertThat(gaps.look("m", vector(FeatureStatus.NOT_FOUND, FeatureStatus.NOT_FOUND, FeatureStatus.NULL))).isNull();
        assertThat(gaps.look("m", vector())).isNull();

        assertThat(gaps.scrape()).isEmpty();
    }

    private static FeatureVector vector(FeatureStatus... statuses) {
        byte[] codes = new byte[statuses.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = statuses[i].code();
        }
        return new FeatureVector(
                IntStream.range(0, codes.length).mapToObj(i -> "f" + i).toList(),
                new double[codes.length],
                codes,
                new long[codes.length],
                Instant.EPOCH);
    }
}
