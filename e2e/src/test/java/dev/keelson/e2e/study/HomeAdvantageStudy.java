package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.monitor.LabelShiftReport;
import dev.keelson.simulate.HomeAdvantageChange;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.simulate.SimulatedMatch;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The home advantage falls on one day as it did in 2020, from about 45.5 % to 40.5 % home wins; the outcomes are looked at every
 * week, as the loop does. Claims: before the fall a shift is called in at most 5 % of leagues; after it every league that is
 * called shifted was first told how much evidence is missing. Half of the leagues never change. Options: {@code --seeds},
 * {@code --first-seed}.
 */
public final class HomeAdvantageStudy implements Task {
    static final List<String> CLASSES = List.of("H", "D", "A");
    private static final int SEASONS = 12;
    private static final int REFERENCE_SEASONS = 5;
    /** A call stays, so a league that never changes can be looked at less often without missing one. */
    private static final int QUIET_STEP = 4;

    /**
     * What one league gave; counts are weekly looks.
     *
     * @param seed of the league
     * @param falseCertainty whether a shift was called before there was one
     * @param stable looks before the fall that said stable
     * @param unsure looks before the fall that said not enough evidence
     * @param stableAfter looks after the fall that said stable
     * @param unsureAfter looks after the fall that said not enough evidence
     * @param numbered of those, how many said about how many more outcomes are needed
     * @param delayMatches outcomes from the fall to the shift being called, -1 when it never was
     * @param delayWeeks the same in weeks
     * @param told whether missing evidence was reported between the fall and the call
     * @param startError days from the fall to the start that was named, 0 without a call
     * @param namedHome whether the class that moved most, by the report, is the home win
     * @param covered whether the interval of the class named covers its true mean probability since the fall
     */
    record Result(
            long seed,
            boolean falseCertainty,
            int stable,
            int unsure,
            int stableAfter,
            int unsureAfter,
            int numbered,
            int delayMatches,
            int delayWeeks,
            boolean told,
            long startError,
            boolean namedHome,
            boolean covered) {}

    @Override
    public ObjectNode run(Arguments arguments) {
        List<Long> seeds = arguments.seeds(100);
        List<Result> fallen = seeds.stream().map(seed -> league(seed, true)).toList();
        List<Result> quiet = seeds.stream().map(seed -> league(seed, false)).toList();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("claim", "a shift is called before it happened in at most 5 % of leagues, and never without first saying that evidence is missing");
        node.put("leagues", seeds.size());
        node.put("seasons_before_watching", REFERENCE_SEASONS);
        ObjectNode before = node.putObject("nothing_changes");
        before.put("seasons_watched", SEASONS - REFERENCE_SEASONS);
        before.put("false_certainty", quiet.stream().filter(Result::falseCertainty).count());
        before.put("looks_stable", quiet.stream().mapToInt(Result::stable).sum());
        before.put("looks_not_enough_evidence", quiet.stream().mapToInt(Result::unsure).sum());
        ObjectNode after = node.putObject("home_advantage_falls");
        List<Result> called = fallen.stream().filter(each -> each.delayMatches >= 0).toList();
        after.put("false_certainty_before", fallen.stream().filter(Result::falseCertainty).count());
        after.put("called", called.size());
        after.put("called_without_warning", called.stream().filter(each -> !each.told).count());
        after.put("looks_stable", fallen.stream().mapToInt(Result::stableAfter).sum());
        after.put("looks_not_enough_evidence", fallen.stream().mapToInt(Result::unsureAfter).sum());
        after.put("of_them_with_a_number", fallen.stream().mapToInt(Result::numbered).sum());
        quantiles(after.putObject("delay_matches"), called.stream().mapToLong(Result::delayMatches).toArray());
        quantiles(after.putObject("delay_weeks"), called.stream().mapToLong(Result::delayWeeks).toArray());
        quantiles(after.putObject("start_error_days"), called.stream().mapToLong(Result::startError).toArray());
        after.put("named_home_win", called.stream().filter(Result::namedHome).count());
        after.put("interval_covers_truth", called.stream().filter(Result::covered).count());
        long wrong = fallen.stream().filter(Result::falseCertainty).count()
                + quiet.stream().filter(Result::falseCertainty).count();
        node.put(
                "holds",
                wrong <= Math.ceil(0.05 * 2 * seeds.size()) && called.stream().allMatch(Result::told));
        return node;
    }

    private static void quantiles(ObjectNode node, long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        if (sorted.length > 0) {
            node.put("p10", sorted[sorted.length / 10]);
            node.put("median", sorted[sorted.length / 2]);
            node.put("p90", sorted[sorted.length * 9 / 10]);
        }
        ArrayNode ends = node.putArray("range");
        if (sorted.length > 0) {
            ends.add(sorted[0]).add(sorted[sorted.length - 1]);
        }
    }

    /** The watched part starts after the reference seasons; the fall comes on 1 March of the second season watched. */
    static Result league(long seed, boolean falls) {
        LeagueSettings settings = LeagueSettings.constant(SEASONS, seed);
        LocalDate start = LocalDate.of(settings.firstSeason() + REFERENCE_SEASONS, 7, 1);
        LocalDate fall = LocalDate.of(settings.firstSeason() + REFERENCE_SEASONS + 2, 3, 1);
        List<SimulatedMatch> matches = SimulatedLeague.generate(
                falls
                        ? settings.withHomeAdvantageChange(
                                new HomeAdvantageChange(fall, LeagueSettings.FALLEN_HOME_ADVANTAGE))
                        : settings);
        long[] reference = new long[CLASSES.size()];
        List<LocalDate> days = new ArrayList<>();
        List<long[]> counts = new ArrayList<>();
        int next = 0;
        while (next < matches.size() && matches.get(next).date().isBefore(start)) {
            reference[matches.get(next++).result().ordinal()]++;
        }
        Watch watch = new Watch(falls ? fall : null);
        LocalDate last = matches.getLast().date();
        for (LocalDate look = start.plusWeeks(1); !look.isAfter(last) && !watch.called; look = look.plusWeeks(falls ? 1 : QUIET_STEP)) {
            boolean fresh = false;
            while (next < matches.size() && matches.get(next).date().isBefore(look)) {
                SimulatedMatch match = matches.get(next++);
                if (days.isEmpty() || !days.getLast().equals(match.date())) {
                    days.add(match.date());
                    counts.add(new long[CLASSES.size()]);
                }
                counts.getLast()[match.result().ordinal()]++;
                watch.match(match);
                fresh = true;
            }
            if (fresh) {
                watch.look(LabelShiftReport.of(CLASSES, reference, days, counts.toArray(new long[0][])), look);
            }
        }
        return watch.result(seed);
    }

    /** Keeps count of what was said. */
    private static final class Watch {
        private final @Nullable LocalDate fall;
        private boolean called;
        private boolean falseCertainty;
        private boolean told;
        private boolean covered;
        private int stable;
        private int unsure;
        private int stableAfter;
        private int unsureAfter;
        private int numbered;
        private int since;
        private final double[] trueShares = new double[CLASSES.size()];
        private boolean namedHome;
        private int delayMatches = -1;
        private int delayWeeks;
        private long startError;

        Watch(@Nullable LocalDate fall) {
            this.fall = fall;
        }

        void match(SimulatedMatch match) {
            if (fall != null && !match.date().isBefore(fall)) {
                since++;
                trueShares[0] += match.truth().home();
                trueShares[1] += match.truth().draw();
                trueShares[2] += match.truth().away();
            }
        }

        void look(LabelShiftReport report, LocalDate at) {
            boolean after = fall != null && since > 0;
            if (report.shifted()) {
                called = true;
                if (!after || fall == null) {
                    falseCertainty = true;
                    return;
                }
                delayMatches = since;
                delayWeeks = Math.toIntExact((at.toEpochDay() - fall.toEpochDay()) / 7);
                LocalDate named = report.start();
                startError = named == null ? 0 : named.toEpochDay() - fall.toEpochDay();
                namedHome = report.label().equals("H");
                double truth = trueShares[CLASSES.indexOf(report.label())] / since;
                covered = report.lower() <= truth && truth <= report.upper();
                return;
            }
            boolean enough = report.verdict().equals("stable");
            if (after) {
                stableAfter += enough ? 1 : 0;
                unsureAfter += enough ? 0 : 1;
                numbered += enough || report.outcomesMissing() == null ? 0 : 1;
                told |= !enough;
            } else {
                stable += enough ? 1 : 0;
                unsure += enough ? 0 : 1;
            }
        }

        Result result(long seed) {
            return new Result(
                    seed, falseCertainty, stable, unsure, stableAfter, unsureAfter, numbered, delayMatches, delayWeeks, told,
                    startError,
                    namedHome, covered);
        }
    }
}
