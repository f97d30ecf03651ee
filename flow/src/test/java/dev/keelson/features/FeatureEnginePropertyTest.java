package dev.keelson.features;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Facts that hold for every table of matches. Failures name their seed. */
final class FeatureEnginePropertyTest {
    private static final FeatureEngine ENGINE = MatchRows.footballEngine();
    private static final FeatureService SERVICE =
            ENGINE.service(MatchRows.footballService("m", "implied(AvgH, AvgD, AvgA)"));

    @Test
    void windowsAreWhatOneReadsFromTheRowsKnownBefore() {
        for (long seed = 0; seed < 8; seed++) {
            MatchRows rows = MatchRows.random(seed, 150);

            FeatureTable table = ENGINE.history(rows.frame(), rows.frame(), SERVICE);

            for (int row = 0; row < table.rows(); row++) {
                MatchRows.Match match = rows.matches.get(row);
                String where = "seed %d, row %d".formatted(seed, row);
                List<double[]> past = pastOf(rows, match.home(), match.eventTime());
                assertThat(table.column("home.team_form.goals_for_last5")[row])
                        .as(where)
                        .isEqualTo((Double) mean(goalsFor(newest(past, 5))));
                assertThat(table.column("home.team_form.points_last10")[row])
                        .as(where)
                        .isEqualTo((Double) sum(points(newest(past, 10))));
                assertThat(table.column("home.team_form.points_40d")[row])
                        .as(where)
                        .isEqualTo((Double) sum(points(since(past, match.eventTime() - 40 * Micros.PER_DAY))));
                assertThat(table.column("home.team_form.rest_days")[row])
                        .as(where)
                        .isEqualTo((Double)
                                (past.isEmpty()
                                        ? Double.NaN
                                        : (match.eventTime() - past.getLast()[0]) / Micros.PER_DAY));
            }
        }
    }

    @Test
    void orderOfTheRowsDoesNotMatter() {
        for (long seed = 100; seed < 108; seed++) {
            MatchRows rows = MatchRows.random(seed, 150);
            Frame frame = rows.frame();
            int[] order = shuffled(frame.rows(), seed);

            FeatureTable table = ENGINE.history(frame, frame, SERVICE);
            FeatureTable shuffledEvents = ENGINE.history(frame.take(order), frame, SERVICE);
            FeatureTable shuffledRequests = ENGINE.history(frame, frame.take(order), SERVICE);

            assertThat(bits(shuffledEvents.values())).as("seed %d", seed).isDeepEqualTo(bits(table.values()));
            for (int i = 0; i < order.length; i++) {
                assertThat(bits(shuffledRequests.row(i))).as("seed %d", seed).isEqualTo(bits(table.row(order[i])));
            }
        }
    }

    @Test
    void lateRowChangesNothingBeforeItIsKnown() {
        for (long seed = 200; seed < 208; seed++) {
            MatchRows rows = MatchRows.random(seed, 120);
            long known = MatchRows.time(150);
            MatchRows more = new MatchRows();
            more.matches.addAll(rows.matches);
            more.add(new MatchRows.Match(MatchRows.time(100.5), known, "div0", "team1", "team2", 4L, 0L, 1.5));

            FeatureTable before = ENGINE.history(rows.frame(), rows.frame(), SERVICE);
            FeatureTable after = ENGINE.history(more.frame(), rows.frame(), SERVICE);

            boolean changed = false;
            for (int row = 0; row < before.rows(); row++) {
                boolean same = Arrays.equals(bits(before.row(row)), bits(after.row(row)));
                changed |= !same;
                if (rows.matches.get(row).eventTime() <= known) {
                    assertThat(same).as("seed %d, row %d", seed, row).isTrue();
                }
            }
            assertThat(changed).as("seed %d", seed).isTrue();
        }
    }

    @Test
    void everyRowHasOneAnswerWithAStatusThatFitsItsValue() {
        for (long seed = 300; seed < 308; seed++) {
            Frame frame = MatchRows.random(seed, 100).frame();
            int[] repeated = new Random(seed).ints(250, 0, frame.rows()).toArray();

            FeatureTable table = ENGINE.history(frame, frame.take(repeated), SERVICE);

            assertThat(table.rows()).isEqualTo(250);
            for (int feature = 0; feature < table.names().size(); feature++) {
                for (int row = 0; row < table.rows(); row++) {
                    assertThat(table.statuses()[feature][row] == FeatureStatus.PRESENT.code())
                            .as("seed %d", seed)
                            .isEqualTo(!Double.isNaN(table.values()[feature][row]));
                }
            }
        }
    }

    /** Time, goals for and points of the team's matches known before, by event time; empty when the newest is stale. */
    private static List<double[]> pastOf(MatchRows rows, @Nullable String team, long asOf) {
        List<MatchRows.Match> known = new ArrayList<>();
        for (MatchRows.Match match : rows.matches) {
            if (match.knownAt() < asOf) {
                known.add(match);
            }
        }
        known.sort(Comparator.comparingLong(MatchRows.Match::eventTime)
                .thenComparingLong(MatchRows.Match::knownAt)
                .thenComparing(match -> match.div() == null ? "" : match.div())
                .thenComparing(match -> match.home() == null ? "" : match.home())
                .thenComparing(match -> match.away() == null ? "" : match.away()));
        List<double[]> past = new ArrayList<>();
        for (MatchRows.Match match : known) {
            if (team != null && team.equals(match.home())) {
                past.add(event(match.eventTime(), match.homeGoals(), match.awayGoals()));
            }
            if (team != null && team.equals(match.away())) {
                past.add(event(match.eventTime(), match.awayGoals(), match.homeGoals()));
            }
        }
        boolean stale = !past.isEmpty() && asOf - past.getLast()[0] > 100 * (double) Micros.PER_DAY;
        return stale ? List.of() : past;
    }

    private static double[] event(long time, @Nullable Long goalsFor, @Nullable Long against) {
        double points =
                goalsFor == null || against == null ? 0 : goalsFor > against ? 3 : goalsFor.equals(against) ? 1 : 0;
        return new double[] {time, goalsFor == null ? Double.NaN : goalsFor, points};
    }

    private static List<double[]> newest(List<double[]> past, int n) {
        return past.subList(Math.max(0, past.size() - n), past.size());
    }

    private static List<double[]> since(List<double[]> past, long time) {
        return past.stream().filter(event -> event[0] >= time).toList();
    }

    private static double[] goalsFor(List<double[]> events) {
        return events.stream()
                .mapToDouble(event -> event[1])
                .filter(goals -> !Double.isNaN(goals))
                .toArray();
    }

    private static double[] points(List<double[]> events) {
        return events.stream().mapToDouble(event -> event[2]).toArray();
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return values.length == 0 ? Double.NaN : sum;
    }

    private static double mean(double[] values) {
        return sum(values) / values.length;
    }

    private static int[] shuffled(int n, long seed) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    static long[] bits(double[] values) {
        return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
    }

    static long[][] bits(double[][] values) {
        return Arrays.stream(values).map(FeatureEnginePropertyTest::bits).toArray(long[][]::new);
    }
}
