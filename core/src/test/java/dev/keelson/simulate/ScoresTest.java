package dev.keelson.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScoresTest {

    // scipy.stats: skellam.sf(0, 1.6, 1.1), skellam.pmf(0, 1.6, 1.1), skellam.cdf(-1, 1.6, 1.1), poisson.sf(2, 2.7)
    @Test
    void resultsAgreeWithTheSkellamDistribution() {
        TrueProbabilities results = new Scores(1.6, 1.1).results();

        assertThat(results.home()).isCloseTo(0.48957353712886176, within(1e-12));
        assertThat(results.draw()).isCloseTo(0.2489109806414348, within(1e-12));
        assertThat(results.away()).isCloseTo(0.26151548222970344, within(1e-12));
        assertThat(new Scores(1.6, 1.1).over25()).isCloseTo(0.5063755089265384, within(1e-12));
    }

    @Test
    void handicapOfEqualTeamsIsZeroAndEven() {
        AsianHandicap handicap = AsianHandicap.balanced(new Scores(1.4, 1.4));

        assertThat(handicap.quarters()).isZero();
        assertThat(handicap.homeShare()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void handicapIsTakenFromTheFavouriteInEitherDirection() {
        AsianHandicap home = AsianHandicap.balanced(new Scores(2.4, 0.7));
        AsianHandicap away = AsianHandicap.balanced(new Scores(0.7, 2.4));

        assertThat(home.quarters()).isBetween(-8, -5);
        assertThat(away.quarters()).isEqualTo(-home.quarters());
        assertThat(home.homeShare() + away.homeShare()).isCloseTo(1, within(1e-7));
        assertThat(home.homeShare()).isCloseTo(0.5, within(0.05));
    }

    @Test
    void goalDifferencesAgreeWithTheResults() {
        Scores scores = new Scores(1.9, 0.8);

        double[] below = scores.differencesBelow();

        assertThat(below[Scores.MOST_GOALS]).isCloseTo(scores.results().away(), within(1e-7));
        assertThat(1 - below[Scores.MOST_GOALS + 1]).isCloseTo(scores.results().home(), within(1e-7));
    }
}
