package dev.keelson.simulate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A football league whose true probabilities are known.
 *
 * <p><b>Goals.</b> Expected goals are {@code g exp(h/2 + (q_home - q_away)/2 + (s_home + s_away)/2)} for the home side
 * and {@code g exp(-h/2 - (q_home - q_away)/2 + (s_home + s_away)/2)} for the away side, where {@code g} is the level
 * of the division, {@code h} the home advantage, {@code q} the quality and {@code s} the style of a team: attack and
 * defence are {@code (q + s)/2} and {@code (q - s)/2}. Given these, the goals of both sides are independent Poisson
 * counts (Maher, M. J. (1982), Modelling association football scores, Statistica Neerlandica 36), and the true
 * probabilities of home win, draw and away win are computed exactly from the score matrix. Goals of the first half are
 * a binomial share of the goals, as in a Poisson process.
 *
 * <p><b>Statistics.</b> Shots, shots on target, corners, fouls and cards are Poisson counts around the expected goals,
 * the play of the day and the strictness of the referee.
 *
 * <p><b>Odds.</b> Seven bookmakers with their own margin and opinion quote around a market belief that is close to the
 * truth before the match and closer at kick-off.
 *
 * <p><b>Gaps as in the real files.</b> With {@link LeagueSettings#columnHistory()}: {@code LB*} ends with 2017-18,
 * {@code PS*} and {@code PSC*} start with 2012-13, {@code Time}, {@code B365C*}, {@code AvgC*} and the bookmakers' own
 * over/under and handicap odds start with 2019-20. In all cases: {@code HST} and {@code AST} are missing in about 1 %
 * of matches, single quotes and handicaps in 0.05 to 0.3 %, {@code Referee} stands only in E0, {@code BF*} and {@code
 * 1XB*} are empty.
 */
public final class SimulatedLeague {

    private static final Comparator<SimulatedMatch> FILE_ORDER = Comparator.comparing(SimulatedMatch::date)
            .thenComparing(SimulatedMatch::division)
            .thenComparing(SimulatedMatch::homeTeam);

    private SimulatedLeague() {}

    /**
     * Plays all seasons.
     *
     * @param settings what to simulate
     * @return the matches in the order of date, division and home team; the same list for equal settings
     */
    public static List<SimulatedMatch> generate(LeagueSettings settings) {
        List<SimulatedMatch> matches = new ArrayList<>();
        for (Division division : settings.divisions()) {
            new DivisionHistory(settings, division).play(matches);
        }
        matches.sort(FILE_ORDER);
        return List.copyOf(matches);
    }
}
