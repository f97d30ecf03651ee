package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class TextTest {
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    @Test
    void instantsOfASentenceAreTimesOfTheZone() {
        assertThat(Text.withMinutes("It was resolved at 2026-07-22T23:03:02.585527068Z.", LONDON)).isEqualTo("It was resolved at 2026-07-23 00:03.");
        assertThat(Text.withDays("x from 2026-06-01T23:00:00Z to 2026-12-01T23:00:00Z", LONDON)).isEqualTo("x from 2026-06-02 to 2026-12-01");
    }

    @Test
    void whatIsNoInstantStays() {
        String sentence = "On 2026-07-22, 3 of 2026-07-22T23:03:02+01:00 and run-2026-07-22T23.";

        assertThat(Text.withMinutes(sentence, LONDON)).isEqualTo(sentence);
    }
}
