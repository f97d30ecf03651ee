package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When {@code schedule run} no longer waits for a job that has not ended. */
final class RestingJobTest {
    private static final Instant NOW = Instant.parse("2026-01-05T06:00:00Z");

    private static ObjectNode job(String state, String notBefore, int attempt) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("state", state)
                .put("not_before", notBefore)
                .put("attempt", attempt)
                .put("started_at", "2026-01-05T05:59:00Z");
    }

    @Test
    void oneThatLooksAgainInMinutesRests() {
        assertThat(ScheduleCommand.rests(job("waiting", "2026-01-05T06:10:00Z", 0), NOW)).isTrue();
    }

    @Test
    void oneThatLooksAgainSoonRunsOrIsTriedAgainIsWaitedFor() {
        assertThat(ScheduleCommand.rests(job("waiting", "2026-01-05T06:00:02Z", 0), NOW)).isFalse();
        assertThat(ScheduleCommand.rests(job("running", "2026-01-05T06:10:00Z", 1), NOW)).isFalse();
        assertThat(ScheduleCommand.rests(job("waiting", "2026-01-05T06:10:00Z", 2), NOW)).isFalse();
        assertThat(ScheduleCommand.rests(job("waiting", "2026-01-05T06:10:00Z", 0).putNull("started_at"), NOW)).isFalse();
    }
}
