package dev.keelson.simulate;

import java.util.List;

/**
 * One division of the simulated league: a closed set of teams that play a double round robin each season.
 *
 * @param code division code as in the match files: {@code E0}, {@code SP1}, {@code I1} or {@code D1}. It also decides the
 *     flavour of the invented team names and the level of goals, fouls and cards
 * @param teams number of teams, even, 6 to 24
 */
public record Division(String code, int teams) {

    /** Codes that can be simulated, in the order of {@link LeagueSettings#defaults()}. */
    public static final List<String> CODES = List.of("E0", "SP1", "I1", "D1");

    public Division {
        if (!CODES.contains(code)) {
            throw new IllegalArgumentException("""
                    code (%s) must be one of %s.
                    Maybe the name of the league was given instead of its code.""".formatted(code, CODES));
        }
        if (teams < 6 || teams > 24 || teams % 2 != 0) {
            throw new IllegalArgumentException("teams (%s) of division %s must be an even number from 6 to 24."
                    .formatted(teams, code));
        }
    }
}
