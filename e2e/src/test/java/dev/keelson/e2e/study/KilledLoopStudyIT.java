package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A short form of the study. */
final class KilledLoopStudyIT {

    @Test
    void loopThatIsKilledGoesOnWhereItWas() throws Exception {
        JsonNode result = KilledLoopStudy.run(2, Duration.ofMinutes(10), 1, false);

        assertThat(result.path("holds").asBoolean()).as(result.toPrettyString()).isTrue();
        assertThat(result.path("kills_of_the_training_process").asInt()).as(result.toPrettyString()).isOne();
        assertThat(result.path("kills_of_the_server").asInt()).isOne();
        assertThat(result.at("/jobs/retrain done").asInt() + result.at("/jobs/retrain cancelled").asInt()).isPositive();
    }
}
