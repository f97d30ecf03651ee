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
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sums of one comparison, by day, epoch and minute. Reading again goes over the days that were completed since and over the
 * minutes where something settled late, was corrected or was predicted again. Not safe for use by several threads.
 */
final class PairTallies {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Comparison comparison;
    /** By the day of the event, then by epoch. */
    private final TreeMap<LocalDate, SortedMap<Epoch, DayTally>> days = new TreeMap<>();
    private final Prices prices;
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
     * @param zone days are days in it
     * @param key what makes up an epoch
     * @param cap of the profit that is compared; 0 where losses are
     */
    record Comparison(
            ComparedVersions versions,
            List<String> classes,
            Duration maximumDelay,
            Metric metric,
            ZoneId zone,
            EpochKey key,
            double cap) {
        Comparison {
            classes = List.copyOf(classes);
        }

        static Comparison of(LoopDefinition definition, int champion, int judged, @Nullable Instant since, boolean profit) {
            DecisionPlan plan = definition.promotion().plan();
            return new Comparison(
                    new ComparedVersions(definition.model().name(), champion, judged, since, null, null),
                    definition.model().classes(),
                    definition.model().embargo(),
                    definition.gateMetric(),
                    definition.zone(),
                    plan.epoch(),
                    profit ? plan.cap() : 0);
        }
    }

    /** A settlement epoch: a day, and a segment of it where these are told apart. */
    private record Epoch(LocalDate day, String segment) implements Comparable<Epoch> {
        @Override
        public int compareTo(Epoch other) {
            int order = day.compareTo(other.day);
            return order != 0 ? order : segment.compareTo(other.segment);
        }
    }

    /** @param prices asked for where profit is compared */
    PairTallies(Comparison comparison, Prices prices) {
        this.prices = prices;
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
        return epochs(pairs, end);
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
            Instant cleared = minute;
            days.getOrDefault(day(minute), new TreeMap<>()).values().forEach(each -> each.clear(cleared));
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

    private PairedEpochs epochs(SettledPairs pairs, Instant end) {
        LocalDate open = firstOpenEpoch(pairs, end);
        TreeMap<Epoch, Sums> complete = new TreeMap<>();
        days.values().forEach(epochs -> epochs.forEach((epoch, tally) -> {
            if (tally.events() > 0 && epoch.day().isBefore(open)) {
                complete.computeIfAbsent(epoch, each -> new Sums()).add(tally);
            }
        }));
        Sums all = new Sums();
        complete.values().forEach(all::add);
        return new PairedEpochs(
                complete.values().stream().map(each -> each.gain / each.events).toList(),
                all.events,
                complete.isEmpty()
                        ? 0
                        : Math.toIntExact(complete.lastKey().day().toEpochDay() - complete.firstKey().day().toEpochDay()),
                all.events == 0 ? Double.NaN : (double) all.championHits / all.events,
                all.events == 0 ? Double.NaN : (double) all.challengerHits / all.events,
                all.cut);
    }

    /** The first day of an epoch that may still get events: of events that are open, or happen after one that is. */
    private LocalDate firstOpenEpoch(SettledPairs pairs, Instant end) {
        if (end.equals(Instant.MAX)) {
            return LocalDate.MAX;
        }
        return comparison.key() == EpochKey.DECISION_DAY
                ? pairs.firstAsked(comparison.versions().model(), end).map(this::day).orElse(LocalDate.MAX)
                : day(end);
    }

    /** Sums over the days of an epoch, or over epochs. */
    private static final class Sums {
        private long events;
        private long championHits;
        private long challengerHits;
        private double gain;
        private double cut;

        void add(DayTally tally) {
            events += tally.events();
            championHits += tally.championHits();
            challengerHits += tally.challengerHits();
            gain += tally.gain();
            cut += tally.cut();
        }

        void add(Sums other) {
            events += other.events;
            championHits += other.championHits;
            challengerHits += other.challengerHits;
            gain += other.gain;
            cut += other.cut;
        }
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

    /** Scores events one by one. */
    private final class Scorer {
        private final int k = comparison.classes().size();
        private final int[] label = new int[1];

        void add(Pair pair) {
            if (comparison.metric().ofNumbers()) {
                double truth = number(pair.outcome());
                if (Double.isFinite(truth)) { // else it is void for both
                    add(
                            pair,
                            ServedEvidence.loss(pair.champion()[0], truth, comparison.metric())
                                    - ServedEvidence.loss(pair.challenger()[0], truth, comparison.metric()),
                            0);
                }
                return;
            }
            label[0] = comparison.classes().indexOf(pair.outcome());
            if (label[0] < 0) {
                return; // void for both
            }
            if (comparison.cap() == 0) {
                add(pair, loss(pair.champion()) - loss(pair.challenger()), 0);
                return;
            }
            double[] odds = prices.odds(comparison.versions().model(), pair.entity());
            if (odds != null && odds.length == k) { // without prices it is void for both
                int champion = FlatBet.choice(pair.champion(), odds);
                int challenger = FlatBet.choice(pair.challenger(), odds);
                double cap = comparison.cap();
                add(
                        pair,
                        FlatBet.profit(challenger, odds, label[0], cap) - FlatBet.profit(champion, odds, label[0], cap),
                        FlatBet.cut(challenger, odds, label[0], cap) + FlatBet.cut(champion, odds, label[0], cap));
            }
        }

        private void add(Pair pair, double gain, double cut) {
            LocalDate day = day(pair.eventTime());
            Epoch epoch =
                    switch (comparison.key()) {
                        case DAY -> new Epoch(day, "");
                        case DECISION_DAY -> new Epoch(day(pair.asked()), "");
                        case SEGMENT -> new Epoch(day, pair.segment());
                    };
            days.computeIfAbsent(day, each -> new TreeMap<>())
                    .computeIfAbsent(epoch, each -> new DayTally(start(day)))
                    .add(
                            pair.eventTime(),
                            gain,
                            cut,
                            PredictionEvent.mostProbable(pair.champion()) == label[0],
                            PredictionEvent.mostProbable(pair.challenger()) == label[0]);
        }

        private static double number(String outcome) {
            try {
                return Double.parseDouble(outcome);
            } catch (NumberFormatException e) {
                return Double.NaN; // told by somebody before outcomes were checked
            }
        }

        private double loss(double[] probabilities) {
            return ServedEvidence.losses(probabilities, k, label, comparison.metric(), PromotionGate.CLIP)[0];
        }
    }
}
