package dev.keelson.control;

import dev.keelson.monitor.DecayMonitorDefinition.Metric;
import dev.keelson.serve.ComparedVersions;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.spi.SettledPairs;
import dev.keelson.serve.spi.SettledPairs.Mark;
import dev.keelson.serve.spi.SettledPairs.Pair;
import dev.keelson.serve.spi.SettledPairs.Touched;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sums of one comparison, by match day and minute. Reading again goes over the days that were completed since and over the
 * minutes where something settled late, was corrected or was predicted again. Not safe for use by several threads.
 */
final class PairTallies {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Comparison comparison;
    private final TreeMap<LocalDate, DayTally> days = new TreeMap<>();
    private @Nullable Mark seen;
    /** Event times before it are in the sums. */
    private Instant readTo = Instant.MIN;
    /** No event from {@link #lookedFrom} until then was open. */
    private Instant closedTo = Instant.MIN;
    private Instant lookedFrom = Instant.MAX;

    /**
     * What is compared, and how.
     *
     * @param versions of all event times
     * @param classes of the model, in its order
     * @param maximumDelay an event without outcome this long after its time is given up
     * @param zone match days are days in it
     */
    record Comparison(ComparedVersions versions, List<String> classes, Duration maximumDelay, Metric metric, ZoneId zone) {
        Comparison {
            classes = List.copyOf(classes);
        }

        static Comparison of(LoopDefinition definition, int champion, int judged, @Nullable Instant since) {
            return new Comparison(
                    new ComparedVersions(definition.model().name(), champion, judged, since, null, null),
                    definition.model().classes(),
                    definition.model().embargo(),
                    definition.promotion().refreshMetric(),
                    definition.zone());
        }
    }

    PairTallies(Comparison comparison) {
        this.comparison = comparison;
    }

    /** Brings the sums up to what is indexed, and gives those of the days that are complete. */
    PairedEpochs read(SettledPairs pairs, Instant now) {
        String model = comparison.versions().model();
        Mark mark = pairs.mark();
        Mark before = seen;
        if (before == null || before.repairs() != mark.repairs() || before.place() > mark.place()) {
            days.clear();
            readTo = Instant.MIN;
            lookedFrom = Instant.MAX;
        } else if (before.place() < mark.place()) {
            Touched touched = pairs.touched(model, before, mark);
            again(pairs, touched.minutes());
            mayBeOpen(touched);
        }
        seen = mark;
        Instant end = complete(pairs, now);
        if (end.isAfter(readTo)) {
            add(pairs, readTo, end);
            readTo = end;
        }
        return epochs(end);
    }

    /** The end of the days that are complete: the start of the first day with an open event. */
    private Instant complete(SettledPairs pairs, Instant now) {
        Instant givenUp = now.minus(comparison.maximumDelay());
        boolean looked = !lookedFrom.isAfter(givenUp);
        Instant from = looked && closedTo.isAfter(givenUp) ? closedTo : givenUp;
        Optional<Instant> open = from.equals(Instant.MAX)
                ? Optional.empty()
                : pairs.firstOpen(comparison.versions().model(), from, comparison.classes());
        lookedFrom = givenUp;
        closedTo = open.orElse(Instant.MAX);
        return open.map(at -> start(day(at))).orElse(Instant.MAX);
    }

    /** What came, or changed its outcome, may be open. */
    private void mayBeOpen(Touched touched) {
        Instant earliest = touched.earliest();
        if (earliest != null && earliest.isBefore(closedTo)) {
            closedTo = earliest;
        }
        if (touched.minutes().length > 0) {
            Instant first = ofMinute(touched.minutes()[0]);
            closedTo = first.isBefore(closedTo) ? first : closedTo;
        }
    }

    /** Reads minutes again, as far as they have been read. */
    private void again(SettledPairs pairs, long[] minutes) {
        int first = 0;
        while (first < minutes.length) {
            int last = first;
            while (last + 1 < minutes.length && minutes[last + 1] == minutes[last] + 1) {
                last++;
            }
            Instant from = wholeMinute(ofMinute(minutes[first]));
            Instant to = wholeMinute(ofMinute(minutes[last] + 2).minusNanos(1));
            to = to.isAfter(readTo) ? readTo : to;
            if (from.isBefore(to)) {
                forget(from, to);
                add(pairs, from, to);
            }
            first = last + 1;
        }
    }

    private void forget(Instant from, Instant to) {
        for (Instant minute = from; minute.isBefore(to); minute = wholeMinute(minute.plus(MINUTE))) {
            DayTally day = days.get(day(minute));
            if (day != null) {
                day.clear(minute);
            }
        }
    }

    private void add(SettledPairs pairs, Instant from, Instant to) {
        Scorer scorer = new Scorer();
        pairs.each(
                comparison
                        .versions()
                        .between(from.equals(Instant.MIN) ? null : from, to.equals(Instant.MAX) ? null : to),
                scorer::add);
    }

    private PairedEpochs epochs(Instant end) {
        TreeMap<LocalDate, DayTally> complete = new TreeMap<>();
        days.forEach((day, tally) -> {
            if (tally.events() > 0 && (end.equals(Instant.MAX) || start(day).isBefore(end))) {
                complete.put(day, tally);
            }
        });
        long events = complete.values().stream().mapToLong(DayTally::events).sum();
        long hits = complete.values().stream().mapToLong(DayTally::championHits).sum();
        long others = complete.values().stream().mapToLong(DayTally::challengerHits).sum();
        return new PairedEpochs(
                complete.values().stream().map(DayTally::meanGain).toList(),
                events,
                complete.isEmpty() ? 0 : Math.toIntExact(complete.lastKey().toEpochDay() - complete.firstKey().toEpochDay()),
                events == 0 ? Double.NaN : (double) hits / events,
                events == 0 ? Double.NaN : (double) others / events);
    }

    private LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, comparison.zone());
    }

    private Instant start(LocalDate day) {
        return day.atStartOfDay(comparison.zone()).toInstant();
    }

    /** Start of the minute of its day: in some zones of old a day does not begin with a minute of UTC. */
    private Instant wholeMinute(Instant at) {
        Instant start = start(day(at));
        return start.plus(MINUTE.multipliedBy(Duration.between(start, at).dividedBy(MINUTE)));
    }

    private static Instant ofMinute(long minute) {
        return Instant.ofEpochSecond(60 * minute);
    }

    /** Scores events one by one; days come in order, so the one at hand is mostly the right one. */
    private final class Scorer {
        private final int k = comparison.classes().size();
        private final int[] label = new int[1];
        private Instant from = Instant.MAX;
        private Instant to = Instant.MIN;
        private @Nullable DayTally day;

        void add(Pair pair) {
            label[0] = comparison.classes().indexOf(pair.outcome());
            if (label[0] >= 0) {
                double gain = loss(pair.champion()) - loss(pair.challenger());
                dayOf(pair.eventTime())
                        .add(
                                pair.eventTime(),
                                gain,
                                PredictionEvent.mostProbable(pair.champion()) == label[0],
                                PredictionEvent.mostProbable(pair.challenger()) == label[0]);
            }
        }

        private double loss(double[] probabilities) {
            return ServedEvidence.losses(probabilities, k, label, comparison.metric(), PromotionGate.CLIP)[0];
        }

        private DayTally dayOf(Instant at) {
            DayTally found = day;
            if (found == null || at.isBefore(from) || !at.isBefore(to)) {
                LocalDate date = PairTallies.this.day(at);
                from = start(date);
                to = start(date.plusDays(1));
                found = days.computeIfAbsent(date, each -> new DayTally(from));
                day = found;
            }
            return found;
        }
    }
}
