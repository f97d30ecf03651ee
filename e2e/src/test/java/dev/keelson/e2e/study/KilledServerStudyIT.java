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
        assertThat(result.get("acknowledged_versions").asLong()).isPositive();
        assertThat(result.get("acknowledged_stages").asLong()).isPositive();
        assertThat(result.get("acknowledged_aliases").asLong()).isPositive();
        assertThat(result.at("/audit/exit_code").asInt()).isZero();
        assertThat(result.at("/audit/sound").asBoolean()).isTrue();
        assertThat(result.at("/audit/lines").asLong())
                .isPositive()
                .isEqualTo(result.at("/audit/lines_verified").asLong());
        assertThat(result.get("lost").asLong()).isZero();
        assertThat(result.get("doubled").asLong()).isZero();
        assertThat(result.get("different").asLong()).isZero();
    }
}
