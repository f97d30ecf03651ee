package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two leagues of the whole study. */
final class HomeAdvantageStudyIT {

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void fallIsReportedAsMissingEvidenceUntilItIsShown(long seed) {
        HomeAdvantageStudy.Result league = HomeAdvantageStudy.league(seed, true);

        assertThat(league.falseCertainty()).isFalse();
        assertThat(league.delayMatches()).isPositive();
        assertThat(league.told()).isTrue();
        assertThat(league.numbered()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void leagueThatNeverChangesIsNeverCalledShifted(long seed) {
        HomeAdvantageStudy.Result league = HomeAdvantageStudy.league(seed, false);

        assertThat(league.falseCertainty()).isFalse();
        assertThat(league.stable()).isPositive();
    }
}
