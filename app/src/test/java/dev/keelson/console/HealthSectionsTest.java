package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class HealthSectionsTest {
    @Test
    void aSentenceOfAScoreIsNotToldTwice() {
        JsonNode report = Documents.read(
                """
                {"verdict": "watch", "version": 1, "at": "2026-01-01T00:00:00Z", "overall": {"score": 0.5, "sentence": "A mean."},
                 "why": "It is not shown to be worse. Not well: 20 of 54 columns moved. Streams changed: log_loss.",
                 "concerns": ["20 of 54 columns moved.", "Streams changed: log_loss."],
                 "scores": {"performance": {"score": 1, "sentence": "Well."}, "drift": {"score": 0.5, "sentence": "20 of 54 columns moved."}}}""");

        assertThat(HealthSections.verdict(report, ZoneOffset.UTC).lead())
                .isEqualTo("It is not shown to be worse. Not well: drift. Streams changed: log_loss.");
    }
}
