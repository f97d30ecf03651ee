package dev.keelson.control;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Five-field cron schedules, read by cron-utils as times of day on the wall clock of a zone. Where the hour is fixed, a time
 * that a change of the clocks leaves out is due as much later as the clocks jump, and a time that happens twice is due the first
 * time. Where the hour is {@code *}, real time passes: an hour that is left out is left out, and one that happens twice is due
 * twice.
 */
public final class Cron {
    private static final CronParser PARSER =
            new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
    private static final Pattern EVERY_HOUR = Pattern.compile("\\s*\\S+\\s+\\*");
    /** More than clocks ever change by. */
    private static final Duration MARGIN = Duration.ofHours(3);

    private Cron() {}

    /**
     * The five fields.
     *
     * @throws IllegalArgumentException if they cannot be read
     */
    public static com.cronutils.model.Cron parse(String cron) {
        return PARSER.parse(cron);
    }

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
        Times times = new Times(cron, zone, after);
        return times.hasNext() && !times.next().isAfter(upTo);
    }

    /**
     * When a schedule is due after an instant (exclusive), in order; without end unless it is never due again.
     *
     * @param cron five fields
     * @param zone the zone in which they are read
     * @throws IllegalArgumentException if the fields cannot be read
     */
    public static Stream<Instant> times(String cron, ZoneId zone, Instant after) {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        new Times(cron, zone, after), Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL),
                false);
    }

    /**
     * Walks the wall clock as if it never changed (cron-utils drops a night in which the time does not exist), and holds instants
     * back near a change of the clocks until no wall time to come can be an earlier one.
     */
    private static final class Times implements Iterator<Instant> {
        private final ExecutionTime times;
        private final ZoneRules rules;
        private final boolean everyHour;
        private final PriorityQueue<Instant> found = new PriorityQueue<>();
        private @Nullable ZonedDateTime wall;
        private Instant last;

        Times(String cron, ZoneId zone, Instant after) {
            times = ExecutionTime.forCron(PARSER.parse(cron));
            rules = zone.getRules();
            everyHour = EVERY_HOUR.matcher(cron).lookingAt();
            last = after;
            LocalDateTime from = LocalDateTime.ofInstant(after, zone);
            wall = following((calm(after) ? from : from.minus(MARGIN)).atZone(ZoneOffset.UTC));
        }

        private @Nullable ZonedDateTime following(ZonedDateTime from) {
            return times.nextExecution(from).orElse(null);
        }

        private boolean calm(Instant at) {
            ZoneOffsetTransition change = rules.nextTransition(at.minus(MARGIN));
            return change == null || change.getInstant().isAfter(at.plus(MARGIN));
        }

        @Override
        public boolean hasNext() {
            fill();
            return !found.isEmpty();
        }

        @Override
        public Instant next() {
            fill();
            Instant next = found.poll();
            if (next == null) {
                throw new NoSuchElementException("The schedule is never due again.");
            }
            last = next;
            return next;
        }

        private void fill() {
            while (!found.isEmpty() && !found.peek().isAfter(last)) {
                found.poll();
            }
            while (wall != null && (found.isEmpty() || !settled(found.peek(), wall))) {
                for (Instant each : instants(wall.toLocalDateTime())) {
                    if (each.isAfter(last)) {
                        found.add(each);
                    }
                }
                wall = following(wall);
            }
        }

        private boolean settled(Instant first, ZonedDateTime next) {
            return calm(first) || !next.toInstant().isBefore(first.plusSeconds(rules.getOffset(first).getTotalSeconds()).plus(MARGIN));
        }

        private List<Instant> instants(LocalDateTime local) {
            List<ZoneOffset> offsets = rules.getValidOffsets(local);
            if (everyHour) {
                return offsets.stream().map(local::toInstant).toList();
            }
            return offsets.isEmpty()
                    ? List.of(local.toInstant(rules.getTransition(local).getOffsetBefore()))
                    : List.of(local.toInstant(offsets.getFirst()));
        }
    }
}
