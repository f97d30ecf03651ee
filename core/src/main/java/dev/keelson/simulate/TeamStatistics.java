package dev.keelson.simulate;

import org.jspecify.annotations.Nullable;

/**
 * What one team did in a match; all of it is known only after the match.
 *
 * @param goals goals at full time
 * @param halfTimeGoals goals at half time, at most {@code goals}
 * @param shots shots, at least {@code goals}
 * @param shotsOnTarget shots on target, or null if they were not recorded (about 1 % of matches)
 * @param fouls fouls committed
 * @param corners corners taken
 * @param yellowCards yellow cards
 * @param redCards red cards
 */
public record TeamStatistics(
        int goals,
        int halfTimeGoals,
        int shots,
        @Nullable Integer shotsOnTarget,
        int fouls,
        int corners,
        int yellowCards,
        int redCards) {

    public TeamStatistics {
        if (goals < 0 || fouls < 0 || corners < 0 || yellowCards < 0 || redCards < 0) {
            throw new IllegalArgumentException(
                    "goals (%s), fouls (%s), corners (%s), yellowCards (%s), redCards (%s) must not be negative."
                            .formatted(goals, fouls, corners, yellowCards, redCards));
        }
        if (halfTimeGoals < 0 || halfTimeGoals > goals) {
            throw new IllegalArgumentException(
                    "halfTimeGoals (%s) must be between 0 and goals (%s).".formatted(halfTimeGoals, goals));
        }
        if (shots < goals || (shotsOnTarget != null && (shotsOnTarget < goals || shotsOnTarget > shots))) {
            throw new IllegalArgumentException("goals (%s), shotsOnTarget (%s) and shots (%s) must not fall in this order."
                    .formatted(goals, shotsOnTarget, shots));
        }
    }
}
