package dev.keelson.simulate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes simulated matches as CSV with the columns of the public match files, in their order: UTF-8 text, comma, LF,
 * ISO dates, no quotes (no value contains a comma), an empty field for a missing value.
 */
public final class LeagueCsv {

    /** Names of the columns, in order. */
    public static final List<String> COLUMNS = columns();

    /** Names of the columns that follow if the truth is written too. */
    public static final List<String> TRUTH_COLUMNS = List.of("true_H", "true_D", "true_A");

    private LeagueCsv() {}

    /**
     * Writes a header and one row per match.
     *
     * @param matches matches, written in the given order
     * @param out where to write; neither flushed nor closed
     * @param withTruth whether the three columns of {@link #TRUTH_COLUMNS} follow at the end
     * @throws IOException if {@code out} throws it
     */
    public static void write(List<SimulatedMatch> matches, Appendable out, boolean withTruth) throws IOException {
        StringBuilder row = new StringBuilder(512);
        row.append(String.join(",", COLUMNS));
        if (withTruth) {
            row.append(',').append(String.join(",", TRUTH_COLUMNS));
        }
        out.append(row.append('\n'));
        for (SimulatedMatch match : matches) {
            row.setLength(0);
            appendMatch(row, match);
            if (withTruth) {
                TrueProbabilities truth = match.truth();
                row.append(',').append(truth.home()).append(',').append(truth.draw()).append(',').append(truth.away());
            }
            out.append(row.append('\n'));
        }
    }

    private static void appendMatch(StringBuilder row, SimulatedMatch match) {
        TeamStatistics home = match.home();
        TeamStatistics away = match.away();
        row.append(match.matchId());
        field(row, match.division());
        field(row, match.season());
        field(row, match.date());
        field(row, match.time()); // LocalTime prints as HH:mm when there are no seconds
        field(row, match.homeTeam());
        field(row, match.awayTeam());
        field(row, home.goals());
        field(row, away.goals());
        field(row, match.result());
        field(row, home.halfTimeGoals());
        field(row, away.halfTimeGoals());
        field(row, match.halfTimeResult());
        field(row, match.referee());
        field(row, home.shots());
        field(row, away.shots());
        field(row, home.shotsOnTarget());
        field(row, away.shotsOnTarget());
        field(row, home.fouls());
        field(row, away.fouls());
        field(row, home.corners());
        field(row, away.corners());
        field(row, home.yellowCards());
        field(row, away.yellowCards());
        field(row, home.redCards());
        field(row, away.redCards());
        for (int i = 0; i < QuotedOdds.COLUMNS.size(); i++) {
            row.append(',');
            int hundredths = match.odds().hundredths(i);
            if (hundredths != QuotedOdds.MISSING) {
                appendHundredths(row, hundredths);
            }
        }
    }

    private static void field(StringBuilder row, @Nullable Object value) {
        row.append(',');
        if (value != null) {
            row.append(value);
        }
    }

    private static void field(StringBuilder row, int value) {
        row.append(',').append(value);
    }

    /** Shortest decimal with at least one digit after the point: 1.3, 5.0, -0.25. */
    private static void appendHundredths(StringBuilder row, int hundredths) {
        int magnitude = Math.abs(hundredths);
        if (hundredths < 0) {
            row.append('-');
        }
        row.append(magnitude / 100).append('.').append(magnitude / 10 % 10);
        if (magnitude % 10 != 0) {
            row.append(magnitude % 10);
        }
    }

    private static List<String> columns() {
        List<String> columns = new ArrayList<>(List.of(
                "match_id", "div", "season", "date", "Time", "HomeTeam", "AwayTeam", "FTHG", "FTAG", "FTR", "HTHG", "HTAG", "HTR",
                "Referee", "HS", "AS", "HST", "AST", "HF", "AF", "HC", "AC", "HY", "AY", "HR", "AR"));
        columns.addAll(QuotedOdds.COLUMNS);
        return List.copyOf(columns);
    }
}
