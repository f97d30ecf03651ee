package dev.keelson.control.policy;

import dev.keelson.control.policy.PolicyPath.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * When the world is known to have changed: alarms are judged by it. An alarm belongs to a change when it is the first within
 * {@link #WINDOW} after it and before the next one. Alarms in neighbouring periods are one.
 *
 * @param at oldest first
 */
public record DatedChanges(List<Instant> at) {
    /** An alarm later than this after a change is not about it. */
    public static final Duration WINDOW = Duration.ofDays(90);

    private static final double DAY = 86_400.0;
    private static final double YEAR = 365.25 * DAY;

    public DatedChanges {
        at = at.stream().sorted(Comparator.naturalOrder()).toList();
    }

    /**
     * How well a policy saw the changes.
     *
     * @param found changes with an alarm
     * @param changes changes within the periods
     * @param delayDays mean days from a change to its alarm; NaN where none was found
     * @param falseAlarms alarms that belong to no change
     * @param falseAlarmsAYear the same for each year without a change in its last {@link #WINDOW}; NaN without such time
     * @param falseAlarmShare share of the periods without a change in their last {@link #WINDOW} that alarm, neighbours or not:
     *     a rule that always alarms has one alarm and a share of 1; NaN without such a period
     */
    public record Seen(
            int found, int changes, double delayDays, int falseAlarms, double falseAlarmsAYear, double falseAlarmShare) {}

    /** Judges the alarms of a policy. */
    public Seen judge(LossMatrix matrix, PolicyPath path) {
        List<Instant> alarms = alarms(matrix, path);
        Instant start = matrix.periods().getFirst().from();
        Instant end = matrix.periods().getLast().to();
        List<Instant> within = at.stream().filter(c -> !c.isBefore(start) && c.isBefore(end)).toList();
        List<Double> delays = new ArrayList<>();
        double watched = 0;
        for (int i = 0; i < within.size(); i++) {
            Instant change = within.get(i);
            Instant until = until(within, i, end);
            watched += Duration.between(change, until).toSeconds();
            alarms.stream()
                    .filter(alarm -> !alarm.isBefore(change) && alarm.isBefore(until))
                    .findFirst()
                    .ifPresent(alarm -> delays.add(Duration.between(change, alarm).toSeconds() / DAY));
        }
        int wrong = (int) alarms.stream()
                .filter(alarm -> !about(within, alarm, end))
                .count();
        double quiet = Duration.between(start, end).toSeconds() - watched;
        OptionalDouble delay = delays.stream().mapToDouble(Double::doubleValue).average();
        return new Seen(
                delays.size(),
                within.size(),
                delay.orElse(Double.NaN),
                wrong,
                quiet > 0 ? wrong / (quiet / YEAR) : Double.NaN,
                quietShare(matrix, path, within, end));
    }

    private static double quietShare(LossMatrix matrix, PolicyPath path, List<Instant> changes, Instant end) {
        Set<Integer> alarmed = path.events().stream()
                .filter(event -> event.type() == PolicyPath.Type.ALARM)
                .map(Event::period)
                .collect(Collectors.toSet());
        int quiet = 0;
        int wrong = 0;
        for (int t = 1; t < matrix.periods().size(); t++) { // nothing is looked at before the first period is over
            if (!about(changes, matrix.periods().get(t).from(), end)) {
                quiet++;
                wrong += alarmed.contains(t) ? 1 : 0;
            }
        }
        return quiet == 0 ? Double.NaN : (double) wrong / quiet;
    }

    private static Instant until(List<Instant> changes, int i, Instant end) {
        Instant until = changes.get(i).plus(WINDOW);
        if (i + 1 < changes.size() && changes.get(i + 1).isBefore(until)) {
            until = changes.get(i + 1);
        }
        return until.isAfter(end) ? end : until;
    }

    private static boolean about(List<Instant> changes, Instant alarm, Instant end) {
        for (int i = 0; i < changes.size(); i++) {
            if (!alarm.isBefore(changes.get(i)) && alarm.isBefore(until(changes, i, end))) {
                return true;
            }
        }
        return false;
    }

    private static List<Instant> alarms(LossMatrix matrix, PolicyPath path) {
        List<Instant> alarms = new ArrayList<>();
        int last = Integer.MIN_VALUE;
        for (Event event : path.events()) {
            if (event.type() == PolicyPath.Type.ALARM) {
                if (event.period() > last + 1) {
                    alarms.add(matrix.periods().get(event.period()).from());
                }
                last = event.period();
            }
        }
        return alarms;
    }
}
