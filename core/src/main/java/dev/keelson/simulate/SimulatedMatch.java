package dev.keelson.simulate;

import java.time.LocalDate;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;

/**
 * One simulated match with all columns of the match files and its true probabilities.
 *
 * @param division code of the division
 * @param season season in the form 2013-14
 * @param date day of the match
 * @param time kick-off in local time of the United Kingdom, or null where the files have none
 * @param homeTeam name of the home team
 * @param awayTeam name of the away team
 * @param referee name of the referee, given only in E0, otherwise null
 * @param home statistics of the home team
 * @param away statistics of the away team
 * @param odds odds of the bookmakers
 * @param truth true probabilities of the result, which no file of the real world has
 */
public record SimulatedMatch(
        String division,
        String season,
        LocalDate date,
        @Nullable LocalTime time,
        String homeTeam,
        String awayTeam,
        @Nullable String referee,
        TeamStatistics home,
        TeamStatistics away,
        QuotedOdds odds,
        TrueProbabilities truth) {

    /** Result of a match or of its first half, seen from the home side. */
    public enum Result {
        /** Home win. */
        H,
        /** Draw. */
        D,
        /** Away win. */
        A;

        static Result of(int homeGoals, int awayGoals) {
            return homeGoals > awayGoals ? H : homeGoals == awayGoals ? D : A;
        }
    }

    /** Unique id: division, date, home and away team joined by hyphens, names without spaces and apostrophes. */
    public String matchId() {
        return division + '-' + date + '-' + compact(homeTeam) + '-' + compact(awayTeam);
    }

    /** Result at full time. */
    public Result result() {
        return Result.of(home.goals(), away.goals());
    }

    /** Result at half time. */
    public Result halfTimeResult() {
        return Result.of(home.halfTimeGoals(), away.halfTimeGoals());
    }

    private static String compact(String name) {
        return name.replace(" ", "").replace("'", "");
    }
}
