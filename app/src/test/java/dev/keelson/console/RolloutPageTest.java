package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RolloutPageTest {
    private static JsonNode report(boolean paired, boolean ended, int days, double better, double worse) throws JsonProcessingException {
        String point = "{\"epoch\":%d,\"mean\":0.1,\"log_e_better\":%s,\"log_e_better_free\":-9,\"log_e_worse\":%s,\"log_e_worse_free\":-9}"
                .formatted(days, better, worse);
        return new ObjectMapper().readTree("""
                {"at":"2020-01-11T00:00:00Z","rollout":{"baseline":7,"candidate":8,"paired":%s,"started_at":"2020-01-01T00:00:00Z","ended_at":%s},
                 "evidence":{"log_e_needed":3.0,"points":[%s]}}"""
                .formatted(paired, ended ? "\"2020-01-10T00:00:00Z\"" : "null", days == 0 ? "" : point));
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, 9, 1, -1, not compared: only one",
        "true, false, 0, 1, -1, nothing can be said",
        "true, false, 40, 3, -1, v8 is better than v7",
        "true, true, 40, -4, 5, v8 is worse than v7",
        "true, true, 40, 1, -1, ended before the evidence was enough",
        "true, false, 40, -1, -2, neither is ahead.",
        "true, false, 12, -1, -2, the sharper evidence begins at 30",
        "true, false, 40, 0.001, -2, no decision is in sight"
    })
    void paceIsHonestAboutWhatIsNotKnown(
            boolean paired, boolean ended, int days, double better, double worse, String said) throws JsonProcessingException {
        assertThat(RolloutPage.pace(report(paired, ended, days, better, worse))).contains(said);
    }

    @Test
    void paceGoesOnAsTheEvidenceDid() throws JsonProcessingException {
        assertThat(RolloutPage.pace(report(true, false, 20, 1.5, -1)))
                .isEqualTo("At this pace a decision (better) in about 10 days, after 20 more settled days.");
        assertThat(RolloutPage.pace(report(true, false, 20, -1, 2.9))).contains("(worse) in about a day");
    }
}
