package dev.keelson.project;

import dev.keelson.control.ScheduleDefinition;
import dev.keelson.control.ScheduleDefinition.Job;
import dev.keelson.control.ScheduleDefinition.Missed;
import dev.keelson.control.ScheduleDefinition.OnDrift;
import dev.keelson.error.Location;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The schedules of other systems, and usual ones, by a word. */
final class SchedulePresets {
    /** The words. */
    static final List<String> NAMES = List.of("pikkit", "acis", "decay", "validation");

    private SchedulePresets() {}

    /** One of them: the first of its jobs that is known here runs. */
    private record Line(String name, String cron, List<String> jobs, OnDrift onDrift) {}

    /**
     * The schedules of a word, each named by what it does.
     *
     * @param word one of {@link #NAMES}
     * @param zone of the project; {@code acis} is in UTC whatever that is
     */
    static List<ScheduleDefinition> of(String word, ZoneId zone, Location location) {
        ZoneId read = word.equals("acis") ? ZoneId.of("UTC") : zone;
        return lines(word)
                .flatMap(line -> job(line).stream()
                        .map(job -> new ScheduleDefinition(
                                line.name(), line.cron(), read, job, line.onDrift(), Missed.ONCE, Duration.ZERO, location)))
                .toList();
    }

    private static Stream<Line> lines(String word) {
        return switch (word) {
            case "pikkit" -> Stream.of(
                    new Line("features", "0 1 * * *", List.of("materialize"), OnDrift.ALERT),
                    new Line("drift", "0 2 * * *", List.of("drift"), OnDrift.ALERT),
                    new Line("baseline", "0 3 * * SUN", List.of("baseline"), OnDrift.ALERT));
            case "acis" -> Stream.of(new Line("loop", "0 3 * * *", List.of("drift"), OnDrift.RETRAIN));
            case "decay" -> Stream.of(new Line("decay", "0 4 * * *", List.of("decay", "health", "drift"), OnDrift.ALERT));
            case "validation" -> Stream.of(new Line("validation", "30 0 * * *", List.of("validate"), OnDrift.ALERT));
            default -> throw new IllegalArgumentException("There are no schedules (%s).".formatted(word));
        };
    }

    private static Optional<Job> job(Line line) {
        return line.jobs().stream()
                .flatMap(name -> Arrays.stream(Job.values()).filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name)))
                .findFirst();
    }
}
