package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.e2e.ondemand.Arguments;
import org.junit.jupiter.api.Test;

/** The whole study on a small simulated league, whose true strengths the folds have to find. */
final class StrengthStudyIT {
    @Test
    void everySetOfStrengthsIsComparedOnTheSameMatches() {
        JsonNode figures = new StrengthStudy().run(Arguments.none().with("seasons", "7"));

        assertThat(figures.get("matches_tested").asInt()).isGreaterThan(5_000);
        assertThat(figures.get("elo_and_form").asDouble()).isBetween(0.9, 1.1);
        assertThat(figures.get("with")).hasSize(21);
        figures.get("with").forEach(set -> assertThat(set.get("change").asDouble())
                .as(set.get("features").asText())
                .isBetween(-0.05, 0.005));
    }
}
