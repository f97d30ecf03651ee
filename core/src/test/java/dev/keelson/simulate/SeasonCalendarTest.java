package dev.keelson.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeasonCalendarTest {

    @ParameterizedTest
    @ValueSource(ints = {6, 8, 10, 12, 14, 16, 18, 20, 22, 24})
    void eachTeamPlaysEachOtherOnceAtHomeAndOnceAway(int teams) {
        List<SeasonCalendar.Fixture> fixtures = SeasonCalendar.of(2015, teams, RandomStream.of(1, teams));

        Set<List<Integer>> pairs = new HashSet<>();
        for (SeasonCalendar.Fixture fixture : fixtures) {
            assertThat(fixture.home()).isNotEqualTo(fixture.away());
            pairs.add(List.of(fixture.home(), fixture.away()));
        }
        assertThat(fixtures).hasSize(teams * (teams - 1));
        assertThat(pairs).hasSameSizeAs(fixtures);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 12, 18, 20, 24})
    void twoDaysAtLeastLieBetweenTheMatchesOfATeam(int teams) {
        for (int year = 2000; year < 2020; year++) {
            List<SeasonCalendar.Fixture> fixtures = SeasonCalendar.of(year, teams, RandomStream.of(2, year));

            LocalDate[] last = new LocalDate[teams];
            for (SeasonCalendar.Fixture fixture : fixtures) {
                for (int team : new int[] {fixture.home(), fixture.away()}) {
                    if (last[team] != null) {
                        assertThat(ChronoUnit.DAYS.between(last[team], fixture.date())).isGreaterThanOrEqualTo(3);
                    }
                    last[team] = fixture.date();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {18, 20, 24})
    void seasonRunsFromAugustToMayMostlyAtWeekends(int teams) {
        List<SeasonCalendar.Fixture> fixtures = SeasonCalendar.of(2018, teams, RandomStream.of(3));

        long weekend = fixtures.stream()
                .filter(fixture -> fixture.date().getDayOfWeek().getValue() >= 5)
                .count();
        assertThat(fixtures.getFirst().date()).isBetween("2018-08-10", "2018-08-25");
        assertThat(fixtures.getLast().date()).isBetween("2019-05-10", "2019-05-25");
        assertThat((double) weekend / fixtures.size()).isBetween(0.65, 0.95);
    }

    @ParameterizedTest
    @ValueSource(ints = {18, 20})
    void teamsPlayHalfOfEachHalfSeasonAtHome(int teams) {
        int[] home = new int[teams];
        for (int round = 0; round < teams - 1; round++) {
            for (int[] pair : SeasonCalendar.pairs(round, teams)) {
                home[pair[0]]++;
            }
        }

        assertThat(home).containsOnly(teams / 2 - 1, teams / 2);
    }
}
