package dev.keelson.project;

import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.ScheduleDefinition.Job;
import dev.keelson.control.ScheduleDefinition.Missed;
import dev.keelson.control.ScheduleDefinition.OnFinding;
import dev.keelson.error.Location;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;

/** The schedules of other systems, and usual ones, by a word. */
final class SchedulePresets {
    /** The words. */
    static final List<String> NAMES = List.of("pikkit", "acis", "decay", "validation");

    private SchedulePresets() {}

    private record Line(String name, String cron, Job job, OnFinding onFinding) {}

    /**
     * The schedules of a word, each named by what it does.
     *
     * @param word one of {@link #NAMES}
     * @param zone of the project; {@code acis} is in UTC whatever that is
     */
    static List<ScheduleDefinition> of(String word, ZoneId zone, Location location) {
        ZoneId read = word.equals("acis") ? ZoneId.of("UTC") : zone;
        return lines(word)
                .map(line -> new ScheduleDefinition(
                        line.name(), line.cron(), read, line.job(), line.onFinding(), Missed.ONCE, Duration.ZERO, location))
                .toList();
    }

    private static Stream<Line> lines(String word) {
        return switch (word) {
            case "pikkit" -> Stream.of(
                    new Line("features", "0 1 * * *", Job.MATERIALIZE, OnFinding.ALERT),
                    new Line("drift", "0 2 * * *", Job.DRIFT, OnFinding.ALERT),
                    new Line("baseline", "0 3 * * SUN", Job.BASELINE, OnFinding.ALERT));
            case "acis" -> Stream.of(new Line("loop", "0 3 * * *", Job.DRIFT, OnFinding.RETRAIN));
            case "decay" -> Stream.of(new Line("decay", "0 4 * * *", Job.DECAY, OnFinding.ALERT));
            case "validation" -> Stream.of(new Line("validation", "30 0 * * *", Job.VALIDATE, OnFinding.ALERT));
            default -> throw new IllegalArgumentException("There are no schedules (%s).".formatted(word));
        };
    }
}
