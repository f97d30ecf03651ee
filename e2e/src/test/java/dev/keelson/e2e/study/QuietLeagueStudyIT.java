package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two leagues of the whole study. */
final class QuietLeagueStudyIT {
    private static final int SEASONS = 5;
    private static final int ROUNDS = 10;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void leagueWithoutChangesRaisesNoAlarm(long seed) {
        QuietLeagueStudy.Result league = QuietLeagueStudy.league(seed, SEASONS, ROUNDS);

        assertThat(league.weeks()).isGreaterThan(50);
        assertThat(league.columns()).isEmpty();
        assertThat(league.alarms()).isZero();
        assertThat(league.labelShifts()).isZero();
    }
}
