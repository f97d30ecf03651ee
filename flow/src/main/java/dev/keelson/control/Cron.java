package dev.keelson.control;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;

/**
 * Five-field cron schedules, read by cron-utils as times of day on the wall clock of a zone. A time that a change of the
 * clocks leaves out is due as much later as the clocks jump; a time that happens twice is due the first time.
 */
public final class Cron {
    private static final CronParser PARSER =
            new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
    /** More than clocks ever change by. */
    private static final int MARGIN_HOURS = 3;

    private Cron() {}

    /**
     * Whether a schedule is due after one instant and not after another.
     *
     * @param cron five fields
     * @param zone the zone in which they are read
     * @param after exclusive
     * @param upTo inclusive
     * @throws IllegalArgumentException if the fields cannot be read
     */
    public static boolean dueBetween(String cron, ZoneId zone, Instant after, Instant upTo) {
        ExecutionTime times = ExecutionTime.forCron(PARSER.parse(cron));
        LocalDateTime end = LocalDateTime.ofInstant(upTo, zone).plusHours(MARGIN_HOURS);
        // the wall clock is walked as if it never changed: cron-utils drops a night in which the time does not exist
        ZonedDateTime wall =
                LocalDateTime.ofInstant(after, zone).minusHours(MARGIN_HOURS).atZone(ZoneOffset.UTC);
        while (true) {
            Optional<ZonedDateTime> next = times.nextExecution(wall);
            if (next.isEmpty() || next.get().toLocalDateTime().isAfter(end)) {
                return false;
            }
            wall = next.get();
            Instant due = wall.toLocalDateTime().atZone(zone).toInstant();
            if (due.isAfter(after) && !due.isAfter(upTo)) {
                return true;
            }
        }
    }
}
