package dev.keelson.serve;

import dev.keelson.serve.spi.SettledPairs;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pairs of a log in memory, found anew by each question. */
final class InMemoryPairs implements SettledPairs {
    private static final String CHAMPION = "champion";

    private final InMemoryPredictionLog log;

    InMemoryPairs(InMemoryPredictionLog log) {
        this.log = log;
    }

    /** What is known of an entity of a model before a place: the last prediction in each role, and the last outcome. */
    private record Last(Map<String, PredictionEvent> byRole, Map<String, String> outcomes) {}

    private Last last(String model, long before) {
        Map<String, PredictionEvent> byRole = new HashMap<>();
        Map<String, String> outcomes = new HashMap<>();
        List<@Nullable Object> seen = log.seen();
        for (int i = 0; i < Math.min(before, seen.size()); i++) {
            if (seen.get(i) instanceof PredictionEvent event && event.model().equals(model)) {
                byRole.put(event.role() + "|" + event.entity(), event);
            } else if (seen.get(i) instanceof OutcomeEvent event && event.model().equals(model)) {
                outcomes.put(event.entity(), event.outcome());
            }
        }
        return new Last(byRole, outcomes);
    }

    @Override
    public Mark mark() {
        return new Mark(log.seen().size(), 0);
    }

    @Override
    public void each(ComparedVersions wanted, Consumer<Pair> consumer) {
        Last last = last(wanted.model(), Long.MAX_VALUE);
        last.byRole().values().stream()
                .filter(event -> event.role().equals(CHAMPION) && event.version() == wanted.champion())
                .filter(event -> wanted.since() == null || !event.at().isBefore(wanted.since()))
                .filter(event -> wanted.from() == null || !event.eventTime().isBefore(wanted.from()))
                .filter(event -> wanted.to() == null || event.eventTime().isBefore(wanted.to()))
                .sorted(Comparator.comparing(PredictionEvent::eventTime).thenComparing(PredictionEvent::entity))
                .forEach(event -> {
                    PredictionEvent challenger = last.byRole().get("challenger|" + event.entity());
                    String outcome = last.outcomes().get(event.entity());
                    if (challenger != null && challenger.version() == wanted.challenger() && outcome != null) {
                        consumer.accept(new Pair(
                                event.entity(), event.segment(), event.at(), event.eventTime(), event.probabilities(), challenger.probabilities(), outcome));
                    }
                });
    }

    @Override
    public Optional<Instant> firstOpen(String model, Instant from, List<String> outcomes) {
        Last last = last(model, Long.MAX_VALUE);
        return champions(model, 0, Long.MAX_VALUE)
                .filter(event -> !event.eventTime().isBefore(from))
                .filter(event -> outcomes.isEmpty()
                        ? !last.outcomes().containsKey(event.entity())
                        : !outcomes.contains(last.outcomes().getOrDefault(event.entity(), "")))
                .map(PredictionEvent::eventTime)
                .min(Comparator.naturalOrder());
    }

    @Override
    public Optional<Instant> firstAsked(String model, Instant from) {
        return champions(model, 0, Long.MAX_VALUE)
                .filter(event -> !event.eventTime().isBefore(from))
                .map(PredictionEvent::at)
                .min(Comparator.naturalOrder());
    }

    private Stream<PredictionEvent> champions(String model, long from, long to) {
        List<@Nullable Object> seen = log.seen();
        return seen.subList((int) from, (int) Math.min(to, seen.size())).stream()
                .filter(each -> each instanceof PredictionEvent)
                .map(each -> (PredictionEvent) each)
                .filter(event -> event.model().equals(model) && event.role().equals(CHAMPION));
    }

    @Override
    public Touched touched(String model, Mark from, Mark to) {
        Last before = last(model, from.place());
        Last now = last(model, Long.MAX_VALUE);
        TreeSet<Long> minutes = new TreeSet<>();
        for (Object each : log.seen().subList((int) from.place(), (int) to.place())) {
            String entity =
                    switch (each) {
                        case PredictionEvent event when event.model().equals(model) -> event.entity();
                        case OutcomeEvent event when event.model().equals(model) -> event.entity();
                        case null, default -> "";
                    };
            if (now.outcomes().containsKey(entity)) {
                Stream.of(before, now)
                        .map(last -> last.byRole().get(CHAMPION + "|" + entity))
                        .filter(Objects::nonNull)
                        .forEach(event -> minutes.add(
                                Math.floorDiv(event.eventTime().getEpochSecond(), Duration.ofMinutes(1).toSeconds())));
            }
        }
        return new Touched(
                champions(model, from.place(), to.place())
                        .map(PredictionEvent::eventTime)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                minutes.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public long settled(String model, int version, Mark from, Mark to) {
        return settled(model, version, to.place()) - settled(model, version, from.place());
    }

    private long settled(String model, int version, long before) {
        Last last = last(model, before);
        List<@Nullable Object> seen = log.seen();
        return seen.subList(0, (int) before).stream()
                .filter(each -> each instanceof PredictionEvent event
                        && event.model().equals(model)
                        && event.version() == version
                        && last.outcomes().containsKey(event.entity()))
                .count();
    }
}
