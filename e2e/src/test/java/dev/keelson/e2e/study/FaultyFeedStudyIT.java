package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two leagues of the whole study. */
final class FaultyFeedStudyIT {
    private static final int SEASONS = 5;
    private static final int ROUNDS = 10;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void brokenFeedIsNamedWithinTwoWeeks(long seed) {
        FaultyFeedStudy.Result league = FaultyFeedStudy.league(seed, SEASONS, ROUNDS);

        assertThat(league.before()).isZero();
        assertThat(league.days()).isBetween(1, 14);
    }
}
