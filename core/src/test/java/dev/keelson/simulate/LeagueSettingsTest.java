package dev.keelson.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeagueSettingsTest {

    @Test
    void defaultsAreEightSeasonsOfFourDivisionsWithAFallIn2020() {
        LeagueSettings settings = LeagueSettings.defaults();

        assertThat(settings.seasons()).isEqualTo(8);
        assertThat(settings.seed()).isEqualTo(42);
        assertThat(settings.divisions()).extracting(Division::code).containsExactly("E0", "SP1", "I1", "D1");
        assertThat(settings.homeAdvantageChange())
                .isEqualTo(new HomeAdvantageChange(
                        LocalDate.of(2020, 3, 1), LeagueSettings.FALLEN_HOME_ADVANTAGE));
        assertThat(settings.feedFault()).isNull();
    }

    @Test
    void constantLeagueHasNoChangeAtAll() {
        LeagueSettings settings = LeagueSettings.constant(4, 1);

        assertThat(settings.drift()).isEqualTo(StrengthDrift.NONE);
        assertThat(settings.homeAdvantageChange()).isNull();
        assertThat(settings.feedFault()).isNull();
        assertThat(settings.columnHistory()).isFalse();
    }

    @Test
    void valuesOutOfRangeAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeagueSettings.defaults(0, 1))
                .withMessageContaining("seasons (0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Division("E1", 20))
                .withMessageContaining("code (E1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Division("E0", 19))
                .withMessageContaining("teams (19)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeagueSettings.defaults()
                        .withDivisions(List.of(new Division("E0", 20), new Division("E0", 18))))
                .withMessageContaining("(E0) twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FeedFault("B365H", LocalDate.of(2020, 1, 1), 1.2))
                .withMessageContaining("bookmaker (B365H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FeedFault("B365", LocalDate.of(2020, 1, 1), Double.NaN))
                .withMessageContaining("scale (NaN)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StrengthDrift(1.1, 1, 0))
                .withMessageContaining("weekly (1.1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HomeAdvantageChange(LocalDate.of(2020, 1, 1), 2))
                .withMessageContaining("homeAdvantage (2.0)");
    }
}
