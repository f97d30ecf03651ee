package dev.keelson.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScheduleOutcomeTest {
    private final ArrayNode jobs = JsonNodeFactory.instance.arrayNode();

    private void job(String model, String state, String verdict) {
        ObjectNode job = jobs.addObject()
                .put("id", "job-" + model)
                .put("kind", "drift")
                .put("subject", "model/" + model)
                .put("state", state)
                .put("message", verdict + ": The window holds 0 rows.");
        job.putObject("result").put("finding", verdict.equals("alarm")).put("verdict", verdict);
    }

    @Test
    void alarmOfOneModelIsNotHiddenByTheOthers() {
        job("e", "done", "insufficient");
        job("b", "done", "alarm");
        job("c", "done", "none");
        job("a", "done", "alarm");

        JsonNode outcome = ScheduleOutcome.json(jobs);

        assertThat(outcome.path("state").asText()).isEqualTo("alarm");
        assertThat(outcome.path("job").asText()).isEqualTo("job-b");
        assertThat(outcome.path("message").asText()).isEqualTo("alarm: 2 of 4 models (b, a)");
    }

    @Test
    void failureIsWorseThanAnAlarm() {
        job("a", "done", "alarm");
        job("b", "failed", "");

        assertThat(ScheduleOutcome.json(jobs).path("message").asText()).isEqualTo("failed: 1 of 2 models (b)");
    }

    @Test
    void ofOneJobItsOwnSentenceIsTold() {
        job("a", "done", "insufficient");

        assertThat(ScheduleOutcome.json(jobs).path("message").asText()).isEqualTo("insufficient: The window holds 0 rows.");
    }

    @Test
    void tooLittleDataIsNoQuietRun() {
        for (String model : List.of("a", "b", "c", "d", "e", "f", "g")) {
            job(model, "done", "insufficient");
        }
        job("z", "done", "none");

        assertThat(ScheduleOutcome.json(jobs).path("message").asText()).isEqualTo("insufficient: 7 of 8 models (a, b, c, d, e, and 2 more)");
    }
}
