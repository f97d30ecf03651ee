package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.StepRecord;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.simulate.LeagueSettings;
import dev.keelson.simulate.SimulatedLeague;
import java.util.List;
import java.util.Locale;

/**
 * Leagues in which nothing ever changes: every drift alarm is a false one. Claim: no alarm for either model in at least 19
 * of 20 leagues. Options: {@code --seeds}, {@code --first-seed}, {@code --seasons}, {@code --rounds}.
 */
public final class QuietLeagueStudy implements Task {

    /**
     * What one league gave.
     *
     * @param seed of the league
     * @param weeks steps replayed
     * @param alarms steps with an alarm, over all models
     * @param warnings steps with a warning, over all models
     * @param labelShifts models whose outcomes were called shifted at any step
     * @param columns the columns of the alarms with their numbers
     */
    record Result(long seed, int weeks, int alarms, int warnings, int labelShifts, List<String> columns) {}

    @Override
    public ObjectNode run(Arguments arguments) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        int quiet = 0;
        int seasons = arguments.number("seasons", 8);
        List<Long> seeds = arguments.seeds(20);
        ArrayNode leagues = node.putArray("leagues");
        for (long seed : seeds) {
            Result result = league(seed, seasons, arguments.number("rounds", 0));
            quiet += result.alarms() == 0 ? 1 : 0;
            ObjectNode league = leagues.addObject();
            league.put("seed", seed);
            league.put("weeks", result.weeks());
            league.put("alarms", result.alarms());
            league.put("warnings", result.warnings());
            league.put("label_shifts", result.labelShifts());
            ArrayNode columns = league.putArray("alarming");
            result.columns().forEach(columns::add);
        }
        node.put("claim", "no drift alarm for either model in at least 19 of 20 leagues");
        node.put("quiet", quiet);
        node.put("of", seeds.size());
        node.put("holds", quiet >= Math.ceil(0.95 * seeds.size()));
        return node;
    }

    static Result league(long seed, int seasons, int rounds) {
        LeagueReplay replay =
                LeagueReplay.of(SimulatedLeague.generate(LeagueSettings.constant(seasons, seed)), rounds, null, null);
        int weeks = 0;
        int alarms = 0;
        int warnings = 0;
        int labelShifts = 0;
        for (var model : replay.summary().models().values()) {
            weeks = model.timeline().size();
            boolean shifted = false;
            for (StepRecord step : model.timeline()) {
                alarms += step.drift().equals("alarm") ? 1 : 0;
                warnings += step.drift().equals("warning") ? 1 : 0;
                shifted |= step.labelShift() != null
                        && step.labelShift().get("verdict").asText().equals("shifted");
            }
            labelShifts += shifted ? 1 : 0;
        }
        List<String> columns = replay.drift().values().stream()
                .flatMap(List::stream)
                .filter(report -> report.verdict() == DriftReport.Verdict.ALARM)
                .flatMap(report -> report.alarming().stream().map(column -> line(report, column)))
                .toList();
        return new Result(seed, weeks, alarms, warnings, labelShifts, columns);
    }

    /** A column of an alarm with the numbers it rests on. */
    static String line(DriftReport report, FeatureDrift column) {
        return String.format(
                Locale.ROOT,
                "%s %s %s %s: effect %.3f, band %.3f, adjusted p %.2g, missing %.3f against %.3f, design effect %.2f, rows %d (%.0f effective), reference %d",
                report.model(),
                report.at().toString().substring(0, 10),
                column.name(),
                column.severity().name().toLowerCase(Locale.ROOT),
                column.effect(),
                column.band(),
                column.adjusted(),
                column.currentMissing(),
                column.referenceMissing(),
                column.designEffect(),
                report.rows(),
                column.effectiveRows(),
                report.referenceRows());
    }
}
