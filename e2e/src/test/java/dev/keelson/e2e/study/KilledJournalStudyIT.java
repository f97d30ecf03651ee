package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A short form of the study. */
final class KilledJournalStudyIT {

    @Test
    void durablePredictionsAreThereOnceAfterTheServerWasKilled() throws Exception {
        JsonNode result = KilledJournalStudy.run(8, Duration.ofSeconds(2), 2);

        assertThat(result.get("acknowledged_durable").asLong()).isPositive();
        assertThat(result.get("lost_durable").asLong()).isZero();
        assertThat(result.get("doubled").asLong()).isZero();
        assertThat(result.get("reconciliation_agrees").asBoolean()).isTrue();
    }
}
