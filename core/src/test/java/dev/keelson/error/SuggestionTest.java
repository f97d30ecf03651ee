package dev.keelson.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SuggestionTest {
    @ParameterizedTest
    @CsvSource({"D2, D1", "HomeTeem, HomeTeam", "Arsenall, Arsenal", "d1, D1", "crom, cron", "DateTiem, DateTime"})
    void nearNameIsMeant(String written, String meant) {
        assertThat(Suggestion.closest(written, List.of("AwayTeam", meant))).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"ZZ, D1", "foo, FTR", "x, Div", "Chelsea, Arsenal"})
    void nameThatSharesLittleIsNotMeant(String written, String other) {
        assertThat(Suggestion.closest(written, List.of(other))).isEmpty();
    }

    @Test
    void sentenceNamesIt() {
        assertThat(Suggestion.sentence("FTX", List.of("FTR"))).contains("Maybe `FTR` was meant.");
    }
}
