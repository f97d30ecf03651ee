package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.monitor.DriftReport;
import dev.keelson.simulate.FeedFault;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import dev.keelson.simulate.SimulatedMatch;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A bookmaker's odds are wrong by a factor of 1.2 from a match day on; nothing else changes. Claim: in at least 19 of 20
 * leagues an alarm names the bookmaker's own margin within two weeks. Options: {@code --seeds}, {@code --first-seed},
 * {@code --seasons}, {@code --rounds}.
 */
public final class FaultyFeedStudy implements Task {
    private static final double SCALE = 1.2;
    private static final String COLUMN = "b365_overround";
    /** The fault starts in one of so many weeks of the season. */
    private static final int SEASON_WEEKS = 20;
    /** Weeks replayed before the fault; half as many follow. */
    private static final int QUIET_WEEKS = 8;

    /**
     * What one league gave.
     *
     * @param seed of the league
     * @param fault first match day with wrong odds
     * @param alarm day of the first alarm that names the margin after it, null for none
     * @param days from the fault to the alarm, -1 for none
     * @param before alarms before the fault: false ones
     * @param others columns named in that alarm beside the margin
     */
    record Result(long seed, LocalDate fault, @Nullable LocalDate alarm, int days, int before, List<String> others) {
        boolean found() {
            return days >= 0 && days <= 14;
        }
    }

    @Override
    public ObjectNode run(Arguments arguments) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        int found = 0;
        List<Long> seeds = arguments.seeds(20);
        ArrayNode leagues = node.putArray("leagues");
        for (long seed : seeds) {
            Result result = league(seed, arguments.number("seasons", 8), arguments.number("rounds", 0));
            found += result.found() ? 1 : 0;
            ObjectNode league = leagues.addObject();
            league.put("seed", seed);
            league.put("fault", result.fault().toString());
            league.put("alarm", result.alarm() == null ? null : result.alarm().toString());
            league.put("days", result.days());
            league.put("alarms_before", result.before());
            ArrayNode others = league.putArray("named_beside");
            result.others().forEach(others::add);
        }
        node.put("claim", "an alarm names " + COLUMN + " within two weeks of the fault in at least 19 of 20 leagues");
        node.put("found", found);
        node.put("of", seeds.size());
        node.put("holds", found >= Math.ceil(0.95 * seeds.size()));
        return node;
    }

    /** The fault starts on a match day in the replayed part: somewhere in a season, different from seed to seed. */
    static Result league(long seed, int seasons, int rounds) {
        LeagueSettings settings = LeagueSettings.constant(seasons, seed);
        List<SimulatedMatch> sound = SimulatedLeague.generate(settings);
        LocalDate from = sound.get(Math.toIntExact(sound.size() * 2L / 3)).date();
        int season = settings.firstSeason() + seasons - 1;
        LocalDate wanted = LocalDate.of(season, 9, 1).plusWeeks(seed % SEASON_WEEKS);
        LocalDate fault = sound.stream()
                .map(SimulatedMatch::date)
                .filter(date -> !date.isBefore(wanted))
                .findFirst()
                .orElseThrow();
        List<SimulatedMatch> broken =
                SimulatedLeague.generate(settings.withFeedFault(new FeedFault("B365", fault, SCALE)));
        LocalDate start = fault.minusWeeks(QUIET_WEEKS).minusDays(seed % 7); // weeks do not start with the fault
        LeagueReplay replay =
                LeagueReplay.of(broken, rounds, start.isBefore(from) ? from : start, fault.plusWeeks(QUIET_WEEKS / 2));
        List<DriftReport> alarms = replay.drift().values().stream()
                .flatMap(List::stream)
                .filter(report -> report.verdict() == DriftReport.Verdict.ALARM)
                .toList();
        int before = (int) alarms.stream().filter(report -> !day(report).isAfter(fault)).count();
        Optional<DriftReport> first = replay.summary().models().keySet().stream()
                .map(model -> alarms.stream()
                        .filter(report -> report.model().equals(model) && day(report).isAfter(fault) && names(report))
                        .findFirst())
                .reduce((a, b) -> a.isEmpty() || b.isEmpty() ? Optional.empty() : day(a.get()).isAfter(day(b.get())) ? a : b)
                .orElseThrow();
        return new Result(
                seed,
                fault,
                first.map(FaultyFeedStudy::day).orElse(null),
                first.map(report -> Math.toIntExact(day(report).toEpochDay() - fault.toEpochDay()))
                        .orElse(-1),
                before,
                first.map(report -> report.alarming().stream()
                                .map(column -> column.name())
                                .filter(name -> !name.equals(COLUMN))
                                .toList())
                        .orElse(List.of()));
    }

    private static boolean names(DriftReport report) {
        return report.alarming().stream().anyMatch(column -> column.name().equals(COLUMN));
    }

    private static LocalDate day(DriftReport report) {
        return report.at().atZone(ZoneOffset.UTC).toLocalDate();
    }
}
