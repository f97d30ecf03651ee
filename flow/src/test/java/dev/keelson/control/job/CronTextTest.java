package dev.keelson.control.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CronTextTest {
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 2 * * *        | every day at 02:00
            30 1,13 * * *    | every day at 01:30 and 13:30
            0 3 * * SUN      | every Sunday at 03:00
            0 3 * * 0        | every Sunday at 03:00
            0 3 * * 7        | every Sunday at 03:00
            5 6 * * MON-FRI  | every Monday to Friday at 06:05
            5 6 * * 1,4      | every Monday and Thursday at 06:05
            0 3 1 * *        | on day 1 of every month at 03:00
            0 3 1,15 * *     | on day 1 and 15 of every month at 03:00
            0 3 1 */9 *      | on day 1 of January and October at 03:00
            0 3 1 */3 *      | on day 1 of January, April, July and October at 03:00
            0 3 1 1 *        | on day 1 of January at 03:00
            0 3 */10 * *     | on day 1, 11, 21 and 31 of every month at 03:00
            0 3 */2 * *      | on day 1, 3, 5 … 31 of every month at 03:00
            0 3 * 6,7 *      | every day of June and July at 03:00
            0 */5 * * *      | at the times of cron `0 */5 * * *`
            0 3 1 */9 MON    | at the times of cron `0 3 1 */9 MON`
            */15 * * * *     | every 15 minutes
            * * * * *        | every minute
            10 * * * *       | every hour at minute 10
            0 */6 * * *      | every 6 hours at minute 0
            """)
    void usualSchedulesAreReadAloud(String cron, String words) {
        assertThat(CronText.sentence(cron, LONDON)).isEqualTo(words + ", Europe/London");
    }

    @ParameterizedTest
    @CsvSource({"0 2 1 1 *", "0 2 13 * FRI", "0 9-17 * * *"})
    void rareOnesAreNotToldAsUsualOnes(String cron) {
        assertThat(CronText.sentence(cron, LONDON)).endsWith(", Europe/London").doesNotContain("every day at 02:00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 3 13 * 5", "0 3 28 2 5"})
    void datesThatTheLibraryHasNoEnglishForAreShownAsTheyAre(String cron) {
        assertThat(CronText.sentence(cron, LONDON)).isEqualTo("at the times of cron `%s`, Europe/London".formatted(cron));
    }

    @Test
    void whatIsNoScheduleIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> CronText.sentence("at noon", LONDON));
    }
}
