package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A short form of the study. */
final class KilledServerStudyIT {

    @Test
    void whatWasAcknowledgedIsThereOnceAfterTheServerWasKilled() throws Exception {
        JsonNode result = KilledServerStudy.run(16, Duration.ofSeconds(3), 2);

        assertThat(result.get("acknowledged_metric_points").asLong()).isPositive();
        assertThat(result.get("acknowledged_files").asLong()).isPositive();
        assertThat(result.get("lost").asLong()).isZero();
        assertThat(result.get("doubled").asLong()).isZero();
        assertThat(result.get("different").asLong()).isZero();
    }
}
