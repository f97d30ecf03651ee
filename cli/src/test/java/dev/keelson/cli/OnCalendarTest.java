package dev.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OnCalendarTest {
    /** Right sides as systemd.time(7) describes them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 2 * * *        | *-*-* 2:0:00
            */15 * * * *     | *-*-* *:0/15:00
            0 3 * * SUN      | Sun *-*-* 3:0:00
            30 1 1,15 * *    | *-*-1,15 1:30:00
            0 9-17 * * 1-5   | Mon..Fri *-*-* 9..17:0:00
            0 0 1 */3 *      | *-1/3-1 0:0:00
            0 4 13 * FRI     | *-*-13 4:0:00 and Fri *-*-* 4:0:00
            """)
    void isTheSameTimes(String cron, String expected) {
        assertThat(String.join(" and ", OnCalendar.of(cron))).isEqualTo(expected);
    }
}
