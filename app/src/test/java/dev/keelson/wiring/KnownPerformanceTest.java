package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class KnownPerformanceTest {
    @Test
    void unchangedIsToldWithItsNumbers() throws IOException {
        assertThat(sentence("none", "0.204", "0.203", "null")).isEqualTo("Performance unchanged so far (Brier score 0.2040, was 0.2030).");
        assertThat(sentence("none", "0.153", "0.203", "null")).isEqualTo("Performance no worse so far (Brier score 0.1530, was 0.2030).");
        assertThat(sentence("decayed", "0.3", "0.203", "0")).isEqualTo("Performance became worse, too (Brier score 0.3000, was 0.2030).");
    }

    @Test
    void whatIsNotKnownYetTellsTheLabelsThatAreMissing() throws IOException {
        assertThat(sentence("not_enough_evidence", "0.21", "0.203", "1200"))
                .isEqualTo("Whether performance changed is not known yet (Brier score 0.2100, was 0.2030): about 1,200 labels still needed.");
        assertThat(sentence("not_enough_evidence", "0.21", "null", "null"))
                .isEqualTo("Whether performance changed is not known yet (Brier score 0.2100).");
    }

    @Test
    void thatNothingIsKnownIsSaid() throws IOException {
        assertThat(sentence("not_enough_evidence", "null", "null", "null"))
                .isEqualTo("Nothing is known of performance yet: no outcomes of settled days are there.");
        assertThat(KnownPerformance.sentence(null)).isEqualTo("Nothing is known of performance: no performance monitor watches the model.");
    }

    private static String sentence(String verdict, String observed, String expected, String missing) throws IOException {
        return KnownPerformance.sentence(new ObjectMapper().readTree("""
                {"verdict": "%s", "metrics": [{"metric": "brier", "verdict": "%s", "observed": %s, "expected": %s, "tolerated": 0.213, "labels_missing": %s}]}
                """.formatted(verdict, verdict, observed, expected, missing)));
    }
}
