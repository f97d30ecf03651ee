package dev.keelson.simulate;

import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the simulated league. Equal settings give equal matches, on each machine and in each Java version.
 *
 * <p>Streams of random numbers are separate for each division and each match. Therefore leaving out a division, adding
 * later seasons or planting a fault does not disturb the other matches, and changing the home advantage from a date on
 * leaves the matches before it as they were (later ones may differ, as other teams are relegated).
 *
 * @param seasons number of seasons, 1 to 30
 * @param seed seed of all random numbers
 * @param firstSeason year in which the first season starts (2013 for 2013-14), 1990 to 2100
 * @param divisions divisions to simulate, at least one, each code once
 * @param homeAdvantage home advantage at the start: logarithm of the ratio of home to away goals between equal teams, -1 to 1
 * @param drift how strengths change
 * @param homeAdvantageChange dated change of the home advantage, or null for none
 * @param feedFault dated fault in a bookmaker's feed, or null for none
 * @param columnHistory true: columns come and go with the seasons as in the real files (see {@link SimulatedLeague}); false: the
 *     same columns are filled in all seasons
 */
public record LeagueSettings(
        int seasons,
        long seed,
        int firstSeason,
        List<Division> divisions,
        double homeAdvantage,
        StrengthDrift drift,
        @Nullable HomeAdvantageChange homeAdvantageChange,
        @Nullable FeedFault feedFault,
        boolean columnHistory) {

    /** Default number of seasons. */
    public static final int DEFAULT_SEASONS = 8;

    /** Default seed. */
    public static final long DEFAULT_SEED = 42;

    /** Default home advantage: about 45.5 % of matches are home wins. */
    public static final double DEFAULT_HOME_ADVANTAGE = 0.285;

    /** Home advantage after the default fall: about 40.5 % of matches are home wins. */
    public static final double FALLEN_HOME_ADVANTAGE = 0.095;

    private static final int DEFAULT_FIRST_SEASON = 2013;
    private static final List<Division> DEFAULT_DIVISIONS =
            List.of(new Division("E0", 20), new Division("SP1", 20), new Division("I1", 20), new Division("D1", 18));

    public LeagueSettings {
        if (seasons < 1 || seasons > 30) {
            throw new IllegalArgumentException("seasons (%s) must be between 1 and 30.".formatted(seasons));
        }
        if (firstSeason < 1990 || firstSeason > 2100) {
            throw new IllegalArgumentException("firstSeason (%s) must be between 1990 and 2100.".formatted(firstSeason));
        }
        divisions = List.copyOf(divisions);
        if (divisions.isEmpty()) {
            throw new IllegalArgumentException("divisions is empty; at least one of %s is needed.".formatted(Division.CODES));
        }
        Set<String> seen = new HashSet<>();
        for (Division division : divisions) {
            if (!seen.add(division.code())) {
                throw new IllegalArgumentException(
                        "divisions has the code (%s) twice; each code may stand once.".formatted(division.code()));
            }
        }
        if (!(homeAdvantage >= -1 && homeAdvantage <= 1)) {
            throw new IllegalArgumentException("homeAdvantage (%s) must be between -1 and 1.".formatted(homeAdvantage));
        }
        Objects.requireNonNull(drift, "drift");
    }

    /**
     * The league of the demo: {@value #DEFAULT_SEASONS} seasons from 2013-14, seed {@value #DEFAULT_SEED}, see
     * {@link #defaults(int, long)}.
     */
    public static LeagueSettings defaults() {
        return defaults(DEFAULT_SEASONS, DEFAULT_SEED);
    }

    /**
     * Four divisions with drifting strengths, whose home advantage falls on 1 March of the season that lies five sixths
     * into the history: in the middle of the last third, which the demo replays. With 8 seasons that is 2020-03-01.
     *
     * @param seasons number of seasons, 1 to 30
     * @param seed seed of all random numbers
     */
    public static LeagueSettings defaults(int seasons, long seed) {
        LocalDate fall = LocalDate.of(DEFAULT_FIRST_SEASON + seasons * 5 / 6 + 1, 3, 1);
        return new LeagueSettings(
                seasons,
                seed,
                DEFAULT_FIRST_SEASON,
                DEFAULT_DIVISIONS,
                DEFAULT_HOME_ADVANTAGE,
                StrengthDrift.TYPICAL,
                new HomeAdvantageChange(fall, FALLEN_HOME_ADVANTAGE),
                null,
                true);
    }

    /**
     * A league in which nothing ever changes: constant strengths, the same teams, the same home advantage and the same
     * columns in all seasons. A drift alarm on it is a false alarm.
     *
     * @param seasons number of seasons, 1 to 30
     * @param seed seed of all random numbers
     */
    public static LeagueSettings constant(int seasons, long seed) {
        return new LeagueSettings(
                seasons,
                seed,
                DEFAULT_FIRST_SEASON,
                DEFAULT_DIVISIONS,
                DEFAULT_HOME_ADVANTAGE,
                StrengthDrift.NONE,
                null,
                null,
                false);
    }

    /** These settings with another start. */
    public LeagueSettings withFirstSeason(int year) {
        return new LeagueSettings(
                seasons, seed, year, divisions, homeAdvantage, drift, homeAdvantageChange, feedFault, columnHistory);
    }

    /** These settings with other divisions. */
    public LeagueSettings withDivisions(List<Division> others) {
        return new LeagueSettings(
                seasons, seed, firstSeason, others, homeAdvantage, drift, homeAdvantageChange, feedFault, columnHistory);
    }

    /** These settings with another change of the home advantage, or with none if null. */
    public LeagueSettings withHomeAdvantageChange(@Nullable HomeAdvantageChange change) {
        return new LeagueSettings(
                seasons, seed, firstSeason, divisions, homeAdvantage, drift, change, feedFault, columnHistory);
    }

    /** These settings with a fault in a bookmaker's feed, or with none if null. */
    public LeagueSettings withFeedFault(@Nullable FeedFault fault) {
        return new LeagueSettings(
                seasons, seed, firstSeason, divisions, homeAdvantage, drift, homeAdvantageChange, fault, columnHistory);
    }

    /** These settings with another drift of strengths. */
    public LeagueSettings withDrift(StrengthDrift other) {
        return new LeagueSettings(
                seasons, seed, firstSeason, divisions, homeAdvantage, other, homeAdvantageChange, feedFault, columnHistory);
    }

    /** Home advantage on a day. */
    double homeAdvantageOn(LocalDate date) {
        return homeAdvantageChange != null && !date.isBefore(homeAdvantageChange.from())
                ? homeAdvantageChange.homeAdvantage()
                : homeAdvantage;
    }
}
